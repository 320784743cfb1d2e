"""The effect: the text that every prompt of a set shares, around its trigger word, and how it reads for each person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import islice
from posixpath import normpath

from datasetkit.errors import DatasetkitError
from datasetkit.prompts.slots import SEXED, Part, Person, Slot, parts_of
from datasetkit.prompts.tidy import tidy
from datasetkit.prompts.trigger import find_triggers
from datasetkit.prompts.words import WORD, content_stems, has_letters, stems

_WIDE_STOPS = tuple("\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f")  # Chinese marks: no space follows them
_KEYS = ("trigger", "text", "name", "absent_in", "persons")


@dataclass(frozen=True, slots=True)
class Persons:
    """Who the subjects are, where a human has said so: by the path of a medium in ``names``, or by a glob.

    ``unanswered`` are the paths whose entry is still a choice, such as "she/he".
    """

    names: Mapping[str, Person] = field(default_factory=dict)
    globs: tuple[tuple[str, Person], ...] = ()
    unanswered: frozenset[str] = frozenset()

    def of(self, media: Sequence[str]) -> tuple[Person, ...]:
        """Each person declared for a sample with these ``media``; more than one where its names disagree.

        Exact names beat globs; a later glob beats an earlier one.
        """
        exact = tuple({self.names[path]: None for path in media if path in self.names})
        matching = (p for glob, p in reversed(self.globs) if any(fnmatchcase(path, glob) for path in media))
        return exact or tuple(islice(matching, 1))


@dataclass(frozen=True, slots=True)
class Effect:
    """What a set teaches: ``text``, with slots, around the word ``trigger``.

    ``name`` is for people. ``absent_in`` lists the samples without the effect, by the path of a medium. ``declared``
    says who the subjects are. Raises DatasetkitError if the text can't serve as a template.
    """

    trigger: str
    text: str
    name: str = ""
    absent_in: tuple[str, ...] = ()
    declared: Persons = field(default_factory=Persons, hash=False)

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
        return _persons_of(self.text)

    @property
    def has_slots(self) -> bool:
        """Whether any word of the text follows the subject."""
        return any(isinstance(part, Slot) for part in self.parts)

    @property
    def fixed_pronouns(self) -> tuple[str, ...]:
        """The pronouns that are the same for every subject, beside slots that aren't: mostly an author's slip."""
        fixed = " ".join(part for part in self.parts if isinstance(part, str)) if self.has_slots else ""
        return tuple(word for word in WORD.findall(fixed) if word.lower() in SEXED)

    def render(self, person: Person | None) -> str:
        """The text for ``person``, one of ``persons``; None leaves the slots as written."""
        return _render(self.text, person)

    def is_absent(self, media: Sequence[str]) -> bool:
        """Whether a sample with these ``media`` lacks the effect on purpose."""
        return not set(media).isdisjoint(self.absent_in)


def media_of(record: Mapping[str, object]) -> tuple[str, ...]:
    """The paths that a line of data.jsonl names, as written and in their plain form; the clip comes first."""
    fields = ("video_path", "first_frame_path", "last_frame_path")
    paths = [path for name in fields if isinstance(path := record.get(name), str) and path]
    return tuple(dict.fromkeys(form for path in paths for form in (path, normpath(path))))


def join(subject: str, effect_text: str) -> str:
    """A new prompt: subject, then effect. Before a capital the subject gets a full stop where its sentence is open."""
    subject = subject.rstrip()
    if effect_text[:1].isupper() and (subject[-1:].isalnum() or subject[-1:] in set(",;–—-)]}")):
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
    choices = dict(_choices(table.get("persons", {})))
    names = {path: choice[0] for path, choice in choices.items() if len(choice) == 1}
    globs = tuple(pair for pair in names.items() if not {*"*?["}.isdisjoint(pair[0]))
    persons = Persons(names, globs, frozenset(choices.keys() - names.keys()))
    return Effect(_string(table, "trigger"), _string(table, "text"), _string(table, "name", ""), tuple(absent), persons)


def _choices(table: object) -> Iterator[tuple[str, list[Person]]]:
    """Each path with its person, or with the persons of a choice that is still open, such as "she/he"."""
    for path, said in table.items() if isinstance(table, Mapping) else [("", "")]:
        named = str(said).split("/")
        if not set(named) <= set(Person):
            raise DatasetkitError(
                f'[effect.persons] {path} = "{said}" is not a person.', 'Write "video_07.mp4" = "she", he, they or it.'
            )
        yield path, [Person(name) for name in named]


def _string(table: Mapping[str, object], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if isinstance(value, str):
        return " ".join(value.split())
    problem = "lacks" if value is None else "has no text for"
    raise DatasetkitError(f"[effect] {problem} the key {key}.", f'Write {key} = "…" in the [effect] table.')


@lru_cache(maxsize=256)
def _persons_of(text: str) -> tuple[Person, ...]:
    slots = [part for part in parts_of(text) if isinstance(part, Slot)]
    return tuple(person for person in Person if all(person in slot.forms for slot in slots))


@lru_cache(maxsize=1024)
def _render(text: str, person: Person | None) -> str:
    return "".join(
        part if isinstance(part, str) else part.written if person is None else part.forms[person]
        for part in parts_of(text)
    )


def _check_trigger(trigger: str) -> None:
    if not re.fullmatch(r"[^\W_][\w-]*", trigger):
        seen = f'"{trigger}" is not one word of letters and digits' if trigger else "is empty"
        raise DatasetkitError(f"The effect's trigger {seen}.", "Write one rare word without meaning, such as s86b5p.")


def _check_text(text: str, trigger: str) -> None:
    tidied = tidy(text).text
    if tidied != text:
        raise DatasetkitError("The effect text has extra spaces or invisible characters.", f"Write: {tidied}")
    if all(found.misspelling for found in find_triggers(text, trigger)):
        raise DatasetkitError(
            f'The effect text does not hold its trigger "{trigger}".',
            f'Write the trigger into the text as a word of its own, such as "Then the {trigger} effect begins, …".',
        )
    if not content_stems(stems(text.replace(trigger, " "))):
        raise DatasetkitError(
            f'The effect text "{text}" is only the trigger.',
            f'Write the motion as a sentence, such as "Then the {trigger} effect begins, and dollar bills pour down.".',
        )
    slots = [part.written for part in parts_of(text) if isinstance(part, Slot)]
    if slots and len(_persons_of(text)) < 2:
        raise DatasetkitError(
            f"The pronouns in the effect text don't match: {', '.join(slots)}.",
            "Give every slot the same persons: she/he with her/his, or she/he/they with her/his/their.",
        )


def require_subject(subject: str) -> None:
    """Raise DatasetkitError for a subject that says nothing."""
    if not has_letters(subject):
        raise DatasetkitError(
            "The subject is empty: a prompt describes subject and background before the effect.",
            'Write who or what the first frame shows, such as "A young woman stands by a brick wall."',
        )
