"""The choice: candidates by the hard rules, copies folded to their best, then a diverse subset of good clips.

Only a few hundred bytes of each clip are kept. The same clips give the same choice, in whatever order they come.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from datasetkit import spec
from datasetkit.media.likeness import groups_alike
from datasetkit.model import Video
from datasetkit.pool.crops import is_cropped_copy
from datasetkit.pool.picks import Pick, unique_names
from datasetkit.pool.profiles import Profile, profile_of
from datasetkit.pool.quality import Qualities, qualities
from datasetkit.pool.records import ClipRecord
from datasetkit.pool.spreading import ASPECTS, Cloud, Spot, Spread
from datasetkit.pool.usable import ClipNeeds, LeftOut, left_out

_EXAMPLES = 3
_FAULTS = ("is blurrier", "is lighter or darker", "shows more or less motion", "moves in another way")  # of MEASURES
_COPY = "like a better clip"


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

    ``left_out`` counts by reason, the most frequent first.
    """

    picks: tuple[Pick, ...]
    seen: int
    left_out: Mapping[str, LeftOutGroup]

    @property
    def chosen(self) -> tuple[Pick, ...]:
        """The chosen clips, in order."""
        return tuple(pick for pick in self.picks if pick.keep)


LeftOutGroups = dict[str, LeftOutGroup]


def choose(
    records: Iterable[ClipRecord],
    count: int,
    needs: ClipNeeds,
    captions: Mapping[str, str],
    like: Profile | None = None,
) -> Choice:
    """Choose ``count`` clips, or as many as there are. ``captions`` are by path; ``like`` is an example to follow."""
    groups: LeftOutGroups = defaultdict(LeftOutGroup)
    every = sorted(_candidates(records, needs, groups), key=lambda one: one.path)
    seen = len(every) + sum(group.count for group in groups.values())
    picks = _chosen(every, count, captions, like, groups) if every else ()
    return Choice(tuple(picks), seen, dict(sorted(groups.items(), key=lambda item: (-item[1].count, item[0]))))


def _candidates(records: Iterable[ClipRecord], needs: ClipNeeds, groups: LeftOutGroups) -> Iterator[Profile]:
    """What is kept of the clips that can be used; the others are counted."""
    for record in records:
        out = left_out(record.facts, needs)
        one = profile_of(record.facts) if out is None and isinstance(record.facts, Video) else None
        if one:
            yield one
        else:
            out = out or LeftOut("too short", "too few frames to compare")
            groups[out.reason].add(record.path, out.details)


def _chosen(
    every: Sequence[Profile],
    count: int,
    captions: Mapping[str, str],
    like: Profile | None,
    groups: LeftOutGroups,
) -> Sequence[Pick]:
    quality = qualities(every, like)
    best, sizes = _folded(every, quality, groups)
    kept = [every[number] for number in best]
    own = Qualities(quality.total[best], quality.scores[best])
    spread = Cloud(kept, captions).spread(own.total, count, lambda one, other: _is_crop(kept[one], kept[other]))
    for copy, original in spread.copies.items():
        groups[_COPY].add(kept[copy].path, f"{kept[original].path} shows the same, one of them cropped")
    return _picks(kept, own, spread, sizes, like is not None)


def _is_crop(one: Profile, other: Profile) -> bool:
    return is_cropped_copy(one.ends, other.ends)


def _folded(every: Sequence[Profile], quality: Qualities, groups: LeftOutGroups) -> tuple[list[int], dict[str, int]]:
    """The candidates without near-copies, which are counted; and how many looked like each that is left of a family.

    What is left is a clip without bars or marks, with the most pixels, of the best quality, or the first of equals.
    """
    numbers, sizes = set(range(len(every))), {}
    for family in groups_alike([one.hashes for one in every]):
        best = max(family, key=lambda at: (every[at].clean, every[at].pixels, quality.total[at], -at))
        sizes[every[best].path] = len(family)
        for copy in set(family) - {best}:
            numbers.remove(copy)
            groups[_COPY].add(every[copy].path, f"{every[best].path} shows the same")
    return sorted(numbers), sizes


def _picks(
    kept: Sequence[Profile],
    quality: Qualities,
    spread: Spread,
    sizes: Mapping[str, int],
    with_example: bool,
) -> list[Pick]:
    """A row for each chosen clip, then one for each that is next in line."""
    in_line = [number for number in spread.following if number is not None]
    names = unique_names([kept[number].path for number in (*(spot.chosen for spot in spread.spots), *in_line)])
    picks = []
    for rank, (spot, after) in enumerate(zip(spread.spots, spread.following, strict=True), 1):
        path = kept[spot.chosen].path
        reason = _reason(spot, kept, quality, sizes.get(path, 1), with_example)
        score, then = float(quality.total[spot.chosen]), "" if after is None else kept[after].path
        picks.append(Pick(rank, path, names[path], True, score, reason, then))
    for spot, number in zip(spread.spots, spread.following, strict=True):
        if number is not None:
            path, why = kept[number].path, f"next in line for {kept[spot.chosen].path}"
            picks.append(Pick(len(picks) + 1, path, names[path], False, float(quality.total[number]), why))
    return picks


def _reason(spot: Spot, kept: Sequence[Profile], quality: Qualities, copies: int, with_example: bool) -> str:
    limits, others = spec.thresholds("selecting"), "the example" if with_example else "most"
    if spot.nearest is None:
        why = f"the best quality{', nearest to the example' if with_example else ''}"
    else:
        notable = [name for name, share in zip(ASPECTS, spot.apart, strict=True) if share >= limits["notable"]]
        other = kept[spot.nearest].path
        why = f"differs in {' and '.join(notable)} from {other}" if notable else f"the best left, though like {other}"
    scores = zip(_FAULTS, quality.scores[spot.chosen], strict=True)
    poor = [fault for fault, score in scores if score < limits["poor"]]
    why += f"; but it {' and '.join(poor)} than {others}" if poor else ""
    return why + (f"; the best of {copies} that look alike" if copies > 1 else "")
