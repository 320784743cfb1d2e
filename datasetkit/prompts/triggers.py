"""The trigger doctor: how common a word is in English, and words that are free.

The frequencies are pyspellchecker's (MIT, word counts of the OpenSubtitles corpus); it is loaded only here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from datasetkit.errors import DatasetkitError


class Verdict(StrEnum):
    """How good a trigger is."""

    FREE = "free"
    HOLDS_WORD = "holds a word"
    COMMON = "common"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A trigger judged. ``per_million`` is how often the word itself turns up in a million words of English.

    ``words`` are the English words in it: itself, or what it is made of.
    """

    trigger: str
    verdict: Verdict
    per_million: float
    words: tuple[str, ...]

    @property
    def message(self) -> str:
        """The verdict and why it matters, in one sentence."""
        if self.verdict is Verdict.FREE:
            return f"{self.trigger} means nothing in English: the model knows nothing of it yet, so it can learn it."
        if self.verdict is Verdict.COMMON:
            often = f"{self.words[0]}: {self.per_million:.3g} in a million words"
            return f"{self.trigger} is English ({often}); the effect would have to replace what the model knows of it."
        return f"{self.trigger} holds {', '.join(self.words)}, whose meaning may colour the effect."


_CONSONANTS = "bcdfghjkmnpqrstvwxz"
_SHORTEST_WORD = 4  # letters of a word that is looked for inside a trigger; "sks", "ok" or "aa" mean nothing there
_SHORTEST_IN_NEW = 3  # stricter for what is proposed
_USUAL = 1e-6  # a word as rare as one in a million words isn't looked for inside


@lru_cache(maxsize=1)
def _counts() -> dict[str, int]:
    """How often each English word occurs in the corpus."""
    from spellchecker import SpellChecker  # 7 MB of frequencies: loaded only when asked

    return dict(SpellChecker(language="en", distance=1).word_frequency.dictionary)


@lru_cache(maxsize=1)
def _total() -> int:
    return sum(_counts().values())


def per_million(word: str) -> float:
    """How often ``word`` occurs in a million words of English; 0.0 for one that the corpus lacks."""
    return 1e6 * _counts().get(word.lower(), 0) / _total()


def diagnose_trigger(trigger: str) -> Diagnosis:
    """How common a trigger is. Its letters are looked at in runs, so that ``fire_2`` is fire."""
    runs = re.findall(r"[^\W\d_]+", trigger.lower())
    whole = runs[0] if len(runs) == 1 else ""  # of several runs only longer ones can be words
    if len(whole) > 1 and per_million(whole) > 0:
        return Diagnosis(trigger, Verdict.COMMON, per_million(whole), (whole,))
    words = tuple(word for run in runs for word in _words_in(run, _SHORTEST_WORD))
    return Diagnosis(trigger, Verdict.HOLDS_WORD if words else Verdict.FREE, 0.0, words)


def _words_in(run: str, shortest: int) -> Iterator[str]:
    """The usual words inside a run of letters, longest first, none inside another."""
    at = 0
    while at < len(run):
        ends = range(len(run), at + shortest - 1, -1)
        word = next((run[at:end] for end in ends if per_million(run[at:end]) > _USUAL * 1e6), None)
        if word is not None:
            yield word
        at += len(word) if word is not None else 1


def suggest_triggers(count: int, seed: int, taken: Collection[str] = ()) -> tuple[str, ...]:
    """``count`` free triggers in the style of s86b5p, the same for the same seed, none among ``taken``.

    Raises DatasetkitError for a count under 1 or over 1,000.
    """
    if not 1 <= count <= 1000:
        raise DatasetkitError(f"{count} triggers can't be suggested.", "Ask for 1 to 1000.")
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        trigger = _drawn(chance)
        if trigger not in taken and _is_free(trigger):
            found[trigger] = None
    return tuple(found)


def _drawn(chance: random.Random) -> str:
    """Letters and digits in the order of s86b5p; no digit that looks like a letter."""
    return "".join(chance.choice(_CONSONANTS if place == "a" else "2345679") for place in "a11a1a")


def _is_free(trigger: str) -> bool:
    return not any(list(_words_in(run, _SHORTEST_IN_NEW)) for run in re.findall(r"[a-z]+", trigger))
