"""How steadily bright a clip is: generated ones may flicker, or jump after the first frame, which they were given."""

from __future__ import annotations

import numpy as np

from datasetkit.footage import Steadiness
from datasetkit.media.smallframe import SmallFrame


class SteadinessMeter:
    """Keeps one number for each frame."""

    def __init__(self) -> None:
        self._means: list[float] = []

    def see(self, frame: SmallFrame) -> None:
        """Take one frame in."""
        self._means.append(float(frame.luma.mean()) / 255)

    def result(self) -> Steadiness | None:
        """The measures; None of a clip of less than three frames."""
        if len(self._means) < 3:
            return None
        means = np.array(self._means)
        off = means[1:-1] - (means[:-2] + means[2:]) / 2
        return Steadiness(float(np.sqrt((off[1:] ** 2).mean())) if len(off) > 1 else 0.0, float(means[1] - means[0]))
