"""A word diff on one line: ``pour down [-like a torrential rain,-] {+while the camera zooms in,+} densely``."""

from __future__ import annotations

from enum import StrEnum
from itertools import groupby


class Change(StrEnum):
    """What becomes of words."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


_MARKED = {Change.KEPT: "{}", Change.REMOVED: "[-{}-]", Change.ADDED: "{{+{}+}}"}


def word_diff(old: str, new: str, context: int | None = None) -> str:
    """How ``old`` becomes ``new``: removed words in ``[-…-]``, added ones in ``{+…+}``; else as `word_changes`."""
    return " ".join(_MARKED[change].format(words) for change, words in word_changes(old, new, context))


def word_changes(old: str, new: str, context: int | None = None) -> list[tuple[Change, str]]:
    """How ``old`` becomes ``new``, as runs of words that are kept, removed or added.

    ``context`` keeps that many words beside each change and puts "…" for the others; None keeps all. Hidden
    characters are shown as escapes. Texts that differ in white space alone give none.
    """
    from rapidfuzz.distance import LCSseq, Prefix  # loaded only where something differs

    same = Prefix.similarity(old, new)
    at = 0 if context is None else _last_word(old, new, same)
    before, after = old[at:].split(), new[at:].split()
    if before == after:
        return []
    front = old[:at].rsplit(None, 1 + (context or 0))  # of what is the same only the last words are looked at
    shown = _kept(_near(front, context, starts=True, ends=False))
    for equal, group in groupby(LCSseq.opcodes(before, after), key=lambda code: code.tag == "equal"):
        codes = list(group)
        a, b, c, d = codes[0].src_start, codes[-1].src_end, codes[0].dest_start, codes[-1].dest_end
        if equal:
            ends = (b, d) == (len(before), len(after))
            shown += _kept(_near(before[a:b], context, starts=at == a == c == 0, ends=ends))
        else:
            shown += [(Change.REMOVED, _visible(before[a:b]))] * (a < b)
            shown += [(Change.ADDED, _visible(after[c:d]))] * (c < d)
    return shown


def _kept(words: list[str]) -> list[tuple[Change, str]]:
    return [(Change.KEPT, " ".join(words))] if words else []


def _last_word(old: str, new: str, same: int) -> int:
    """How many of the ``same`` characters that both texts begin with are words to their end."""
    ends = old[same : same + 1] in ("", " ") and new[same : same + 1] in ("", " ")
    return same if ends else old.rfind(" ", 0, same) + 1


def _near(words: list[str], context: int | None, starts: bool, ends: bool) -> list[str]:
    left, right = (0 if starts else context), (0 if ends else context)
    if left is None or right is None or len(words) <= left + right + 1:
        return words
    return [*words[:left], "…", *words[len(words) - right :]]


def _visible(words: list[str]) -> str:
    text = " ".join(words)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
