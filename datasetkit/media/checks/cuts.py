"""Where one scene ends and another begins: hard cuts, and fades through black."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from datasetkit import spec
from datasetkit.footage import Cut, Cuts
from datasetkit.media.smallframe import SmallFrame


class CutFinder:
    """Hard cuts: a change from one frame to the next that stands out from the changes around it (PySceneDetect's rule).

    A few frames later the picture must still differ from those before: after a flash it doesn't. Repeated frames are
    left out, as they would make any movement stand out. Keeps five numbers a frame.
    """

    def __init__(self) -> None:
        self._limits = spec.thresholds("cuts")
        self._recent: deque[NDArray[np.int16]] = deque(maxlen=2 * int(self._limits["settled"]) - 1)
        self._seconds: list[float] = []
        self._steps: list[float] = []  # change from the frame before
        self._jumps: list[float] = []  # change from the earlier frames: the smaller of two
        self._dark: list[bool] = []
        self._bright: list[bool] = []

    def see(self, frame: SmallFrame) -> None:
        """Take one frame in."""
        now = frame.tiny
        step = _change(now, self._recent[-1]) if self._recent else 0.0
        if self._recent and step < self._limits["repeated"]:
            return
        self._seconds.append(frame.seconds)
        self._steps.append(step)
        before = (
            [self._recent[max(-int(self._limits["settled"]), -len(self._recent))], self._recent[0]]
            if self._recent
            else []
        )
        self._jumps.append(min((_change(now, one) for one in before), default=0.0))
        mean = float(now[0].mean())
        self._dark.append(mean < self._limits["dark"])
        self._bright.append(mean > self._limits["bright"])
        self._recent.append(now)

    def result(self) -> Cuts | None:
        """The cuts, if any."""
        fades = list(self._fades())
        near = self._limits["apart"]
        hard = [one for one in self._hard() if all(abs(one - fade) > near for fade in fades)]
        cuts = [Cut(round(one, 3), faded=True) for one in fades] + [Cut(round(one, 3), faded=False) for one in hard]
        return Cuts(tuple(sorted(cuts, key=lambda cut: cut.seconds))) if cuts else None

    def _hard(self) -> Iterator[float]:
        steps, limits, last = np.array(self._steps), self._limits, -np.inf
        reach = int(limits["window"])
        for at in np.flatnonzero(steps >= limits["change"]).tolist():
            around = np.r_[steps[max(1, at - reach) : at], steps[at + 1 : at + 1 + reach]]
            later = min(at + int(limits["settled"]) - 1, len(steps) - 1)
            stands_out = len(around) and steps[at] >= limits["ratio"] * around.mean()
            stays = self._jumps[later] >= max(limits["change"], limits["stays"] * steps[at])
            if stands_out and stays and self._seconds[at] - last >= limits["apart"]:
                last = self._seconds[at]
                yield last

    def _fades(self) -> Iterator[float]:
        """When each scene begins that follows a dark gap after another scene."""
        lit, dark = False, False
        for seconds, is_dark, is_bright in zip(self._seconds, self._dark, self._bright, strict=True):
            dark |= lit and is_dark
            if is_bright:
                if lit and dark:
                    yield seconds
                lit, dark = True, False


def _change(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    """How much two small pictures differ, in levels: luma and chroma alike."""
    return float(np.abs(one - other).mean(axis=(1, 2)).sum())
