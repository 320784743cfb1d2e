"""picks.csv: which clips of a pool were chosen, and why. A person may change the column ``keep``. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import PurePosixPath

from datasetkit.errors import DatasetkitError
from datasetkit.intake.raw import PICKS
from datasetkit.windows import fault_of_name

_NEEDED = ("clip", "keep")
_ANSWERS = {"yes": True, "no": False}
_DELIMITERS = ",;\t"  # spreadsheets write the list separator of their language
_LONGEST = 60  # letters of a name that has to be made
_STEP = "Correct it, or choose again with `datasetkit select POOL -n N -o DIR`."


@dataclass(frozen=True, slots=True)
class Pick:
    """A clip of the pool, by its path there, and the ``name`` that it gets, without its extension.

    ``rank`` counts from 1. ``score`` is the clip's quality, from 0 to 1. ``next`` is the clip to take instead.
    """

    rank: int
    clip: str
    name: str
    keep: bool
    score: float
    reason: str = ""
    next: str = ""


def render(picks: Iterable[Pick]) -> str:
    """The table as CSV (RFC 4180, but lines end with LF)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(Pick)])
    for pick in picks:
        rank, clip, name, keep, score, reason, following = astuple(pick)
        writer.writerow([rank, clip, name, "yes" if keep else "no", f"{score:.4f}", reason, following])
    return text.getvalue()


def parse(text: str, name: str = PICKS) -> tuple[Pick, ...]:
    """The rows of a table that `render` wrote and a person may have changed; ``name`` is the file's, for messages.

    Rows may be moved, added or removed: ranks are counted again, and rows without a name get one. The separator may
    also be a semicolon or a tab. Raises DatasetkitError, with the line, for a table that can't be followed.
    """
    plain = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    delimiter = max(_DELIMITERS, key=plain.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(plain, newline=""), delimiter=delimiter, strict=True)
    try:
        if missing := [column for column in _NEEDED if column not in (reader.fieldnames or ())]:
            raise DatasetkitError(f"{name} has no column {' and no column '.join(missing)}", _STEP)
        picks = [*_rows(reader, name)]
    except csv.Error as error:
        raise DatasetkitError(f"{name}, line {reader.line_num}: {error}", _STEP) from None
    _refuse_repeated(picks, name)
    made = unique_names([pick.clip for pick in picks if not pick.name], [pick.name for pick in picks])
    return tuple(replace(pick, name=pick.name or made[pick.clip]) for pick in picks)


def unique_names(paths: Sequence[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """A name for each path: its stem, numbered where another has it already, also on file systems that ignore case."""
    used, given = {name.casefold() for name in taken}, {}
    for path in paths:
        stem = PurePosixPath(path).stem
        stem = f"clip_{re.sub(r'[^0-9A-Za-z-]+', '_', stem)[:_LONGEST]}" if fault_of_name(stem) else stem
        name, number = stem, 2
        while name.casefold() in used:
            name, number = f"{stem}_{number}", number + 1
        used.add(name.casefold())
        given[path] = name
    return given


def _rows(reader: csv.DictReader[str], name: str) -> Iterator[Pick]:
    for rank, row in enumerate(reader, 1):
        cells = {key: cell.strip() for key, cell in row.items() if isinstance(cell, str)}
        keep, own = _ANSWERS.get(cells.get("keep", "").lower()), cells.get("name", "")
        fault = fault_of_name(own) if own else ""
        fault = fault if cells.get("clip") else "it names no clip"
        if keep is None:
            fault = f'keep is "{cells.get("keep", "")}"; write yes or no'
        if keep is None or fault:
            raise DatasetkitError(f"{name}, line {reader.line_num}: {fault}", _STEP)
        score = _number(cells.get("score", ""))
        yield Pick(rank, cells["clip"], own, keep, score, cells.get("reason", ""), cells.get("next", ""))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _refuse_repeated(picks: Sequence[Pick], name: str) -> None:
    clips, names = Counter(pick.clip for pick in picks), Counter(pick.name.casefold() for pick in picks if pick.name)
    for what, counts in (("clip", clips), ("name", names)):
        if twice := next((value for value, count in counts.items() if count > 1), None):
            raise DatasetkitError(f"{name} gives the {what} {twice} twice", _STEP)
