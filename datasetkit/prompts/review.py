"""The prompts of a set as lint sees them: the effect that was declared or found in them, and what is wrong with each.

The facts behind the rules of family P that look at one prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from datasetkit.model import Prompt, Sample, Where
from datasetkit.prompts.infer import FEWEST, infer
from datasetkit.prompts.normalize import Normalized, normalize, tidied_only
from datasetkit.prompts.person import Reason
from datasetkit.prompts.slots import CASES, SEXED, Person, Slot, placeholders, resolved
from datasetkit.prompts.template import Effect, media_of
from datasetkit.prompts.tidy import Mend
from datasetkit.prompts.trigger import Misspelling, Trigger
from datasetkit.prompts.worddiff import word_diff
from datasetkit.prompts.words import for_anybody


class Offence(StrEnum):
    """What is wrong; the values are the rules' names."""

    TRIGGER_MISSING = "trigger-missing"
    TRIGGER_SPELLING = "trigger-spelling"
    EFFECT_DRIFT = "effect-drift"
    PRONOUN = "pronoun"
    SUBJECT_MISSING = "subject-missing"
    UNTIDY = "untidy"
    PLACEHOLDER = "placeholder"
    MODEL_CHATTER = "model-chatter"


GENERAL = frozenset({Offence.UNTIDY, Offence.PLACEHOLDER, Offence.MODEL_CHATTER})
"""What any prompt can have, effect or not."""


_SET = Where("")


@dataclass(frozen=True, slots=True)
class PromptFlaw:
    """One thing wrong: ``mended`` says whether the normalized text is rid of it.

    ``detail`` says what was seen; a drift has the text ``seen`` and the one ``wanted`` instead. ``where`` is the
    prompt's place, and ``text`` what the whole prompt is to be.
    """

    offence: Offence
    mended: bool
    detail: str = ""
    seen: str = ""
    wanted: str = ""
    where: Where = _SET
    text: str = ""

    @property
    def message(self) -> str:
        """What was seen, in plain words or as a word diff."""
        return self.detail or word_diff(self.seen, self.wanted, context=2)


def flaws_of(result: Normalized, effect: Effect | None = None) -> tuple[PromptFlaw, ...]:
    """The flaws of a prompt, in an order that is always the same; without an ``effect`` those of any prompt."""
    flaws = [*_general_flaws(result)]
    if effect is not None and result.reason is Reason.NO_SUBJECT:
        flaws.append(PromptFlaw(Offence.SUBJECT_MISSING, False, result.note))
    elif effect is not None:
        flaws += _effect_flaws(result, effect)
        if result.changed and not any(flaw.mended for flaw in flaws):  # how the subject's sentence ends, a label
            flaws.append(PromptFlaw(Offence.EFFECT_DRIFT, True, seen=result.tidied.text, wanted=result.text))
    return tuple(flaws)


def _general_flaws(result: Normalized) -> Iterator[PromptFlaw]:
    tidied, mended = result.tidied, result.changed
    if untidy := sorted(tidied.mends - {Mend.CHATTER}):
        yield PromptFlaw(Offence.UNTIDY, mended, f"needs tidying: {', '.join(untidy)}")
    if tidied.unreadable:
        lost = f"{tidied.unreadable} × U+FFFD: letters lost in an earlier conversion; write them again"
        yield PromptFlaw(Offence.UNTIDY, False, lost)
    if Mend.CHATTER in tidied.mends:
        yield PromptFlaw(Offence.MODEL_CHATTER, mended, seen=result.before, wanted=tidied.text)
    if blanks := placeholders(tidied.text):
        left = placeholders(result.text)
        yield from (PromptFlaw(Offence.PLACEHOLDER, blank not in left, f"not filled in: {blank}") for blank in blanks)


def _effect_flaws(result: Normalized, effect: Effect) -> Iterator[PromptFlaw]:
    yield from _trigger_flaws(result.triggers, effect, result.decided)
    drift = [*_text_flaws(result, effect)] if result.found else []
    yield from drift
    unclear = result.reason in (Reason.JOINED, Reason.TWICE) or (result.reason is Reason.NO_EFFECT and result.triggers)
    if unclear and all(flaw.offence is not Offence.EFFECT_DRIFT for flaw in drift):
        yield PromptFlaw(Offence.EFFECT_DRIFT, False, result.note)
    if result.effect_first:
        yield PromptFlaw(Offence.SUBJECT_MISSING, result.decided, "the subject comes after the effect")
    elif result.tail and result.text.endswith(result.tail):
        yield PromptFlaw(Offence.EFFECT_DRIFT, False, f"words after the effect: {result.tail}")


def _trigger_flaws(triggers: Sequence[Trigger], effect: Effect, mended: bool) -> Iterator[PromptFlaw]:
    if not triggers:
        yield PromptFlaw(Offence.TRIGGER_MISSING, mended, f"the trigger {effect.trigger} is missing")
    for trigger in triggers:
        if trigger.misspelling is Misspelling.GLUED:
            yield PromptFlaw(Offence.TRIGGER_SPELLING, mended, f"{effect.trigger} is {trigger.misspelling}")
        elif trigger.misspelling is not None:
            seen = f'"{trigger.written}" for {effect.trigger}: {trigger.misspelling}'
            yield PromptFlaw(Offence.TRIGGER_SPELLING, mended, seen)


