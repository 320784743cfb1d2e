"""Plain words for what rules say: counts, lists of names, sizes and lengths."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

_SHOWN = 3


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 sample", "20 samples"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def names(items: Sequence[object], last: str = "and") -> str:
    """The first few names and how many more: "a", "a and b", "a, b, c and 5 more"."""
    shown = [str(item) for item in items[:_SHOWN]]
    more = len(items) - len(shown)
    return f"{', '.join(shown)} {last} {more:,} more" if more else whole(shown, last)


def whole(items: Sequence[str], last: str = "and") -> str:
    """All the names, however many: "BMP, JPEG, PNG and WEBP"."""
    return f" {last} ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def megabytes(size: int) -> str:
    """Bytes as megabytes of a million bytes: "21.3 MB"."""
    return f"{size / 1e6:,.1f} MB"


def seconds(length: Fraction) -> str:
    """A clip's length to a hundredth of a second: "7.20 s"."""
    return f"{float(length):.2f} s"


def pixels(size: tuple[int, int]) -> str:
    """Width and height: "1280×720"."""
    return f"{size[0]}×{size[1]}"
