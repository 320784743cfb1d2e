"""Where in a clip something happens: what changes besides the movement of the whole picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datasetkit import spec
from datasetkit.footage import Activity
from datasetkit.media.checks.motion import MotionMeter, Shift
from datasetkit.media.planes import Floats
from datasetkit.media.smallframe import HEIGHT, WIDTH, SmallFrame

_HIGH, _WIDE = HEIGHT // 2, WIDTH // 2  # of SmallFrame.tiny
_CELL = 4  # pixels of it; the picture has 9×16 cells
_LIVELIEST = (_HIGH // _CELL) * (_WIDE // _CELL) // 10
_DOWN, _RIGHT = (axis.astype(np.float32) for axis in np.mgrid[:_HIGH, :_WIDE])
_MIDDLE = ((_HIGH - 1) / 2, (_WIDE - 1) / 2)
_QUARTERS = 4  # of a level


class ActivityMeter:
    """Compares each sampled frame with the one before, moved as `MotionMeter` says that the whole picture moved.

    So a pan, a zoom or a shaking hand counts little, and the camera's noise is spread over a cell.
    """

    def __init__(self, motion: MotionMeter) -> None:
        self._per_second, self._motion = spec.thresholds("sampling")["per_second"], motion
        self._before: Floats | None = None
        self._changes: list[int] = []
        self._lights: list[int] = []

    def see(self, frame: SmallFrame) -> None:
        """Take one frame in, after the motion meter did."""
        if not frame.sampled:
            return
        luma, slot = frame.tiny[0].astype(np.float32), int(frame.seconds * self._per_second + 1e-6)
        change = 0 if self._before is None else _byte(_QUARTERS * self._change(self._before, luma))
        self._changes += [change] * (slot - len(self._changes))  # of a slow clip: a frame stands for several steps
        self._lights += [_byte(float(luma.mean()))] * (slot + 1 - len(self._lights))
        self._before = luma

    def _change(self, before: Floats, now: Floats) -> float:
        """Of the liveliest cells, in levels: as they are or with the movement taken out, whichever is less."""
        moved, inside = _moved(before, self._motion.latest)
        still = _cells(now - before)
        steady = _cells(np.where(inside, now - moved, 0))
        return min(_liveliest(still), _liveliest(steady))

    def result(self) -> Activity | None:
        """Both curves; None of a clip with fewer than two sampled frames."""
        if not self._changes:
            return None
        return Activity(1 / self._per_second, bytes(self._changes), bytes(self._lights))


def _byte(value: float) -> int:
    return min(255, max(0, round(value)))


def _moved(plane: Floats, by: Shift) -> tuple[Floats, NDArray[np.bool_]]:
    """The picture moved, and which of its pixels were inside before."""
    y, x = _DOWN - _MIDDLE[0], _RIGHT - _MIDDLE[1]
    rows = _DOWN - by.down / 2 - by.zoom * y - by.turn * x  # the meter's pixels are half as large
    columns = _RIGHT - by.right / 2 - by.zoom * x + by.lean * y
    inside = (rows >= 0) & (rows <= _HIGH - 1) & (columns >= 0) & (columns <= _WIDE - 1)
    top = np.clip(rows.astype(np.intp), 0, _HIGH - 2)
    left = np.clip(columns.astype(np.intp), 0, _WIDE - 2)
    low, across = rows - top, columns - left
    flat, at = plane.ravel(), top * _WIDE + left
    upper = flat[at] * (1 - across) + flat[at + 1] * across
    lower = flat[at + _WIDE] * (1 - across) + flat[at + _WIDE + 1] * across
    made: Floats = upper * (1 - low) + lower * low
    return made, inside


def _cells(difference: Floats) -> Floats:
    """The mean change of each cell, in order; a change of the light alone is no change."""
    change = np.abs(difference - np.median(difference))
    means: Floats = change.reshape(_HIGH // _CELL, _CELL, _WIDE // _CELL, _CELL).mean(axis=(1, 3)).ravel()
    return np.sort(means)


def _liveliest(cells: Floats) -> float:
    return float(cells[-_LIVELIEST:].mean())
