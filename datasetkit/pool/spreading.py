"""A diverse subset: each next clip is the one farthest from those chosen so far (k-centre greedy), weighted by quality.

Clips are points: where they are near, the clips look, move and read alike. Coordinates are whole numbers, so distances
are exact, and the choice is the same on every machine. Ties go to the earlier clip.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasetkit import spec
from datasetkit.pool.profiles import Profile
from datasetkit.pool.quality import Reals
from datasetkit.prompts.words import content_stems, stems

ASPECTS = ("colours", "movement", "shape", "caption")
_UNIT = 1000  # a distance of 1 in coordinates
_FASTEST = 4.0  # multiples of what counts as movement; what is faster is simply fast
_BITS = 32  # coordinates of a caption
_CHUNK = 1 << 14  # candidates whose distances are computed at a time
_SHAPES = {"wide": (1.0, 0.0), "square": (0.5, 0.5), "tall": (0.0, 1.0)}

Points = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Spot:
    """A choice: which candidate, which of the earlier ones is nearest to it (None for the first), and how it differs.

    ``apart`` holds the share of each of ASPECTS in the squared distance.
    """

    chosen: int
    nearest: int | None
    apart: tuple[float, ...]


class Cloud:
    """The candidates as points, in the order in which they are given."""

    def __init__(self, candidates: Sequence[Profile], captions: Mapping[str, str]) -> None:
        blocks = [_colours(candidates), _movement(candidates), _shapes(candidates), _captions(candidates, captions)]
        self._ends = np.cumsum([block.shape[1] for block in blocks])
        self._points: Points = np.rint(np.concatenate(blocks, axis=1) * _UNIT).astype(np.int16)

    def spread(self, quality: Reals, count: int) -> tuple[list[Spot], list[int | None]]:
        """``count`` candidates, the best first, and for each the one that is next in line; None where none is left.

        The next in line is what would be chosen instead of it, of all that aren't chosen.
        """
        spots = [*self._choose(quality, min(count, len(quality)))]
        return spots, [*self._runners_up(quality, [spot.chosen for spot in spots])]

    def _choose(self, quality: Reals, count: int) -> Iterator[Spot]:
        away = np.full(len(quality), np.inf)
        nearest = np.zeros(len(quality), np.int64)
        chosen = int(quality.argmax())
        for number in range(count):
            if number:
                chosen = int(_ranked(away, quality).argmax())
            near = int(nearest[chosen])
            yield Spot(chosen, near, self._apart(chosen, near)) if number else Spot(chosen, None, ())
            distance = self._distances(chosen)
            nearest[distance < away] = chosen
            away = np.minimum(away, distance)
            away[chosen] = -1  # never again

    def _runners_up(self, quality: Reals, chosen: Sequence[int]) -> Iterator[int | None]:
        away, free = np.full(len(quality), np.inf), np.ones(len(quality), bool)
        free[list(chosen)] = False
        for number, one in enumerate(chosen):
            worth = _ranked(away, quality) if number else quality
            best = int(np.where(free, worth, -1).argmax())
            yield best if free[best] else None
            free[best] = False
            away = np.minimum(away, self._distances(one))

    def _distances(self, chosen: int) -> Reals:
        """The distance of every candidate from one of them, in coordinates."""
        point = self._points[chosen].astype(np.int64)
        chunks = (self._points[start : start + _CHUNK] for start in range(0, len(self._points), _CHUNK))
        distances: Reals = np.sqrt(np.concatenate([((chunk - point) ** 2).sum(axis=1) for chunk in chunks]))
        return distances

    def _apart(self, one: int, other: int) -> tuple[float, ...]:
        """The share of each aspect in the squared distance of two candidates."""
        squares = (self._points[one].astype(np.int64) - self._points[other]) ** 2
        shares = [int(part.sum()) for part in np.split(squares, self._ends[:-1])]
        return tuple(share / max(1, sum(shares)) for share in shares)


def _ranked(away: Reals, quality: Reals) -> Reals:
    """Distance times quality; clips that are equal to a chosen one come last, by their quality."""
    ranked: Reals = np.where(away < 0, -1, away * quality + quality / _UNIT)
    return ranked


def _colours(candidates: Sequence[Profile]) -> Reals:
    """The root mean square difference of two layouts in levels, divided by the levels that count as much as 1."""
    layouts = np.array([np.frombuffer(one.layout, np.uint8) for one in candidates], np.float64)
    return layouts / (spec.thresholds("selecting")["levels"] * math.sqrt(layouts.shape[1]))


def _movement(candidates: Sequence[Profile]) -> Reals:
    moved = np.array([one.movement for one in candidates], np.float64)
    return moved.clip(-_FASTEST, _FASTEST) / spec.thresholds("selecting")["speed"]


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
