"""`datasetkit normalize`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from datasetkit.cli.options import files
from datasetkit.cli.prompting import Prompted, prompted
from datasetkit.errors import DatasetkitError
from datasetkit.prompts.rewrite import Rewrite, rewrite
from datasetkit.report.columns import plural, printable


@click.command(name="normalize")
@click.argument("paths", nargs=-1, metavar="PATH...", required=True, shell_complete=files)
@click.option("--write", is_flag=True, help="Change data.jsonl instead of showing what would change.")
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read this instead of the datasetkit.toml beside data.jsonl.",
)
def command(paths: tuple[str, ...], *, write: bool, config_file: Path | None) -> int:
    """Give every prompt the one effect text of the [effect] table in datasetkit.toml.

    Subject and background stay word for word, pronouns follow the subject. What can't be decided is left and said.
    Shows a word diff and exits with 1 if anything would change; with --write data.jsonl is replaced in one step, its
    other bytes as they were.

    \b
    Example:
      datasetkit normalize money_rain
      datasetkit normalize money_rain --write
    """
    pending = 0
    for path in paths:
        for dataset in prompted(path, config_file):
            rewrites = _rewrites(dataset)
            changes = [change for change in rewrites if change.changed]
            _show(dataset, rewrites)
            if write and changes:
                _write(dataset, changes)
            else:
                pending += len(changes)
    return int(pending > 0)


def _rewrites(dataset: Prompted) -> list[Rewrite]:
    if dataset.effect is None:
        raise DatasetkitError(
            f"{dataset.name} declares no effect to normalize to",
            f"Find it with `datasetkit effect --infer {dataset.name} --write`, or write an [effect] table.",
        )
    return list(rewrite(((record.line, record.values) for record in dataset.records), dataset.effect))


def _show(dataset: Prompted, rewrites: Sequence[Rewrite]) -> None:
    changed = sum(change.changed for change in rewrites)
    left = sum(bool(change.left) for change in rewrites)
    name = click.style(printable(dataset.name), bold=True)
    click.echo(f"{name}  {plural(len(rewrites), 'prompt')}: {changed} to change, {left} left")
    for change in rewrites:
        if change.changed:
            click.echo(f"  line {change.line}: {printable(change.diff)}")
        if change.left:
            click.echo(f"  line {change.line}: left, {printable(change.left)}")
        if change.tail:
            click.echo(f"  line {change.line}: kept behind the effect: {printable(change.tail)}")
    if dataset.unread:
        click.echo(f"  {plural(dataset.unread, 'line')} can't be read: see `datasetkit lint`")


def _write(dataset: Prompted, changes: Sequence[Rewrite]) -> None:
    from datasetkit.repair.edits import SetPrompt
    from datasetkit.repair.lines import edit_lines
    from datasetkit.repair.staging import replace_file

    if dataset.file is None:
        raise DatasetkitError(f"{dataset.name} is a zip, which is never changed", "Unpack it and build it anew.")
    new = edit_lines(dataset.data, [SetPrompt(change.line, change.after) for change in changes])
    if dataset.file.read_bytes() != dataset.data:
        raise DatasetkitError(f"{dataset.file} changed while it was being read", "Run this again.")
    replace_file(dataset.file, new)
    click.echo(f"  wrote {plural(len(changes), 'prompt')} to {printable(str(dataset.file))}", err=True)
