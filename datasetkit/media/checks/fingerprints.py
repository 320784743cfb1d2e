"""Fingerprints of a clip's frames, by which copies are found whatever their size, bars, logo or grade."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datasetkit import spec
from datasetkit.footage import Fingerprints
from datasetkit.media.checks.bars import BarFinder
from datasetkit.media.planes import WHOLE, Plane, resampled
from datasetkit.media.smallframe import SmallFrame


class FingerprintTaker:
    """Keeps sampled frames until the bars are known; for a long clip, only every second, fourth, … frame."""

    def __init__(self, bars: BarFinder) -> None:
        self._limits, self._bars = spec.thresholds("fingerprints"), bars
        self._kept: list[Plane] = []
        self._every, self._count = 1, 0

    def see(self, frame: SmallFrame) -> None:
        """Keep a sampled frame's luma."""
        if not frame.sampled:
            return
        if self._count % self._every == 0:
            self._kept.append(frame.luma.copy())
        self._count += 1
        if len(self._kept) > self._limits["frames"]:
            self._every *= 2
            del self._kept[1::2]

    def result(self) -> Fingerprints | None:
        """The hashes, in order."""
        part = self._bars.shares()
        hashes = (fingerprint(plane, self._limits["flat"], part) for plane in self._kept)
        taken = tuple(one for one in hashes if one is not None)
        return Fingerprints(taken) if taken else None


def fingerprint(luma: NDArray[np.generic], flat: float, part: tuple[float, float, float, float] = WHOLE) -> int | None:
    """The difference hash of a part of a picture: one bit for each of 8×8 steps from left to right, set where it rises.

    None if the picture varies by less than ``flat`` levels: its steps would be noise.
    """
    cells = resampled(luma, part, (8, 9))
    if cells.std() < flat:
        return None
    rising = np.diff(cells, axis=1) > 0
    return int.from_bytes(np.packbits(rising).tobytes(), "big")
