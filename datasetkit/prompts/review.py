"""The prompts of a set as lint sees them: the effect that was declared or found in them, and each prompt's flaws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from datasetkit.model import Prompt, Sample
from datasetkit.prompts.flaws import Offence, PromptFlaw, flaws_of
from datasetkit.prompts.infer import FEWEST, infer
from datasetkit.prompts.normalize import Normalized, normalize, tidied_only
from datasetkit.prompts.template import Effect, media_of


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
