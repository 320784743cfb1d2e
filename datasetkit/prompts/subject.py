"""The subject of an English caption: the head noun of its first phrase, and who else is named beside it.

Without a grammar, a phrase ends where a word follows that can't belong to it: a preposition, a verb, a comma. So "king
penguin", "sister ship" and "queen bed" are a penguin, a ship and a bed, and "a woman deals cards" is a woman.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import NamedTuple

from datasetkit import spec
from datasetkit.prompts.words import LISTS, PRONOUNS, WORD, fold, stem


class Noun(Enum):
    """What a noun names. NAME is a capital without an article; PRONOUN a caption that begins with one."""

    FEMALE = "female"
    MALE = "male"
    HUMAN = "human"
    ANIMAL = "animals"
    THING = "things"
    SCENERY = "scenery"
    NAME = "name"
    PRONOUN = "pronoun"
    UNKNOWN = "unknown"


SEXED = frozenset({Noun.FEMALE, Noun.MALE})
PEOPLE = SEXED | {Noun.HUMAN, Noun.NAME}
_IRREGULAR = {one: many for many, one in spec.document("caption-words.json")["plurals"].items()}
_KINDS = (Noun.SCENERY, Noun.THING, Noun.ANIMAL, Noun.HUMAN, Noun.MALE, Noun.FEMALE)


def _plural(noun: str) -> set[str]:
    """The plural forms that a noun may have."""
    if noun in _IRREGULAR or noun.endswith("man"):
        return {_IRREGULAR.get(noun, noun.removesuffix("man") + "men")}
    if noun.endswith("y"):
        return {noun.removesuffix("y") + "ies", noun + "s"}
    return {noun + "es" if noun.endswith(("s", "sh", "ch", "x")) else noun + "s"}


# Every noun that we know, with what it names. An unknown noun stays unknown.
PLURALS = {many: kind for kind in _KINDS for name in LISTS[kind.value] for many in _plural(name)}
PLURALS |= dict.fromkeys(LISTS["groups"], Noun.HUMAN)
_KNOWN = PLURALS | {name: kind for kind in _KINDS for name in LISTS[kind.value]}
_PERSONS = frozenset(word for word, kind in _KNOWN.items() if kind in PEOPLE)
ANIMALS = frozenset(word for word, kind in _KNOWN.items() if kind is Noun.ANIMAL)
_BEINGS = _PERSONS | ANIMALS
BEING_STEMS = frozenset(map(stem, _BEINGS))
_AGENTS = ("ist", "ian", "eer", "ster", "man", "person", "blonde", "brunette", "redhead")  # endings of a person's noun

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


Tokens = Sequence[Token]


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
    beings = tuple(k for k, word in enumerate(words) if word in _BEINGS and not _only_describes(tokens, k))
    return Sentence(tokens, tuple(k for k, word in enumerate(words) if word in PRONOUNS), beings)


def _only_describes(tokens: Tokens, k: int) -> bool:
    """Whether a noun for a being only describes what follows: "a cowboy hat", "a woman doctor"."""
    if k + 1 == len(tokens) or tokens[k + 1].opens:
        return False
    following, sexing = tokens[k + 1].word, tokens[k].word in LISTS["sexing"] and not tokens[k].owner
    thing = _KNOWN.get(following) is Noun.THING and following not in PLURALS  # "a woman watches"
    described = thing or following in LISTS["described"]
    return described or (sexing and not _PERSONS.isdisjoint(token.word for token in tokens[k + 1 : k + 3]))


@dataclass(frozen=True, slots=True)
class Subject:
    """The first phrase's head ``word``, token ``at`` of sentence ``sentence``; the phrase begins with ``first``.

    ``several`` says that it is a plural, or that "and" joins something to it.
    """

    word: str
    first: str
    noun: Noun
    several: bool
    sentence: int
    at: int


def find_subject(sentences: Sequence[Sentence]) -> Subject | None:
    """The head of the first phrase that isn't mere scenery; None if no phrase can be told."""
    phrases = (_first_phrase(sentence.tokens, number) for number, sentence in enumerate(sentences))
    return next((found for found in phrases if found is None or found.noun is not Noun.SCENERY), None)


