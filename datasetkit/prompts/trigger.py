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

    CASE = "capitals differ"
    LOOK_ALIKE = "look-alike letters"
    SPACING = "a space or hyphen inside"
    GLUED = "glued to a word"
    LETTERS = "a letter wrong"


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger at ``start`` to ``end`` of a text; ``misspelling`` is None if it's right."""

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


def _is_odd(trigger: str) -> bool:
    """Whether a trigger is so unlike a word that it may be looked for inside others."""
    return any(map(str.isdigit, trigger)) or len(trigger) >= 6


@lru_cache(maxsize=256)
def _pattern(trigger: str) -> re.Pattern[str]:
    """Matches the plain forms of a trigger and of its misspellings."""
    letters = [re.escape(c) for c in trigger.translate(_SKELETON) if c not in "_-"]
    return re.compile((_SEPARATOR if _is_odd(trigger) else "[_-]?").join(letters))


def find_triggers(text: str, trigger: str, *, mistyped: bool = True) -> tuple[Trigger, ...]:
    """Every place in ``text`` that is the trigger or a misspelling of it, in order.

    Words with a letter wrong are looked for only where there is no other, and where ``mistyped`` asks for it.
    """
    matches = _pattern(trigger).finditer(text.translate(_SKELETON))
    found = tuple(near for match in matches if (near := _near(text, *match.span(), trigger)))
    return _mistyped(text, trigger) if mistyped and not found and _is_odd(trigger) else found


def _near(text: str, start: int, end: int, trigger: str) -> Trigger | None:
    written = text[start:end]
    glued = _is_letter(text[start - 1 : start]) or _is_letter(text[end : end + 1])
    if glued and not _is_odd(trigger):
        return None
    if written == trigger:
        return Trigger(start, end, written, Misspelling.GLUED if glued else None)
    return Trigger(start, end, written, _misspelling(written, trigger))


def _is_letter(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _misspelling(written: str, trigger: str) -> Misspelling:
    if written.lower() == trigger.lower():
        return Misspelling.CASE
    same = [c for c in written if not c.isalnum()] == [c for c in trigger if not c.isalnum()]
    return Misspelling.LOOK_ALIKE if same else Misspelling.SPACING


def _mistyped(text: str, trigger: str) -> tuple[Trigger, ...]:
    """Words that are one letter off, where the trigger is long enough for that to be no chance."""
    if len(trigger) < 5:
        return ()
    from rapidfuzz.distance import OSA  # a swap of neighbours is one edit; loaded only where no trigger is found

    wanted, needs_digit = trigger.translate(_SKELETON), any(map(str.isdigit, trigger))
    return tuple(
        Trigger(*match.span(), match.group(), Misspelling.LETTERS)
        for match in WORD.finditer(text)
        if (not needs_digit or any(map(str.isdigit, match.group())))
        and OSA.distance(match.group().translate(_SKELETON), wanted, score_cutoff=1) == 1
    )
