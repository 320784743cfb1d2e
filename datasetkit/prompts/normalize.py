"""One effect, one text: keeps a prompt's subject and replaces its effect part by the template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from datasetkit.errors import DatasetkitError
from datasetkit.prompts.person import Decision, Reason, decide
from datasetkit.prompts.place import PromptParts, resembles, split_prompt
from datasetkit.prompts.slots import Person, placeholders
from datasetkit.prompts.template import Effect, join, spaced
from datasetkit.prompts.tidy import Tidied, tidy
from datasetkit.prompts.trigger import Trigger, find_triggers
from datasetkit.prompts.words import has_letters, split_sentences

_LONGEST_PREFACE = 200  # characters: a longer head is more than a caption model's "Sure! Here is the caption:"
_STOPS = tuple(".!?…\u3002\uff01\uff1f")
_SCENERY = re.compile(r"\b(?:back|fore)ground\b|\bbackdrop\b|[背前]景", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Normalized:
    """What became of a prompt.

    ``text`` is the prompt as it should read; where ``reason`` says why it is skipped, it is the prompt as it was.
    ``note`` says in plain words what the decision rests on, ``person`` whom the effect is written for (None if it
    has no slots, or undecided). ``head`` is what stood before the effect (the whole prompt where none was found),
    ``found`` its text as it was, with the ``triggers`` in it, and ``tail`` what came after it.
    """

    before: str
    tidied: Tidied
    text: str
    reason: Reason | None = None
    note: str = ""
    person: Person | None = None
    head: str = ""
    found: str = ""
    tail: str = ""
    triggers: tuple[Trigger, ...] = ()

    @property
    def subject(self) -> str:
        """Subject and background: what stands before the effect, or after it where nothing does."""
        return self.tail if self.effect_first else self.head

    @property
    def effect_first(self) -> bool:
        """Whether the effect stood before its subject."""
        return bool(self.tail) and not has_letters(self.head)

    @property
    def changed(self) -> bool:
        """Whether the text differs from what it was."""
        return self.text != self.before

    @property
    def decided(self) -> bool:
        """Whether the prompt is, or could be made, what it should be."""
        return self.reason is None


def tidied_only(prompt: str) -> Normalized:
    """A prompt that no effect is looked for in."""
    tidied = tidy(prompt)
    return Normalized(prompt, tidied, tidied.text, head=tidied.text)


def normalize(prompt: str, effect: Effect, media: Sequence[str] = (), *, append: bool = False) -> Normalized:
    """The prompt with subject and background kept and the effect part replaced by ``effect``'s text.

    ``media`` are the paths of the sample, which a declared person is found by. ``append`` adds the effect to a prompt
    that has none. Nothing is guessed: where the person, the effect or its boundary isn't clear, the prompt stays as it
    is and ``reason`` says why. Idempotent.
    """
    if effect.is_absent(media):
        return tidied_only(prompt)
    tidied = tidy(prompt)
    parts = _exact(tidied.text, effect) or split_prompt(tidied.text, effect)
    parts = parts or _without_effect(tidied.text, effect, append=append)
    decision = parts.skip or decide(parts.outside, effect, media)
    rendered = effect.render(decision.person)
    text = _composed(parts, rendered) if parts.inside else join(parts.head, rendered)
    short = len(parts.head) <= _LONGEST_PREFACE
    if short and decision.reason is None and text != tidied.text and tidy(text).text != text:
        decision = Decision(
            None, Reason.NO_SUBJECT, f'"{parts.head}" doesn\'t mention a subject'
        )  # only a model's "Sure!"
    return Normalized(
        before=prompt,
        tidied=tidied,
        text=prompt if decision.reason else text,
        reason=decision.reason,
        note=decision.evidence,
        person=decision.person,
        head=parts.head,
        found=parts.inside,
        tail=parts.tail.strip(),
        triggers=parts.triggers,
    )


def _exact(text: str, effect: Effect) -> PromptParts | None:
    """The parts of a prompt that has the exact effect text, with any pronouns: by far the most common case."""
    for person in (*effect.persons, None):
        head, found, tail = text.rpartition(effect.render(person))
        if not found or not has_letters(head):
            continue
        if find_triggers(head, effect.trigger, mistyped=False) and resembles(head, effect, behind=False):
            continue
        if not tail or (
            found.endswith(_STOPS) and any(map(str.isalnum, tail)) and not resembles(tail, effect, behind=True)
        ):
            return PromptParts(
                head, [*split_sentences(head), *split_sentences(tail)], found, tail, (Trigger(0, 0, effect.trigger),)
            )
    return None


def _without_effect(text: str, effect: Effect, *, append: bool) -> PromptParts:
    """A prompt in which no effect was found: skipped, unless the effect is to be appended to it."""
    triggers = find_triggers(text, effect.trigger)
    if append and not triggers:
        return PromptParts(text, split_sentences(text))
    no_words = f"the words around {effect.trigger} aren't the effect text"
    note = no_words if triggers else "effect text not found; `normalize --append` adds it"
    return PromptParts(text, (), triggers=triggers, skip=Decision(None, Reason.NO_EFFECT, note))


def _composed(parts: PromptParts, rendered: str) -> str:
    """The prompt with its effect replaced. The subject keeps its ending; scenery after the effect goes before it."""
    head, tail = parts.head.rstrip(), parts.tail.strip()
    gap = parts.head[len(head) :]
    if not has_letters(head) or (tail and all(map(_SCENERY.search, split_sentences(tail)))):
        head, tail, gap = spaced(head, tail), "", gap or parts.tail[: -len(tail)]
    return spaced(head + gap + rendered if gap else spaced(head, rendered), tail)


def deployment(effect: Effect, results: Iterable[Normalized]) -> dict[str, str | bool]:
    """The ``aigc_config`` of a deployment in the platform's own words.

    Its example is the first of ``results`` that is decided, holds the effect, and has nothing left to fill in. Raises
    DatasetkitError where none is.
    """
    example = next((r.text for r in results if r.found and r.decided and not placeholders(r.text)), None)
    if example is None:
        raise DatasetkitError(
            "No prompt can serve as the example: none has the effect text, or no subject is clear.",
            "Run `datasetkit normalize PATH`, fix what it reports, then try again.",
        )
    instruction = (
        "Provide a video description based on the image content. "
        f"The description must include the phrase “{effect.text}“\n"  # as the platform prints it, the mark twice
        "Output Template:\n"
        f"The video begins with a shot of [subject description]. [Environment description]. {effect.text}\n"
        f"Example:\n{example}"
    )
    return {"use_input_prompt": False, "prompt": instruction, "lora_prompt_default": effect.text}
