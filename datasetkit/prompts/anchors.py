"""The words that a prompt has in common with an effect's template, in the same order: what a place is found by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from datasetkit.prompts.effect import Effect
from datasetkit.prompts.slots import Slot
from datasetkit.prompts.spelling import Trigger, find_triggers
from datasetkit.prompts.words import Word, before, behind, cut, is_content

TRIGGER = "\N{SECTION SIGN}"
"""The stem of a trigger, however it is spelled."""

_TRIGGER_WEIGHT = 4.0
_LONGEST_GAP = 24  # words of a prompt between two anchors: about two clauses
_GAP_COST = 0.06  # an inserted word, in words of the template
RUN = 4
"""Words in the template's order that, three of them content, are a rest of an old text."""

Anchor = tuple[int, int]  # indexes of one word: in the prompt, in the template


@dataclass(frozen=True, slots=True)
class Template:
    """An effect's words, ready for comparison. ``where`` maps a content stem to its indexes among ``stems``.

    ``weight`` counts the content words, the trigger aside; ``known`` are the stems, each once. ``runs`` are four
    stems in a row, by the first of them.
    """

    stems: tuple[str, ...]
    known: frozenset[str]
    where: dict[str, tuple[int, ...]]
    weight: int
    runs: dict[str, list[tuple[str, ...]]]


@lru_cache(maxsize=256)
def template_of(effect: Effect) -> Template:
    """The effect's template for comparison; a slot counts as one pronoun."""
    plain = "".join(next(iter(p.forms.values())) if isinstance(p, Slot) else p for p in effect.parts)
    triggers = find_triggers(plain, effect.trigger)
    stems = tuple(word.stem for word in _merged(cut(plain), triggers))
    where: dict[str, tuple[int, ...]] = {}
    for index, word in enumerate(stems):
        if is_content(word):
            where[word] = (*where.get(word, ()), index)
    weight = sum(len(indexes) for word, indexes in where.items() if word != TRIGGER)
    return Template(stems, frozenset(stems), where, weight, _runs(stems))


def _runs(stems: Sequence[str]) -> dict[str, list[tuple[str, ...]]]:
    """Every four words in a row, three of them content: telling enough to be known elsewhere."""
    runs = [tuple(stems[i : i + RUN]) for i in range(len(stems) - RUN + 1)]
    telling = [run for run in runs if sum(map(is_content, run)) >= RUN - 1]
    return {first: [run for run in telling if run[0] == first] for first, *_ in telling}


def _merged(words: list[Word], triggers: tuple[Trigger, ...]) -> list[Word]:
    """The words with each spelling of the trigger as one, what was glued to it being a word of its own."""
    for trigger in triggers:
        first, end = before(words, trigger.start), behind(words, trigger.end)
        if first < end:
            words = [*words[:first], *_split(words[first:end], trigger), *words[end:]]
    return words


def _split(inside: list[Word], trigger: Trigger) -> list[Word]:
    first, last = inside[0], inside[-1]
    left = Word(first.start, trigger.start, first.stem[: trigger.start - first.start])
    middle = Word(trigger.start, trigger.end, TRIGGER)
    right = Word(trigger.end, last.end, last.stem[trigger.end - last.start :])
    return [w for w in (left, middle, right) if w.start < w.end]


def _chain(words: list[Word], template: Template) -> list[Anchor]:
    """The heaviest run of content words that prompt and template have in the same order, no gap too long."""
    where = template.where
    pairs = [(j, i) for j, (_, _, stem) in enumerate(words) if stem in where for i in where[stem]]
    scores: list[float] = []
    tops = [0.0]  # the best score before each pair: what no link can exceed
    previous: list[int] = []
    for at, (j, _) in enumerate(pairs):
        best, link = _link(pairs, scores, tops, at)
        scores.append(best + (_TRIGGER_WEIGHT if words[j].stem == TRIGGER else 1.0))
        tops.append(max(tops[-1], scores[-1]))
        previous.append(link)
    return _followed(pairs, scores, previous)


def _link(pairs: list[Anchor], scores: list[float], tops: list[float], at: int) -> tuple[float, int]:
    """The best chain that pair ``at`` can continue: its score, and the index of its last pair (-1 for none)."""
    (j, i), best, link = pairs[at], 0.0, -1
    for earlier in range(at - 1, -1, -1):
        j0, i0 = pairs[earlier]
        if best >= tops[earlier + 1] or j - j0 > _LONGEST_GAP:
            break
        if i0 < i and j0 < j and (score := scores[earlier] - _GAP_COST * abs(j - j0 - (i - i0))) > best:
            best, link = score, earlier
    return best, link


def _followed(pairs: list[Anchor], scores: list[float], previous: list[int]) -> list[Anchor]:
    at = max(range(len(scores)), key=scores.__getitem__, default=-1)
    chain: list[Anchor] = []
    while at >= 0:
        chain.append(pairs[at])
        at = previous[at]
    return chain[::-1]


@dataclass(frozen=True, slots=True)
class Anchors:
    """What a prompt's ``words`` have of the template: ``chain`` are the heaviest run of words in the same order.

    ``score`` is the share of the template's content words in it, its trigger aside.
    """

    words: list[Word]
    triggers: tuple[Trigger, ...]
    chain: list[Anchor]
    score: float

    @property
    def has_trigger(self) -> bool:
        """Whether a trigger, however spelled, is in the chain."""
        return any(self.words[j].stem == TRIGGER for j, _ in self.chain)

    def density(self, start: int, end: int) -> float:
        """The share of the content words from ``start`` to ``end`` of the text that are in the chain."""
        content = sum(start <= word.start < end and is_content(word.stem) for word in self.words)
        return len(self.chain) / max(content, 1)


def find_anchors(text: str, effect: Effect) -> Anchors:
    """The anchors of a tidied prompt; an empty chain where it has no word of the template."""
    template = template_of(effect)
    triggers = find_triggers(text, effect.trigger)
    words = _merged(cut(text), triggers)
    chain = _chain(words, template)
    found = sum(words[j].stem != TRIGGER for j, _ in chain)
    return Anchors(words, triggers, chain, found / max(template.weight, 1))