def _text_flaws(result: Normalized, effect: Effect) -> Iterator[PromptFlaw]:
    """Drift and pronouns of an effect that was found."""
    inside, wanted = result.found, effect.render(result.person)
    if inside == wanted:
        return
    if _drifts(inside, result.triggers, effect):
        yield PromptFlaw(Offence.EFFECT_DRIFT, result.decided, seen=inside, wanted=wanted)
    if result.reason is Reason.NO_FORM:
        yield PromptFlaw(Offence.PRONOUN, False, result.note)
    elif result.person and (wrong := _wrong_pronouns(inside, effect, result.person)):
        seen = f"the effect says {', '.join(wrong)}, but the subject is {result.person}"
        yield PromptFlaw(Offence.PRONOUN, result.decided, seen)


def _drifts(inside: str, triggers: Sequence[Trigger], effect: Effect) -> bool:
    """Whether more differs from the template than pronouns and how the trigger is spelled."""
    seen = _bare(inside, [trigger.written for trigger in triggers])
    return all(seen != _bare(effect.render(person), [effect.trigger]) for person in (*effect.persons, None))


def _bare(text: str, triggers: Sequence[str]) -> str:
    """The text without the first of each of ``triggers``, for anybody."""
    for trigger in triggers:
        text = text.replace(trigger, " ", 1)
    return for_anybody(resolved(text))


def _wrong_pronouns(inside: str, effect: Effect, person: Person) -> list[str]:
    """The pronouns of another person than the subject's, each once; "it" and "they" only where a slot has them."""
    fixed = " ".join(part for part in effect.parts if isinstance(part, str)).lower().split()
    forms = {form.lower() for part in effect.parts if isinstance(part, Slot) for form in part.forms.values()}
    known = {word: who for case in CASES.values() for word, who in case.items()}
    right = {word for case in CASES.values() for word, who in case.items() if who is person}
    found = re.findall(r"(?<![\w/])[^\W\d_]+(?![\w/])", inside)
    wrong = [w for w in found if w.lower() in known.keys() - right and w.lower() not in fixed]
    return [*dict.fromkeys(w for w in wrong if w.lower() in SEXED or w.lower() in forms)]


@dataclass(frozen=True, slots=True)
class ReviewedPrompt:
    """A prompt, what became of it, and its flaws."""

    prompt: Prompt
    result: Normalized
    flaws: tuple[PromptFlaw, ...]


@dataclass(frozen=True, slots=True)
class PromptReview:
    """The effect, None where none was declared or found, and the prompts in the order of their lines.

    ``lacking`` is the flaw of a set in which no effect can be found.
    """

    effect: Effect | None = None
    inferred: bool = False
    prompts: tuple[ReviewedPrompt, ...] = ()
    lacking: PromptFlaw | None = None

    @property
    def flaws(self) -> Iterator[PromptFlaw]:
        """The flaws of the set and of every prompt."""
        yield from [self.lacking] if self.lacking else []
        for reviewed in self.prompts:
            yield from reviewed.flaws


MOST_INFERRED = 2000
"""Prompts up to which an undeclared effect is used: a hundred times the platform's 20 to 100 samples.

A larger set is no one effect's; only what holds for any prompt is judged.
"""

NOTHING = PromptReview()
"""No prompt was read."""


def review_prompts(samples: Sequence[Sample], declared: Effect | None) -> PromptReview:
    """The samples' prompts judged by the ``declared`` effect, or else by the one that they share."""
    prompts = [(sample, sample.prompt) for sample in samples if sample.prompt]
    effect, lacking = declared, None
    if declared is None:
        found = infer([prompt.text for _, prompt in prompts])
        effect = found.effect if len(prompts) <= MOST_INFERRED else None
        if found.effect is None and len(prompts) >= FEWEST and not found.trigger:
            lacking = _no_effect()
    reviewed = tuple(_reviewed(sample, prompt, effect, declared) for sample, prompt in prompts)
    return PromptReview(effect, effect is not None and declared is None, reviewed, lacking)


def _no_effect() -> PromptFlaw:
    detail = "no trigger word: no effect is declared, and the prompts share none; `datasetkit effect` declares one"
    return PromptFlaw(Offence.TRIGGER_MISSING, False, detail)


def _reviewed(sample: Sample, prompt: Prompt, effect: Effect | None, declared: Effect | None) -> ReviewedPrompt:
    """A prompt and its flaws, each with the text that mends it.

    Where the effect was not declared, prompts are tidied only, and a form that its text lacks is no flaw.
    """
    media = media_of(sample.record)
    result = normalize(prompt.text, effect, media) if effect else tidied_only(prompt.text)
    flaws = flaws_of(result, None if effect is None or effect.is_absent(media) else effect)
    if declared is None:
        flaws = tuple(flaw for flaw in flaws if flaw.mended or flaw.offence is not Offence.PRONOUN)
    text = result.text if declared else result.tidied.text
    return ReviewedPrompt(prompt, result, tuple(replace(f, where=prompt.where, text=text) for f in flaws))
