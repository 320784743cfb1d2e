"""Text in columns, as wide as a terminal shows it."""

from __future__ import annotations

import shlex
import unicodedata
from collections.abc import Sequence

from datasetkit.printable import Printable


def cells(text: str) -> int:
    """The terminal cells that ``text`` takes: Chinese letters and most emoji take two, combining marks none."""
    return sum(_cells(letter) for letter in text)


def _cells(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def align(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows with every column but the last filled with spaces to its widest text."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    return [
        [text + " " * (w - cells(text)) for text, w in zip(row[:-1], widths, strict=False)] + [row[-1]] for row in rows
    ]


def wrap(text: str, width: int, later: int | None = None) -> list[str]:
    """``text`` in lines of at most ``width`` cells, those after the first of at most ``later``.

    They are broken at spaces, and inside what is longer than a line. A width counts as 2 at least.
    """
    room, later = max(width, 2), max(width if later is None else later, 2)
    lines, used = [""], 0
    for word in text.split(" "):
        space = int(used > 0)
        for number, part in enumerate(_pieces(word, min(room, later))):
            if used and (number or used + space + cells(part) > room):
                lines.append("")
                used, space, room = 0, 0, later
            lines[-1] += " " * space + part
            used, space = used + space + cells(part), 0
    return lines


def _pieces(word: str, width: int) -> list[str]:
    """A word whole where it fits in ``width`` cells, else cut into parts that do; marks stay with their letter."""
    pieces, used = [""], 0
    for letter in word:
        if used and used + _cells(letter) > width:
            pieces.append("")
            used = 0
        pieces[-1] += letter
        used += _cells(letter)
    return pieces


printable = Printable  # the old name, for callers that still have it


def quoted(path: str) -> str:
    """A path as it is typed in a shell."""
    return shlex.quote(printable(path))


def size(count: int) -> str:
    """Bytes in the decimal units that the platform's limits are written in."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= scale:
            return f"{count / scale:.3g} {unit}" if count < 999.5 * scale else f"{count / scale:.0f} {unit}"
    return f"{count} bytes"


def plural(count: int, one: str, many: str = "") -> str:
    """The count with its noun: "1 sample", "2 samples"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
