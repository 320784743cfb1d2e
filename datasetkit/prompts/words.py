"""Words and sentences of a prompt, and the word lists used to interpret them. Offsets count characters of the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate, pairwise

from datasetkit import spec

LISTS = {
    name: frozenset(" ".join(lines).split()) for name, lines in spec.document("caption-words.json")["lists"].items()
}
"""Our own lists of words in captions, by name: nouns for women, men, animals, things; prepositions; and so on."""
WORD = re.compile(r"[^\W_]+(?:['’_-][^\W_]+)*")
_SHORT = "".join(rf"(?<!\b{word}\.)" for word in ("Mr", "Mrs", "Ms", "Dr", "St", "Prof", "vs", "approx", "No", "[A-Z]"))
_STOP = re.compile(
    r"[.!?\u2026\u3002\uff01\uff1f\n]+"
    rf"(?:(?:(?<=[\u2026\u3002\uff01\uff1f\n])|(?<=\.\.\.))[\"'”’)\]]*|{_SHORT}[\"'”’)\]]*(?=\s|$))"
)
# The same for ASCII, where a search is three times as quick.
_ASCII_STOP = re.compile(rf"[.!?\n]+(?:(?:(?<=\n)|(?<=\.\.\.))[\"')\]]*|{_SHORT}[\"')\]]*(?=\s|$))")
LEAD_IN = re.compile(
    r"\A\s*(?:the |this )?(?:video|clip|scene|footage|shot|image)\s+(?:begins?|starts?|opens?|shows?|features?)\b"
    r"(?:\s+(?:by|with|on|showing|showcasing|a|an|the|scene|shot|view|of|close-up))*",
    re.IGNORECASE,
)
"""The platform's own way to begin every caption; nobody takes it for the effect."""
_CJK_RANGES = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af"
_UNIT = re.compile(rf"[{_CJK_RANGES}]|[^\W_{_CJK_RANGES}]+(?:['’_-][^\W_{_CJK_RANGES}]+)*")  # each ideograph is a word
_CUT = re.compile(f"({_UNIT.pattern})")
_WORDS_AND_MARKS = re.compile(WORD.pattern + r"|[^\w\s]")
_CJK = re.compile(f"[{_CJK_RANGES}]")

# Letters of other alphabets that look like a Latin one: the common ones of Unicode's confusables.txt.
_LOOK_ALIKES = str.maketrans(
    "аьвсԁеցһніјӏкмоорԛѕтсѵԝхуᴢαβγεικνορτυχω",
    "abbcdeghhijlkmnopqstuvwxyzabyeiknoptuxw",
)
_ENDINGS = ("ingly", "ing", "edly", "ied", "ies", "ed", "es", "ly", "s", "e")
PRONOUNS = frozenset(
    "she he they it her him them his their its hers theirs herself himself themselves itself themself".split()
)


@lru_cache(maxsize=16384)
def fold(word: str) -> str:
    """The word in lower case, with compatibility forms and look-alike letters made plain."""
    lower = word.lower()
    if lower.isascii():
        return lower
    return unicodedata.normalize("NFKC", lower).casefold().translate(_LOOK_ALIKES).replace("’", "'")


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The word without its English ending; every third-person pronoun has the same stem."""
    folded = fold(word).removesuffix("'s")
    if folded in PRONOUNS:
        return _PRONOUN
    for ending in _ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= 3 and folded[-3:] != "ess":
            return folded.removesuffix(ending)
    return folded


_PRONOUN = "\N{PILCROW SIGN}"
TRIGGER = "\N{SECTION SIGN}"
"""The stem of a trigger, however it is spelled; like a small word, it says nothing of the motion."""
_SMALL_STEMS = frozenset(map(stem, LISTS["small"] | PRONOUNS)) | {TRIGGER}


def is_content(word_stem: str) -> bool:
    """Whether the stem carries meaning: no article, pronoun, preposition or auxiliary."""
    return word_stem not in _SMALL_STEMS


def stems(text: str) -> tuple[str, ...]:
    """The stems of the words of ``text``, in order."""
    return tuple(map(stem, _UNIT.findall(text)))


def content_stems(words: Iterable[str]) -> list[str]:
    """The stems that carry meaning."""
    return [word for word in words if word not in _SMALL_STEMS]


def cut(text: str) -> list[tuple[int, int, str]]:
    """The words of a text, in order: where each starts and ends, and its stem, which is what is compared."""
    pieces = _CUT.split(text)  # gap, word, gap, word, …, gap
    offsets = list(accumulate(map(len, pieces)))
    return list(zip(offsets[::2], offsets[1::2], map(stem, pieces[1::2]), strict=False))


def for_anybody(text: str) -> str:
    """The words and marks of a text, with "*" for each pronoun."""
    return " ".join("*" if stem(word) == _PRONOUN else word for word in _WORDS_AND_MARKS.findall(text))


def has_letters(text: str) -> bool:
    """Whether the text says anything: numbers and marks alone name no subject."""
    return any(map(str.isalpha, text))


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where each sentence starts and ends, with its punctuation and the white space after it."""
    stop = _ASCII_STOP if text.isascii() else _STOP
    ends = [match.end() for match in stop.finditer(text)]
    return [(a, b) for a, b in pairwise([0, *ends, len(text)]) if a < b]


def split_sentences(text: str) -> list[str]:
    """The sentences of ``text``; joined they give the text."""
    return [text[a:b] for a, b in sentence_spans(text)]


def is_chinese(text: str) -> bool:
    """Whether more of the text is written in Chinese, Japanese or Korean than in words of letters."""
    if text.isascii():
        return False
    return len(_CJK.findall(text)) > len(WORD.findall(_CJK.sub(" ", text)))
