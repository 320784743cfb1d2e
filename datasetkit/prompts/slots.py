"""Slots: the words of an effect text that follow the subject, in the platform's notation ``she/he``, ``her/his``.

A slot is two or more third-person pronouns of one case with a slash between them or, after a slot that has a "they",
a verb in both its forms (``stretches/stretch``). Any other slash is text. Here is also what else was to be filled in:
a template's blanks, a draft's mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from datasetkit.errors import DatasetkitError


class Person(StrEnum):
    """Who the effect happens to, as its pronoun."""

    SHE = "she"
    HE = "he"
    THEY = "they"
    IT = "it"


_SHE, _HE, _THEY, _IT = Person
CASES: dict[str, dict[str, Person]] = {
    "subject": {"she": _SHE, "he": _HE, "they": _THEY, "it": _IT},
    "object": {"her": _SHE, "him": _HE, "them": _THEY, "it": _IT},
    "possessive": {"her": _SHE, "his": _HE, "their": _THEY, "its": _IT},
    "absolute": {"hers": _SHE, "his": _HE, "theirs": _THEY, "its": _IT},
    "reflexive": {"herself": _SHE, "himself": _HE, "themselves": _THEY, "themself": _THEY, "itself": _IT},
    "Chinese": {"她": _SHE, "他": _HE, "他们": _THEY, "她们": _THEY, "它们": _THEY, "它": _IT},
    "Chinese possessive": {"她的": _SHE, "他的": _HE, "他们的": _THEY, "她们的": _THEY, "它们的": _THEY, "它的": _IT},
}
# Words that show that a pronoun was meant; "it" and "its" alone may be anything ("IT/OT", "its/a").
_PERSONAL = frozenset(word for case in CASES.values() for word in case) - {"it", "its", "itself"}
SEXED = frozenset(word for case in CASES.values() for word, person in case.items() if person in (_SHE, _HE))
"""The pronouns for a woman and those for a man, in lower case."""
_SLASHED = re.compile(
    "(?<!其)[她他它]们?的(?:/[她他它]们?的)+|(?<!其)[她他它]们?(?:/[她他它]们?)+|[A-Za-z]+(?: ?/ ?[A-Za-z]+)+"
)
_IRREGULAR = {"is": "are", "was": "were", "has": "have", "does": "do", "goes": "go"}


@dataclass(frozen=True, slots=True)
class Slot:
    """A word that follows the subject: ``written`` as in the template, and the form of each person it has."""

    written: str
    forms: Mapping[Person, str]


Part = str | Slot


DRAFT_MARK = "[describe subject and background]"
"""What a prompt holds that datasetkit drafted for a clip without a caption."""
_BLANKS = re.compile(
    # [subject description], [Environment description], our own draft mark; "[red]" may be text on a wall
    r"\[[^\]\n]{0,40}\b(?:descriptions?|describe|subject|environment|background|scene|trigger|effect|motion|insert|your)"
    r"\b[^\]\n]{0,40}\]"
    r"|\{\{?[a-z][\w .-]{1,40}\}?\}"  # {trigger}, {{subject}}
    r"|<(?:subject|background|environment|scene|trigger|effect|motion|prompt|caption|description)[\w -]{0,30}>"
    r"|\$\{[^}\n]{1,40}\}|%\(\w+\)s|(?<![\w/])s/he(?![\w/])"
    r"|\b(?:environment|background|subject|scene) description omitted\b"
    r"|\b(?:TODO|FIXME|TBD|XXX)\b|\blorem ipsum\b",
    re.IGNORECASE,
)
_HINTS = ("[", "{", "<", "%(", "s/he", "omitted", "todo", "fixme", "tbd", "xxx", "lorem")  # a blank holds one of these


def placeholders(text: str) -> tuple[str, ...]:
    """What nobody filled in, each as written: blanks in their order, then slots (``she/he``)."""
    lower = text.lower()
    blanks = _BLANKS.findall(text) if any(hint in lower for hint in _HINTS) else ()
    slots = (slot.written for _, slot in _slots(text) if slot) if "/" in text else ()
    return (*blanks, *slots)


def resolved(text: str) -> str:
    """The text with each unresolved slot as its first word."""
    if "/" not in text:
        return text
    return "".join(piece.partition("/")[0] if slot else piece for piece, slot in _slots(text))


@lru_cache(maxsize=256)
def parts_of(text: str) -> tuple[Part, ...]:
    """The text as fixed strings and slots, in order.

    Raises DatasetkitError if a slash joins pronouns that make no slot, or a verb's two forms follow a slot that
    has no "they" for the second one.
    """
    parts: list[Part] = []
    for piece, slot in _slots(text):
        if slot is None and (wrong := _no_slot(piece)):
            raise DatasetkitError(
                f'The effect text has "{wrong}", which mixes two kinds of pronoun.',
                "Write one of she/he, her/him, her/his, hers/his, herself/himself, or more forms: she/he/they/it.",
            )
        if slot is not None and _THEY not in slot.forms and _pronoun_slot(slot.written) is None:
            raise DatasetkitError(
                f'The effect text has "{slot.written}" after a slot that has no "they".',
                f'Add "/they" to that slot, or write only one form of {slot.written}.',
            )
        parts.append(slot or piece)
    return tuple(part for part in parts if part)


def _slots(text: str) -> Iterator[tuple[str, Slot | None]]:
    """The text in pieces, each with the slot it is; the piece of a slash that makes no slot stands alone."""
    at = 0
    subject: Slot | None = None  # the last subject of the sentence: the one that a verb follows
    for match in _SLASHED.finditer(text):
        between, written = text[at : match.start()], match.group()
        if re.search(r"[.!?](\s|$)", between):
            subject = None
        slot = _pronoun_slot(written) or _verb_slot(written, subject)
        if slot and written.split("/")[0].lower() in CASES["subject"]:
            subject = slot
        yield from [(between, None), (written, slot)]
        at = match.end()
    yield text[at:], None


def _pronoun_slot(written: str) -> Slot | None:
    words = written.split("/")
    lower = [word.lower() for word in words]
    for case in CASES.values():
        if all(word in case for word in lower) and len({case[word] for word in lower}) == len(words):
            capital = words[0][0].isupper()
            return Slot(written, {case[w.lower()]: w[0].upper() + w[1:] if capital else w for w in words})
    return None


def _verb_slot(written: str, subject: Slot | None) -> Slot | None:
    """The slot of a verb that follows ``subject``; its forms are for the same persons."""
    words = written.split("/")
    if len(words) != 2 or subject is None:
        return None
    for one, many in (words, words[::-1]):
        if many.lower() in plural_verbs(one.lower()):
            return Slot(written, {person: many if person is _THEY else one for person in subject.forms})
    return None


def plural_verbs(verb: str) -> set[str]:
    """The forms that the singular ``verb`` may have after "they"."""
    if verb in _IRREGULAR:
        return {_IRREGULAR[verb]}
    forms = {verb.removesuffix("s")} if verb.endswith("s") else set()
    forms |= {verb.removesuffix("es")} if verb.endswith("es") else set()
    return forms | ({verb.removesuffix("ies") + "y"} if verb.endswith("ies") else set())


def _no_slot(piece: str) -> str:
    """The piece, where it joins pronouns in a way that makes no slot; "" for text."""
    words = {word.strip().lower() for word in piece.split("/")}
    return piece if len(words) > 1 and not _PERSONAL.isdisjoint(words) and _SLASHED.fullmatch(piece) else ""
