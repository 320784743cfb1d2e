"""A CSV file as it was written, so that an edit changes its own row and leaves every other byte as it is. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from datasetkit.errors import DatasetkitError

_DELIMITERS = ",;\t"  # spreadsheets write the list separator of their language
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UTF_8 = b"\xef\xbb\xbf"

Cells = Mapping[str, str]
"""A row's cells by their columns' names, in lower case."""


@dataclass(frozen=True, slots=True)
class CsvText:
    """The text of a CSV file, row by row as written, each with its line end; ``rows`` are those below the header."""

    encoding: str
    delimiter: str
    header: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]

    def cells(self, row: str) -> Cells:
        """The cells of a row; those that it lacks are empty."""
        found = next(csv.reader(io.StringIO(row, newline=""), delimiter=self.delimiter), [])
        return dict(zip(self.columns, [*found, *[""] * len(self.columns)], strict=False))

    def edited(self, change: Callable[[Cells], Cells | None]) -> CsvText:
        """The text with each row as ``change`` makes it of its cells; None takes the row out."""
        return replace(self, rows=tuple(row for old in self.rows if (row := self._row(old, change)) is not None))

    def extended(self, added: Iterable[Cells]) -> CsvText:
        """The text with more rows behind the others."""
        end = _line_end(self.header) or "\n"
        lines = [line if _line_end(line) else line + end for line in (self.header, *self.rows)]
        more = (self._written([cells.get(column, "") for column in self.columns], end) for cells in added)
        return replace(self, header=lines[0], rows=(*lines[1:], *more))

    def encoded(self) -> bytes:
        """The bytes of the file, with the byte order mark that it had."""
        return "".join((self.header, *self.rows)).encode(self.encoding, "surrogateescape")

    def _row(self, row: str, change: Callable[[Cells], Cells | None]) -> str | None:
        before = self.cells(row)
        if not any(before.values()) or (now := change(before)) == before:
            return row
        if now is None:
            return None
        old = next(csv.reader(io.StringIO(row, newline=""), delimiter=self.delimiter))
        cells = [*old, *[""] * (len(self.columns) - len(old))]
        for number, column in enumerate(self.columns):
            if now[column] != before[column]:
                cells[number] = now[column]
        return self._written(cells, _line_end(row))

    def _written(self, cells: Iterable[str], end: str) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n").writerow(cells)
        return text.getvalue().removesuffix("\r\n") + end


def csv_text(data: bytes, needed: tuple[str, ...]) -> CsvText | None:
    """Take a file apart; None if its header lacks a column that is ``needed``.

    Raises DatasetkitError if it isn't text, or no table.
    """
    encoding = "utf-16" if data.startswith(_UTF_16) else "utf-8-sig" if data.startswith(_UTF_8) else "utf-8"
    try:
        lines = [*io.StringIO(data.decode(encoding, "surrogateescape"), newline="")]
        for delimiter in _DELIMITERS:
            header, *rows = _records(lines, delimiter) or [""]
            columns = [cell.strip().lower() for cell in next(csv.reader([header], delimiter=delimiter), [])]
            if {*needed} <= {*columns}:
                return CsvText(encoding, delimiter, header, tuple(columns), tuple(rows))
    except (UnicodeError, csv.Error) as error:
        raise DatasetkitError(f"the table can't be read ({error})", "Save it as CSV, in UTF-8.") from error
    return None


def _records(lines: list[str], delimiter: str) -> list[str]:
    """The lines of each row together: a quoted cell may hold line ends."""
    reader, found, start = csv.reader(lines, delimiter=delimiter), list[str](), 0
    for _ in reader:
        found.append("".join(lines[start : reader.line_num]))
        start = reader.line_num
    return found


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
