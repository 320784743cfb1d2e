"""What the nouns of captions name: a woman, an animal, a thing. From our own lists; an unknown noun stays unknown."""

from __future__ import annotations

from enum import Enum

from datasetkit import spec
from datasetkit.prompts.words import LISTS, stem


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


def _plural(noun: str) -> set[str]:
    """The plural forms that a noun may have."""
    if noun in _IRREGULAR:
        return {_IRREGULAR[noun]}
    if noun.endswith("man"):
        return {noun.removesuffix("man") + "men"}
    if noun.endswith("y"):
        return {noun.removesuffix("y") + "ies", noun + "s"}
    return {noun + "es" if noun.endswith(("s", "sh", "ch", "x")) else noun + "s"}


_KINDS = (Noun.SCENERY, Noun.THING, Noun.ANIMAL, Noun.HUMAN, Noun.MALE, Noun.FEMALE)
PLURALS = {many: kind for kind in _KINDS for name in LISTS[kind.value] for many in _plural(name)}
"""Every plural that we know, with what it names."""
PLURALS |= dict.fromkeys(LISTS["groups"], Noun.HUMAN)
KNOWN = PLURALS | {name: kind for kind in _KINDS for name in LISTS[kind.value]}
"""Every noun that we know, singular or plural, with what it names."""
PERSONS = frozenset(word for word, kind in KNOWN.items() if kind in PEOPLE)
BEINGS = PERSONS | {word for word, kind in KNOWN.items() if kind is Noun.ANIMAL}
BEING_STEMS = frozenset(map(stem, BEINGS))
