"""One effect, one text: keeps a prompt's subject and replaces its effect part by the template."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from datasetkit.prompts.effect import Effect, join, renderings, spaced
from datasetkit.prompts.flaws import Offence, PromptFlaw, effect_flaws, general_flaws
from datasetkit.prompts.locate import Place, locate
from datasetkit.prompts.placeholders import placeholders
from datasetkit.prompts.pronouns import Decision, Reason, decide
from datasetkit.prompts.slots import Person
from datasetkit.prompts.spelling import Trigger, find_triggers
from datasetkit.prompts.tidy import tidy
from datasetkit.prompts.words import has_letters, is_chinese

_LABEL = re.compile(r"(?:(?<=[\s.!?])|\A)(?:the )?(?:video )?(?:effect|motion|action)s?\s*:\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Normalized:
    """What became of a prompt.

    ``text`` is the prompt as it should read; where ``reason`` says why it's left, it's the prompt as it was.
    ``note`` says in plain words what the decision rests on. ``subject`` is what stands before the effect (the whole
    prompt where none was found), ``found`` the effect's text as it was, ``tail`` what was kept behind it, ``person``
    whom the effect is written for (None where it has no slots, or undecided).
    """

    before: str
    text: str
    reason: Reason | None
    note: str
    person: Person | None
    subject: str
    found: str
    tail: str
    flaws: tuple[PromptFlaw, ...]

    @property
    def changed(self) -> bool:
        """Whether the text differs from what it was."""
        return self.text != self.before

    @property
    def decided(self) -> bool:
        """Whether the prompt is, or could be made, what it should be."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class _Parts:
    """A tidied prompt in three, and whom its subject was decided to be. The tail keeps its white space."""

    head: str
    effect: str
    tail: str
    decision: Decision
    triggers: tuple[Trigger, ...] = ()


def normalize(prompt: str, effect: Effect) -> Normalized:
    """The prompt with subject and background kept and the effect part replaced by ``effect``'s text.

    Nothing is guessed: where the subject's pronoun, the effect or its boundary is open, the prompt stays as it is and
    ``reason`` says why. Normalizing twice is normalizing once.
    """
    tidied = tidy(prompt)
    parts = _with_subject(_exact(tidied.text, effect) or _located(tidied.text, effect), tidied.text, effect)
    decision = parts.decision
    text = prompt if decision.reason is not None else _composed(parts, effect)
    flaws = general_flaws(prompt, tidied, text) + (_flaws(parts, effect) or _boundary_flaws(parts, tidied.text, text))
    return Normalized(
        before=prompt,
        text=text,
        reason=decision.reason,
        note=decision.evidence,
        person=decision.person,
        subject=parts.head,
        found=parts.effect,
        tail=parts.tail.strip(),
        flaws=flaws,
    )


def _boundary_flaws(parts: _Parts, tidied: str, text: str) -> tuple[PromptFlaw, ...]:
    """What else was mended: a verb's form, or how the subject's sentence ends before the effect."""
    if parts.decision.reason is not None or text == tidied or placeholders(parts.effect):
        return ()
    return (PromptFlaw(Offence.EFFECT_DRIFT, True, seen=tidied, wanted=text),)


def _flaws(parts: _Parts, effect: Effect) -> tuple[PromptFlaw, ...]:
    decision = parts.decision
    if decision.reason is Reason.NO_SUBJECT:
        return (PromptFlaw(Offence.SUBJECT_MISSING, False, decision.evidence),)
    found = effect_flaws(parts.effect, parts.triggers, effect, decision.person, mended=decision.reason is None)
    unlike = decision.reason in (Reason.JOINED, Reason.TWICE) or (
        decision.reason is Reason.NO_EFFECT and parts.triggers
    )
    if unlike and all(flaw.offence is not Offence.EFFECT_DRIFT for flaw in found):
        return (*found, PromptFlaw(Offence.EFFECT_DRIFT, False, decision.evidence))
    return found


def _with_subject(parts: _Parts, tidied: str, effect: Effect) -> _Parts:
    """The parts, left where the subject is only a caption model's chatter ("Sure"), which tidying would remove."""
    composed = _composed(parts, effect)
    if parts.decision.reason is not None or composed.startswith(parts.head + " ") or composed == tidied:
        return parts
    if tidy(composed).text == composed:
        return parts
    return replace(parts, decision=Decision(None, Reason.NO_SUBJECT, f'"{parts.head}" names no subject'))


def _composed(parts: _Parts, effect: Effect) -> str:
    text = join(parts.head, effect.render(parts.decision.person))
    return text + parts.tail if is_chinese(parts.effect) else spaced(text, parts.tail.strip())


def _exact(text: str, effect: Effect) -> _Parts | None:
    """The parts of a prompt that ends in the effect's text as rendered for anybody: by far the most frequent case.

    A Chinese prompt may go on behind it: nothing there is judged.
    """
    for person, rendered in renderings(effect):
        if text.endswith(rendered) or (rendered in text and is_chinese(text)):
            head, _, tail = text.rpartition(rendered)
            head = _unlabelled(head)
            if not has_letters(head) or effect.trigger.lower() in head.lower():
                return None
            trigger = Trigger(len(head), len(head), effect.trigger)
            return _Parts(head, rendered, tail, _decide(head, rendered, effect, person), (trigger,))
    return None


def _decide(head: str, inside: str, effect: Effect, written_for: Person | None = None) -> Decision:
    """Whom the effect is to be written for; ``written_for`` is whom an exact text is written for."""
    if not effect.has_slots:
        return Decision(None, None, "the effect has no slots")
    if is_chinese(head):
        evidence = "a Chinese subject's pronoun isn't judged"
        return Decision(written_for, None if written_for else Reason.CHINESE, evidence)
    return decide(head, inside, effect.persons)


def _unlabelled(head: str) -> str:
    """The words before the effect without a label that is the effect's: "Effect:"."""
    bare = head.rstrip()
    return _LABEL.sub("", bare).rstrip() if bare.endswith(":") else bare


def _located(text: str, effect: Effect) -> _Parts:
    """The parts of a prompt whose effect isn't the template to the letter."""
    place = locate(text, effect)
    if place is None:
        triggers = find_triggers(text, effect.trigger)
        return _Parts(text, "", "", _not_found(text, effect, triggers), triggers)
    head, inside, tail = (
        _unlabelled(text[: place.start]),
        text[place.start : place.end],
        text[place.end :],
    )
    decision = _open_boundary(place, head, inside) or _decide(head, inside, effect)
    return _Parts(head, inside, tail, decision, place.triggers)


def _not_found(text: str, effect: Effect, triggers: tuple[Trigger, ...]) -> Decision:
    if is_chinese(text):
        return Decision(None, Reason.CHINESE, "of a Chinese prompt only the trigger and the exact text are judged")
    if triggers:
        return Decision(None, Reason.NO_EFFECT, f"the words around {effect.trigger} are not the effect's")
    return Decision(None, Reason.NO_EFFECT, "no part of the prompt is like the effect")


def _open_boundary(place: Place, head: str, inside: str) -> Decision | None:
    """Why an effect that was found can't be replaced, None where it can."""
    if place.joined:
        return Decision(None, Reason.JOINED, f'"{place.joined}" runs into the effect')
    if not has_letters(head):
        return Decision(None, Reason.NO_SUBJECT, "nothing stands before the effect")
    if is_chinese(inside):
        return Decision(None, Reason.CHINESE, "of a Chinese prompt only the trigger and the exact text are judged")
    if place.rest:
        return Decision(None, Reason.TWICE, f'"{place.rest}" stands outside the effect too')
    return None
