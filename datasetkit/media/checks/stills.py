"""Parts of a clip in which nothing moves, or that are black."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from datasetkit import spec
from datasetkit.footage import Still, Stills
from datasetkit.media.smallframe import SmallFrame


class StillFinder:
    """Compares each frame with the one in which the picture last changed.

    Re-encoding changes frozen frames slightly, and more so the more contrast they have.
    """

    def __init__(self) -> None:
        self._limits = spec.thresholds("stills")
        self._anchor: SmallFrame | None = None
        self._last: SmallFrame | None = None
        self._dark = False
        self._runs: list[Still] = []

    def see(self, frame: SmallFrame) -> None:
        """Take one frame in."""
        if self._anchor is None or self._last is None or not self._same(self._anchor, frame):
            self._close(frame)
            self._anchor, self._dark = frame, self._black(frame)
        self._last = frame

    def _same(self, anchor: SmallFrame, frame: SmallFrame) -> bool:
        if self._dark:
            return self._black(frame)
        change = np.abs(anchor.tiny - frame.tiny)
        highest = change.max()
        if highest > self._limits["peak"]:
            return False  # true of most frames, and cheaper than the rest
        peak = self._peak(anchor)
        return bool(highest <= peak and change.mean() * self._limits["peak"] < self._limits["change"] * 255 * peak)

    def _peak(self, frame: SmallFrame) -> float:
        """The largest change of one place in a frozen picture."""
        return self._limits["peak"] * min(1.0, float(frame.tiny[0].std()) / self._limits["contrast"])

    def _creeps(self, last: SmallFrame, frame: SmallFrame) -> bool:
        """Whether the picture has slowly crept away from the anchor: a freeze ends with a jerk."""
        return bool(np.abs(last.tiny - frame.tiny).max() <= self._peak(last) / 2)

    def _black(self, frame: SmallFrame) -> bool:
        return bool(frame.tiny[0].max() <= self._limits["black"])

    def _close(self, following: SmallFrame | None = None) -> None:
        if self._anchor is None or self._last is None:
            return
        run = Still(self._anchor.seconds, self._last.until, self._dark)
        long = run.end - run.start >= self._limits["black_seconds" if run.black else "seconds"]
        if long and (following is None or not self._creeps(self._last, following)):
            self._runs.append(run)

    def result(self) -> Stills | None:
        """The still parts. Frames repeated at regular intervals, as frame-rate conversion produces, don't count."""
        self._close()
        self._anchor = None
        end = self._last.until if self._last else 0.0
        parts = tuple(self._wanted(end))
        lasting = sum(part.end - part.start for part in parts)
        if not parts:
            return None
        return Stills(parts, whole=lasting >= self._limits["whole"] * end)

    def _wanted(self, end: float) -> Iterator[Still]:
        frozen = [run.end - run.start for run in self._runs if not run.black]
        regular = len(frozen) > 2 and max(frozen[:-1]) <= self._limits["regular"] * min(frozen[:-1])
        held = regular and sum(frozen) >= end / 2
        for run in self._runs:
            at_end = run.start == 0 or run.end >= end
            long = run.end - run.start >= self._limits["seconds"]
            if (run.black and (at_end or long)) or not (run.black or held):
                yield run
