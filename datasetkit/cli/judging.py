"""Old names, kept until their callers use datasetkit.verdict and datasetkit.cli.terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from datasetkit.cli.options import judging
from datasetkit.cli.terminal import bars
from datasetkit.config import Settings
from datasetkit.scan.tree import Tree
from datasetkit.verdict import Verdict, check_all, judge_again, open_dataset, read_settings, settings_for

T = TypeVar("T")


def verdicts(path: str, options: dict[str, Any]) -> Iterator[Verdict]:
    """Judge every dataset of a folder or zip."""
    with bars() as progress:
        yield from check_all(path, progress=progress, **judging(options))


@contextmanager
def only_judge(path: str, options: dict[str, Any]) -> Iterator[tuple[Verdict, Tree, Callable[[Tree], Verdict]]]:
    """The verdict on the one dataset of a path, its tree, and what judges another tree by the same settings."""
    with (
        bars() as progress,
        open_dataset(path, read_settings(judging(options)), build=True, progress=progress) as (verdict, tree),
    ):
        yield verdict, tree, lambda other: judge_again(other, verdict, progress=progress)


def tracked(items: Iterable[T], count: int, title: str) -> Iterable[T]:
    """Show progress over the items."""
    with bars() as progress:
        for done, item in enumerate(items, 1):
            progress(title, done, count)
            yield item


@contextmanager
def bar(total: int, title: str) -> Iterator[Callable[[int], object] | None]:
    """A progress bar of ``total`` bytes that is told how many are done."""
    with bars() as progress:
        yield lambda done: progress(title, done, total)


@dataclass(frozen=True, slots=True)
class Asked:
    """Options."""

    values: Mapping[str, Any]
    select: tuple[str, ...]
    config_file: Path | None


def settings(said: Asked, tree: Tree) -> Mapping[str, Any]:
    """The settings in force, by their names."""
    force = settings_for(tree, Settings(file=said.config_file))
    return {"effect": _Value(force.effect)}


@dataclass(frozen=True, slots=True)
class _Value:
    value: Any
