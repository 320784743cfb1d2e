"""`datasetkit config`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import click

from datasetkit import spec
from datasetkit.cli.judging import asked, settings
from datasetkit.cli.options import files, judging_options
from datasetkit.config import Setting
from datasetkit.prompts.effect import Effect
from datasetkit.report.columns import align, printable
from datasetkit.scan.datasets import open_tree, prefixes

# what holds where nothing was said
_DEFAULTS = {
    "model": "(any that trains the kind)",
    "kind": "(as most lines say)",
    "role": "(as most lines say)",
    "region": "(none)",
    "target_seconds": "(none)",
    "effect": "(the one that the prompts share)",
}


@click.command(name="config")
@click.argument("path", default=".", shell_complete=files)
@judging_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Rows, or JSON.")
def command(path: str, *, form: str, **options: Any) -> None:
    """Print the settings in force, and where each comes from.

    PATH is a dataset's folder or zip, else the working directory. An option rules over datasetkit.toml, that over the
    environment. Media aren't read.

    \b
    Example:
      datasetkit config money_rain --model wan2.6-i2v
    """
    found = list(_found(path, options))
    if form == "json":
        told = [{"dataset": name, "settings": _as_json(force)} for name, force in found]
        click.echo(json.dumps(told, indent=2))
        return
    for name, force in found:
        click.secho(printable(name), bold=True)
        for row in align([_row(key, setting) for key, setting in force.items()]):
            click.echo("  " + "  ".join(row))


def _found(path: str, options: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Setting]]]:
    said = asked(options)
    with closing(open_tree(path)) as tree:
        for prefix in prefixes(tree) or [""]:
            own = tree.below(prefix)
            force = settings(said, own)
            if model := force["model"].value:
                spec.find_model(model)
            yield own.name, force


def _plain(value: Any) -> Any:
    return value.text if isinstance(value, Effect) else value


def _row(key: str, setting: Setting) -> tuple[str, str, str]:
    value = _DEFAULTS[key] if setting.value is None else printable(str(_plain(setting.value)))
    return printable(key), value, printable(setting.origin)


def _as_json(force: Mapping[str, Setting]) -> dict[str, dict[str, Any]]:
    return {key: {"value": _plain(setting.value), "origin": setting.origin} for key, setting in force.items()}
