"""Templates and sentences as rows of stems, so that they can be compared however a text drifted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from datasetkit.prompts.slots import Slot, parts_of
from datasetkit.prompts.words import LISTS, TRIGGER, content_stems, cut, sentence_spans, stem, stems

TRANSITIONS = frozenset(map(stem, LISTS["transitions"]))
"""They lead over to an effect, and belong to it."""
LIKE = 0.6
"""The share of a sentence's content words in the template that makes it the effect's."""
OWN = frozenset(map(stem, LISTS["style"]))
"""What a caption says of its style or background is not to be dropped."""
_PLACES = frozenset(map(stem, LISTS["scenery"] - LISTS["weather"])) | {"在"}
_RUN = 4  # this many words in the template's order, most of them content words, make it a copy


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A template for comparison: its stems in a row, those that carry meaning, and its runs of four.

    ``lead`` are the stems of its sentences before the one with the trigger, ``usual`` the words that may lead over
    to it, ``elsewhere`` those that tell of a background or style that isn't the template's.
    """

    row: tuple[str, ...]
    known: frozenset[str]
    runs: frozenset[tuple[str, ...]]
    lead: frozenset[str]
    usual: frozenset[str]
    elsewhere: frozenset[str]

    def share(self, row: Iterable[str]) -> float:
        """The share of a row's content words that are the template's."""
        content = content_stems(row)
        return len([word for word in content if word in self.known]) / max(len(content), 1)

    def has_run(self, row: tuple[str, ...]) -> bool:
        """Whether four words in a row are the template's."""
        return any(row[i : i + _RUN] in self.runs for i in range(len(row) - _RUN + 1))


@dataclass(frozen=True, slots=True, eq=False)
class SentenceRow:
    """A sentence: its words' ``places``, from its start, and their stems in a ``row``.

    A trigger is a word of its own, even if it is glued to another. ``hits`` are its stems of the template; ``like``
    says that it is mostly those, ``copies`` that it has a run of them.
    """

    text: str
    places: tuple[tuple[int, int], ...]
    row: tuple[str, ...]
    hits: frozenset[str]
    has_trigger: bool
    like: bool
    copies: bool


@lru_cache(maxsize=256)
def outline_of(trigger: str, text: str) -> Outline:
    """The outline of an effect text; of its pronouns one form stands for all."""
    plain = "".join(next(iter(p.forms.values())) if isinstance(p, Slot) else p for p in parts_of(text))
    row = stems(plain.replace(trigger, " "))
    runs = (row[i : i + _RUN] for i in range(len(row) - _RUN + 1))
    telling = frozenset(run for run in runs if len(content_stems(run)) >= _RUN - 1)
    start = next(a for a, b in sentence_spans(plain) if trigger in plain[a:b])
    lead = frozenset(content_stems(stems(plain[:start])))
    known = frozenset(content_stems(row))
    return Outline(row, known, telling, lead, TRANSITIONS.union(row), (OWN | _PLACES) - known - {*row})


@lru_cache(maxsize=4096)
def read_sentence(text: str, triggers: tuple[tuple[int, int], ...], outline: Outline) -> SentenceRow:
    """A sentence beside the template; ``triggers`` are the places of the trigger in it."""
    plain = text
    for start, end in triggers:
        plain = plain[:start] + " " * (end - start) + plain[end:]
    words = sorted([*cut(plain), *((*place, TRIGGER) for place in triggers)])
    places = tuple((start, end) for start, end, _ in words)
    row = tuple(stem for _, _, stem in words)
    hits = outline.known.intersection(row)
    copies = outline.has_run(tuple(word for word in row if word != TRIGGER))
    like = copies or (len(hits) > 1 and outline.share(row) >= LIKE and OWN.isdisjoint(row))
    return SentenceRow(text, places, row, hits, bool(triggers), like, copies)