def _first_phrase(tokens: Tokens, number: int) -> Subject | None:
    start = _phrase_start(tokens)
    if start is None:
        return None
    word = tokens[start].word
    if word in ("she", "he", "they", "it"):
        return Subject(word, word, Noun.PRONOUN, word == "they" or _is_joined(tokens, start), number, start)
    determiners = LISTS["determiners"] & {word, tokens[max(start - 1, 0)].word}
    at = start + (word in determiners)
    head = _phrase_end(tokens, at, singular=not determiners.isdisjoint(LISTS["singular"]))
    if head < at:
        return None
    noun, plural = _kind(tokens, at, head), tokens[head].word in PLURALS
    if noun is Noun.UNKNOWN and not determiners and tokens[at].capital and not plural:
        noun = Noun.NAME
    elif (
        noun in SEXED
        and not determiners
        and word not in LISTS["sexing"]
        and any(_is_verb(token.word) for token in tokens[head + 1 : head + 2])
    ):
        noun = Noun.UNKNOWN  # "Brother printers"
    counted = not LISTS["numbers"].isdisjoint((word, tokens[at].word)) or "/" in [t.gap for t in tokens[at : head + 1]]
    found = Subject(
        tokens[head].word, tokens[at].word, noun, plural or counted or _is_joined(tokens, head), number, head
    )
    return _apposed(tokens, found) if noun in PEOPLE - SEXED else found


def _apposed(tokens: Tokens, subject: Subject) -> Subject:
    """The subject as what comes after its comma: "Maya, an old woman"; "Mr. Whiskers, a cat"."""
    at = subject.at + 2
    if at >= len(tokens) or tokens[at - 1].gap.strip() != "," or tokens[at - 1].word not in ("a", "an"):
        return subject
    end = _phrase_end(tokens, at, singular=True)
    noun = _kind(tokens, at, end)
    several = subject.several or _is_joined(tokens, end)
    return replace(subject, noun=noun, several=several, at=end) if noun in SEXED | {Noun.ANIMAL} else subject


def _is_joined(tokens: Tokens, at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].word in LISTS["and"]


def _phrase_start(tokens: Tokens) -> int | None:
    """Where the first phrase starts, after "The video begins showing" or "In a bright kitchen,"."""
    lead_in = [token.word for token in takewhile(lambda token: token.word in LISTS["lead_in"], tokens)]
    if not LISTS["shots"].isdisjoint(lead_in):
        passed = LISTS["prepositions"] | LISTS["singular"]
        return next((k for k in range(len(lead_in), len(tokens)) if tokens[k].word not in passed), None)
    first = tokens[0].word if tokens else ""
    if first in LISTS["prepositions"] or (first.endswith(("ing", "ed")) and first not in _KNOWN):
        opening = LISTS["determiners"] | {"she", "he", "there"}
        return next((k for k, token in enumerate(tokens) if "," in token.gap and token.word in opening), None)
    return 0 if tokens else None


def _phrase_end(tokens: Tokens, at: int, *, singular: bool) -> int:
    """The head of the phrase that starts at ``at``: its last word, or a being that a verb follows."""
    for k in range(at, len(tokens)):
        token = tokens[k]
        if k > at and (token.opens or token.joins):
            return k - 1
        may_end = token.word in _BEINGS or (not singular and token.word in PLURALS)
        if may_end and (_owns_part(tokens, k) if token.owner else _ends_phrase(tokens, k)):
            return k
        if k > at and singular and (_is_verb(token.word) or token.word in PLURALS):
            return k - 1
    return len(tokens) - 1


def _owns_part(tokens: Tokens, k: int) -> bool:
    """Whether a being is seen in part: "a woman's hand"."""
    return not LISTS["parts"].isdisjoint(token.word for token in tokens[k + 1 : k + 3])


def _ends_phrase(tokens: Tokens, k: int) -> bool:
    """Whether what follows a noun shows that the phrase ends with it."""
    following = tokens[k + 1] if k + 1 < len(tokens) else None
    if following is None or following.opens:
        return True
    word = following.word
    if word == "of":
        amount = tokens[k + 2].word if k + 2 < len(tokens) else ""
        return tokens[k].word in LISTS["groups"] or amount.isdigit() or amount in LISTS["amounts"]
    if tokens[k].word in PLURALS:
        return word not in _KNOWN
    adverb = word.endswith("ly") and word not in LISTS["not_adverbs"]
    return following.gap == " " and (following.joins or adverb or _is_participle(tokens, k + 1) or _is_verb(word))


