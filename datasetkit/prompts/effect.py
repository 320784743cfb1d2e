"""The effect: the text that every prompt of a set shares, with its trigger word and its slots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from datasetkit.errors import DatasetkitError
from datasetkit.prompts.slots import Part, Person, Slot, parse
from datasetkit.prompts.tidy import tidy
from datasetkit.prompts.words import WORD, has_letters, is_content, stem

_WIDE_STOPS = tuple("\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f")  # Chinese marks: no space follows them
_SEXED = frozenset("she he her him hers his herself himself".split())
_KEYS = ("trigger", "text", "name", "absent_in")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a set teaches: ``text`` (slots as the platform writes them) around the word ``trigger``.

    ``name`` is for people. ``absent_in`` lists the samples without the effect, by the path of their clip or first
    frame. Raises DatasetkitError where the text can't serve as a template.
    """

    trigger: str
    text: str
    name: str = ""
    absent_in: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_trigger(self.trigger)
        _check_text(self.text, self.trigger)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The text as fixed strings and slots, in order."""
        return parts_of(self.text)

    @property
    def persons(self) -> tuple[Person, ...]:
        """Whom the text can be written for: the persons that every slot has a form for."""
        return persons_of(self.text)

    @property
    def has_slots(self) -> bool:
        """Whether any word of the text follows the subject."""
        return len(self.parts) > 1

    @property
    def fixed_pronouns(self) -> tuple[str, ...]:
        """The pronouns that stay what they are for everybody beside slots that don't: mostly a slip of the author's."""
        fixed = " ".join(part for part in self.parts if isinstance(part, str)) if self.has_slots else ""
        return tuple(word for word in WORD.findall(fixed) if word.lower() in _SEXED)

    def render(self, person: Person | None) -> str:
        """The text for ``person``; None leaves the slots as written."""
        return _rendered(self.text, person)

    def after(self, subject: str, person: Person | None) -> str:
        """A whole prompt: ``subject`` (with its background), then the effect. Raises DatasetkitError if it's empty."""
        if not has_letters(subject):
            raise DatasetkitError(
                "The subject is empty: a prompt describes subject and background before the effect.",
                'Write who or what the first frame shows, such as "A young woman stands by a brick wall."',
            )
        return join(subject.strip(), self.render(person))


@lru_cache(maxsize=1024)
def _rendered(text: str, person: Person | None) -> str:
    return "".join(part if isinstance(part, str) else part.form(person) for part in parts_of(text))


@lru_cache(maxsize=256)
def renderings(effect: Effect) -> tuple[tuple[Person, str], ...]:
    """The text for each person it can be written for."""
    return tuple((person, effect.render(person)) for person in effect.persons)


def join(subject: str, effect_text: str) -> str:
    """Subject and effect text with the boundary made right.

    The subject's words stay. Where the effect text starts with a capital, a comma or nothing at the subject's end
    becomes a full stop.
    """
    subject = subject.rstrip()
    if effect_text[:1].isupper() and (subject[-1:].isalnum() or subject[-1:] in ",;–—-)]}"):
        subject = subject.rstrip(",;–—- ") + "."
    return spaced(subject, effect_text)


def spaced(before: str, behind: str) -> str:
    """Two texts with a space between them, where neither is empty and no Chinese mark ends the first."""
    gap = " " if before and behind and not before.endswith(_WIDE_STOPS) else ""
    return f"{before}{gap}{behind}"


def effect_from_table(table: Mapping[str, object]) -> Effect:
    """The effect that an ``[effect]`` table declares (``schemas/effect.schema.json``). White space is tidied.

    Raises DatasetkitError for a key that is missing, unknown or of the wrong type, and for what Effect refuses.
    """
    for key in table:
        if key not in _KEYS:
            raise DatasetkitError(f'[effect] has the unknown key "{key}".', f"Known keys: {', '.join(_KEYS)}.")
    absent = table.get("absent_in", [])
    if not isinstance(absent, list) or not all(isinstance(path, str) for path in absent):
        raise DatasetkitError("[effect] absent_in is not a list of paths.", 'Write absent_in = ["video_7.mp4"].')
    return Effect(_string(table, "trigger"), _string(table, "text"), _string(table, "name", ""), tuple(absent))


def _string(table: Mapping[str, object], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if isinstance(value, str):
        return " ".join(value.split())
    problem = "lacks" if value is None else "has no text for"
    raise DatasetkitError(f"[effect] {problem} the key {key}.", f'Write {key} = "…" in the [effect] table.')


@lru_cache(maxsize=256)
def parts_of(text: str) -> tuple[Part, ...]:
    """The parts of an effect text (see slots.parse)."""
    return parse(text)


@lru_cache(maxsize=256)
def persons_of(text: str) -> tuple[Person, ...]:
    """Whom an effect text can be written for."""
    slots = [part for part in parts_of(text) if isinstance(part, Slot)]
    return tuple(person for person in Person if all(person in slot.forms for slot in slots))


@lru_cache(maxsize=256)
def _whole_word(trigger: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9A-Za-z_]){re.escape(trigger)}(?![0-9A-Za-z_])")


def holds_trigger(text: str, trigger: str) -> bool:
    """Whether the trigger stands in the text exactly and as a word of its own."""
    return _whole_word(trigger).search(text) is not None


def _check_trigger(trigger: str) -> None:
    if not re.fullmatch(r"[^\W_][\w-]*", trigger):
        seen = f'"{trigger}" is not one word of letters and digits' if trigger else "is empty"
        raise DatasetkitError(f"The effect's trigger {seen}.", "Write one rare word without meaning, such as s86b5p.")


def _check_text(text: str, trigger: str) -> None:
    tidied = tidy(text).text
    if tidied != text:
        raise DatasetkitError("The effect text has white space or characters to tidy.", f"Write: {tidied}")
    if not holds_trigger(text, trigger):
        raise DatasetkitError(
            f'The effect text does not hold its trigger "{trigger}".',
            f'Write the trigger into the text as a word of its own, such as "Then the {trigger} effect begins, …".',
        )
    _check_length(text, trigger)
    _check_persons(text)


def _check_length(text: str, trigger: str) -> None:
    words = [w for w in WORD.findall(text) if w != trigger and is_content(stem(w))]
    if not words:
        raise DatasetkitError(
            f'The effect text "{text}" says nothing but its trigger.',
            f'Write the motion as a sentence, such as "Then the {trigger} effect begins, and dollar bills pour down.".',
        )


def _check_persons(text: str) -> None:
    slots = [part.written for part in parts_of(text) if isinstance(part, Slot)]
    if slots and len(persons_of(text)) < 2:
        raise DatasetkitError(
            f"The slots of the effect text share fewer than two persons: {', '.join(slots)}.",
            "Give every slot the same persons: she/he with her/his, or she/he/they with her/his/their.",
        )
