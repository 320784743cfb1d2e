"""Columns as wide as a terminal shows them; counts, sizes and paths as people read them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from click import unstyle

from datasetkit.printable import Printable, joined


def cells(text: str) -> int:
    """The terminal cells that ``text`` takes, colours aside: a Chinese letter takes two, a combining mark none."""
    plain = unstyle(text)
    if plain.isascii():
        return len(plain)
    from wcwidth import width  # slow to load, and rarely needed

    return width(plain)


def align(rows: Sequence[Sequence[str]]) -> list[list[Printable]]:
    """The rows, with every column but the last filled with spaces to its widest text."""
    shown = [[Printable(text) for text in row] for row in rows]
    widths = [max(map(cells, column)) for column in zip(*shown, strict=True)][:-1]
    return [[*map(_filled, row[:-1], widths), row[-1]] for row in shown]


def table(rows: Sequence[Sequence[str]], margin: str = "") -> list[Printable]:
    """The aligned rows as lines."""
    return [joined([Printable(margin), joined(row, "  ")]) for row in align(rows)]


def _filled(text: Printable, width: int) -> Printable:
    return joined([text, Printable(" " * (width - cells(text)))])


def argument(path: str) -> str:
    """A path that no command takes for an option."""
    return f"./{path}" if path.startswith("-") else path


def quoted(text: str) -> str:
    """An argument as it is typed in a shell; one that isn't printable as bash's and zsh's $'…'."""
    if Printable(text) == text:
        return shlex.quote(text)
    return f"$'{''.join(map(_typed, text))}'"


def _typed(letter: str) -> str:
    if letter in "\\'":
        return f"\\{letter}"
    if letter.isprintable() and letter not in ":#":
        return letter
    return "".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "surrogateescape"))


def size(count: int) -> str:
    """Bytes in the decimal units that the platform's limits are written in."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= scale:
            return f"{count / scale:.3g} {unit}" if count < 999.5 * scale else f"{count / scale:.0f} {unit}"
    return f"{count} bytes"


def plural(count: int, one: str, many: str = "") -> str:
    """The count with its noun: "1 sample", "2 samples"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
