"""Is this image that frame? And if it isn't: what is it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from datasetkit import spec
from datasetkit.media.signatures import Signature
from datasetkit.media.smallframe import SQUARE, WHOLE, Floats, SmallFrame, resampled


@dataclass(frozen=True, slots=True)
class Match:
    """What an image matches, and how well (1 at best): a frame of its own clip, or the first frame of ``path``.

    ``mirrored`` and ``turned`` (degrees clockwise) say what was done to that frame, ``cropped`` that the image shows a
    part of it.
    """

    score: float
    frame: int = 0
    seconds: float = 0.0
    path: str | None = None
    mirrored: bool = False
    turned: int = 0
    cropped: bool = False


def correlation(one: Floats, other: Floats) -> float:
    """Zero-mean normalised correlation: 1 for pictures that differ in brightness and contrast only.

    Flat pictures have nothing to correlate: two of them are alike, one and another aren't.
    """
    flat = spec.thresholds("matching")["flat"]
    spreads = float(one.std()), float(other.std())
    if min(spreads) < flat:
        return float(max(spreads) < flat)
    return float(((one - one.mean()) * (other - other.mean())).mean() / (spreads[0] * spreads[1]))


def is_surely(image: Signature, frame: Signature) -> bool:
    """Whether the image is that frame beyond doubt: no other frame need be looked at."""
    return correlation(image.plane(), frame.plane()) >= spec.thresholds("matching")["sure"]


class FrameSearch:
    """A check that finds the frame of a clip that an image matches best; see `decode`."""

    def __init__(self, image: Signature) -> None:
        self._plane = image.plane()
        self._matches: list[Match] = []

    def see(self, frame: SmallFrame) -> None:
        """Compare one frame; kept are the first, the best, and the last one."""
        score = correlation(self._plane, frame.square)
        match = Match(score, frame.index, frame.seconds)
        kept = self._matches
        if not kept:
            kept += [match, match]
        elif score > kept[1].score:
            kept[1] = match
        self._matches = [kept[0], kept[1], match]

    def result(self) -> FramesMatched | None:
        """How well the first, the best and the last frame match."""
        return FramesMatched(*self._matches) if self._matches else None


@dataclass(frozen=True, slots=True)
class FramesMatched:
    """How well an image matches a clip's first, best and last frame."""

    first: Match
    best: Match
    last: Match


def explained(
    image: Signature, expected: Signature, own: FramesMatched, others: Mapping[str, Signature], *, last: bool = False
) -> Match | None:
    """What the image shows in place of ``expected``, the clip's first (or ``last``) frame.

    The best match decides, not how good it is; where nothing is clearly better than the frame that is expected, the
    image is that frame, and its match is returned. None where the image matches nothing.
    """
    limits = spec.thresholds("matching")
    right = own.last if last else own.first
    candidates = [own.best, *_altered(image, expected, right), *_elsewhere(image, others)]
    best = max(candidates, key=lambda match: match.score)
    clearly = (1 - right.score) > limits["clearly"] * (1 - best.score) + limits["tie"]
    found = best if clearly else right
    return found if found.score >= limits["related"] else None


def _elsewhere(image: Signature, others: Mapping[str, Signature]) -> Iterator[Match]:
    plane = image.plane()
    for path, other in others.items():
        yield Match(correlation(plane, other.plane()), path=path)


def _altered(image: Signature, expected: Signature, right: Match) -> Iterator[Match]:
    plane, frame = image.plane(), expected.plane()
    for mirrored in (False, True):
        for turns in range(4):
            if mirrored or turns:
                seen = np.rot90(frame[:, ::-1] if mirrored else frame, -turns)
                yield replace(right, score=correlation(plane, seen), mirrored=mirrored, turned=90 * turns)
    yield replace(right, score=_cropped(plane, frame), cropped=True)


def _cropped(plane: Floats, frame: Floats) -> float:
    """How well the image matches the best of many parts of the frame."""
    sides = range(SQUARE // 2, SQUARE - 1, 3)
    return max(_best_part(plane, frame, rows, columns) for rows in sides for columns in sides)


def _best_part(plane: Floats, frame: Floats, rows: int, columns: int) -> float:
    small = resampled(plane, WHOLE, (rows, columns))
    parts = sliding_window_view(frame, (rows, columns))
    wanted = small - small.mean()
    means, squares = parts.mean(axis=(2, 3)), (parts * parts).mean(axis=(2, 3))
    spread = np.sqrt(np.maximum(squares - means * means, 1e-6)) * max(float(small.std()), 1e-3)
    return float((np.einsum("ijkl,kl->ij", parts, wanted) / wanted.size / spread).max())
