"""Who the effect happens to: as declared, as the subject's own text makes evident, or undecided.

A wrong person is worse than none. What the old effect text says is no evidence: a pasted pronoun is what we look for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple

from datasetkit import spec
from datasetkit.prompts.slots import CASES, Person
from datasetkit.prompts.subject import (
    ANIMALS,
    PEOPLE,
    PLURALS,
    SEXED,
    Noun,
    Sentence,
    Subject,
    find_subject,
    others,
    read,
)
from datasetkit.prompts.template import Effect
from datasetkit.prompts.words import LISTS, is_chinese, split_sentences


class Reason(StrEnum):
    """Why a prompt is skipped."""

    SEVERAL = "several"
    CONTRADICTION = "contradiction"
    UNKNOWN = "unknown"
    NO_FORM = "no-form"
    NO_EFFECT = "no-effect"
    NO_SUBJECT = "no-subject"
    JOINED = "joined"
    TWICE = "twice"


ABOUT_PERSONS = frozenset({Reason.SEVERAL, Reason.CONTRADICTION, Reason.UNKNOWN, Reason.NO_FORM})
"""The reasons that a declared person settles."""


@dataclass(frozen=True, slots=True)
class Decision:
    """``person``, or the ``reason`` why there is none; ``evidence`` is what it rests on, in words."""

    person: Person | None
    reason: Reason | None
    evidence: str


_SHE, _HE, _THEY, _IT = Person
_PRONOUNS = {word: person for case in CASES.values() for word, person in case.items()}
_POSSESSIVE = frozenset(CASES["possessive"])
_QUOTED = re.compile('["“][^"”]*["”]')
_CHINESE = {name: re.compile(words) for name, words in spec.document("caption-words.json")["chinese"].items()}


class Mention(NamedTuple):
    """A pronoun. It ``leads`` if it is the clause's subject or the subject's owner; ``held`` are the words it owns."""

    person: Person
    word: str
    leads: bool
    held: frozenset[str]


def decide(sentences: Sequence[str], effect: Effect, media: Sequence[str] = ()) -> Decision:
    """Whom ``effect`` is to be written for; ``sentences`` are all of the prompt but the effect."""
    if not effect.has_slots:
        return Decision(None, None, "the effect text has no slots")
    declared = effect.declared.of(media)
    if len(declared) > 1:
        return Decision(None, Reason.CONTRADICTION, f"declared as {' and as '.join(declared)}")
    found = Decision(declared[0], None, "declared") if declared else _evident("".join(sentences), sentences)
    if found.person is None or found.person in effect.persons:
        return found
    missing = f'the subject is {found.person} ({found.evidence}), but the effect text has no "{found.person}" form'
    return Decision(None, Reason.NO_FORM, missing)


def _evident(text: str, written: Sequence[str]) -> Decision:
    if is_chinese(text):
        return _chinese(text)
    quotes = '"' in text or "“" in text
    sentences = [*map(read, split_sentences(_QUOTED.sub(" ", text)) if quotes else written)]
    mentions, subject = [*_mentions(sentences)], find_subject(sentences)
    words = {mention.person: mention.word for mention in reversed(mentions)}
    if _SHE in words and _HE in words:
        return Decision(None, Reason.CONTRADICTION, f'the caption has both "{words[_SHE]}" and "{words[_HE]}"')
    if subject is None:
        return Decision(None, Reason.UNKNOWN, "can't find the subject in the caption")
    if subject.several and words.keys() == {_THEY}:
        return Decision(_THEY, None, f'"{words[_THEY]}"')
    if subject.several:
        plural = f'"{subject.word}" is plural, and the caption has no clear "they"'
        one_of = f'"{subject.word}" is one of several subjects'
        return Decision(None, Reason.SEVERAL, plural if subject.word in PLURALS else one_of)
    if subject.noun in SEXED:
        return _by_noun(subject, sentences, words)
    return _by_pronoun(subject, sentences, mentions)


def _by_noun(subject: Subject, sentences: Sequence[Sentence], words: dict[Person, str]) -> Decision:
    """The decision for a noun that names a man or a woman; animals beside them are their pets."""
    person, opposite = (_SHE, _HE) if subject.noun is Noun.FEMALE else (_HE, _SHE)
    people = (t.word for t in others(sentences, subject) if not t.owner and t.word not in ANIMALS)
    beside = (word for word in people if word not in PLURALS)
    if other := next(beside, ""):
        return Decision(None, Reason.SEVERAL, f'"{subject.word}" and "{other}" may be two subjects')
    if against := words.get(opposite) or (person not in words and words.get(_THEY)):
        return Decision(None, Reason.CONTRADICTION, f'"{subject.word}" says {person}, but "{against}" says otherwise')
    return Decision(person, None, f'"{subject.word}"')


def _by_pronoun(subject: Subject, sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> Decision:
    """The decision for any other noun: a pronoun must settle it, and it mustn't be able to mean anyone else."""
    quoted = f'"{subject.first if subject.noun in (Noun.NAME, Noun.UNKNOWN) else subject.word}"'
    words = {token.word for sentence in sentences for token in sentence.tokens}
    human = subject.noun in PEOPLE or subject.noun is Noun.PRONOUN
    persons = {mention.person for mention in mentions} - ({_IT} if human else set())
    fits = _fits_human if human else _fits_other
    found = next((m for m in mentions if persons == {m.person} and fits(m, subject, words)), None)
    if found is None:
        return Decision(
            None, Reason.UNKNOWN, f"{quoted} could be she or he" if human else f"no clear pronoun for {quoted}"
        )
    beside = (t.word for t in others(sentences, subject) if found.person is _THEY or t.word not in PLURALS)
    if (other := next(beside, "")) and (found.person is not _IT or subject.noun is Noun.UNKNOWN):
        return Decision(None, Reason.SEVERAL, f'{quoted} and "{other}" may be two subjects')
    return Decision(found.person, None, f'"{found.word}"')


