"""A diverse subset: each next clip is the one farthest from those chosen so far (k-centre greedy), weighted by quality.

Clips are points: where they are near, the clips look, move and read alike. Coordinates are whole numbers, so distances
are exact, and the choice is the same on every machine. Ties go to the earlier clip.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasetkit import spec
from datasetkit.pool.profiles import Profile
from datasetkit.pool.quality import Reals
from datasetkit.prompts.words import content_stems, stems

ASPECTS = ("colours", "movement", "shape", "caption")
_UNIT = 1000  # a distance of 1 in coordinates
_BITS = 32  # coordinates of a caption
_CHUNK = 1 << 14  # candidates whose distances are computed at a time
_COMPARED = 8  # of those chosen, the ones whose colours are nearest
_SHAPES = {"wide": (1.0, 0.0), "square": (0.5, 0.5), "tall": (0.0, 1.0)}

Points = NDArray[np.int16]


IsCopy = Callable[[int, int], bool]
"""Whether two candidates are copies of one another, by their numbers."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A choice: which candidate, which of the earlier ones is nearest to it (None for the first), and how it differs.

    ``apart`` holds the share of each of ASPECTS in the squared distance.
    """

    chosen: int
    nearest: int | None
    apart: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """The choices in order; for each the candidate that is next in line, None where none is left.

    The next in line is what would be chosen instead, of all that aren't chosen. ``copies`` were left out, each because
    of another candidate.
    """

    spots: tuple[Spot, ...]
    following: tuple[int | None, ...]
    copies: Mapping[int, int]


class Cloud:
    """The candidates as points, in the order in which they are given."""

    def __init__(self, candidates: Sequence[Profile], captions: Mapping[str, str]) -> None:
        blocks = [_colours(candidates), _movement(candidates), _shapes(candidates), _captions(candidates, captions)]
        self._ends = np.cumsum([block.shape[1] for block in blocks])
        self._points: Points = np.rint(np.concatenate(blocks, axis=1) * _UNIT).astype(np.int16)

    def spread(self, quality: Reals, count: int, is_copy: IsCopy) -> Spread:
        """Choose ``count`` candidates, or as many as there are, none of them a copy of another."""
        free, copies = np.ones(len(quality), bool), dict[int, int]()
        front, spots, chosen = _Front(quality), list[Spot](), list[int]()
        while len(spots) < count and (one := self._best(front.rank(), free, chosen, is_copy, copies)) is not None:
            spots.append(self._spot(one, int(front.nearest[one])) if spots else Spot(one, None, ()))
            chosen.append(one)
            front.add(one, self._distances(one))
        front, following = _Front(quality), list[int | None]()
        for one in chosen:
            taken = [*chosen, *(other for other in following if other is not None)]
            following.append(self._best(front.rank(), free, taken, is_copy, copies))
            front.add(one, self._distances(one))
        return Spread(tuple(spots), tuple(following), copies)

    def _best(
        self, rank: Reals, free: NDArray[np.bool_], taken: Sequence[int], is_copy: IsCopy, copies: dict[int, int]
    ) -> int | None:
        """The highest of those that are free and no copy of one that is taken; it and the copies aren't free then."""
        while free.any():
            best = int(np.where(free, rank, -1).argmax())
            free[best] = False
            original = next((other for other in self._likest(best, taken) if is_copy(best, other)), None)
            if original is None:
                return best
            copies[best] = original
        return None

    def _distances(self, one: int) -> Reals:
        """The distance of every candidate from one of them, in coordinates."""
        point = self._points[one].astype(np.int64)
        chunks = (self._points[start : start + _CHUNK] for start in range(0, len(self._points), _CHUNK))
        distances: Reals = np.sqrt(np.concatenate([((chunk - point) ** 2).sum(axis=1) for chunk in chunks]))
        return distances

    def _spot(self, one: int, nearest: int) -> Spot:
        squares = (self._points[one].astype(np.int64) - self._points[nearest]) ** 2
        shares = [int(part.sum()) for part in np.split(squares, self._ends[:-1])]
        return Spot(one, nearest, tuple(share / max(1, sum(shares)) for share in shares))

    def _likest(self, one: int, others: Sequence[int]) -> list[int]:
        """The few of ``others`` whose colours are nearest: no others can be copies."""
        colours = self._points[:, : self._ends[0]]
        apart = ((colours[list(others)].astype(np.int64) - colours[one]) ** 2).sum(axis=1)
        return [others[at] for at in np.argsort(apart, kind="stable")[:_COMPARED]]


class _Front:
    """How far every candidate is away from those chosen so far, and which of them is ``nearest``."""

    def __init__(self, quality: Reals) -> None:
        self._quality, self._away = quality, np.full(len(quality), np.inf)
        self.nearest = np.zeros(len(quality), np.int64)

    def add(self, one: int, distances: Reals) -> None:
        """Choose one more."""
        self.nearest[distances < self._away] = one
        self._away = np.minimum(self._away, distances)

    def rank(self) -> Reals:
        """Distance times quality; before the first choice, and where the distance is nothing, the quality."""
        first = np.isinf(self._away)
        return np.where(first, self._quality, np.where(first, 0, self._away) * self._quality + self._quality / _UNIT)


def _colours(candidates: Sequence[Profile]) -> Reals:
    """The root mean square difference of two layouts in levels, divided by the levels that count as much as 1."""
    layouts = np.array([np.frombuffer(one.layout, np.uint8) for one in candidates], np.float64)
    return layouts / (spec.thresholds("selecting")["levels"] * math.sqrt(layouts.shape[1]))


def _movement(candidates: Sequence[Profile]) -> Reals:
    moved = np.array([one.movement for one in candidates], np.float64)
    return (moved / spec.thresholds("selecting")["speed"]).clip(-1, 1)  # what is faster is simply fast


def _shapes(candidates: Sequence[Profile]) -> Reals:
    return np.array([_SHAPES[one.shape] for one in candidates], np.float64) / math.sqrt(2)


def _captions(candidates: Sequence[Profile], captions: Mapping[str, str]) -> Reals:
    """Each caption as a point on a sphere: the rarer the words that two share, the nearer they are.

    The words' directions are pseudo-random, which keeps distances nearly as they are (Johnson and Lindenstrauss).
    """
    words = [sorted(set(content_stems(stems(captions.get(one.path, ""))))) for one in candidates]
    used = Counter(word for caption in words for word in caption)
    points = np.zeros((len(candidates), _BITS))
    for row, caption in zip(points, words, strict=True):
        for word in caption:
            row += _direction(word) * math.log(len(candidates) / used[word])
        row /= max(float(np.sqrt((row**2).sum())), 1e-9)
    return points


def _direction(word: str) -> Reals:
    digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=_BITS // 8).digest()
    return np.unpackbits(np.frombuffer(digest, np.uint8)).astype(np.float64) * 2 - 1
