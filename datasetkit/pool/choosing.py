"""The choice: candidates by the hard rules, copies folded to their best, then a diverse subset of good clips.

Only a few hundred bytes of each clip are kept. The same clips give the same choice, in whatever order they come.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from datasetkit.media.likeness import groups_alike
from datasetkit.model import Video
from datasetkit.pool.candidates import Candidate, candidate
from datasetkit.pool.picks import Pick, unique_names
from datasetkit.pool.quality import MEASURES, Qualities, qualities
from datasetkit.pool.records import ClipRecord
from datasetkit.pool.spreading import ASPECTS, Cloud, Spot
from datasetkit.pool.usable import ClipNeeds, LeftOut, fits_whole, left_out

_EXAMPLES = 3
_NOTABLE = 0.25  # share of a distance that is worth a word
_POOR = 0.5  # score of a measure that is worth a word
_FAULTS = {"sharpness": "blurrier", "light": "lighter or darker", "activity": "busier or calmer", "movement": "faster"}


@dataclass(slots=True)
class LeftOutGroup:
    """How many clips are left out for one reason, with the first few of them by path, each with details."""

    count: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)

    def add(self, path: str, details: str) -> None:
        """Count one more clip."""
        self.count += 1
        insort(self.examples, (path, details))
        del self.examples[_EXAMPLES:]


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen of ``seen`` clips: ``picks`` are the chosen ones in order, then those that are next in line.

    ``left_out`` counts by reason, the most frequent first. ``copies`` is how many clips were folded into the best of
    their family, of which there are ``families``. ``to_cut`` are the chosen clips that can't be used from start to end.
    """

    picks: tuple[Pick, ...]
    seen: int
    left_out: Mapping[str, LeftOutGroup]
    copies: int
    families: int
    to_cut: tuple[str, ...]

    @property
    def chosen(self) -> tuple[Pick, ...]:
        """The chosen clips, in order."""
        return tuple(pick for pick in self.picks if pick.keep)


@dataclass(slots=True)
class _Pool:
    """What is known of all records."""

    candidates: list[Candidate] = field(default_factory=list)
    in_part: set[str] = field(default_factory=set)
    left_out: dict[str, LeftOutGroup] = field(default_factory=lambda: defaultdict(LeftOutGroup))


def choose(
    records: Iterable[ClipRecord],
    count: int,
    needs: ClipNeeds,
    captions: Mapping[str, str],
    like: Candidate | None = None,
) -> Choice:
    """Choose ``count`` clips, or as many as there are. ``captions`` are by path; ``like`` is an example to follow."""
    pool = _gathered(records, needs)
    every = pool.candidates
    if not every:
        return _choice(pool, (), 0, 0)
    quality = qualities(every, like)
    best, copies = _folded(every, quality)
    kept = [every[number] for number in best]
    numbers = np.array(best)
    own = Qualities(quality.total[numbers], quality.scores[numbers])
    spots, following = Cloud(kept, captions).spread(own.total, count)
    picks = _picks(kept, own, spots, following, copies, like is not None)
    return _choice(pool, picks, len(every) - len(best), len(copies))


def _gathered(records: Iterable[ClipRecord], needs: ClipNeeds) -> _Pool:
    pool = _Pool()
    for record in records:
        out, one = left_out(record.facts, needs), None
        if out is None and isinstance(record.facts, Video):
            one = candidate(record.facts)
            out = None if one else LeftOut("too short", "too few frames to compare")
        if one and isinstance(record.facts, Video):
            pool.candidates.append(one)
            pool.in_part.update([] if fits_whole(record.facts, needs) else [one.path])
        elif out:
            pool.left_out[out.reason].add(record.path, out.details)
    pool.candidates.sort(key=lambda one: one.path)
    return pool


def _choice(pool: _Pool, picks: Sequence[Pick], copies: int, families: int) -> Choice:
    return Choice(
        picks=tuple(picks),
        seen=len(pool.candidates) + sum(group.count for group in pool.left_out.values()),
        left_out=dict(sorted(pool.left_out.items(), key=lambda item: (-item[1].count, item[0]))),
        copies=copies,
        families=families,
        to_cut=tuple(pick.clip for pick in picks if pick.keep and pick.clip in pool.in_part),
    )


def _folded(every: Sequence[Candidate], quality: Qualities) -> tuple[list[int], dict[str, int]]:
    """The candidates without near-copies: the best of each family, the first of equals. And each family's size."""
    numbers, sizes = set(range(len(every))), {}
    for family in groups_alike([one.hashes for one in every]):
        best = max(family, key=lambda number: (quality.total[number], -number))
        numbers -= set(family) - {best}
        sizes[every[best].path] = len(family)
    return sorted(numbers), sizes


def _picks(
    kept: Sequence[Candidate],
    quality: Qualities,
    spots: Sequence[Spot],
    following: Sequence[int | None],
    copies: Mapping[str, int],
    with_example: bool,
) -> list[Pick]:
    """A row for each chosen clip, then one for each that is next in line."""
    in_line = [number for number in following if number is not None]
    names = unique_names([kept[number].path for number in (*(spot.chosen for spot in spots), *in_line)])
    picks = []
    for rank, (spot, after) in enumerate(zip(spots, following, strict=True), 1):
        path = kept[spot.chosen].path
        reason = _reason(spot, kept, quality, copies.get(path, 1), with_example)
        score, then = float(quality.total[spot.chosen]), "" if after is None else kept[after].path
        picks.append(Pick(rank, path, names[path], True, score, reason, then))
    for rank, number in enumerate(in_line, len(picks) + 1):
        path, instead = kept[number].path, kept[spots[following.index(number)].chosen].path
        picks.append(Pick(rank, path, names[path], False, float(quality.total[number]), f"next best for {instead}", ""))
    return picks


def _reason(spot: Spot, kept: Sequence[Candidate], quality: Qualities, copies: int, with_example: bool) -> str:
    if spot.nearest is None:
        why = f"the best quality{', nearest to the example' if with_example else ''}"
    else:
        notable = [name for name, share in zip(ASPECTS, spot.apart, strict=True) if share >= _NOTABLE]
        other = kept[spot.nearest].path
        why = f"differs in {' and '.join(notable)} from {other}" if notable else f"the best left, though like {other}"
    poor = [_FAULTS[n] for n, score in zip(MEASURES, quality.scores[spot.chosen], strict=True) if score < _POOR]
    why += f"; but {' and '.join(poor)} than most" if poor else ""
    return why + (f"; the best of {copies} that look alike" if copies > 1 else "")
