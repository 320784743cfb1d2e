"""How the whole picture moves: direction, speed, zoom, rotation, and when the movement starts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from datasetkit import spec
from datasetkit.footage import Motion
from datasetkit.media.planes import Floats, Plane
from datasetkit.media.smallframe import HEIGHT, WIDTH, SmallFrame
from datasetkit.model import Video

_BLOCK = (36, 64)
_STEP = (18, 32)
_WINDOW = np.outer(np.hanning(_BLOCK[0]), np.hanning(_BLOCK[1])).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Shift:
    """How the picture moved from one plane of luma to the next, in its pixels, seen from its middle.

    A pixel at (x, y) moved ``right`` + ``zoom``·x − ``lean``·y, and ``down`` + ``zoom``·y + ``turn``·x.
    """

    right: float = 0.0
    down: float = 0.0
    zoom: float = 0.0
    lean: float = 0.0
    turn: float = 0.0


class MotionMeter:
    """Phase correlation of nine blocks between sampled frames, and the movement that fits them best."""

    def __init__(self, video: Video) -> None:
        self._limits = spec.thresholds("motion")
        width, height = video.displayed
        self._shape = height / width
        self._before: tuple[float, Plane, NDArray[Any]] | None = None
        self._moves: list[tuple[float, ...]] = []  # right, down, zoom, roll, weight
        self.latest = Shift()
        self._changes: list[tuple[float, float]] = []  # second, change

    def see(self, frame: SmallFrame) -> None:
        """Take one frame in."""
        if not frame.sampled:
            return
        spectrum = np.fft.rfft2(_blocks(frame.luma))
        if self._before:
            seconds, luma, other = self._before
            lasting = frame.seconds - seconds
            change = np.abs(frame.luma.astype(np.int16) - luma).mean()
            self._changes.append((seconds, float(change) / 255))
            moved, peaks = _shifts(spectrum, other)
            self._moves.append(self._fit(moved, peaks, lasting))
            self.latest = self._in_pixels(lasting)
        self._before = frame.seconds, frame.luma, spectrum

    def _fit(self, moved: Floats, peaks: Floats, lasting: float) -> tuple[float, ...]:
        """Shift, zoom and roll by weighted least squares, in widths of the picture; blocks that disagree left out."""
        trusted = peaks >= self._limits["peak"]
        if lasting <= 0 or trusted.sum() < self._limits["blocks"]:
            return (0.0, 0.0, 0.0, 0.0, 0.0)
        scale = np.array([1 / WIDTH, self._shape / HEIGHT], np.float32)
        centres = _CENTRES * scale
        wanted = (moved * scale).ravel()
        ones, none = np.ones(len(centres)), np.zeros(len(centres))
        across = np.stack([ones, none, centres[:, 0], -centres[:, 1]], axis=1)
        down = np.stack([none, ones, centres[:, 1], centres[:, 0]], axis=1)
        model = np.stack([across, down], axis=1).reshape(-1, 4)
        for _ in range(2):
            weighted = model.T * np.repeat(np.where(trusted, peaks, 0), 2)
            found = np.linalg.solve(weighted @ model, weighted @ wanted)
            off = np.hypot(*np.abs(model @ found - wanted).reshape(-1, 2).T)
            trusted = trusted & (off <= self._limits["apart"])
            if trusted.sum() < self._limits["blocks"]:
                return (0.0, 0.0, 0.0, 0.0, 0.0)
        right, below, zoom, roll = (float(value) / lasting for value in found)
        return right, below / self._shape, zoom, math.degrees(roll), float(peaks[trusted].sum() / len(peaks))

    def _in_pixels(self, lasting: float) -> Shift:
        """What happened between the last two sampled frames."""
        right, down, zoom, roll, _ = self._moves[-1]
        stretched = self._shape * WIDTH / HEIGHT
        turned = math.radians(roll) * lasting
        return Shift(
            right * lasting * WIDTH, down * lasting * HEIGHT, zoom * lasting, turned * stretched, turned / stretched
        )

    def result(self) -> Motion | None:
        """The averages, weighted by confidence; None if fewer than two frames were sampled."""
        if not self._moves:
            return None
        moves = np.array(self._moves)
        weights = moves[:, 4]
        totals = (moves[:, :4] * weights[:, None]).sum(axis=0) / max(weights.sum(), 1e-9)
        right, down, zoom, roll = (round(float(value), 4) for value in totals)
        changes = [change for _, change in self._changes]
        moving = max(self._limits["moving"], self._limits["onset"] * max(changes))
        onset = next((seconds for seconds, change in self._changes if change >= moving), None)
        curve = tuple(round(change, 4) for change in _thinned(changes, int(self._limits["curve"])))
        return Motion(right, down, zoom, roll, round(float(weights.mean()), 3), onset, curve)


_CENTRES = np.array(
    [(x + _BLOCK[1] / 2 - WIDTH / 2, y + _BLOCK[0] / 2 - HEIGHT / 2) for y in (0, 18, 36) for x in (0, 32, 64)],
    np.float32,
)


def _blocks(luma: Plane) -> Floats:
    windows = sliding_window_view(luma.astype(np.float32), _BLOCK)[:: _STEP[0], :: _STEP[1]].reshape(-1, *_BLOCK)
    blocks: Floats = (windows - windows.mean(axis=(1, 2), keepdims=True)) * _WINDOW
    return blocks


def _shifts(now: NDArray[Any], before: NDArray[Any]) -> tuple[Floats, Floats]:
    """For each block, by how many pixels it moved right and down, and how high the peak is that says so."""
    cross = now * before.conj()
    cross /= np.abs(cross) + 1e-3
    surface = np.fft.irfft2(cross, _BLOCK).astype(np.float32)
    flat = surface.reshape(len(surface), -1)
    at = flat.argmax(axis=1)
    rows, columns = np.divmod(at, _BLOCK[1])
    numbers = np.arange(len(surface))
    peaks = flat[numbers, at]
    down = _refined(surface[numbers, :, columns], rows)
    right = _refined(surface[numbers, rows, :], columns)
    return np.stack([right, down], axis=1), peaks


def _refined(lines: Floats, at: NDArray[np.intp]) -> Floats:
    """The place of each line's peak between pixels, by a parabola through its neighbours; the far half is negative."""
    length, numbers = lines.shape[1], np.arange(len(lines))
    left, top, right = (lines[numbers, (at + by) % length] for by in (-1, 0, 1))
    bend = 2 * top - left - right
    offset = np.where(bend > 1e-6, (right - left) / np.maximum(2 * bend, 1e-6), 0)
    place = at + np.clip(offset, -0.5, 0.5)
    wrapped: Floats = np.where(at >= length / 2, place - length, place).astype(np.float32)
    return wrapped


def _thinned(values: list[float], most: int) -> list[float]:
    """At most ``most`` values, evenly spread over time: the average of each run of neighbours."""
    count = min(most, len(values))
    bounds = [number * len(values) // count for number in range(1, count)]
    return [float(part.mean()) for part in np.split(np.array(values), bounds)]
