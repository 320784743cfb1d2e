"""Words of a prompt: how they are cut, folded and reduced for comparison. Offsets count characters of the text."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+(?:['’_-][^\W_]+)*")
_CUT = re.compile(f"({WORD.pattern})")
_STOP = re.compile(r"([.!?…\u3002\uff01\uff1f\n]+)[\"'”’)\]]*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]")
# Looks back from where it's matched.
_ABBREVIATION = re.compile("|".join(rf"(?<=\b{word}\.)" for word in "Mr Mrs Ms Dr St Prof vs approx No [A-Z]".split()))

# Letters of other alphabets that look like a Latin one (from Unicode's confusables.txt, the common ones).
_LOOK_ALIKES = str.maketrans(
    "аьвсԁеցһніјӏкмոорԛѕтսѵԝхуᴢαβγεικνορτυχω",
    "abbcdeghhijlkmnopqstuvwxyzabyeiknoptuxw",
)
_ENDINGS = ("ingly", "ing", "edly", "ied", "ies", "ed", "es", "ly", "s", "e")
PRONOUNS = frozenset(
    "she he they it her him them his their its hers theirs herself himself themselves itself themself".split()
)
FUNCTION_WORDS = PRONOUNS | frozenset(
    """a an the this that these those and or but then of in on at to from by with into onto for as is are was were be
    been being has have had do does did while when so up down out over around upward""".split()
)


class Word(NamedTuple):
    """A word at ``start`` to ``end`` of its text, ``stem`` being what is compared."""

    start: int
    end: int
    stem: str


_word: Callable[[tuple[int, int, str]], Word] = partial(
    tuple.__new__, Word
)  # takes half as long as Word(), which is felt in large sets


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """The word in lower case, compatibility forms and look-alike letters folded."""
    lower = word.lower()
    if lower.isascii():
        return lower
    return unicodedata.normalize("NFKC", lower).casefold().translate(_LOOK_ALIKES).replace("’", "'")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The word without its English ending; every third-person pronoun gives the same stem."""
    folded = fold(word).removesuffix("'s")
    if folded in PRONOUNS:
        return "\N{PILCROW SIGN}"
    for ending in _ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= 3 and folded[-3:] != "ess":
            return folded.removesuffix(ending)
    return folded


_FUNCTION_STEMS = frozenset(stem(word) for word in FUNCTION_WORDS)


def is_content(word_stem: str) -> bool:
    """Whether the stem carries meaning: no article, pronoun, preposition or auxiliary."""
    return word_stem not in _FUNCTION_STEMS


def cut(text: str) -> list[Word]:
    """The words of ``text``, in order."""
    pieces = _CUT.split(text)  # gap, word, gap, word, …, gap
    offsets = list(accumulate(map(len, pieces)))
    return list(map(_word, zip(offsets[::2], offsets[1::2], map(stem, pieces[1::2]), strict=False)))


def behind(words: list[Word], at: int) -> int:
    """The index of the first word that starts at ``at`` or later."""
    return bisect_left(words, at, key=itemgetter(0))


def before(words: list[Word], at: int) -> int:
    """The index behind the last word that ends at ``at`` or earlier."""
    return bisect_right(words, at, key=itemgetter(1))


def folded_words(text: str) -> list[str]:
    """The words of ``text``, folded, in order."""
    return WORD.findall(text.lower()) if text.isascii() else [fold(word) for word in WORD.findall(text)]


def has_letters(text: str) -> bool:
    """Whether the text says anything: numbers and marks alone name no subject."""
    return any(map(str.isalpha, text))


def sentence_ends(text: str) -> list[int]:
    """Where sentences end: offsets just behind their closing punctuation, the text's length last."""
    found = [m.end() for m in _STOP.finditer(text) if _ends_sentence(text, m)]
    return found if found and found[-1] == len(text) else [*found, len(text)]


def _ends_sentence(text: str, stop: re.Match[str]) -> bool:
    """Whether punctuation ends a sentence: white space follows or it stands for itself, and it's no abbreviation's."""
    end = stop.end()
    if not text[end : end + 1].strip():
        return _ABBREVIATION.match(text, end) is None
    return len(stop[1]) > 2 or not stop[1].isascii() or "\n" in stop[1]


def sentences(text: str) -> list[str]:
    """The text cut at the ends of its sentences; the pieces joined give the text."""
    return [text[a:b] for a, b in pairwise([0, *sentence_ends(text)]) if a < b]


def is_chinese(text: str) -> bool:
    """Whether more of the text is written in Chinese, Japanese or Korean than in words of letters."""
    if text.isascii():
        return False
    ideographs = len(_CJK.findall(text))
    return ideographs > len(WORD.findall(_CJK.sub(" ", text)))
