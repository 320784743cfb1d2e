"""Where the trigger stands in a prompt, and how it is spelled there: exactly, or nearly."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from datasetkit.prompts.words import WORD, fold


class Misspelling(StrEnum):
    """What is wrong with a trigger, as a message says it."""

    CASE = "other capitals"
    LOOK_ALIKE = "look-alike letters"
    SPACING = "a space or hyphen inside"
    GLUED = "glued to a word"
    LETTERS = "a letter wrong"


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger at ``start`` to ``end`` of a text; ``misspelling`` is None where it's right."""

    start: int
    end: int
    written: str
    misspelling: Misspelling | None = None


_SEPARATOR = r"[\s_.·‐‑–-]?"
_DIGITS = str.maketrans("oil|", "0111")


class _Skeleton(dict[int, str]):
    """Each character's plain form, one for one, so that offsets hold. Filled as characters turn up."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = fold(unicodedata.normalize("NFKC", character)).translate(_DIGITS)
        self[code] = result = plain if len(plain) == 1 else character
        return result


_SKELETON = _Skeleton()


@dataclass(frozen=True, slots=True)
class _Patterns:
    exact: re.Pattern[str]
    near: re.Pattern[str]
    odd: bool  # so unlike a word that it may be looked for inside others


@lru_cache(maxsize=256)
def _patterns(trigger: str) -> _Patterns:
    letters = [re.escape(c) for c in trigger.translate(_SKELETON) if c not in "_-"]
    odd = any(c.isdigit() for c in trigger) or len(trigger) >= 6
    near = (_SEPARATOR if odd else "[_-]?").join(letters)
    exact = rf"(?<![0-9A-Za-z_]){re.escape(trigger)}(?![0-9A-Za-z_])"
    return _Patterns(re.compile(exact), re.compile(near), odd)


def find_triggers(text: str, trigger: str) -> tuple[Trigger, ...]:
    """Every place in ``text`` that is the trigger or a misspelling of it, in order."""
    patterns = _patterns(trigger)
    exact = {m.start(): m.end() for m in patterns.exact.finditer(text)}
    found = [Trigger(start, end, trigger) for start, end in exact.items()]
    for match in patterns.near.finditer(text.translate(_SKELETON)):
        if match.start() not in exact:
            found += _near(text, match, trigger, patterns.odd)
    if not found and patterns.odd:
        found = _mistyped(text, trigger)
    return tuple(sorted(found, key=lambda t: t.start))


def _near(text: str, match: re.Match[str], trigger: str, odd: bool) -> list[Trigger]:
    start, end = match.span()
    written = text[start:end]
    glued = _is_letter(text[start - 1 : start]) or _is_letter(text[end : end + 1])
    if glued and not odd:
        return []
    if written == trigger:
        return [Trigger(start, end, written, Misspelling.GLUED)]
    return [Trigger(start, end, written, _misspelling(written, trigger))]


def _is_letter(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _misspelling(written: str, trigger: str) -> Misspelling:
    if written.lower() == trigger.lower():
        return Misspelling.CASE
    same = [c for c in written if not c.isalnum()] == [c for c in trigger if not c.isalnum()]
    return Misspelling.LOOK_ALIKE if same else Misspelling.SPACING


def _mistyped(text: str, trigger: str) -> list[Trigger]:
    """Words that are one letter off, where the trigger is long enough for that to be no chance."""
    if len(trigger) < 5:
        return []
    skeleton = trigger.translate(_SKELETON)
    needs_digit = any(c.isdigit() for c in trigger)
    return [
        Trigger(m.start(), m.end(), m.group(), Misspelling.LETTERS)
        for m in WORD.finditer(text)
        if abs(m.end() - m.start() - len(trigger)) <= 1
        and (not needs_digit or any(map(str.isdigit, m.group())))
        and one_edit_apart(m.group().translate(_SKELETON), skeleton)
    ]


def one_edit_apart(a: str, b: str) -> bool:
    """Whether one letter added, dropped or changed, or two neighbours swapped, makes ``a`` of ``b``."""
    if len(a) > len(b):
        a, b = b, a
    same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[same:] == b[same + 1 :] and len(b) - len(a) == 1
    swapped = a[same : same + 2] == b[same : same + 2][::-1] and a[same + 2 :] == b[same + 2 :]
    return same < len(a) and (swapped or a[same + 1 :] == b[same + 1 :])
