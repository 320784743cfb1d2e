"""Sentences of an English caption, as tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from datasetkit.prompts.nouns import BEINGS, KNOWN, PERSONS, Noun
from datasetkit.prompts.words import LISTS, PRONOUNS, WORD, fold

_CUT = re.compile(f"({WORD.pattern})")
_MARKS = frozenset('.;:,—–(!?…"“')
_JOINING = LISTS["prepositions"] | LISTS["joining"] | LISTS["determiners"] | PRONOUNS


class Token(NamedTuple):
    """A word, folded and without 's, and as ``written``; ``gap`` is what stands before it."""

    word: str
    gap: str
    owner: bool
    written: str

    @property
    def capital(self) -> bool:
        """Whether the word begins with a capital, in a text that isn't all capitals."""
        return self.written[:1].isupper() and not self.written[1:].isupper()

    @property
    def opens(self) -> bool:
        """Whether the word opens a clause."""
        return self.gap != " " and (" - " in self.gap or not _MARKS.isdisjoint(self.gap))

    @property
    def joins(self) -> bool:
        """Whether the word only joins others: a preposition, a pronoun, an article, an auxiliary."""
        return self.word in _JOINING


Tokens = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's tokens, and which of them are pronouns or name a being."""

    tokens: Tokens
    pronouns: tuple[int, ...]
    beings: tuple[int, ...]


@lru_cache(maxsize=1024)
def read(sentence: str) -> Sentence:
    """The tokens of a sentence."""
    pieces = _CUT.split(sentence)  # gap, word, gap, word, …, gap
    gaps, folded = pieces[::2], list(map(fold, pieces[1::2]))
    owners = [word[-2:] == "'s" or gap[:1] in ("'", "’") for word, gap in zip(folded, gaps[1:], strict=True)]
    words = [word.removesuffix("'s") for word in folded]
    tokens = tuple(map(Token, words, gaps, owners, pieces[1::2]))
    beings = tuple(k for k, word in enumerate(words) if word in BEINGS and not _only_describes(tokens, k))
    return Sentence(tokens, tuple(k for k, word in enumerate(words) if word in PRONOUNS), beings)


def _only_describes(tokens: Tokens, k: int) -> bool:
    """Whether a noun for a being only describes what follows: "a cowboy hat", "a woman doctor"."""
    following = [token.word for token in takewhile(lambda token: not token.opens, tokens[k + 1 : k + 3])]
    described = following and (following[0] in LISTS["described"] or KNOWN.get(following[0]) is Noun.THING)
    sexing = tokens[k].word in LISTS["sexing"] and not tokens[k].owner
    return bool(described) or (sexing and not PERSONS.isdisjoint(following))
