"""Finds the effect that a set's prompts share: its trigger, its text and its slots; or says that they share none."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from datasetkit.errors import DatasetkitError
from datasetkit.prompts.doctor import per_million
from datasetkit.prompts.slots import CASES, SEXED, Person, plural_verbs, resolved
from datasetkit.prompts.template import Effect
from datasetkit.prompts.tidy import tidy
from datasetkit.prompts.words import (
    LEAD_IN,
    PRONOUNS,
    WORD,
    content_stems,
    cut,
    is_chinese,
    is_content,
    sentence_spans,
    stem,
    stems,
)


@dataclass(frozen=True, slots=True)
class Inference:
    """What was found. ``effect`` is None if nothing was, and ``reason`` says why.

    ``trigger`` is the rare word that most prompts hold, "" for none; ``shared`` the text that they share around it, or
    without one. ``support`` of the ``judged`` prompts contain it word for word, ignoring pronouns. In a
    large set, only an evenly spread sample is judged.
    """

    effect: Effect | None
    reason: str
    judged: int
    trigger: str = ""
    shared: str = ""
    support: int = 0


FEWEST = 3
"""The fewest prompts needed: if two differ, neither can be called the common one."""
_MOST = 200  # prompts judged
_SHARE = 0.6  # of the prompts must hold the trigger, and a text like the effect's
_COMMON = 0.5  # of the prompts hold a run of words: it is common
_RUN = 3  # words of such a run
_BRIDGE = 10  # words that one prompt has and the others don't, inside the effect
_FRONT_BRIDGE = 2
_ALIKE = 0.5  # the largest distance of a text that supports the effect
_CANDIDATES = 12  # how many texts are candidates, and how many each is compared with
_MEASURED = 40
_SEXED = set(SEXED)
_THEY = {word for case in CASES.values() for word, person in case.items() if person is Person.THEY}
_TOKEN = re.compile(r"[0-9A-Za-z]\w*(?:-\w+)*", re.ASCII)  # Chinese characters beside it are no part of a trigger
_UNIT = re.compile(r"\d+(?:\.\d+)?(?:[a-z]{1,3})?|\d+x\d+", re.IGNORECASE)  # 4k, 35mm, 1080p, 3d: rare, no trigger


def infer(prompts: Sequence[str]) -> Inference:
    """The effect that three or more prompts share."""
    judged = min(len(prompts), _MOST)
    chosen = (prompts[index * len(prompts) // judged] for index in range(judged))
    texts = [LEAD_IN.sub("", resolved(tidy(prompt).text), count=1) for prompt in chosen]
    if judged < FEWEST:
        return Inference(None, f"{judged} prompts are too few; it takes {FEWEST} to see what they share", judged)
    trigger = _trigger(texts)
    if sum(map(is_chinese, texts)) > judged / 2:
        return Inference(None, "a Chinese effect text can't be inferred; declare it", judged, trigger)
    windows = _windows(texts, trigger)
    shared = _medoid(windows) if windows else ""
    alike = [w for w in windows if _distance(w, shared) <= _ALIKE]
    telling = content_stems(stems(shared.replace(trigger, " ") if trigger else shared))
    if len(telling) < (1 if trigger else _RUN) or len(alike) < max(FEWEST, _SHARE * judged):
        around = f"{trigger} is in the prompts, but with no common text around it"
        return Inference(None, around if trigger else "the prompts share no text", judged, trigger)
    shared, support = _with_slots(shared, alike), sum(_folded(w) == _folded(shared) for w in windows)
    if not trigger:
        return Inference(None, "no rare word is in most prompts, so there is no trigger", judged, "", shared, support)
    try:
        return Inference(Effect(trigger, shared), "", judged, trigger, shared, support)
    except DatasetkitError as error:
        return Inference(None, f"what the prompts share can't be a template: {error}", judged, trigger, shared)


def _trigger(texts: Sequence[str]) -> str:
    """The rare word that most prompts hold: one with letters and digits first, then one that English lacks."""
    counts = Counter(word for text in texts for word in dict.fromkeys(_TOKEN.findall(text)))
    shared = [word for word, n in counts.most_common() if n >= max(FEWEST, _SHARE * len(texts))]
    shared = [word for word in shared if re.fullmatch(r"\w{3,}", word) and not _UNIT.fullmatch(word)]
    mixed = [w for w in shared if any(map(str.isdigit, w)) and any(map(str.isalpha, w))]
    return next(iter(mixed), "") or next((w for w in shared if w.islower() and per_million(w) == 0), "")


def _windows(texts: Sequence[str], trigger: str) -> list[str]:
    """Of each text that has it the common part: around the trigger, or else the longest one."""
    rows = [stems(text) for text in texts]
    counts = Counter(run for row in rows for run in {row[i : i + _RUN] for i in range(len(row) - _RUN + 1)})
    common = {run for run, n in counts.items() if n >= max(2, _COMMON * len(texts))}
    found = (_window(text, row, trigger, common) for text, row in zip(texts, rows, strict=True))
    return [window for window in found if window]


def _window(text: str, row: Sequence[str], trigger: str, common: set[tuple[str, ...]]) -> str:
    words = cut(text)
    shared = {i + k for i in range(len(row)) if tuple(row[i : i + _RUN]) in common for k in range(_RUN)}
    if trigger:
        at = next((i for i, word in enumerate(words) if text[word[0] : word[1]] == trigger), None)
    else:
        at = max(shared, key=lambda i: _reach(i, 1, shared, 0) - _reach(i, -1, shared, 0), default=None)
    if at is None:
        return ""
    spans = sentence_spans(text)
    if not trigger:  # from the first sentence that begins inside what is shared
        end = _reach(at, 1, shared, 0)
        opening = (bisect_left(words, (start, 0, "")) for start, _ in spans)
        at = next((k for k in opening if at <= k <= end), at)
    start, _ = spans[bisect_right(spans, (words[at][0], len(text))) - 1]
    first = max(_reach(at, -1, shared, _FRONT_BRIDGE), next(i for i, word in enumerate(words) if word[0] >= start))
    last = _reach(at, 1, shared, _BRIDGE)
    _, end = spans[bisect_right(spans, (words[last][0], len(text))) - 1]
    closed = last + 1 == len(words) or words[last + 1][0] >= end
    return text[words[first][0] : end if closed else words[last][1]].strip()


def _reach(at: int, step: int, shared: set[int], bridge: int) -> int:
    """The farthest common word from ``at`` in one direction, with no more than ``bridge`` others in a row."""
    while (found := next((i for k in range(1, bridge + 2) if (i := at + step * k) in shared), None)) is not None:
        at = found
    return at


def _medoid(windows: Sequence[str]) -> str:
    """The text that is nearest to all others, pronouns and capitals aside; of equal ones the first."""
    first = {_folded(window): window for window in reversed(windows)}
    counts = [(first[words], n) for words, n in Counter(map(_folded, windows)).most_common(_MEASURED)]
    candidates = [text for text, _ in counts[:_CANDIDATES]]
    return min(candidates, key=lambda text: sum(n * _distance(text, other) for other, n in counts))


@lru_cache(maxsize=4 * _MOST)
def _folded(text: str) -> tuple[str, ...]:
    """The words as they are compared: pronouns alike, verbs in one form, lower case, punctuation gone."""
    return stems(resolved(text))


def _distance(one: str, other: str) -> float:
    from rapidfuzz.distance import Indel

    return Indel.normalized_distance(_folded(one), _folded(other))


def _with_slots(text: str, others: Iterable[str]) -> str:
    """The text with a slot for each pronoun, and verb, that follows the subject in ``others``, the same text for other
    samples; every person that was seen goes into each slot, and she with he.
    """
    rows = [[word.lower() for word in WORD.findall(other)] for other in (text, *others)]
    peers = [row for row in rows if _folded(" ".join(row)) == _folded(text)]
    columns = list(zip(*peers, strict=True))
    places = {
        k for k, words in enumerate(columns) if PRONOUNS.issuperset(words) and (len({*words}) > 1 or _SEXED & {*words})
    }
    persons = {person for k in places for person in _case({*columns[k]}, "")[1]} | {Person.SHE, Person.HE}
    plural = [any(row[k] in _THEY for k in places) for row in peers]
    pieces, at = [], 0
    for k, match in enumerate(WORD.finditer(text)):
        slot = _slot({*columns[k]}, text[match.end() :], persons) if k in places else _verb(columns[k], plural)
        written = slot or match.group()
        pieces += [text[at : match.start()], written.capitalize() if slot and match.group()[0].isupper() else written]
        at = match.end()
    return "".join([*pieces, text[at:]])


def _case(words: set[str], behind: str) -> tuple[dict[str, Person], set[Person]]:
    """The case that all these pronouns have, and whom they stand for.

    "her" and "his" each have two cases:
    a possessive is followed by a noun or adjective, not by a preposition, a conjunction or the end.
    """
    cases = {name: case for name, case in CASES.items() if words <= case.keys()}
    following = WORD.match(behind.lstrip(" "))
    possessive = following is not None and is_content(stem(following.group()))
    if len(cases) > 1 and "possessive" in cases and possessive:
        case = cases["possessive"]
    else:
        case = next((case for name, case in cases.items() if name != "possessive"), cases.get("possessive", {}))
    return case, {person for word, person in case.items() if word in words}


def _slot(words: set[str], behind: str, persons: set[Person]) -> str:
    case, _ = _case(words, behind)
    forms = {person: word for word, person in reversed(case.items())}
    return "/".join(forms[person] for person in Person if person in persons and person in forms)


def _verb(words: Sequence[str], plural: Sequence[bool]) -> str:
    """The slot of a verb that has one form after "they" and another after the others; "" for any other word."""
    one, many = ({word for word, they in zip(words, plural, strict=True) if they is wanted} for wanted in (False, True))
    forms = (*one, *many)
    return "/".join(forms) if len(one) == len(many) == 1 and forms[1] in plural_verbs(forms[0]) else ""
