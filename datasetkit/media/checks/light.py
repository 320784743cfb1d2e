"""How light and how sharp a clip is."""

from __future__ import annotations

import numpy as np

from datasetkit.footage import Light
from datasetkit.media.smallframe import SmallFrame


class LightMeter:
    """Keeps a histogram of the sampled frames and a number for each frame looked at closer."""

    def __init__(self) -> None:
        self._histogram = np.zeros(256, np.int64)
        self._sharpness: list[float] = []

    def see(self, frame: SmallFrame) -> None:
        """Take one frame in."""
        if frame.sampled:
            self._histogram += np.bincount(frame.luma.ravel(), minlength=256)
        if frame.detail:
            plane = frame.detail.plane.astype(np.int16)
            inner = plane[1:-1, 1:-1]
            edges = plane[:-2, 1:-1] + plane[2:, 1:-1] + plane[1:-1, :-2] + plane[1:-1, 2:] - 4 * inner
            self._sharpness.append(float(edges.astype(np.float32).var()))

    def result(self) -> Light | None:
        """The measures; None of a clip without frames."""
        if not self._sharpness:
            return None
        reached = np.cumsum(self._histogram) / self._histogram.sum()
        low, middle, high = (float(np.searchsorted(reached, share)) / 255 for share in (0.05, 0.5, 0.99))
        return Light(low, middle, high, float(np.quantile(self._sharpness, 0.75)))
