"""A word diff on one line: ``pour down [-like a torrential rain,-] {+while the camera zooms in,+} densely``."""

from __future__ import annotations

from difflib import SequenceMatcher


def word_diff(old: str, new: str, context: int | None = None) -> str:
    """How ``old`` becomes ``new``: removed words in ``[-…-]``, added ones in ``{+…+}``.

    ``context`` keeps that many words beside each change and puts "…" for the others; None keeps all. Hidden
    characters are shown as escapes. Texts that differ in white space alone give "".
    """
    before, after = old.split(), new.split()
    if before == after:
        return ""
    codes = _opcodes(before, after)
    shown: list[str] = []
    for position, (tag, a, b, c, d) in enumerate(codes):
        if tag == "equal":
            shown += _near(before[a:b], context, starts=position == 0, ends=position == len(codes) - 1)
        else:
            shown += [f"[-{_visible(before[a:b])}-]"] * (a < b) + [f"{{+{_visible(after[c:d])}+}}"] * (c < d)
    return " ".join(shown)


def _opcodes(before: list[str], after: list[str]) -> list[tuple[str, int, int, int, int]]:
    """SequenceMatcher's opcodes; it sees only what is between the same words in front and behind, as it's slow."""
    front = _same(before, after)
    back = _same(before[front:][::-1], after[front:][::-1])
    a, b = len(before) - back, len(after) - back
    between = SequenceMatcher(None, before[front:a], after[front:b], autojunk=False).get_opcodes()
    codes = [(tag, i + front, j + front, k + front, m + front) for tag, i, j, k, m in between]
    around = ("equal", 0, front, 0, front), ("equal", a, len(before), b, len(after))
    return [*around[: front > 0], *codes, *around[1 : 1 + (back > 0)]]


def _same(one: list[str], other: list[str]) -> int:
    """How many words both begin with."""
    shorter = min(len(one), len(other))
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), shorter)


def _near(words: list[str], context: int | None, starts: bool, ends: bool) -> list[str]:
    left, right = (0 if starts else context), (0 if ends else context)
    if left is None or right is None or len(words) <= left + right + 1:
        return words
    return [*words[:left], "…", *words[len(words) - right :]]


def _visible(words: list[str]) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in " ".join(words))
