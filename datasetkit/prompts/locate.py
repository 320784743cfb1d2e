"""Finds the effect in a prompt whose effect text drifted, whose trigger is misspelled or missing.

Words are anchored on the template (``anchors.py``), and the anchored run is extended over word edits to where the old
text began and ended (``edges.py``), so that nothing of it is left as subject or tail.
"""

from __future__ import annotations

from dataclasses import dataclass

from datasetkit.prompts.anchors import RUN, TRIGGER, Anchors, Template, find_anchors, template_of
from datasetkit.prompts.edges import back_edge, foreign_sentence, front_edge
from datasetkit.prompts.effect import Effect
from datasetkit.prompts.spelling import Trigger
from datasetkit.prompts.words import Word, before, behind, is_content, sentence_ends

# The share of the template's content words that a place must have to be the effect: beside its trigger, and without.
# Measured on the hand-written prompts of tests/prompts, whose test prints the margin on both sides.
ENOUGH_WITH_TRIGGER = 0.05
ENOUGH_WITHOUT_TRIGGER = 0.4
# Without a trigger, or with few words found, also the share of the place's content words that are the template's.
FEW = 0.3
ENOUGH_DENSE = 0.6
# The share of the template that may be missing at its end before a sentence behind the effect is taken for it.
REWORDED = 0.3


@dataclass(frozen=True, slots=True)
class Place:
    """Where the effect is: ``start`` to ``end`` of the prompt.

    ``triggers`` lists the trigger's spellings inside. ``joined`` says what runs into the effect so that the boundary
    can't be told; ``rest`` quotes what looks like effect text outside.
    """

    start: int
    end: int
    triggers: tuple[Trigger, ...]
    joined: str = ""
    rest: str = ""


def locate(text: str, effect: Effect) -> Place | None:
    """The effect's place in a tidied prompt, None where nothing in it is the effect."""
    found = find_anchors(text, effect)
    if not _is_enough(found):
        return None
    template, ends = template_of(effect), sentence_ends(text)
    front = front_edge(text, found.words, ends, found.chain[0], template.stems)
    back = back_edge(text, found.words, ends, found.chain[-1][0], template.known)
    if (found.score < FEW or not found.has_trigger) and found.density(front.at, back.at) < ENOUGH_DENSE:
        return None
    inside = tuple(t for t in found.triggers if front.at <= t.start and t.end <= back.at)
    joined = front.joined or back.joined or _rewording(text[back.at :], found.chain[-1][1], template)
    joined = joined or foreign_sentence(text, found.words, ends, range(front.at, back.at), template.where.keys())
    return Place(front.at, back.at, inside, joined, _rest(text, found.words, front.at, back.at, template))


def _rewording(tail: str, last: int, template: Template) -> str:
    """The tail, where so much of the template's end is missing that the tail may be that end in other words."""
    missing = sum(map(is_content, template.stems[last + 1 :])) / max(template.weight, 1)
    return tail.strip() if missing >= REWORDED else ""


def _is_enough(found: Anchors) -> bool:
    least = ENOUGH_WITH_TRIGGER if found.has_trigger else ENOUGH_WITHOUT_TRIGGER
    return len(found.chain) >= 2 and found.score >= least


def _rest(text: str, words: list[Word], start: int, end: int, template: Template) -> str:
    """What outside the place is the trigger, or a run of the template's words; "" for nothing."""
    outside = words[: before(words, start)], words[behind(words, end) :]
    return next((rest for side in outside if (rest := _rest_in(text, side, template))), "")


def _rest_in(text: str, words: list[Word], template: Template) -> str:
    stems = [word.stem for word in words]
    if TRIGGER in stems:
        word = words[stems.index(TRIGGER)]
        return text[word.start : word.end]
    known = ((i, template.runs[stem]) for i, stem in enumerate(stems) if stem in template.runs)
    at = next((i for i, runs in known if tuple(stems[i : i + RUN]) in runs), None)
    return "" if at is None else text[words[at].start : words[at + RUN - 1].end]
