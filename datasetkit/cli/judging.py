"""What every judging command shares: its options, and the verdicts of a path."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import click

from datasetkit import config
from datasetkit.errors import DatasetkitError
from datasetkit.findings import Verdict
from datasetkit.lint import Wanted, check_codes, lint
from datasetkit.model import Kind, Medium, Role
from datasetkit.scan.datasets import open_tree, prefixes, scan
from datasetkit.scan.tree import Tree

IGNORED_BY_OPTION = "--ignore"


def judging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say what to judge a dataset as."""
    for option in reversed(
        [
            click.option("--model", metavar="ID", help="The model to train (see `datasetkit models`)."),
            click.option(
                "--kind",
                type=click.Choice([kind.value for kind in Kind]),
                help="First frame, or first and last frames.",
            ),
            click.option("--role", type=click.Choice([role.value for role in Role]), help="What the set is for."),
            click.option(
                "--target-seconds",
                type=click.FloatRange(min=0, min_open=True),
                metavar="S",
                help="The length of the videos you want.",
            ),
            click.option(
                "--select", multiple=True, metavar="CODES", help="Judge by these codes or prefixes only: D,V407."
            ),
            click.option("--ignore", multiple=True, metavar="CODES", help="Leave these codes or prefixes out."),
        ]
    ):
        command = option(command)
    return command


def verdicts(path: str, options: dict[str, Any]) -> Iterator[Verdict]:
    """Judge every dataset of a folder or zip.

    Raises DatasetkitError for a path, a configuration, a model or a code that can't be used.
    """
    asked = _asked(options)
    with closing(open_tree(path)) as tree:
        for dataset, own in scan(tree, track):
            yield lint(dataset, _wanted(asked, own))


@contextmanager
def only_verdict(path: str, options: dict[str, Any]) -> Iterator[tuple[Verdict, Tree]]:
    """The verdict on the one dataset of a folder or zip that a zip will be built from, and its open tree.

    Raises DatasetkitError as `verdicts` does, and where there are several datasets.
    """
    asked = _asked(options)
    with closing(open_tree(path)) as tree:
        found = prefixes(tree)
        if len(found) > 1:
            raise DatasetkitError(f"{path} holds {len(found)} datasets: {', '.join(found)}", "Build one at a time.")
        for dataset, own in scan(tree, track):
            yield lint(dataset, _wanted(asked, own), build=True), own


def track(media: Iterable[Medium], count: int) -> Iterable[Medium]:
    """A progress bar on stderr, where that is a terminal, for what takes over a second; it leaves nothing behind."""
    if not sys.stderr.isatty():
        return media
    from tqdm import tqdm

    return tqdm(media, total=count, desc="reading", unit=" files", leave=False, delay=1)


@contextmanager
def bar(total: int, title: str) -> Iterator[Callable[[int], object] | None]:
    """A progress bar of ``total`` bytes that is told how many are done; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(total=total, desc=title, unit="B", unit_scale=True, leave=False, delay=1) as shown:
        yield lambda done: shown.update(done - shown.n)


def _asked(options: dict[str, Any]) -> Wanted:
    select, ignore = (_codes(options[name]) for name in ("select", "ignore"))
    check_codes(select, "--select")
    check_codes(ignore, IGNORED_BY_OPTION)
    return Wanted(
        model=options["model"],
        kind=Kind(options["kind"]) if options["kind"] else None,
        role=Role(options["role"]) if options["role"] else None,
        target_seconds=options["target_seconds"],
        select=select,
        ignore=dict.fromkeys(ignore, IGNORED_BY_OPTION),
    )


def _codes(values: Iterable[str]) -> list[str]:
    return [code.strip().upper() for value in values for code in value.split(",") if code.strip()]


def _wanted(asked: Wanted, tree: Tree) -> Wanted:
    """What was asked, and where that is silent what datasetkit.toml says."""
    settled = _config(tree)
    check_codes(settled.ignore, f"{tree.name}/{config.NAME}")
    return Wanted(
        model=asked.model or settled.model,
        kind=asked.kind or settled.kind,
        role=asked.role or settled.role,
        target_seconds=asked.target_seconds or settled.target_seconds,
        select=asked.select,
        ignore={**settled.ignore, **asked.ignore},
        origin={
            "kind": "--kind" if asked.kind else config.NAME,
            "role": "--role" if asked.role else config.NAME,
        },
    )


def _config(tree: Tree) -> config.Config:
    if not any(file.path == config.NAME for file in tree.files):
        return config.Config()
    with tree.open(config.NAME) as file:
        return config.parse(file.read(), f"{tree.name}/{config.NAME}")
