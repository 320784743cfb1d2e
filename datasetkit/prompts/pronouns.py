"""Who a prompt's subject is, as a pronoun: decided by the words before the effect, or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from datasetkit.prompts import nouns
from datasetkit.prompts.mentions import Mention, Role, Sort, mentions
from datasetkit.prompts.slots import Person
from datasetkit.prompts.words import WORD, fold


class Reason(StrEnum):
    """Why a sample is left as it is."""

    SEVERAL = "several"
    ANIMAL = "animal"
    CONTRADICTION = "contradiction"
    UNKNOWN = "unknown"
    NO_FORM = "no-form"
    NO_EFFECT = "no-effect"
    NO_SUBJECT = "no-subject"
    JOINED = "joined"
    TWICE = "twice"
    CHINESE = "chinese"


@dataclass(frozen=True, slots=True)
class Decision:
    """``person``, or why there is none; ``evidence`` are the words that it rests on, as a message quotes them."""

    person: Person | None
    reason: Reason | None
    evidence: str


# One search for both: it begins with a set of letters, which alone is looked for at most places.
_SEXED = re.compile(
    r"[sShH\u017f](?<![\w/].)(?i:(?<=s)he|(?<=h)(?:ers?|erself|e|im|is|imself))(?![\w/])",
)
_SHES = frozenset("she her hers herself".split())
_THEY = re.compile(r"(?<![\w/])(?:they|them|their|theirs|themselves|themself)(?![\w/])", re.IGNORECASE)
_IT = re.compile(r"(?<![\w/])(?:it|its|itself)(?![\w/])", re.IGNORECASE)
# "A baby in her arms": the pronoun is somebody else's, and that somebody isn't named.
_HELD = re.compile(
    r"\b(?:in|on|onto|into|from) (?:her|his) (?:arms?|lap|shoulders?|hands?|palms?|embrace|chest|back)\b"
)
_ALONE = re.compile(r"\b(?:she|he|herself|himself)\b", re.IGNORECASE)
_PREPOSITIONS = frozenset("in on at by near under over with against of from behind before beside inside into".split())
_STATES = frozenset(
    "is are was were stands stand sits sit lies lie rests rest hangs hang floats float drifts drift rises rise "
    "that which glows glow gleams gleam parked standing lying floating".split()
)
_DETERMINERS = frozenset("the some these those many both all".split())
_MANY = frozenset("two three four five six seven eight nine ten several many some both few dozens".split())
_AND_ANOTHER = re.compile(r"(?:\S+ ){1,4}?and (?:an?|another|his|her|their|the|two|some) \S+")
_WITH_NAME = re.compile(r"\b(?:and|with|beside) [A-Z][a-z]+")
_LEAD_IN = re.compile(
    r"\s*(?:(?:the |this )?(?:video|clip|scene|footage|shot|image|camera)\s+(?:begins?|starts?|opens?|shows?)?\s*)?"
    r"(?:(?:by )?(?:showing|shows|with|on|features?)\s+)?(?:(?:a|an|the)\s+(?:[\w-]+ ){0,2}?"
    r"(?:scene|shot|close-up|view|image)\s+(?:of|showing)\s+)?",
    re.IGNORECASE,
)


def decide(before: str, inside: str, persons: tuple[Person, ...]) -> Decision:
    """Who the subject is, from the words ``before`` the effect; ``inside`` decides as a last resort.

    ``persons`` are those that the effect's template has forms for. The order: several beings or a contradiction
    leave it open; then the pronouns before the effect; then its nouns; then the pronouns inside, if they agree and
    the subject may be a person.
    """
    she, he = _she_and_he(before)
    if she and he:
        return Decision(None, Reason.CONTRADICTION, f'both "{she[0]}" and "{he[0]}" before the effect')
    named = mentions(before)
    if (several := _several(named, before, persons)) is not None:
        return several
    subject = next((m for m in named if m.role is Role.SUBJECT), None)
    if she or he:
        return _by_pronoun(Person.SHE if she else Person.HE, (she or he)[0], subject)
    return _by_noun(named, before, inside, persons)


def _she_and_he(text: str) -> tuple[list[str], list[str]]:
    """The pronouns for a woman and those for a man, in order, none that is part of "she/he"."""
    found = _SEXED.findall(text)
    return [word for word in found if word.casefold() in _SHES], [
        word for word in found if word.casefold() not in _SHES
    ]


def _several(named: list[Mention], before: str, persons: tuple[Person, ...]) -> Decision | None:
    """The decision where the subject is more than one being, None where it's one or none is named."""
    subject = next((m for m in named if m.role is Role.SUBJECT), None)
    if subject is None:
        return None
    together = [m for m in named if m.role is Role.TOGETHER]
    other = next((m for m in named if m.role is Role.OTHER), None)
    if subject.plural or together:
        return _plural([subject, *together], persons)
    if other is not None:
        return Decision(None, Reason.SEVERAL, f'"{subject.word}" and "{other.word}"')
    if named_too := re.search(rf"(?i:\b{re.escape(subject.word)}) and [A-Z][a-z]+", before):
        return Decision(None, Reason.SEVERAL, f'"{named_too.group()}"')
    if subject.sort in (Sort.NEUTRAL, Sort.ANIMAL) and _HELD.search(before) and not _ALONE.search(before):
        return Decision(None, Reason.SEVERAL, f'"{subject.word}" and whoever holds it')
    return None


