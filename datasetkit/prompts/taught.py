"""What a set's prompts teach: the effect that was declared or found in them, and each prompt's part in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from datasetkit.model import Prompt, Sample
from datasetkit.prompts.effect import Effect
from datasetkit.prompts.flaws import PromptFlaw, general_flaws
from datasetkit.prompts.infer import infer
from datasetkit.prompts.normalize import normalize
from datasetkit.prompts.tidy import tidy


@dataclass(frozen=True, slots=True)
class Read:
    """A prompt as it was understood.

    ``subject`` is what stands before the effect, or the whole prompt where there is none; ``found`` the effect's
    text as it was. ``absent`` says that the sample lacks the effect on purpose.
    """

    prompt: Prompt
    subject: str
    found: str
    flaws: tuple[PromptFlaw, ...]
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Taught:
    """The effect, None where none was declared or found, and the prompts in the order of their lines."""

    effect: Effect | None = None
    inferred: bool = False
    prompts: tuple[Read, ...] = ()


MOST_INFERRED = 2000
"""Prompts up to which an undeclared effect is inferred: a hundred times what is usual; a larger set is no one effect's.

The platform recommends 20 to 100 samples. Of a larger set only what holds for any prompt is judged.
"""

NOTHING = Taught()
"""No prompt was read."""


def read_prompts(samples: Sequence[Sample], declared: Effect | None) -> Taught:
    """What the samples' prompts teach, by the ``declared`` effect or else by the one that up to 2,000 share."""
    prompts = [(sample, sample.prompt) for sample in samples if sample.prompt]
    effect = declared
    if effect is None and len(prompts) <= MOST_INFERRED:
        effect = infer([prompt.text for _, prompt in prompts], outliers=False).effect
    reads = (
        _placed(_read(prompt, effect, effect is not None and is_absent(sample, effect)), declared)
        for sample, prompt in prompts
    )
    return Taught(effect, effect is not None and declared is None, tuple(reads))


def _placed(read: Read, declared: Effect | None) -> Read:
    """The same with what each flawed prompt is to be: normalized to a declared effect, else only tidied."""
    if not read.flaws:
        return read
    text = read.prompt.text
    wanted = normalize(text, declared).text if declared and not read.absent else tidy(text).text
    return replace(read, flaws=tuple(replace(f, line=read.prompt.where.line, text=wanted) for f in read.flaws))


def is_absent(sample: Sample, effect: Effect) -> bool:
    """Whether ``absent_in`` names the sample, by its clip or first frame, as written or as resolved."""
    names = {name for r in sample.references for name in (r.written, r.medium.path)}
    return not names.isdisjoint(effect.absent_in)


def _read(prompt: Prompt, effect: Effect | None, absent: bool) -> Read:
    if effect is None or absent:
        tidied = tidy(prompt.text)
        return Read(prompt, tidied.text, "", general_flaws(prompt.text, tidied, tidied.text), absent)
    result = normalize(prompt.text, effect)
    return Read(prompt, result.subject, result.found, result.flaws)
