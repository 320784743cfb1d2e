"""The prompts of a dataset as a table, to be checked or edited elsewhere: CSV, or JSON lines where a file ends so."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasetkit.errors import DatasetkitError, did_you_mean
from datasetkit.prompts.slots import Person
from datasetkit.prompts.template import media_of
from datasetkit.repair.normalizing import PromptFile

COLUMNS = ("file", "prompt", "person", "state")
"""The clip or first frame that names the sample, its prompt, who the subject is, and what is still to be done."""


@dataclass(frozen=True, slots=True)
class PromptRow:
    """A row of the table; ``person`` is "" where nobody is declared."""

    file: str
    prompt: str
    person: str = ""


def write_table(file: Path, dataset: PromptFile, states: Mapping[int, str]) -> bytes:
    """The table for ``file``, by its extension; ``states`` are those of lines: "draft" or "unreviewed"."""
    rows = [*_rows(dataset, states)]
    if file.suffix.lower() == ".jsonl":
        return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue().encode("utf-8-sig")  # with a BOM spreadsheets read the letters right


def _rows(dataset: PromptFile, states: Mapping[int, str]) -> Iterator[dict[str, str]]:
    for sample in dataset.samples:
        media, prompt = media_of(sample.record), sample.record.get("prompt")
        if media and isinstance(prompt, str):
            declared = dataset.effect.declared.of(media) if dataset.effect else ()
            values = (media[0], prompt, declared[0] if len(declared) == 1 else "", states.get(sample.line, ""))
            yield dict(zip(COLUMNS, map(str, values), strict=True))


def read_table(file: Path) -> list[PromptRow]:
    """The rows of a table; its separator may be a comma, a semicolon or a tab, and other columns are ignored.

    Raises DatasetkitError for a table that can't be read or used.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
        rows = [*(_json_rows(text) if file.suffix.lower() == ".jsonl" else _csv_rows(text))]
    except OSError as error:
        raise DatasetkitError(f"can't read {file}: {error.strerror}", "Make it: datasetkit prompts export.") from error
    except ValueError as error:
        raise DatasetkitError(f"can't read {file}: {error}", "Save it as UTF-8, as CSV or JSON lines.") from error
    if not rows or not {"file", "prompt"} <= rows[0].keys():
        raise DatasetkitError(f"{file} has no columns file and prompt", "Make it: datasetkit prompts export.")
    return [_row(row, f"{file}, row {number}") for number, row in enumerate(rows, 1)]


def _csv_rows(text: str) -> Sequence[dict[str, Any]]:
    heading = text.partition("\n")[0]
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count)))


def _json_rows(text: str) -> Iterator[dict[str, Any]]:
    for line in filter(str.strip, text.split("\n")):
        row = json.loads(line)
        if not isinstance(row, dict):
            raise ValueError("a line is not a JSON object")
        yield row


def _row(row: Mapping[str, Any], place: str) -> PromptRow:
    file, prompt, person = (str(row.get(name) or "").strip() for name in ("file", "prompt", "person"))
    if not file or not prompt:
        raise DatasetkitError(f"{place} lacks a file or a prompt", "Fill it in, or delete the row.")
    if person.lower() not in {"", *Person}:
        raise DatasetkitError(f'{place}: "{person}" is not a person', f"Write one of {', '.join(Person)}.")
    return PromptRow(file, prompt, person.lower())


def changed_prompts(dataset: PromptFile, rows: Sequence[PromptRow]) -> tuple[dict[int, str], dict[str, str]]:
    """The prompts that the table changes, by line, and the persons that it changes, by file.

    Raises DatasetkitError for a file that no line names, and for one that has two prompts.
    """
    lines = {path: sample for sample in dataset.samples for path in media_of(sample.record)}
    prompts: dict[int, str] = {}
    persons: dict[str, str] = {}
    seen: dict[int, str] = {}
    for row in rows:
        sample = lines.get(row.file)
        if sample is None:
            raise DatasetkitError(f"no line names {row.file}", did_you_mean(row.file, lines))
        if seen.setdefault(sample.line, row.prompt) != row.prompt:
            raise DatasetkitError(f"the table has two prompts for {row.file}", "Delete one of the rows.")
        if row.prompt != sample.record.get("prompt"):
            prompts[sample.line] = row.prompt
        if row.person and dataset.effect and dataset.effect.declared.of(media_of(sample.record)) != (row.person,):
            persons[row.file] = row.person
    return prompts, persons
