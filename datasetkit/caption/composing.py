"""From a caption to a prompt: the effect text is pasted, and never the model's. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from datasetkit.prompts.normalize import normalize
from datasetkit.prompts.slots import Person, placeholders
from datasetkit.prompts.template import Effect, spaced


@dataclass(frozen=True, slots=True)
class ComposedPrompt:
    """A prompt made of a caption; ``fault`` says why there is none."""

    text: str = ""
    fault: str = ""


def is_draft(prompt: str) -> bool:
    """Whether a prompt has a blank that nobody filled in, as P608 says; a pronoun that is still open isn't one."""
    return any("/" not in blank or blank[:1] in "[{<" for blank in placeholders(prompt))


def compose(
    prompt: str, caption: str, person: Person | None, effect: Effect | None, media: Sequence[str]
) -> ComposedPrompt:
    """The prompt with ``caption`` as its subject and background, and the effect text once at its end.

    What stands behind the blanks of a draft is kept where no effect is declared. ``person`` is the model's word for the
    subject, which counts where datasetkit.toml declares none.
    """
    behind = _behind_blanks(prompt)
    if effect is None:
        return ComposedPrompt(spaced(caption, behind)) if is_draft(prompt) else _no_effect()
    result = normalize(spaced(caption, behind), with_person(effect, person, media), media, append=True)
    if result.reason is not None:
        return ComposedPrompt(fault=f"the effect text can't be added: {result.note}")
    return ComposedPrompt(result.text)


def with_person(effect: Effect, person: Person | None, media: Sequence[str]) -> Effect:
    """The effect with the model's ``person`` declared for a sample, unless a person is declared there already."""
    if person is None or not media or effect.declared.of(media):
        return effect
    names: Mapping[str, Person] = {**effect.declared.names, media[0]: person}
    return replace(effect, declared=replace(effect.declared, names=names))


def _behind_blanks(prompt: str) -> str:
    """What stands behind the last blank of a draft; "" where there is none, and for a person's prompt."""
    blanks = [blank for blank in placeholders(prompt) if blank[:1] in "[{<"]
    return prompt.rpartition(blanks[-1])[2].lstrip(" .,;。，") if blanks else ""


def _no_effect() -> ComposedPrompt:
    return ComposedPrompt(fault="no effect is declared, so the effect text in this prompt would be lost")