def _plural(beings: list[Mention], persons: tuple[Person, ...]) -> Decision:
    words = " and ".join(f'"{being.word}"' for being in beings)
    mixed = len({being.sort is Sort.ANIMAL for being in beings}) > 1
    if Person.THEY in persons and not mixed:
        return Decision(Person.THEY, None, words)
    return Decision(None, Reason.SEVERAL, words)


def _by_pronoun(person: Person, word: str, subject: Mention | None) -> Decision:
    opposite = Sort.MALE if person is Person.SHE else Sort.FEMALE
    if subject is not None and subject.sort is opposite:
        return Decision(None, Reason.CONTRADICTION, f'"{subject.word}" but "{word}"')
    return Decision(person, None, f'"{word}"')


def _by_noun(named: list[Mention], before: str, inside: str, persons: tuple[Person, ...]) -> Decision:
    subject = next((m for m in named if m.role is Role.SUBJECT), None)
    if subject is None:
        return _by_number(before, persons) or _by_inside(inside, named)
    sexed = [m for m in named if m.role in (Role.SUBJECT, Role.SAME) and m.sort in (Sort.FEMALE, Sort.MALE)]
    if len({m.sort for m in sexed}) > 1:
        return Decision(None, Reason.CONTRADICTION, " but ".join(f'"{m.word}"' for m in sexed))
    if sexed:
        return Decision(Person.SHE if sexed[0].sort is Sort.FEMALE else Person.HE, None, f'"{sexed[0].word}"')
    if subject.sort is Sort.ANIMAL:
        return _formed(Person.IT, persons, Reason.ANIMAL, f'"{subject.word}"')
    if they := _THEY.search(before):
        return _formed(Person.THEY, persons, Reason.NO_FORM, f'"{they.group()}"')
    return _by_inside(inside, named)


def _by_number(before: str, persons: tuple[Person, ...]) -> Decision | None:
    """The decision for a subject that no noun of ours names: a thing, or several; None for what may be one person."""
    thing, it = _thing(before), _IT.search(before)
    if it and (thing or _opens(before, it)):
        return _formed(Person.IT, persons, Reason.NO_FORM, f'"{it.group()}"')
    if thing and thing.person is None:
        return Decision(None, Reason.UNKNOWN, f'"{thing.word}", and no pronoun before the effect')
    if thing and thing.person:
        return _formed(thing.person, persons, Reason.NO_FORM, f'"{thing.word}"')
    phrase = _opening_words(before)
    if not _MANY.isdisjoint(phrase[:2]):
        return _formed(Person.THEY, persons, Reason.SEVERAL, f'"{" ".join(phrase[:2])}"')
    many = _perhaps_several(phrase) or _WITH_NAME.search(before)
    return Decision(None, Reason.SEVERAL, "the subject may be several") if many else None


def _formed(person: Person, persons: tuple[Person, ...], reason: Reason, evidence: str) -> Decision:
    if person in persons:
        return Decision(person, None, evidence)
    return Decision(None, reason, f'{evidence}, and the template has no "{person}"')


def _by_inside(inside: str, named: list[Mention]) -> Decision:
    """The last resort: the pronouns inside the effect, where they agree and no one before it speaks against them."""
    she, he = _she_and_he(inside)
    if she and he:
        return Decision(None, Reason.CONTRADICTION, f'no word before the effect, "{she[0]}" and "{he[0]}" inside')
    if not she and not he:
        return Decision(None, Reason.UNKNOWN, "no word says")
    against = next((m for m in named if m.sort is (Sort.MALE if she else Sort.FEMALE)), None)
    if against is not None:
        return Decision(None, Reason.CONTRADICTION, f'"{against.word}" but "{(she or he)[0]}" inside the effect')
    return Decision(Person.SHE if she else Person.HE, None, f'"{(she or he)[0]}" inside the effect')


def _opens(before: str, it: re.Match[str]) -> bool:
    """Whether the pronoun opens a sentence, so that it can stand for the subject."""
    return before[: it.start()].rstrip()[-1:] in {".", ";", "!"}


@dataclass(frozen=True, slots=True)
class _Thing:
    word: str
    person: Person | None  # None where the next word may be what it's about: "a car enthusiast"


def _perhaps_several(phrase: list[str]) -> bool:
    """Whether an unknown subject looks like several: "the rappers stand", "a rapper and a"; "James" does too."""
    noun = phrase[1] if phrase[:1] and phrase[0] in _DETERMINERS and phrase[1:] else "".join(phrase[:1])
    plural = noun.endswith("s") and not noun.endswith(("ss", "'s", "us"))
    return plural or _AND_ANOTHER.match(" ".join(phrase)) is not None


def _opening_words(before: str) -> list[str]:
    """The first words of a caption behind its lead-in ("The video begins showing"), folded."""
    lead_in = _LEAD_IN.match(before)
    return [fold(word) for word in WORD.findall(before[lead_in.end() if lead_in else 0 :][:80])]


def _thing(before: str) -> _Thing | None:
    """The thing that the caption's first phrase names, if we know it."""
    phrase = _opening_words(before)
    for word, following in zip(phrase, [*phrase[1:], "is"], strict=True):
        if word in _PREPOSITIONS:
            return None
        single = word.removesuffix("s")
        if word in nouns.THINGS or single in nouns.THINGS:
            person = Person.IT if word in nouns.THINGS else Person.THEY
            return _Thing(word, person if following in _PREPOSITIONS | _STATES else None)
    return None
