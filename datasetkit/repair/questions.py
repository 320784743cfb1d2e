"""Who the subjects are: the questions that are left, as a block to paste or a table, and the answers to them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from datasetkit.errors import DatasetkitError
from datasetkit.files import replace_file
from datasetkit.prompts.slots import Person
from datasetkit.prompts.template import Effect, Persons

_COLUMNS = ("file", "line", "subject", "candidates", "person")


@dataclass(frozen=True, slots=True)
class Question:
    """Who is the subject of the sample that names ``file``? ``candidates`` are the persons the effect can be for."""

    file: str
    line: int
    subject: str
    candidates: tuple[str, ...]


def block_to_paste(questions: Sequence[Question], effect: Effect) -> list[str]:
    """The questions as lines of TOML, each open until one of its persons is chosen; none for those that are there.

    They begin with the table's name where the effect has no such table yet: TOML refuses a second one.
    """
    rows = [
        f'{json.dumps(q.file, ensure_ascii=False)} = "{"/".join(q.candidates)}"  # {q.subject}'
        for q in questions
        if q.file not in effect.declared.unanswered
    ]
    return rows if effect.declared != Persons() or not rows else ["[effect.persons]", *rows]


def write_questions(file: Path, questions: Sequence[Question]) -> None:
    """Write a CSV table with a row a question; the column "person" is to be filled in.

    Raises DatasetkitError if the file exists, or can't be written.
    """
    if file.exists():
        raise DatasetkitError(f"{file} already exists", f"Fill it in and use --answers {file}, or choose another name.")
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([q.file, q.line, q.subject, "/".join(q.candidates), ""] for q in questions)
    replace_file(file, table.getvalue().encode("utf-8-sig"))  # with a BOM spreadsheets read the letters right


def read_answers(file: Path) -> dict[str, str]:
    """File → person of every row that says one. Raises DatasetkitError for a table that can't be used."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise DatasetkitError(f"can't read {file}: it isn't UTF-8", 'Save it as "CSV UTF-8".') from error
        raise DatasetkitError(f"can't read {file}: {error.strerror}", "Make the table with --ask FILE.csv.") from error
    heading = text.partition("\n")[0]
    rows = list(csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=heading.count)))
    if not {"file", "person"} <= set(rows[0] if rows else ()):
        raise DatasetkitError(f"{file} has no columns file and person", "Make the table with --ask FILE.csv.")
    answers = {}
    for number, row in enumerate(rows, 2):
        said = (row["person"] or "").strip().lower()
        if said and said not in set(Person):
            known = ", ".join(Person)
            raise DatasetkitError(f'{file}, row {number}: "{row["person"]}" is not a person', f"Write one of {known}.")
        if said:
            answers[(row["file"] or "").strip()] = said
    return answers
