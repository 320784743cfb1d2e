"""picks.csv: which clips of a pool were chosen, and why. A person may change the column ``keep``. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import PurePosixPath

from datasetkit.errors import DatasetkitError

NAME = "picks.csv"
_NEEDED = ("clip", "keep")
_ANSWERS = {"yes": True, "no": False}
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


def parse(text: str, name: str = NAME) -> tuple[Pick, ...]:
    """The rows of a table that `render` wrote and a person may have changed; ``name`` is the file's, for messages.

    Rows may be moved or added; rank and name are made anew where they are missing. Raises DatasetkitError for a table
    that can't be followed, with the line.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), newline=""), strict=True)
    try:
        columns = set(reader.fieldnames or ())
        if missing := [column for column in _NEEDED if column not in columns]:
            raise DatasetkitError(f"{name} has no column {' and no column '.join(missing)}", _STEP)
        picks = [*_rows(reader, name)]
    except csv.Error as error:
        raise DatasetkitError(f"{name}, line {reader.line_num}: {error}", _STEP) from None
    _refuse_repeated(picks, name)
    return tuple(picks)


def unique_names(paths: Sequence[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """A name for each path: its stem, numbered where another has it already, also on file systems that ignore case."""
    used, given = {name.casefold() for name in taken}, {}
    for path in paths:
        stem = PurePosixPath(path).stem.encode("utf-8", "replace").decode()
        name, number = stem, 2
        while name.casefold() in used:
            name, number = f"{stem}_{number}", number + 1
        used.add(name.casefold())
        given[path] = name
    return given


def _rows(reader: csv.DictReader[str], name: str) -> Iterator[Pick]:
    taken: list[str] = []
    for rank, row in enumerate(reader, 1):
        line, cells = reader.line_num, {key: cell or "" for key, cell in row.items() if isinstance(cell, str | None)}
        keep = _ANSWERS.get(cells["keep"].strip().lower())
        if keep is None:
            raise DatasetkitError(f"{name}, line {line}: keep is {cells['keep']!r}, not yes or no", _STEP)
        if not cells["clip"] or "/" in cells.get("name", "") or None in row:
            fault = "it names no clip" if not cells["clip"] else "a name with / or too many columns"
            raise DatasetkitError(f"{name}, line {line}: {fault}", _STEP)
        own = cells.get("name") or unique_names([cells["clip"]], taken)[cells["clip"]]
        taken.append(own)
        score = _number(cells.get("score", ""))
        yield Pick(rank, cells["clip"], own, keep, score, cells.get("reason", ""), cells.get("next", ""))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _refuse_repeated(picks: Sequence[Pick], name: str) -> None:
    for what, values in (("clip", [p.clip for p in picks]), ("name", [p.name.casefold() for p in picks])):
        twice = next((value for number, value in enumerate(values) if value in values[:number]), None)
        if twice is not None:
            raise DatasetkitError(f"{name} gives the {what} {twice} twice", _STEP)
