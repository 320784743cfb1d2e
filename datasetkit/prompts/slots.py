"""The words of an effect text that follow the subject, in the platform's notation: ``she/he``, ``her/his``.

A slot is two or more third-person pronouns of one case with a slash between them, or, behind a slot that has a
"they", a verb in both its forms (``stretches/stretch``). Any other slash is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from datasetkit.errors import DatasetkitError


class Person(StrEnum):
    """Who the effect happens to, as its pronoun."""

    SHE = "she"
    HE = "he"
    THEY = "they"
    IT = "it"


@dataclass(frozen=True, slots=True)
class Slot:
    """A word that follows the subject: ``written`` as in the template, and the form of each person it has."""

    written: str
    forms: Mapping[Person, str]

    def form(self, person: Person | None) -> str:
        """The word for ``person``; the slot as written where it has none."""
        return self.written if person is None else self.forms.get(person, self.written)


Part = str | Slot

_CASES: dict[str, dict[str, Person]] = {
    "subject": {"she": Person.SHE, "he": Person.HE, "they": Person.THEY, "it": Person.IT},
    "object": {"her": Person.SHE, "him": Person.HE, "them": Person.THEY, "it": Person.IT},
    "possessive": {"her": Person.SHE, "his": Person.HE, "their": Person.THEY, "its": Person.IT},
    "absolute": {"hers": Person.SHE, "his": Person.HE, "theirs": Person.THEY, "its": Person.IT},
    "reflexive": {
        "herself": Person.SHE,
        "himself": Person.HE,
        "themselves": Person.THEY,
        "themself": Person.THEY,
        "itself": Person.IT,
    },
    "chinese": {"她": Person.SHE, "他": Person.HE, "他们": Person.THEY, "它": Person.IT},
}
# Words that show that a pronoun was meant; "it" and "its" alone may be anything ("IT/OT", "its/a").
_PERSONAL = frozenset(word for case in _CASES.values() for word in case) - {"it", "its", "itself"}
_SLASHED = re.compile(r"[^\W\d_]+(?: ?/ ?[^\W\d_]+)+")
_IRREGULAR = {"is": "are", "was": "were", "has": "have", "does": "do", "goes": "go"}
_WANTED = "Write one of she/he, her/him, her/his, hers/his, herself/himself, or with further forms: she/he/they/it."


def _case_of(words: list[str]) -> dict[str, Person] | None:
    for case in _CASES.values():
        if all(word in case for word in words) and len({case[word] for word in words}) == len(words):
            return case
    return None


def _pronoun_slot(written: str) -> Slot | None:
    """The slot that ``written`` is, None for text. Raises DatasetkitError for pronouns that make no slot."""
    words = [word.strip() for word in written.split("/")]
    lower = [word.lower() for word in words]
    case = _case_of(lower)
    if case is not None and " " not in written:
        capital = words[0][0].isupper()
        return Slot(written, {case[w.lower()]: w[0].upper() + w[1:] if capital else w for w in words})
    if _PERSONAL.isdisjoint(lower):
        return None
    raise DatasetkitError(f'The effect text has "{written}", which is no slot that can be filled.', _WANTED)


def _plural(verb: str) -> set[str]:
    """The forms that the singular ``verb`` may have behind "they"."""
    if verb in _IRREGULAR:
        return {_IRREGULAR[verb]}
    forms = {verb.removesuffix("s")} if verb.endswith("s") else set()
    forms |= {verb.removesuffix("es")} if verb.endswith("es") else set()
    return forms | ({verb.removesuffix("ies") + "y"} if verb.endswith("ies") else set())


def _verb_slot(written: str) -> Slot | None:
    words = written.split("/")
    if len(words) != 2:
        return None
    for one, many in (words, words[::-1]):
        if many.lower() in _plural(one.lower()):
            return Slot(written, {Person.SHE: one, Person.HE: one, Person.IT: one, Person.THEY: many})
    return None


def _cut(text: str) -> list[tuple[str, Slot | None]]:
    """The text in pieces, each with the pronoun slot it is."""
    pieces: list[tuple[str, Slot | None]] = []
    at = 0
    for match in _SLASHED.finditer(text):
        pieces += [(text[at : match.start()], None), (match.group(), _pronoun_slot(match.group()))]
        at = match.end()
    return [*pieces, (text[at:], None)]


def parse(text: str) -> tuple[Part, ...]:
    """The text as fixed strings and slots, in order.

    Raises DatasetkitError where a slash joins pronouns that make no slot, or a verb's forms follow a slot that
    has no "they" for the second one.
    """
    parts: list[Part] = []
    before: Slot | None = None  # the last subject of the sentence: the one that a verb follows
    for piece, slot in _cut(text):
        verb = _verb_slot(piece) if slot is None and before is not None else None
        if verb is not None and before is not None and Person.THEY not in before.forms:
            raise DatasetkitError(
                f'The effect text has "{piece}" behind "{before.written}", which has no "they".',
                f'Write "{before.written}/they {piece}", or the one form that is right for {before.written}.',
            )
        parts.append(slot or verb or piece)
        if slot is not None and slot.written.split("/")[0].lower() in _CASES["subject"]:
            before = slot
        elif slot is None and re.search(r"[.!?](\s|$)", piece):
            before = None
    return tuple(part for part in parts if part)
