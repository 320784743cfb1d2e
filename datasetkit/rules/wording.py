"""Plain words for messages: counts, lists of names, sizes and lengths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

_SHOWN = 3


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 sample", "20 samples"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def names(items: Sequence[object], last: str = "and") -> str:
    """The first few names and how many more: "a", "a and b", "a, b, c and 5 more"."""
    shown, more = items[:_SHOWN], len(items) - _SHOWN
    return series([", ".join(map(str, shown)), f"{more:,} more"], last) if more > 0 else series(shown, last)


def series(items: Iterable[object], last: str = "and") -> str:
    """All the names, however many: "BMP, JPEG, PNG and WEBP"."""
    *others, final = [*map(str, items)] or [""]
    return f"{', '.join(others)} {last} {final}" if others else final


def megabytes(size: int) -> str:
    """Bytes as megabytes of a million bytes, "21.3 MB", or if that would be nearly zero, as "7.3 kB"."""
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.1f} kB"


def seconds(length: Fraction | float) -> str:
    """A clip's length to a hundredth of a second: "7.20 s"."""
    return f"{float(length):.2f} s"


def pixels(size: tuple[int, int]) -> str:
    """Width and height: "1280×720"."""
    return f"{size[0]}×{size[1]}"
