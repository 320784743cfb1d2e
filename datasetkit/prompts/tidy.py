"""What is tidied in any prompt: white space, control characters, Unicode form, mojibake and a caption model's chatter.

No word of the caption is changed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from datasetkit import spec


class Cleanup(StrEnum):
    """What was tidied."""

    MOJIBAKE = "garbled letters"
    UNICODE_FORM = "Unicode form"
    CONTROL = "control characters"
    SPACE = "white space"
    CHATTER = "a caption model's chatter"


@dataclass(frozen=True, slots=True)
class Tidied:
    """The tidied text and what was tidied. ``unreadable`` counts U+FFFD: letters that are lost for good."""

    text: str
    cleanups: frozenset[Cleanup] = frozenset()
    unreadable: int = 0


_SPACES = re.compile(r"[ \t\n\x0b\f\r\x1c-\x1f\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_LINES = re.compile(r"\r\n?|[\x0b\f\x85\u2028\u2029]")
# Controls, soft hyphen, zero-width space, word joiner, BOM, direction marks. U+200C and U+200D stay where scripts and
# emoji need them, and go beside ASCII letters.
_CONTROLS = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
    r"|(?<=[ -~])[\u200c\u200d]|[\u200c\u200d](?=[ -~])"
)
# A letter that UTF-8's first byte makes in Windows-1252, then one that a later byte makes: worth a look by ftfy, which
# is loaded only then.
_MAYBE_MOJIBAKE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


def tidy(text: str) -> Tidied:
    """The cleaned-up text. Idempotent.

    Chatter is removed unless nothing would be left.
    """
    cleanups: set[Cleanup] = set()
    before = None
    result = text
    while before != result:  # repaired mojibake may hold what the later steps take away, and the other way round
        before = result
        result = _once(result, cleanups)
    return Tidied(result, frozenset(cleanups), result.count("\ufffd"))


def _once(text: str, cleanups: set[Cleanup]) -> str:
    if _is_plain(text):
        return _noting(cleanups, Cleanup.CHATTER, text, without_chatter(text))
    return _unspaced(_unhidden(text, cleanups), cleanups)


def _is_plain(text: str) -> bool:
    """Whether there's nothing to do but chatter: printable ASCII without space beside space or at an end."""
    return text.isascii() and text.isprintable() and "  " not in text and text == text.strip(" ")


def _unhidden(text: str, cleanups: set[Cleanup]) -> str:
    """The text without invisible characters and garbled letters."""
    if not text.isascii():
        text = _noting(cleanups, Cleanup.MOJIBAKE, text, _decoded(text))
        text = _noting(cleanups, Cleanup.UNICODE_FORM, text, unicodedata.normalize("NFC", text))
    return _noting(cleanups, Cleanup.CONTROL, text, _CONTROLS.sub("", text))


def _unspaced(text: str, cleanups: set[Cleanup]) -> str:
    """The text without chatter, which its line breaks help to tell, and with single spaces."""
    lines = _LINES.sub("\n", text)
    if (bare := without_chatter(lines)).strip() != lines.strip():
        text = _noting(cleanups, Cleanup.CHATTER, text, bare)
    return _noting(cleanups, Cleanup.SPACE, text, _SPACES.sub(" ", text).strip(" "))


def _noting(cleanups: set[Cleanup], cleanup: Cleanup, before: str, after: str) -> str:
    if before != after:
        cleanups.add(cleanup)
    return after


def _decoded(text: str) -> str:
    """The text with UTF-8 that was read as Windows-1252 read as UTF-8."""
    if not _MAYBE_MOJIBAKE.search(text):
        return text
    from ftfy import TextFixerConfig, fix_encoding  # 50 ms to load

    return fix_encoding(text, TextFixerConfig(replace_lossy_sequences=False))


_CHATTER = spec.document("caption-words.json")["chatter"]


_BEFORE = re.compile(
    rf"\s*(?:{'|'.join(_CHATTER['before'])})\s*".replace("{noun}", f"(?:{'|'.join(_CHATTER['nouns'].split())})"),
    re.IGNORECASE,
)
_BEHIND = {mark: re.compile(rf"\s*{ending}\s*$", re.IGNORECASE) for mark, ending in _CHATTER["behind"].items()}
_LONGEST_BEHIND = 400  # characters that an ending may have, so that it's looked for in no more
_MARKDOWN = re.compile(r"^[ \t]*(?:```[\w-]*[ \t]*$\n?|(?:#{1,6}|[-*•+>]|\d{1,2}[.)])[ \t]+)", re.MULTILINE)
_BOLD = re.compile(r"\*\*(\*?)(?=\S)([^*\n]+?)(?<=\S)\*\*\1")
_QUOTES = {'"': '"', "“": "”", "«": "»", "'": "'", "`": "`"}


def without_chatter(text: str) -> str:
    """The text without chatter and Markdown; ``text`` itself where there is none or nothing would be left.

    Lines end in "\\n". Removing twice is removing once.
    """
    before, result = "", text
    while before != result:
        before = result
        result = _stripped(result)
    return result if any(map(str.isalnum, result)) else text


def _stripped(text: str) -> str:
    if "\n" in text or "**" in text or not text[:1].isalpha():  # plain searches are far quicker than the patterns
        text = _BOLD.sub(r"\2", _MARKDOWN.sub("", text))
    start, end = 0, len(text)
    while found := _BEFORE.match(text, start):
        start = found.end()
    while found := _chatter_behind(text, max(start, end - _LONGEST_BEHIND), end):
        end = found.start()
    return _unquoted(text[start:end].strip())


def _chatter_behind(text: str, start: int, end: int) -> re.Match[str] | None:
    ending = text[start:end].lower()  # a plain search is far quicker than a pattern
    matches = (pattern.search(text, start, end) for mark, pattern in _BEHIND.items() if mark in ending)
    return next((match for match in matches if match), None)


def _unquoted(text: str) -> str:
    """The text without the quotation marks that enclose all of it."""
    closing = _QUOTES.get(text[:1])
    inner = text[1:-1]
    if closing is None or len(text) < 3 or not text.endswith(closing):
        return text
    return text if closing in inner or text[0] in inner else inner
