"""A caption in its parts: the subject that a person writes, and the effect text that follows it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from datasetkit.prompts.normalize import Normalized, normalize, tidied_only
from datasetkit.prompts.person import ABOUT_PERSONS
from datasetkit.prompts.slots import DRAFT_MARK, Person
from datasetkit.prompts.template import Effect, join, spaced
from datasetkit.prompts.words import has_letters
from datasetkit.report.visual.cards import effect_runs
from datasetkit.report.visual.values import TextRun


@dataclass(frozen=True, slots=True)
class CaptionRules:
    """What a sample's captions go by: the ``effect``, ``declared`` or found in the prompts, and its ``media``."""

    effect: Effect | None
    declared: bool
    media: tuple[str, ...]

    @property
    def persons(self) -> tuple[str, ...]:
        """Whom the effect text can be written for; none where its words are the same for everybody."""
        asks = self.effect and self.declared and self.effect.has_slots and not self.effect.is_absent(self.media)
        return tuple(map(str, self.effect.persons)) if self.effect and asks else ()


@dataclass(frozen=True, slots=True)
class CaptionParts:
    """A caption's subject, what follows it, for whom that is written, and whether that is an open question."""

    subject: str
    effect: tuple[TextRun, ...]
    person: str
    open: bool

    @property
    def missing(self) -> bool:
        """Whether nobody has described the clip yet."""
        return not has_letters(self.subject.replace(DRAFT_MARK, ""))


def caption_parts(text: str, rules: CaptionRules, person: str) -> CaptionParts:
    """The parts of a caption, with the ``person`` that was chosen for it, if any."""
    result = _normalized(text, rules, person)
    if not result.found:
        return CaptionParts(text, (), str(result.person or person), False)
    is_open = bool(rules.persons) and result.reason in ABOUT_PERSONS
    tail = "" if result.effect_first else result.tail
    return CaptionParts(result.subject.strip(), effect_runs(result, tail), str(result.person or person), is_open)


def composed(text: str, subject: str | None, rules: CaptionRules, person: str) -> str:
    """The caption with another subject, and the effect text as it reads for the person."""
    if subject is not None:
        text = _with_subject(subject, _normalized(text, rules, person))
    result = _normalized(text, rules, person)
    return result.text if rules.declared and result.found else text


def _with_subject(subject: str, result: Normalized) -> str:
    if not result.found:
        return subject
    tail = "" if result.effect_first else result.tail
    return spaced(join(subject, result.found), tail)


def _normalized(text: str, rules: CaptionRules, person: str) -> Normalized:
    if rules.effect is None:
        return tidied_only(text)
    return normalize(text, _answered(rules.effect, rules.media, person), rules.media)


def _answered(effect: Effect, media: Sequence[str], person: str) -> Effect:
    """The effect with a sample's person declared."""
    if not person or not media:
        return effect
    declared = replace(effect.declared, names={**effect.declared.names, **dict.fromkeys(media, Person(person))})
    return replace(effect, declared=declared)
