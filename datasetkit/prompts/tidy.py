"""What is tidied in any prompt: white space, control characters, Unicode form, mojibake and a caption model's chatter.

No word of the caption is changed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Mend(StrEnum):
    """What was tidied."""

    MOJIBAKE = "garbled letters"
    UNICODE_FORM = "Unicode form"
    CONTROL = "control characters"
    SPACE = "white space"
    CHATTER = "a caption model's chatter"


@dataclass(frozen=True, slots=True)
class Tidied:
    """The tidied text and what was mended. ``unreadable`` counts U+FFFD: letters that are lost for good."""

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
# A letter that UTF-8's first byte makes in Windows-1252, then one that a later byte makes: worth a look by ftfy, which
# is loaded only then.
_MAYBE_MOJIBAKE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


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
    """The text without invisible characters and garbled letters."""
    if not text.isascii():
        text = _noting(mends, Mend.MOJIBAKE, text, _decoded(text))
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


def _decoded(text: str) -> str:
    """The text with UTF-8 that was read as Windows-1252 read as UTF-8."""
    if not _MAYBE_MOJIBAKE.search(text):
        return text
    from ftfy import TextFixerConfig, fix_encoding  # 50 ms to load

    return fix_encoding(text, TextFixerConfig(replace_lossy_sequences=False))


# What caption models say around a caption: "Sure!", "Here is a description:", Markdown, stop marks.
_NOUN = r"(?:prompt|caption|description|annotation|text|summary|breakdown|rewrite|version|answer|response|output)"
_BEFORE = re.compile(
    r"\s*(?:"
    r"(?:sure|certainly|of course|absolutely|okay|ok|great|got it|no problem)(?: thing)?\s*[!.]+(?=\s)"
    r"|(?:sure|certainly|of course|absolutely|okay|ok)(?: thing)?\s*[,—–-]\s*(?=here(?:'s|’s| is| are)\b)"
    r"|here(?:'s|’s| is| are)\b[^.!?:\n]{0,120}?\b" + _NOUN + r"s?\b[^.!?:\n]{0,80}:"
    r"|(?:(?:video|image|final|detailed|revised) )?" + _NOUN + r"\s*:"
    r"|as an? (?:ai|large|visual|multimodal)\b[^.!?\n]{0,40}(?:model|assistant)\b[^.!?\n]{0,200}[.!?]"
    r"|\[/?inst\]|<\|[a-z_]{2,20}\|>|</?s>|<think>\s*</think>|assistant\s*:"
    r")\s*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:"
    r"(?:please )?let me know if\b[^.!?\n]{0,160}[.!?]*"
    r"|(?:i )?hope (?:this|that) (?:helps|works|meets)\b[^.!?\n]{0,100}[.!?]*"
    r"|(?:would|do) you (?:like|want) me to\b[^.!?\n]{0,160}\?+"
    r"|(?:is there|can i help you with) anything else\b[^.!?\n]{0,100}\?+"
    r"|feel free to\b[^.!?\n]{0,160}[.!?]*"
    r"|\[/?inst\]|<\|[a-z_]{2,20}\|>|</s>"
    r")\s*$",
    re.IGNORECASE,
)
_LONGEST_AFTER = 400  # characters that an ending may have, so that it's looked for in no more
_FENCE = re.compile(r"^[ \t]*```[\w-]*[ \t]*$\n?", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*(?:#{1,6}|[-*•+>]|\d{1,2}[.)])[ \t]+", re.MULTILINE)
_BOLD = re.compile(r"(\*{2,3})(?=\S)([^*\n]+?)(?<=\S)\1")
_QUOTES = {'"': '"', "“": "”", "«": "»", "'": "'", "`": "`"}
# What the patterns need; most prompts hold none of it, and plain searches are far quicker than the patterns.
_OPENING = re.compile(
    r"""["“«'`#*•+>\[<-]|\d{1,2}[.)]|sure|certainly|of course|absolutely|ok|great|got it|no problem|here|as an?\b"""
    r"""|assistant|(?:(?:video|image|final|detailed|revised) )?""" + _NOUN + r"""\s*:""",
    re.IGNORECASE,
)
_MARKS = ("**", "```", "|>", "</s>", "inst]", "INST]", "\n")
_PHRASES = ("let me know", "hope th", "you like", "you want me", "anything else", "feel free")  # near the end


def _may_hold(text: str) -> bool:
    """Whether any of the patterns may match. Loops, as any() over a generator takes three times as long."""
    for mark in _MARKS:
        if mark in text:
            return True
    ending = text[-_LONGEST_AFTER:].lower()
    for phrase in _PHRASES:
        if phrase in ending:
            return True
    return _OPENING.match(text) is not None


def without_chatter(text: str) -> str:
    """The text without chatter and Markdown; ``text`` itself where there is none or nothing would be left.

    Lines end in "\\n". Removing twice is removing once.
    """
    if not _may_hold(text.lstrip()):
        return text
    before, result = "", text
    while before != result:
        before = result
        result = _stripped(result)
    return result if any(map(str.isalnum, result)) else text


def _stripped(text: str) -> str:
    text = _BOLD.sub(r"\2", _BULLET.sub("", _FENCE.sub("", text)))
    start, end = 0, len(text)
    while found := _BEFORE.match(text, start):
        start = found.end()
    while found := _AFTER.search(text, max(start, end - _LONGEST_AFTER), end):
        end = found.start()
    return _unquoted(text[start:end].strip())


def _unquoted(text: str) -> str:
    """The text without the quotation marks that enclose all of it."""
    closing = _QUOTES.get(text[:1])
    inner = text[1:-1]
    if closing is None or len(text) < 3 or not text.endswith(closing):
        return text
    return text if closing in inner or text[0] in inner else inner
