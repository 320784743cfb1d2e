"""`datasetkit normalize`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from datasetkit.cli.options import files, staged_options
from datasetkit.cli.staged import chosen
from datasetkit.errors import DatasetkitError
from datasetkit.report.columns import plural, printable

if TYPE_CHECKING:
    from datasetkit.cli.prompting import Prompted
    from datasetkit.prompts.rewrite import Rewrite


@click.command(name="normalize")
@click.argument("paths", nargs=-1, metavar="PATH...", shell_complete=files)
@click.option("--write", is_flag=True, help="Change data.jsonl instead of showing what would change.")
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read this instead of the datasetkit.toml beside data.jsonl.",
)
@staged_options
def command(
    paths: tuple[str, ...], *, write: bool, config_file: Path | None, staged: bool, exclude: tuple[str, ...]
) -> int:
    """Give every prompt the one effect text of the [effect] table in datasetkit.toml.

    Subject and background stay word for word, pronouns follow the subject. What can't be decided is left and said.
    Shows a word diff and exits with 1 if anything would change; with --write data.jsonl is replaced in one step, its
    other bytes as they were. With --staged, datasets that declare no effect are passed over, and the exit code is 1
    though the changes are written, so that a commit stops and they can be looked at.

    \b
    Example:
      datasetkit normalize money_rain
      datasetkit normalize money_rain --write
    """
    looked_at = chosen(paths, exclude, staged=staged)
    if not looked_at:
        click.echo("no dataset has changed")  # and nothing is loaded that reads one
        return 0
    return _normalize(looked_at, config_file, write=write, staged=staged)


def _normalize(paths: Sequence[str], config_file: Path | None, *, write: bool, staged: bool) -> int:
    from datasetkit.cli.prompting import prompted

    pending = 0
    for path in paths:
        for dataset in prompted(path, config_file, alone=staged):
            if staged and dataset.effect is None:
                continue
            rewrites = _rewrites(dataset)
            changes = [change for change in rewrites if change.changed]
            _show(dataset, rewrites)
            if write:
                _write(dataset, changes)
            pending += len(changes) if staged or not write else 0
    return int(pending > 0)


def _rewrites(dataset: Prompted) -> list[Rewrite]:
    from datasetkit.prompts.rewrite import rewrite

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
    from datasetkit.edits import SetField
    from datasetkit.files import remove_stale, replace_file
    from datasetkit.repair.lines import edit_lines

    if not changes:
        if dataset.file:
            remove_stale(dataset.file.parent)  # a run that was killed after its work was done may have left one
        return
    if dataset.file is None:
        raise DatasetkitError(f"{dataset.name} is a zip, which is never changed", "Unpack it and build it anew.")
    new = edit_lines(dataset.data, [SetField(change.line, "prompt", change.after) for change in changes])
    if dataset.file.read_bytes() != dataset.data:
        raise DatasetkitError(f"{dataset.file} changed while it was being read", "Run this again.")
    replace_file(dataset.file, new)
    click.echo(f"  wrote {plural(len(changes), 'prompt')} to {printable(str(dataset.file))}", err=True)
