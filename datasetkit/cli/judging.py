"""What every judging command shares: the verdicts of a path, and the settings that are in force for it."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from datasetkit import config, spec
from datasetkit.cli.options import codes
from datasetkit.cli.terminal import width
from datasetkit.config import Settings
from datasetkit.errors import DatasetkitError
from datasetkit.model import Kind, Medium, Role
from datasetkit.scan.datasets import open_tree, prefixes, scan
from datasetkit.scan.tree import Tree
from datasetkit.verdict import Verdict, check_codes, lint

T = TypeVar("T")


def verdicts(
    path: str, options: dict[str, Any], *, alone: bool = False, hidden: frozenset[str] = frozenset()
) -> Iterator[Verdict]:
    """Judge every dataset of a folder or zip, or ``alone`` the one at its root, as if ``hidden`` files weren't there.

    Raises DatasetkitError for a path, a configuration, a model or a code that can't be used.
    """
    said = asked(options)
    with closing(open_tree(path, hidden)) as tree:
        for dataset, own in scan(tree, track, alone=alone):
            yield lint(dataset, _wanted(said, own))


@contextmanager
def only_verdict(path: str, options: dict[str, Any]) -> Iterator[tuple[Verdict, Tree]]:
    """The verdict on the one dataset of a folder or zip that a zip will be built from, and its open tree.

    Raises DatasetkitError as `verdicts` does, and where there are several datasets.
    """
    said = asked(options)
    with closing(open_tree(path)) as tree:
        found = prefixes(tree)
        if len(found) > 1:
            places = ", ".join(prefix or "the root" for prefix in found)
            shown = f"datasetkit build {path.rstrip('/')}/{found[-1].rstrip('/')} -o …"  # the root, if one, is first
            raise DatasetkitError(f"{path} holds {len(found)} datasets: {places}", f"Build one at a time: {shown}.")
        for dataset, own in scan(tree, track):
            yield lint(dataset, _wanted(said, own), build=True), own


@contextmanager
def only_judge(path: str, options: dict[str, Any]) -> Iterator[tuple[Verdict, Tree, Callable[[Tree], Verdict]]]:
    """As `only_verdict`, and what judges another tree by the same settings."""
    said = asked(options)
    with only_verdict(path, options) as (verdict, own):
        wanted = _wanted(said, own)

        def judge(tree: Tree) -> Verdict:
            dataset, _ = next(scan(tree, track, alone=True))
            return lint(dataset, wanted, build=True)

        yield verdict, own, judge


def track(media: Iterable[Medium], count: int) -> Iterable[Medium]:
    """A progress bar on stderr over the media that are read."""
    return tracked(media, count, "reading")


def tracked(items: Iterable[T], count: int, title: str) -> Iterable[T]:
    """A progress bar on stderr, where someone watches, for what takes over a second; it leaves nothing behind."""
    if not _watched():
        return items
    from tqdm import tqdm

    return tqdm(items, total=count, desc=title, unit=" files", leave=False, delay=1, ncols=_bar_width())


@contextmanager
def bar(total: int, title: str) -> Iterator[Callable[[int], object] | None]:
    """A progress bar of ``total`` bytes that is told how many are done; None where no one watches."""
    if not _watched():
        yield None
        return
    from tqdm import tqdm

    settings: dict[str, Any] = {"unit": "B", "unit_scale": True, "leave": False, "delay": 1, "ncols": _bar_width()}
    with tqdm(total=total, desc=title, **settings) as shown:
        yield lambda done: shown.update(done - shown.n)


def _bar_width() -> int:
    # room for the ^C that a terminal echoes: on a full line it would push the bar up, out of reach of being wiped
    return max((width(sys.stderr) or 0) - len("^C") - 1, 1)


def _watched() -> bool:
    # pre-commit lends its hooks a terminal for their colours, and prints what they wrote there afterwards
    return sys.stderr.isatty() and "PRE_COMMIT" not in os.environ


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options of a judging command say; ``values`` are those that datasetkit.toml may hold too."""

    values: Mapping[str, Any]
    select: tuple[str, ...]
    config_file: Path | None


def asked(options: Mapping[str, Any]) -> Asked:
    """The options of `judging_options` as values. Raises DatasetkitError for a code that no rule has."""
    select, ignore = codes(options.get("select", ())), codes(options["ignore"])
    check_codes(select, "--select")
    check_codes(ignore, "--ignore")
    values = {
        "model": options["model"],
        "kind": Kind(options["kind"]) if options["kind"] else None,
        "role": Role(options["role"]) if options["role"] else None,
        "target_seconds": options["target_seconds"],
        "ignore": dict.fromkeys(ignore, "--ignore"),
    }
    return Asked(values, select, options["config_file"])


def settings(said: Asked, tree: Tree) -> dict[str, config.Setting]:
    """What is in force for the dataset at a tree's root: the options, and where they are silent its datasetkit.toml.

    Raises DatasetkitError for a file that can't be read or used.
    """
    name, data = _file(said, tree)
    settled = config.parse(data, name) if data is not None else config.Config()
    check_codes(settled.ignore, name)
    return config.in_force(said.values, settled, name, os.environ)


def _wanted(said: Asked, tree: Tree) -> Settings:
    force = settings(said, tree)
    target = force["target_seconds"].value
    if target and math.isnan(target):  # click and TOML both take it for a number, and no range leaves it out
        raise DatasetkitError("the target seconds are nan, which is no length", "Give a number, such as 5.")
    _require_model(force["model"])
    return Settings(
        model=force["model"].value,
        kind=force["kind"].value,
        role=force["role"].value,
        target_seconds=target,
        effect=force["effect"].value,
        select=said.select,
        ignore={key.removeprefix("ignore."): s.value for key, s in force.items() if key.startswith("ignore.")},
        origin={key: Path(force[key].origin).name for key in ("kind", "role")},
    )


def _require_model(model: config.Setting) -> None:
    """Raise DatasetkitError for a model that doesn't exist, and say where it was named."""
    try:
        if model.value:
            spec.find_model(model.value)
    except DatasetkitError as error:
        raise DatasetkitError(f"{model.origin}: {error}", error.next_step) from error


def _file(said: Asked, tree: Tree) -> tuple[str, bytes | None]:
    """The name of the configuration file as users know it, and its bytes; None where there is none."""
    name = str(said.config_file or f"{tree.name}/{tree.prefix}{config.NAME}")
    try:
        if said.config_file:
            return name, said.config_file.read_bytes()
        if not any(file.path == config.NAME for file in tree.files):
            return name, None
        with tree.open(config.NAME) as file:
            return name, file.read()
    except OSError as error:
        raise DatasetkitError(f"can't read {name}: {error.strerror or error}", "Check its name and mode.") from error
