"""Finds the effect that a set's prompts share: its trigger, its text and its slots; or says that they share none."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from datasetkit.errors import DatasetkitError
from datasetkit.prompts.effect import Effect
from datasetkit.prompts.normalize import normalize
from datasetkit.prompts.placeholders import resolved
from datasetkit.prompts.pronoun_slots import with_slots
from datasetkit.prompts.tidy import tidy
from datasetkit.prompts.triggers import per_million
from datasetkit.prompts.worddiff import word_diff
from datasetkit.prompts.words import WORD, Word, cut, is_chinese, is_content, sentence_ends, stem


@dataclass(frozen=True, slots=True)
class Outlier:
    """A prompt whose effect differs from the inferred one.

    ``index`` counts the prompts from 0; ``distance`` is 0 for the same words and 1 where no effect was found.
    """

    index: int
    distance: float
    diff: str


@dataclass(frozen=True, slots=True)
class Inference:
    """What was found. ``effect`` is None where nothing was, and ``reason`` says why.

    ``support`` of the ``judged`` prompts hold the effect; of a large set only some are judged, evenly spread.
    ``outliers`` are the judged prompts that differ, the farthest first.
    """

    effect: Effect | None
    reason: str
    support: int
    judged: int
    outliers: tuple[Outlier, ...] = ()


_FEWEST = 3  # prompts: of two that differ, neither is the common one
_MOST = 200  # prompts judged
_SHARE = 0.6  # of the prompts must hold the trigger, and a text like the effect's
_COMMON = 0.5  # of the prompts hold a run of words: it's common
_RUN = 3  # words of such a run
_BRIDGE = 10  # words that one prompt has and the others don't, inside the effect
_ALIKE = 0.5  # the largest distance of a text that supports the effect
_CANDIDATES = 12  # texts that may become the medoid, and how many they're measured against
_MEASURED = 40
_UNIT = re.compile(r"\d+(?:\.\d+)?(?:[a-z]{1,3})?|\d+x\d+", re.IGNORECASE)  # 4k, 35mm, 1080p, 3d: rare, no trigger


def infer(prompts: Sequence[str], *, outliers: bool = True) -> Inference:
    """The effect that three or more prompts share. Without ``outliers`` none are looked for, which is quicker."""
    chosen = _spread(len(prompts))
    texts = [resolved(tidy(prompts[index]).text) for index in chosen]
    if len(texts) < _FEWEST:
        return _none(f"{len(texts)} prompts; it takes at least {_FEWEST} to tell what they share", texts)
    if sum(map(is_chinese, texts)) > len(texts) / 2:
        return _none("the prompts are Chinese: declare the effect, its text isn't inferred", texts)
    trigger = _trigger(texts)
    if trigger is None:
        return _none(f"no rare word is in {_SHARE:.0%} of the prompts, so there is no trigger", texts)
    found = _around(trigger, texts)
    if found.effect is None or not outliers:
        return found
    return replace(found, outliers=_outliers(found.effect, prompts, chosen))


def _none(reason: str, texts: list[str]) -> Inference:
    return Inference(None, reason, 0, len(texts))


def _spread(total: int) -> list[int]:
    """Indexes of the prompts to judge: all, or evenly spread ones."""
    judged = min(total, _MOST)
    return [index * total // judged for index in range(judged)]


def _trigger(texts: list[str]) -> str | None:
    """The rare word that most prompts hold: one with letters and digits first, then one that English lacks."""
    counts = Counter(word for text in texts for word in dict.fromkeys(WORD.findall(text)))
    shared = [(word, n) for word, n in counts.most_common() if n >= max(_FEWEST, _SHARE * len(texts))]
    shared = [(word, n) for word, n in shared if re.fullmatch(r"\w{3,}", word) and not _UNIT.fullmatch(word)]
    mixed = [w for w, _ in shared if any(map(str.isdigit, w)) and any(map(str.isalpha, w))]
    unknown = [w for w, _ in shared if not mixed and w.islower() and w.isascii() and per_million(w) == 0]
    return next(iter(mixed + unknown), None)


def _around(trigger: str, texts: list[str]) -> Inference:
    """The inference from the text around a trigger."""
    common = _common_runs(texts)
    windows = [_window(text, trigger, common) for text in texts if trigger in WORD.findall(text)]
    medoid = _medoid(windows)
    alike = [w for w in windows if _distance(w, medoid) <= _ALIKE]
    telling = any(is_content(stem(word)) for word in WORD.findall(medoid) if word != trigger)
    if not telling or len(alike) < max(_FEWEST, _SHARE * len(texts)):
        return _none(
            f"{trigger} is in {len(windows)} of {len(texts)} prompts, but with no common text around it",
            texts,
        )
    try:
        effect = Effect(trigger, with_slots(medoid, alike))
    except DatasetkitError as error:
        return _none(f"what the prompts share can't be a template: {error}", texts)
    return Inference(effect, "", len(alike), len(texts))


def _common_runs(texts: list[str]) -> set[tuple[str, ...]]:
    counts = Counter(run for text in texts for run in set(_runs([word.stem for word in cut(text)])))
    return {run for run, n in counts.items() if n >= max(2, _COMMON * len(texts))}


def _runs(stems: list[str]) -> list[tuple[str, ...]]:
    return [tuple(stems[i : i + _RUN]) for i in range(len(stems) - _RUN + 1)]


def _window(text: str, trigger: str, common: set[tuple[str, ...]]) -> str:
    """The text around the trigger that is common, with what stands between common runs."""
    words = cut(text)
    stems = [word.stem for word in words]
    shared = {i + k for i, run in enumerate(_runs(stems)) if run in common for k in range(_RUN)}
    at = next(i for i, word in enumerate(words) if text[word.start : word.end] == trigger)
    ends = sentence_ends(text)
    first = _reach(at, -1, shared, 2)
    opening = bisect_left([word.start for word in words], _sentence_start(ends, words[at]))
    last = _reach(at, 1, shared, _BRIDGE)
    return text[words[max(first, opening)].start : _closed(words, last, ends)].strip()


def _reach(at: int, step: int, shared: set[int], bridge: int) -> int:
    """The farthest common word from ``at`` in one direction, with no more than ``bridge`` others in a row."""
    reached = at
    while (found := next((i for k in range(1, bridge + 2) if (i := reached + step * k) in shared), None)) is not None:
        reached = found
    return reached


def _sentence_start(ends: list[int], word: Word) -> int:
    sentence = bisect_right(ends, word.start)
    return ends[sentence - 1] if sentence else 0


def _closed(words: list[Word], last: int, ends: list[int]) -> int:
    """The end of the window: with its full stop, where nothing but that follows."""
    end = ends[bisect_left(ends, words[last].end)]
    return end if last + 1 == len(words) or words[last + 1].start >= end else words[last].end


def _medoid(windows: list[str]) -> str:
    """The text that is nearest to all others, pronouns and capitals aside; of equal ones the first."""
    counts = Counter(map(_folded, windows)).most_common(_MEASURED)
    candidates = [text for text, _ in counts[:_CANDIDATES]]
    best = min(candidates, key=lambda text: sum(n * _folded_distance(text, other) for other, n in counts))
    return next(window for window in windows if _folded(window) == best)


def _folded(text: str) -> str:
    """The words as they are compared: pronouns alike, lower case, punctuation gone."""
    return " ".join("*" if stem(word) == stem("she") else word.lower() for word in WORD.findall(text))


def _distance(one: str, other: str) -> float:
    return _folded_distance(_folded(one), _folded(other))


def _folded_distance(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return 1.0 - SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def _outliers(effect: Effect, prompts: Sequence[str], chosen: list[int]) -> tuple[Outlier, ...]:
    """The judged prompts whose effect isn't the inferred one, as the normalizer finds it."""
    found: list[Outlier] = []
    for index in chosen:
        result = normalize(prompts[index], effect)
        wanted = effect.render(result.person)
        inside = resolved(result.found)
        if not any(map(is_content, map(stem, WORD.findall(inside)))):
            found.append(Outlier(index, 1.0, result.note))
        elif (distance := _distance(inside, resolved(wanted))) > 0:
            found.append(Outlier(index, distance, word_diff(inside, wanted, context=2)))
    return tuple(sorted(found, key=lambda outlier: -outlier.distance))
