"""What is wrong with a prompt: the facts behind the rules of family P that look at one prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from datasetkit.prompts.effect import Effect
from datasetkit.prompts.placeholders import placeholders
from datasetkit.prompts.slots import Person, Slot
from datasetkit.prompts.spelling import Misspelling, Trigger
from datasetkit.prompts.tidy import Mend, Tidied
from datasetkit.prompts.worddiff import word_diff


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


@dataclass(frozen=True, slots=True)
class PromptFlaw:
    """One thing wrong: ``mended`` says whether the normalized text is rid of it.

    ``detail`` says what was seen. A drift or chatter has the text ``seen`` and the one ``wanted`` instead.
    ``line`` is the prompt's, and ``text`` what the whole prompt is to be; None and "" where no file is known.
    """

    offence: Offence
    mended: bool
    detail: str = ""
    seen: str = ""
    wanted: str = ""
    line: int | None = None
    text: str = ""

    @property
    def message(self) -> str:
        """What was seen, in plain words or as a word diff."""
        return self.detail or word_diff(self.seen, self.wanted, context=2)


def general_flaws(prompt: str, tidied: Tidied, text: str) -> tuple[PromptFlaw, ...]:
    """The flaws that any prompt can have, effect or not; ``text`` is what it's to become."""
    flaws: list[PromptFlaw] = []
    mended = text != prompt
    untidy = sorted(tidied.mends - {Mend.CHATTER})
    if untidy:
        flaws.append(PromptFlaw(Offence.UNTIDY, mended, ", ".join(untidy)))
    if tidied.unreadable:
        lost = f"{tidied.unreadable} × U+FFFD: letters lost in an earlier conversion; write them anew"
        flaws.append(PromptFlaw(Offence.UNTIDY, False, lost))
    if Mend.CHATTER in tidied.mends:
        flaws.append(PromptFlaw(Offence.MODEL_CHATTER, mended, seen=prompt, wanted=tidied.text))
    blanks = placeholders(tidied.text)
    left = placeholders(text) if blanks else ()
    return (*flaws, *(PromptFlaw(Offence.PLACEHOLDER, blank not in left, blank) for blank in blanks))


def effect_flaws(
    inside: str, triggers: tuple[Trigger, ...], effect: Effect, person: Person | None, mended: bool
) -> tuple[PromptFlaw, ...]:
    """The flaws of the part that was found to be the effect ("" where none was), ``person`` being its subject."""
    if inside == effect.render(person):
        return ()
    flaws = _trigger_flaws(triggers, effect, mended)
    if not inside:
        return flaws
    if not _any_pronouns(effect).fullmatch(_without(inside, [t.written for t in triggers])):
        flaws += (PromptFlaw(Offence.EFFECT_DRIFT, mended, seen=inside, wanted=effect.render(person)),)
    wrong = _wrong_pronouns(inside, person)
    if effect.has_slots and wrong:
        flaws += (PromptFlaw(Offence.PRONOUN, mended, f"{', '.join(wrong)} where the subject is {person}"),)
    return flaws


def _trigger_flaws(triggers: tuple[Trigger, ...], effect: Effect, mended: bool) -> tuple[PromptFlaw, ...]:
    if not triggers:
        return (PromptFlaw(Offence.TRIGGER_MISSING, mended, f"the trigger {effect.trigger} is missing"),)
    return tuple(
        PromptFlaw(Offence.TRIGGER_SPELLING, mended, _misspelled(t, effect.trigger))
        for t in triggers
        if t.misspelling is not None
    )


def _misspelled(trigger: Trigger, wanted: str) -> str:
    if trigger.misspelling is Misspelling.GLUED:
        return f"{wanted} is {trigger.misspelling}"
    return f'"{trigger.written}" for {wanted}: {trigger.misspelling}'


def _without(text: str, words: list[str]) -> str:
    """The text without ``words`` (a trigger however spelled) and without the spaces around them."""
    for word in words:
        text = text.replace(word, " ", 1)
    return " ".join(text.split())


@lru_cache(maxsize=256)
def _any_pronouns(effect: Effect) -> re.Pattern[str]:
    """Matches the effect's text without its trigger, whatever persons its slots are filled for."""
    parts = [
        "|".join(map(re.escape, {*part.forms.values(), part.written})) if isinstance(part, Slot) else re.escape(part)
        for part in effect.parts
    ]
    pattern = "".join(f"(?:{p})" if isinstance(part, Slot) else p for p, part in zip(parts, effect.parts, strict=True))
    return re.compile(_without(pattern.replace("\\ ", " "), [re.escape(effect.trigger)]))


_SEXED = {
    Person.SHE: re.compile(r"(?<![\w/])(?:he|him|his|himself)(?![\w/])", re.IGNORECASE),
    Person.HE: re.compile(r"(?<![\w/])(?:she|her|hers|herself)(?![\w/])", re.IGNORECASE),
    Person.THEY: re.compile(r"(?<![\w/])(?:he|him|his|she|her|hers|himself|herself)(?![\w/])", re.IGNORECASE),
    Person.IT: re.compile(r"(?<![\w/])(?:he|him|his|she|her|hers|himself|herself)(?![\w/])", re.IGNORECASE),
}


def _wrong_pronouns(inside: str, person: Person | None) -> list[str]:
    """The pronouns of another person than the subject's, each once, as written."""
    return list(dict.fromkeys(_SEXED[person].findall(inside))) if person is not None else []
