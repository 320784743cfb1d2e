"""Tells whether an image is a given frame of a clip and, if not, what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from datasetkit import spec
from datasetkit.footage import FramesMatched, Match, Signature
from datasetkit.media.fits import is_sure
from datasetkit.media.planes import SQUARE, WHOLE, Floats, luma_of, resampled

_COMPARED = 3  # of the pictures most like an image


def correlation(one: Floats, other: Floats) -> float:
    """Zero-mean normalised correlation: 1 for pictures that differ in brightness and contrast only.

    Flat pictures have nothing to correlate: two flat pictures match, a flat and a detailed one don't.
    """
    flat = spec.thresholds("matching")["flat"]
    spreads = float(one.std()), float(other.std())
    if min(spreads) < flat:
        return float(max(spreads) < flat)
    return float(((one - one.mean()) * (other - other.mean())).mean() / (spreads[0] * spreads[1]))


class Gallery:
    """Many pictures, each with what an image like it matches: the first and last frames of clips, or images."""

    def __init__(self, pictures: Mapping[Match, Signature]) -> None:
        self._pictures = pictures

    @cached_property
    def _small(self) -> Floats:
        """Each picture's luma in 16×16 cells, mean 0 and length 1."""
        return np.stack([_cells(one) for one in self._pictures.values()])

    def likest(self, image: Signature) -> list[Match]:
        """The few that are most like the image."""
        if not self._pictures:
            return []
        nearest = np.argsort(self._small @ _cells(image))[-_COMPARED:]
        plane, pictures = luma_of(image), list(self._pictures.items())
        return [replace(pictures[at][0], score=correlation(plane, luma_of(pictures[at][1]))) for at in nearest]


def same_picture(image: Signature, gallery: Gallery) -> str | None:
    """The path of the picture that is the same as the image, or nearly so; None where there is none."""
    best = max(gallery.likest(image), key=lambda match: match.score, default=None)
    return best.path if best and best.score >= spec.thresholds("matching")["same"] else None


def _cells(signature: Signature) -> Floats:
    small = resampled(luma_of(signature), WHOLE, (16, 16)).ravel()
    apart = small - small.mean()
    cells: Floats = apart / max(float(np.linalg.norm(apart)), 1e-6)
    return cells


def explained(image: Signature, expected: Signature, right: Match, own: FramesMatched, others: Gallery) -> Match | None:
    """What the image shows in place of ``expected``, the frame of its own clip that it matches as ``right`` says.

    The best match decides, not how good it is; where nothing is clearly better than the frame that is expected, the
    image is that frame, and ``right`` is returned. None if the image matches nothing.
    """
    limits = spec.thresholds("matching")
    candidates = [own.best, *_turned(image, expected, right), *others.likest(image)]
    best = max(candidates, key=lambda match: match.score)
    if not is_sure(best.score):
        best = max(best, replace(right, score=_cropped(image, expected), cropped=True), key=lambda match: match.score)
    clearly = (1 - right.score) > limits["clearly"] * (1 - best.score) + limits["tie"]
    found = best if clearly else right
    return found if found.score >= limits["related"] else None


def _turned(image: Signature, expected: Signature, right: Match) -> Iterator[Match]:
    plane, frame = luma_of(image), luma_of(expected)
    for mirrored in (False, True):
        for turns in range(4):
            if mirrored or turns:
                seen = np.rot90(frame[:, ::-1] if mirrored else frame, -turns)
                yield replace(right, score=correlation(plane, seen), mirrored=mirrored, turned=90 * turns)


def _cropped(image: Signature, expected: Signature) -> float:
    """How well the image matches the best of many parts of the frame."""
    plane, frame = luma_of(image), luma_of(expected)
    spectrum, sums, squares = np.fft.rfft2(frame), _running(frame), _running(frame * frame)
    best = -1.0
    for rows, columns in product(range(SQUARE // 2, SQUARE - 1, 3), repeat=2):
        part = resampled(plane, WHOLE, (rows, columns))
        part -= part.mean()
        places = slice(SQUARE - rows + 1), slice(SQUARE - columns + 1)
        products = np.fft.irfft2(spectrum * np.fft.rfft2(part, frame.shape).conj(), frame.shape)[places]
        means, powers = (_boxes(total, rows, columns) / part.size for total in (sums, squares))
        spread = np.sqrt(np.maximum(powers - means * means, 1e-6)) * max(float(part.std()), 1e-3)
        best = max(best, float((products / part.size / spread).max()))
    return best


def _running(plane: Floats) -> NDArray[np.float64]:
    """The sum of all that lies above and to the left of each corner of a plane's pixels."""
    return np.pad(plane.astype(np.float64), ((1, 0), (1, 0))).cumsum(0).cumsum(1)


def _boxes(total: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.float64]:
    """The sums of all boxes of a size, by their upper left corners."""
    return total[rows:, columns:] - total[:-rows, columns:] - total[rows:, :-columns] + total[:-rows, :-columns]
