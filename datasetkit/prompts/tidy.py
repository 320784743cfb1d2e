"""White space, control characters, Unicode form, mojibake and a caption model's chatter. No word is changed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from datasetkit.prompts.chatter import without_chatter


class Mend(StrEnum):
    """What was tidied."""

    MOJIBAKE = "mojibake"
    UNICODE_FORM = "Unicode form"
    CONTROL = "control characters"
    SPACE = "white space"
    CHATTER = "caption model's chatter"


@dataclass(frozen=True, slots=True)
class Tidied:
    """The tidied text and what was mended. ``unreadable`` counts U+FFFD, which nothing can mend."""

    text: str
    mends: frozenset[Mend] = frozenset()
    unreadable: int = 0


_SPACES = re.compile(r"[ \t\n\x0b\f\r\x1c-\x1f\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_LINES = re.compile(r"\r\n?|[\x0b\f\x85\u2028\u2029]")
# Controls, soft hyphen, zero-width space, word joiner, BOM, direction marks. U+200C and U+200D stay where scripts and
# emoji need them, and go beside ASCII letters.
_CONTROLS = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
    r"|(?<=[ -~])[\u200c\u200d]|[\u200c\u200d](?=[ -~])"
)
# UTF-8 read as Windows-1252: a lead byte's letter, then continuation bytes' characters. Sequences that happen in real
# text (a French "é" before a no-break space and a guillemet, a German "Ä“") count only two or more in a row.
_C = "[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_MOJIBAKE = re.compile(
    f"(?<![A-ZÀ-Þ])[ÂÃ]{_C}|â[\u0080-\u0084€‚„]{_C}|ï[»¼½]{_C}|ðŸ{_C}{{2}}"
    f"|(?:[\u00c4-\u00df]{_C}){{2,}}|(?:[ãäåæçèé]{_C}{{2}}){{2,}}"
)


def tidy(text: str) -> Tidied:
    """The text without clutter; tidying twice is tidying once.

    Chatter is removed unless nothing would be left.
    """
    mends: set[Mend] = set()
    before = None
    result = text
    while before != result:  # mended mojibake may hold what the later steps take away, and the other way round
        before = result
        result = _once(result, mends)
    return Tidied(result, frozenset(mends), result.count("\ufffd"))


def _once(text: str, mends: set[Mend]) -> str:
    if _is_plain(text):
        return _noting(mends, Mend.CHATTER, text, without_chatter(text))
    return _unspaced(_unhidden(text, mends), mends)


def _is_plain(text: str) -> bool:
    """Whether there's nothing to do but chatter: printable ASCII without space beside space or at an end."""
    return text.isascii() and text.isprintable() and "  " not in text and text == text.strip(" ")


def _unhidden(text: str, mends: set[Mend]) -> str:
    """The text without what can't be seen, or can't be what was meant."""
    if not text.isascii():
        text = _noting(mends, Mend.MOJIBAKE, text, _MOJIBAKE.sub(_decoded, text))
        text = _noting(mends, Mend.UNICODE_FORM, text, unicodedata.normalize("NFC", text))
    return _noting(mends, Mend.CONTROL, text, _CONTROLS.sub("", text))


def _unspaced(text: str, mends: set[Mend]) -> str:
    """The text without chatter, which its line breaks help to tell, and with single spaces."""
    lines = _LINES.sub("\n", text)
    if (bare := without_chatter(lines)).strip() != lines.strip():
        text = _noting(mends, Mend.CHATTER, text, bare)
    return _noting(mends, Mend.SPACE, text, _SPACES.sub(" ", text).strip(" "))


def _noting(mends: set[Mend], mend: Mend, before: str, after: str) -> str:
    if before != after:
        mends.add(mend)
    return after


def _decoded(match: re.Match[str]) -> str:
    try:
        raw = b"".join(_byte(character) for character in match.group())
        return raw.decode()
    except UnicodeError:  # not mojibake after all
        return match.group()


def _byte(character: str) -> bytes:
    return bytes([ord(character)]) if ord(character) < 256 else character.encode("cp1252")