def _fits_human(mention: Mention, subject: Subject, words: set[str]) -> bool:
    """Whether a pronoun can only be this person's; ``words`` are all of the caption."""
    if subject.noun is Noun.PRONOUN:
        return mention.word == subject.word
    if mention.person is _THEY:
        return mention.word == "they" or not (LISTS["parts"] | LISTS["clothes"]).isdisjoint(mention.held)
    if mention.word == "she" and not LISTS["vehicles"].isdisjoint(words):
        return False  # "a driver waits beside a limousine; she is white"
    return mention.leads or (bool(mention.held) and subject.word not in LISTS["serving"])


def _fits_other(mention: Mention, subject: Subject, words: set[str]) -> bool:
    """Whether a pronoun can only be this animal's or thing's; an unknown noun may be a person."""
    if mention.person is not _IT:
        of_animal = mention.leads and LISTS["human_parts"].isdisjoint(mention.held)
        return subject.noun is Noun.ANIMAL and mention.person is not _THEY and of_animal
    perhaps_human = subject.word.endswith(("er", "or")) or not LISTS["human_signs"].isdisjoint(words)
    return subject.noun is not Noun.UNKNOWN or (mention.word != "it" and not perhaps_human)


def _mentions(sentences: Sequence[Sentence]) -> Iterator[Mention]:
    """The pronouns in order, but for an "it" that names nothing ("it is raining") or, as an object, may be anything."""
    for sentence in sentences:
        for k in sentence.pronouns:
            word, behind = sentence.tokens[k].word, sentence.tokens[k + 1 : k + 4]
            opens = k == 0 or sentence.tokens[k].opens
            begins = opens or sentence.tokens[k - 1].word in LISTS["links"]
            if word == "it" and (not begins or (behind and behind[0].word in LISTS["dummy_verbs"])):
                continue
            phrase = takewhile(lambda token: not token.opens and not token.joins, behind)
            held = frozenset(token.word for token in phrase) if word in _POSSESSIVE else frozenset[str]()
            nominative = word in ("she", "he", "they", "it") or word.endswith(("self", "selves"))
            yield Mention(_PRONOUNS[word], word, nominative or (bool(held) and opens), held)


def _chinese(text: str) -> Decision:
    """The decision for a Chinese caption: a noun for one person of one sex, or a pronoun that opens a clause."""
    seen = {name: found.group() for name, pattern in _CHINESE.items() if (found := pattern.search(text))}
    if "several" in seen:
        return Decision(None, Reason.SEVERAL, f'"{seen["several"]}" may be more than one subject')
    said = [(_SHE, seen.get("woman")), (_HE, seen.get("man")), (_SHE, seen.get("she")), (_HE, seen.get("he"))]
    persons = {person: word for person, word in reversed(said) if word}
    if len(persons) > 1:
        return Decision(None, Reason.CONTRADICTION, " and ".join(f'"{word}"' for word in persons.values()))
    person, word = next(iter(persons.items()), (_IT, seen.get("it")))
    sure = "person" not in seen if person is _IT else "pictured" not in seen
    leads = re.search(f"(?:^|[,，。；、;.]){word}", text) and "no person" not in seen
    if not word or not sure or not (person is _IT or word in (seen.get("woman"), seen.get("man")) or leads):
        return Decision(None, Reason.UNKNOWN, "no clear pronoun")
    return Decision(person, None, f'"{word}"')
