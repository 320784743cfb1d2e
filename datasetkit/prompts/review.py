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
from datasetkit.prompts.tidy import Cleanup
from datasetkit.prompts.trigger import Misspelling, Trigger
from datasetkit.prompts.worddiff import word_diff
from datasetkit.prompts.words import for_anybody


class FlawType(StrEnum):
    """What is wrong; the values are the rules' names."""

    TRIGGER_MISSING = "trigger-missing"
    TRIGGER_SPELLING = "trigger-spelling"
    EFFECT_DRIFT = "effect-drift"
    PRONOUN = "pronoun"
    SUBJECT_MISSING = "subject-missing"
    UNTIDY = "untidy"
    PLACEHOLDER = "placeholder"
    MODEL_CHATTER = "model-chatter"


GENERAL = frozenset({FlawType.UNTIDY, FlawType.PLACEHOLDER, FlawType.MODEL_CHATTER})
"""What any prompt can have, effect or not."""


_SET = Where("")


@dataclass(frozen=True, slots=True)
class PromptFlaw:
    """One flaw. ``fixed``: normalizing removes it.

    ``detail`` says what was seen; a drift has the text ``seen`` and the one ``wanted`` instead. ``where`` is the
    prompt's place, and ``text`` what the whole prompt is to be.
    """

    type: FlawType
    fixed: bool
    detail: str = ""
    seen: str = ""
    wanted: str = ""
    where: Where = _SET
    text: str = ""

    @property
    def message(self) -> str:
        """What was seen, in plain words or as a word diff."""
        if self.detail:
            return self.detail
        chatter = self.type is FlawType.MODEL_CHATTER
        what = "not part of a caption" if chatter else "differs from the effect text"
        return f"{what}: {word_diff(self.seen, self.wanted, context=2)}"


def flaws_of(result: Normalized, effect: Effect | None = None) -> tuple[PromptFlaw, ...]:
    """The flaws of a prompt, in an order that is always the same; without an ``effect`` those of any prompt."""
    flaws = [*_general_flaws(result)]
    if effect is not None and result.reason is Reason.NO_SUBJECT:
        flaws.append(PromptFlaw(FlawType.SUBJECT_MISSING, False, result.note))
    elif effect is not None:
        flaws += _effect_flaws(result, effect)
        if result.changed and not any(flaw.fixed for flaw in flaws):  # how the subject's sentence ends, a label
            flaws.append(PromptFlaw(FlawType.EFFECT_DRIFT, True, seen=result.tidied.text, wanted=result.text))
    return tuple(flaws)


def _general_flaws(result: Normalized) -> Iterator[PromptFlaw]:
    tidied, fixed = result.tidied, result.changed
    if untidy := sorted(tidied.cleanups - {Cleanup.CHATTER}):
        yield PromptFlaw(FlawType.UNTIDY, fixed, f"contains {', '.join(untidy)}")
    if tidied.unreadable:
        lost = f"{tidied.unreadable} × U+FFFD: letters lost in an earlier conversion; retype them"
        yield PromptFlaw(FlawType.UNTIDY, False, lost)
    if Cleanup.CHATTER in tidied.cleanups:
        yield PromptFlaw(FlawType.MODEL_CHATTER, fixed, seen=result.before, wanted=tidied.text)
    if blanks := placeholders(tidied.text):
        left = placeholders(result.text)
        yield from (
            PromptFlaw(FlawType.PLACEHOLDER, blank not in left, f'placeholder "{blank}" is not filled in')
            for blank in blanks
        )


def _effect_flaws(result: Normalized, effect: Effect) -> Iterator[PromptFlaw]:
    yield from _trigger_flaws(result.triggers, effect, result.decided)
    drift = [*_text_flaws(result, effect)] if result.found else []
    yield from drift
    unclear = result.reason in (Reason.JOINED, Reason.TWICE) or (result.reason is Reason.NO_EFFECT and result.triggers)
    if unclear and all(flaw.type is not FlawType.EFFECT_DRIFT for flaw in drift):
        yield PromptFlaw(FlawType.EFFECT_DRIFT, False, result.note)
    if result.effect_first:
        yield PromptFlaw(FlawType.SUBJECT_MISSING, result.decided, "the subject comes after the effect")
    elif result.tail and result.text.endswith(result.tail):
        yield PromptFlaw(FlawType.EFFECT_DRIFT, False, f'text after the effect: "{result.tail}"')


def _trigger_flaws(triggers: Sequence[Trigger], effect: Effect, fixed: bool) -> Iterator[PromptFlaw]:
    if not triggers:
        yield PromptFlaw(FlawType.TRIGGER_MISSING, fixed, f'the trigger word "{effect.trigger}" is missing')
    for trigger in triggers:
        if trigger.misspelling is Misspelling.GLUED:
            yield PromptFlaw(FlawType.TRIGGER_SPELLING, fixed, f'"{effect.trigger}" is {trigger.misspelling}')
        elif trigger.misspelling is not None:
            seen = f'"{trigger.written}" should be "{effect.trigger}" ({trigger.misspelling})'
            yield PromptFlaw(FlawType.TRIGGER_SPELLING, fixed, seen)


def _text_flaws(result: Normalized, effect: Effect) -> Iterator[PromptFlaw]:
    """Drift and pronouns of an effect that was found."""
    inside, wanted = result.found, effect.render(result.person)
    if inside == wanted:
        return
    if _drifts(inside, result.triggers, effect):
        yield PromptFlaw(FlawType.EFFECT_DRIFT, result.decided, seen=inside, wanted=wanted)
    if result.reason is Reason.NO_FORM:
        yield PromptFlaw(FlawType.PRONOUN, False, result.note)
    elif result.person and (wrong := _wrong_pronouns(inside, effect, result.person)):
        said = " and ".join(f'"{word}"' for word in wrong)
        seen = f'the effect text says {said}, but the subject is "{result.person}"'
        yield PromptFlaw(FlawType.PRONOUN, result.decided, seen)


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
    """The effect, None if none was declared or found, and the prompts in the order of their lines.

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

A larger set doesn't teach a single effect, so only the checks for any prompt run.
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
    return PromptFlaw(FlawType.TRIGGER_MISSING, False, detail)


def _reviewed(sample: Sample, prompt: Prompt, effect: Effect | None, declared: Effect | None) -> ReviewedPrompt:
    """A prompt and its flaws, each with the text that fixes it.

    If the effect was not declared, prompts are only tidied, and a missing pronoun form is not a flaw.
    """
    media = media_of(sample.record)
    result = normalize(prompt.text, effect, media) if effect else tidied_only(prompt.text)
    flaws = flaws_of(result, None if effect is None or effect.is_absent(media) else effect)
    if declared is None:
        flaws = tuple(flaw for flaw in flaws if flaw.fixed or flaw.type is not FlawType.PRONOUN)
    text = result.text if declared else result.tidied.text
    return ReviewedPrompt(prompt, result, tuple(replace(f, where=prompt.where, text=text) for f in flaws))
