"""A word diff on one line: ``pour down [-like a torrential rain,-] {+while the camera zooms in,+} densely``."""

from __future__ import annotations

from difflib import SequenceMatcher


def word_diff(old: str, new: str, context: int | None = None) -> str:
    """How ``old`` becomes ``new``: removed words in ``[-…-]``, added ones in ``{+…+}``.

    ``context`` keeps that many words beside each change and puts "…" for the others; None keeps all. Hidden
    characters are shown as escapes. Texts that differ in white space alone give "".
    """
    before, after = old.split(), new.split()
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    if all(tag == "equal" for tag, *_ in codes):
        return ""
    shown: list[str] = []
    for position, (tag, a, b, c, d) in enumerate(codes):
        if tag == "equal":
            shown += _near(before[a:b], context, starts=position == 0, ends=position == len(codes) - 1)
        else:
            shown += [f"[-{_visible(before[a:b])}-]"] * (a < b) + [f"{{+{_visible(after[c:d])}+}}"] * (c < d)
    return " ".join(shown)


def _near(words: list[str], context: int | None, starts: bool, ends: bool) -> list[str]:
    left, right = (0 if starts else context), (0 if ends else context)
    if left is None or right is None or len(words) <= left + right + 1:
        return words
    return [*words[:left], "…", *words[len(words) - right :]]


def _visible(words: list[str]) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in " ".join(words))
