"""The trigger doctor: whether a word is rare enough to be a trigger, and words that are.

How common a word is comes from pyspellchecker (MIT, word counts of the OpenSubtitles corpus); it is loaded only here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from datasetkit import spec
from datasetkit.errors import DatasetkitError

_CONSONANTS = "bcdfghjkmnpqrstvwxz"
_SHORTEST_WORD = 4  # letters of a word that is looked for inside a trigger; "sks", "ok" or "aa" mean nothing there
_SHORTEST_IN_NEW = 3  # stricter for what is proposed
_USUAL = 1.0  # in a million words; a rarer word isn't looked for inside
_LEET = str.maketrans("013457", "oieast")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A trigger judged: whether it is ``good``, and what was found, in one sentence."""

    trigger: str
    good: bool
    message: str


@lru_cache(maxsize=1)
def _counts() -> dict[str, int]:
    """How often each English word occurs in the corpus."""
    from spellchecker import SpellChecker  # 7 MB of frequencies: loaded only when asked

    return dict(SpellChecker(language="en", distance=1).word_frequency.dictionary)


@lru_cache(maxsize=1)
def _total() -> int:
    return sum(_counts().values())


def per_million(word: str) -> float:
    """How often ``word`` occurs in a million words of English; 0.0 for one that the list lacks."""
    if any(letter.isdigit() for letter in word):  # as no word of the list has; loading it takes a while
        return 0.0
    return 1e6 * _counts().get(word.lower(), 0) / _total()


def diagnose_trigger(trigger: str) -> Diagnosis:
    """Whether a word is rare enough. Its letters are looked at in runs, so that ``fire_2`` is "fire"."""
    if problem := _problem(trigger):
        return Diagnosis(trigger, False, f'"{trigger}" {problem}')
    inside = [word for run in _runs(trigger) for word in _words_in(run, _SHORTEST_WORD)]
    if inside:
        return Diagnosis(
            trigger, True, f'"{trigger}" contains {_quoted(inside)}, whose meaning may influence the effect.'
        )
    return Diagnosis(trigger, True, f'"{trigger}" isn\'t an English word, so it can be a trigger.')


def _problem(trigger: str) -> str:
    """Why a word is a bad trigger; "" for a good one."""
    if not re.fullmatch(r"[^\W_][\w-]*", trigger):
        return "must be a single word of letters and digits, without spaces or punctuation."
    if _CJK.search(trigger):
        return "is written in characters that have a meaning of their own."
    for entry in spec.document("trigger-words.json")["known"]:
        if trigger.lower() in entry["words"]:
            return f"is not rare: {entry['why']}."
    return _english(trigger)


def _english(trigger: str) -> str:
    runs = _runs(trigger)
    one_word = len(runs) == 1 and (len(runs[0]) > 1 or runs[0] == trigger.lower())
    if one_word and (often := per_million(runs[0])) > 0:
        spelled = "" if runs[0] == trigger.lower() else f'"{runs[0]}", '
        known = f"({often:.3g} per million words), so the model already knows it."
        return f"is {spelled}{'a common' if often > _USUAL else 'an'} English word {known}"
    plain = trigger.lower().translate(_LEET)
    if plain != trigger.lower() and len(plain) >= _SHORTEST_WORD and per_million(plain) > _USUAL:
        return f'reads as "{plain}"; models know such spellings.'
    words = [word for run in runs for word in _words_in(run, _SHORTEST_WORD)]
    made_of_words = len(words) > 1 and sum(map(len, words)) == sum(map(len, runs))
    return f"is made of the English words {_quoted(words)}." if made_of_words else ""


def _quoted(words: list[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)


def _runs(trigger: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", trigger.lower())


def _words_in(run: str, shortest: int) -> Iterator[str]:
    """The usual words inside a run of letters, longest first, none inside another."""
    at = 0
    while at < len(run):
        ends = range(len(run), at + shortest - 1, -1)
        word = next((run[at:end] for end in ends if per_million(run[at:end]) > _USUAL), None)
        if word is not None:
            yield word
        at += len(word) if word is not None else 1


def suggest_triggers(count: int, seed: int | None, taken: Collection[str] = ()) -> tuple[str, ...]:
    """``count`` free triggers in the style of s86b5p, none among ``taken``; for a seed always the same.

    Raises DatasetkitError for a count under 1 or over 1,000.
    """
    if not 1 <= count <= 1000:
        raise DatasetkitError(f"{count} triggers can't be suggested.", "Ask for 1 to 1000.")
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        trigger = "".join(chance.choice(_CONSONANTS if place == "a" else "2345679") for place in "a11a1a")
        if trigger not in taken and not any(any(_words_in(run, _SHORTEST_IN_NEW)) for run in _runs(trigger)):
            found[trigger] = None
    return tuple(found)