def _is_participle(tokens: Tokens, k: int) -> bool:
    """Whether a word after a noun says what its being does; not "sized", nor "a man eating shark"."""
    word, behind = tokens[k].word, tokens[k + 1].word if k + 1 < len(tokens) else ""
    verbal = len(word) > 4 and word.endswith(("ing", "ed")) and word not in LISTS["not_verbal"]
    return verbal and behind not in ANIMALS


def _is_verb(word: str) -> bool:
    """Whether a word after a singular noun is its verb: "a woman deals"; no plural can stand there."""
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "as"))
    return plural and word not in _KNOWN and word not in LISTS["described"]


def _kind(tokens: Tokens, at: int, head: int) -> Noun:
    """What the phrase from ``at`` to its ``head`` names."""
    word, before = tokens[head].word, {token.word for token in tokens[at:head] if not token.owner}
    noun = _KNOWN.get(word, Noun.HUMAN if word.endswith(_AGENTS) else Noun.UNKNOWN)
    if not (_owns_part if tokens[head].owner else _ends_phrase)(tokens, head) and noun in PEOPLE:
        return Noun.UNKNOWN  # "mother of pearl"
    if word in _BEINGS and not LISTS["lifeless"].isdisjoint(before):
        return Noun.THING
    if noun is Noun.HUMAN and (sexing := LISTS["sexing"] & before):
        return next((kind for kind in SEXED if sexing <= LISTS[kind.value]), noun)
    owned = any(token.owner and token.word in _PERSONS for token in tokens[at:head])  # "the boy's mother"
    return Noun.UNKNOWN if noun in SEXED and (owned or _is_no_person(tokens, head)) else noun


def _is_no_person(tokens: Tokens, head: int) -> bool:
    """Whether a noun for a person means something else: a man in a photograph, a woman in stone, a Brother printer."""
    behind = [token.word for token in takewhile(lambda t: not t.opens and not _is_verb(t.word), tokens[head + 1 :])]
    inside = takewhile(lambda word: word not in LISTS["prepositions"], behind[1:])
    pictured = behind[:1] in (["in"], ["on"]) and not LISTS["depictions"].isdisjoint(inside)
    return pictured or not LISTS["lifeless"].isdisjoint(behind[:1]) or (tokens[head].capital and head > 0)


def others(sentences: Sequence[Sentence], subject: Subject) -> Iterator[Token]:
    """The beings beside the subject; toys, comparisons and what can only be the subject again are none."""
    for number, sentence in enumerate(sentences):
        for at in sentence.beings:
            token, before = sentence.tokens[at], [token.word for token in sentence.tokens[max(0, at - 5) : at]]
            beside = number != subject.sentence or at > subject.at
            if beside and not _is_aside(token, before, subject):
                yield token


def _is_aside(token: Token, before: Sequence[str], subject: Subject) -> bool:
    """Whether a being is only a thing, a comparison, a name, or "the woman" again."""
    compared = not {"like", "as", "resembling", "named", "called"}.isdisjoint(before[-3:])
    same = token.word == subject.word or _KNOWN[token.word] in (subject.noun, Noun.HUMAN)
    again = same and not {"the", "this", "that"}.isdisjoint(before[-3:])
    stated = token.word in _PERSONS and any(a in ("she", "he") and b in ("is", "was") for a, b in pairwise(before))
    return (
        compared or (token.word not in PLURALS and (again or stated)) or not LISTS["lifeless"].isdisjoint(before[-2:])
    )


def new_being(before: str, sentences: Iterable[str], known: Set[str]) -> str:
    """The first being that sentences bring in: "a dog", "two men"; "" if all are ``known`` or named ``before``."""
    old = set(map(fold, WORD.findall(before))) | LISTS["generic"]
    for sentence in map(read, sentences):
        for at in sentence.beings:
            token, words = sentence.tokens[at], [token.word for token in sentence.tokens[max(0, at - 3) : at]]
            introduced = token.word in PLURALS or not LISTS["introducing"].isdisjoint(words)
            if introduced and not token.owner and token.word not in old and stem(token.word) not in known:
                return token.word
    return ""
