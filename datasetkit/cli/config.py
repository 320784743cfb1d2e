"""`datasetkit config`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import click

from datasetkit.cli.options import files, judging, judging_options
from datasetkit.cli.terminal import echo
from datasetkit.config import DEFAULT, KEYS, Settings, from_environment, merge
from datasetkit.printable import Printable, as_json, styled
from datasetkit.prompts.template import Effect
from datasetkit.report.columns import table
from datasetkit.scan.datasets import open_tree, prefixes
from datasetkit.verdict import read_settings, settings_for

# what holds if nothing is set
_DEFAULTS = {
    "model": "(any that trains the kind)",
    "kind": "(worked out from data.jsonl)",
    "role": "(worked out from data.jsonl)",
    "region": "(none)",
    "target_seconds": "(none)",
    "effect": "(the one that the prompts share)",
}


@click.command(name="config")
@click.argument("path", default=".", shell_complete=files)
@judging_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Rows, or JSON.")
def command(path: str, *, form: str, **options: Any) -> None:
    """Show the settings used, and where each comes from.

    PATH is a dataset's folder or zip; without it, the working directory. Options override datasetkit.toml,
    which overrides the environment. Clips and images aren't read.

    \b
    Example:
      datasetkit config money_rain --model wan2.6-i2v
    """
    found = list(_found(path, options))
    if form == "json":
        echo(as_json([{"dataset": name, "settings": _as_json(force)} for name, force in found]))
        return
    for name, force in found:
        echo(styled(Printable(name), bold=True))
        for row in table([*_rows(force)], margin="  "):
            echo(row)


def _found(path: str, options: Mapping[str, Any]) -> Iterator[tuple[str, Settings]]:
    settings = read_settings(judging(options))
    with closing(open_tree(path)) as tree:
        for prefix in prefixes(tree) or [""]:
            own = tree.below(prefix)
            yield own.name, merge(settings_for(own, settings), from_environment(os.environ))


def _values(force: Settings) -> Iterator[tuple[str, Any, str]]:
    """Each setting's key, value and origin."""
    for key in KEYS:
        value = getattr(force, key)
        yield key, value.text if isinstance(value, Effect) else value, force.origin.get(key, DEFAULT)
    for code, reason in force.ignore.items():
        yield f"ignore.{code}", reason, force.origin[f"ignore.{code}"]


def _rows(force: Settings) -> Iterator[tuple[str, ...]]:
    for key, value, origin in _values(force):
        yield key, _DEFAULTS[key] if value is None else str(value), origin


def _as_json(force: Settings) -> dict[str, dict[str, Any]]:
    return {key: {"value": value, "origin": origin} for key, value, origin in _values(force)}
