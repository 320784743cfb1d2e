"""`datasetkit prompts export|import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from datasetkit.cli.effect import only_dataset
from datasetkit.cli.options import files
from datasetkit.cli.terminal import echo, note
from datasetkit.errors import DatasetkitError
from datasetkit.printable import Printable
from datasetkit.report.columns import plural

if TYPE_CHECKING:
    from datasetkit.repair.normalizing import PromptFile

_FILE = click.Path(path_type=Path)


@click.group(name="prompts")
def command() -> None:
    """Take the prompts to a spreadsheet or a script, and back.

    \b
    Example:
      datasetkit prompts export money_rain prompts.csv
      datasetkit prompts import money_rain prompts.csv --write
    """


@command.command("export")
@click.argument("path", metavar="DATASET", shell_complete=files)
@click.argument("file", metavar="FILE", type=_FILE)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
def export_command(path: str, file: Path, *, force: bool) -> int:
    """Write a table of the prompts: CSV, or JSON lines if FILE ends in .jsonl.

    Its columns are file, prompt, person and state: "draft", or "unreviewed" for a model's caption.
    """
    from datasetkit.caption.captioning import unreviewed_captions
    from datasetkit.caption.composing import is_draft
    from datasetkit.caption.keeping import JournalFile
    from datasetkit.files import refuse_existing, replace_file
    from datasetkit.prompts.template import media_of
    from datasetkit.repair.prompttable import write_table

    dataset = only_dataset(path)
    refuse_existing(file, force=force, hint="Add --force to replace it.")
    folder = _folder(dataset)
    unreviewed = unreviewed_captions(dataset, JournalFile(folder).unreviewed)
    states: dict[int, str] = {}
    for sample in dataset.samples:
        if isinstance(prompt := sample.record.get("prompt"), str) and is_draft(prompt):
            states[sample.line] = "draft"
        elif not unreviewed.keys().isdisjoint(media_of(sample.record)):
            states[sample.line] = "unreviewed"
    replace_file(file, write_table(file, dataset, states))
    note(f"wrote {plural(len(dataset.prompts), 'prompt')} to {file}")
    return 0


@command.command("import")
@click.argument("path", metavar="DATASET", shell_complete=files)
@click.argument("file", metavar="FILE", type=_FILE)
@click.option("--write", is_flag=True, help="Change data.jsonl instead of showing what would change.")
def import_command(path: str, file: Path, *, write: bool) -> int:
    """Take prompts and persons from a table; the separator may be a comma, a semicolon or a tab.

    A model's captions that are in the table count as checked. Without --write this shows a word diff, and exits with 1
    if anything would change.
    """
    from datasetkit.prompts.worddiff import word_diff
    from datasetkit.repair.prompttable import changed_prompts, read_table

    dataset = only_dataset(path)
    rows = read_table(file)
    prompts, persons = changed_prompts(dataset, rows)
    before = {sample.line: str(sample.record.get("prompt")) for sample in dataset.samples}
    for line, text in prompts.items():
        echo(Printable(f"line {line}: {word_diff(before[line], text, 3) or 'white space'}"))
    for name, person in persons.items():
        echo(Printable(f"{name}: {person}"))
    if not write:
        return int(bool(prompts or persons))
    return _write(dataset, prompts, persons, {row.file for row in rows})


def _write(dataset: PromptFile, prompts: dict[int, str], persons: dict[str, str], names: set[str]) -> int:
    from datasetkit.caption.captioning import unreviewed_captions
    from datasetkit.caption.keeping import JournalFile
    from datasetkit.files import sole_run
    from datasetkit.repair.normalizing import write_prompts

    folder = _folder(dataset)
    outdated = write_prompts(dataset, prompts, persons)
    for line in sorted(outdated):
        note(f"line {line}: skipped: it was changed while this ran; run this again")
    with sole_run(folder, "captioning"):
        journal = JournalFile(folder)
        journal.accept(unreviewed_captions(dataset, journal.unreviewed, names))
    note(f"wrote {plural(len(prompts) - len(outdated), 'prompt')} to {dataset.file}")
    return int(bool(outdated))


def _folder(dataset: PromptFile) -> Path:
    if dataset.file is None:
        raise DatasetkitError(f"{dataset.name} is a zip, which is never changed", "Unpack it first.")
    return dataset.file.parent
