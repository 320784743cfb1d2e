"""A mark on the picture (logo, watermark, caption): edges that never move while the picture around them does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datasetkit import spec
from datasetkit.footage import Box, Mark
from datasetkit.media.checks.bars import BarFinder
from datasetkit.media.smallframe import SmallFrame

_SHAPE = (180, 320)  # of Detail.plane
_CELL = 10  # pixels: the grid in which edges are gathered into one mark


class MarkFinder:
    """Sums up gradients and luma of the frames looked at closer (180×320): seven planes, however long the clip."""

    def __init__(self, bars: BarFinder) -> None:
        self._limits, self._bars = spec.thresholds("marks"), bars
        self._count = 0
        self._sums = np.zeros((5, *_SHAPE), np.int32)  # steps across and down, their strength, luma and its square

    def see(self, frame: SmallFrame) -> None:
        """Take one frame in."""
        if frame.detail is None or frame.detail.plane.shape != _SHAPE:
            return
        plane = frame.detail.plane.astype(np.int32)
        across, down = np.zeros((2, *_SHAPE), np.int32)
        across[:, 1:-1] = plane[:, 2:] - plane[:, :-2]
        down[1:-1] = plane[2:] - plane[:-2]
        for total, taken in zip(
            self._sums, (across, down, np.abs(across) + np.abs(down), plane, plane * plane), strict=True
        ):
            total += taken
        self._count += 1

    def result(self) -> Mark | None:
        """The mark, if there is one and the picture moves enough to tell."""
        if self._count < self._limits["frames"]:
            return None
        across, down, strength, luma, squares = self._sums / self._count
        steady = np.abs(across) + np.abs(down)
        edges = strength >= self._limits["edge"]
        still = edges & (steady >= self._limits["steady"] * strength)
        moving = np.sqrt(np.maximum(squares - luma * luma, 0)) >= self._limits["varies"]
        inside = self._outer(still)
        if not edges.any() or still.sum() > self._limits["most"] * edges.sum():
            return None
        return self._largest(inside, moving)

    def _outer(self, still: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The edges in the outer quarter of the picture, those of bars and of the picture itself left out."""
        height, width = still.shape
        left, top, right, bottom = self._bars.shares()
        kept = np.zeros_like(still)
        rim = self._limits["rim"]
        rows = slice(round((top + rim) * height), round((bottom - rim) * height))
        columns = slice(round((left + rim) * width), round((right - rim) * width))
        kept[rows, columns] = still[rows, columns]
        kept[height // 4 : -(height // 4), width // 4 : -(width // 4)] = False
        return kept

    def _largest(self, still: NDArray[np.bool_], moving: NDArray[np.bool_]) -> Mark | None:
        height, width = still.shape
        grid = (height // _CELL, _CELL, width // _CELL, _CELL)
        dense = still.reshape(grid).sum(axis=(1, 3)) >= self._limits["dense"]
        best, most = None, 0
        for group in _groups(dense):
            rows, columns = zip(*group, strict=True)
            near = (
                slice(max(0, min(rows) - 1) * _CELL, (max(rows) + 2) * _CELL),
                slice(max(0, min(columns) - 1) * _CELL, (max(columns) + 2) * _CELL),
            )
            lively = moving[near][~still[near]].mean()
            few, many = self._limits["cells"], self._limits["area"] * dense.size
            if lively >= self._limits["lively"] and max(few - 1, most) < len(group) <= many:
                best, most = group, len(group)
        if best is None:
            return None
        rows, columns = zip(*best, strict=True)
        return Mark(self._box(min(columns), min(rows), max(columns) + 1, max(rows) + 1, width, height))

    def _box(self, left: int, top: int, right: int, bottom: int, width: int, height: int) -> Box:
        full_width, full_height = self._bars.size
        x, y = left * _CELL * full_width // width, top * _CELL * full_height // height
        wide, high = right * _CELL * full_width // width - x, bottom * _CELL * full_height // height - y
        return Box(x, y, wide, high)


def _groups(cells: NDArray[np.bool_]) -> list[list[tuple[int, int]]]:
    """Groups of cells that are set and touch each other (corners count; one gap is allowed)."""
    left = {(int(row), int(column)) for row, column in np.argwhere(cells)}
    groups = []
    while left:
        group, waiting = [], [left.pop()]
        while waiting:
            row, column = waiting.pop()
            group.append((row, column))
            near = {(row + down, column + across) for down in range(-2, 3) for across in range(-2, 3)} & left
            left -= near
            waiting += near
        groups.append(group)
    return groups
