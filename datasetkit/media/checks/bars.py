"""Bars beside, above or below the picture: lines of one colour that stay the same in the whole clip."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datasetkit import spec
from datasetkit.footage import Bars, Box
from datasetkit.media.planes import Floats, Plane
from datasetkit.media.smallframe import SmallFrame
from datasetkit.model import Video

_SIDES = ("top", "bottom", "left", "right")
_ENOUGH = 200
_SMALLEST = 8  # pixels of a side: parts of a smaller picture would be empty
# parts of a column, as shares of its height: in the picture even if bars above and below take a fifth each
_PARTS = ((1 / 3, 2 / 3), (0.2, 1 / 3), (2 / 3, 0.8))


class BarFinder:
    """Looks at the rows and columns of about 16 frames at full size, from each side to the middle.

    A line belongs to a bar where most of its pixels have the bar's colour in every frame; subtitles leave most of them
    as they were. A bar ends at a straight edge; dark areas fade out, and objects on a plain background have curved
    edges. If the picture itself is dark at the edge, a bar is as wide as its counterpart. Bars that aren't black come
    in pairs.
    """

    def __init__(self, video: Video) -> None:
        self._limits = spec.thresholds("bars")
        self.size = video.displayed
        self._black = 0.0
        self._colours: dict[str, float] = {}
        self._profiles: dict[str, Floats] = {}  # of three parts of each line, the smallest share of the bar's colour

    def see(self, frame: SmallFrame) -> None:
        """Use a frame that has its full-size picture; ignore one that is dark all over or tiny."""
        if frame.detail is None or frame.luma.mean() < self._limits["dark_frame"]:
            return
        if min(frame.detail.full.shape) < _SMALLEST:
            return
        scale, black = (219 / 255, 16) if frame.detail.limited else (1.0, 0)
        self._black = black + self._limits["black"] * scale
        plane, tolerance = frame.detail.full, self._limits["tolerance"] * scale
        height, width = plane.shape
        fewer = max(1, height // _ENOUGH), max(1, width // _ENOUGH)  # pixels of each line; no line is left out
        middle = [plane[round(height * start) : round(height * end) : fewer[0]].T for start, end in _PARTS]
        left = self._take("left", [part[: width // 2] for part in middle], tolerance)
        right = self._take("right", [part[: (width - 1) // 2 : -1] for part in middle], tolerance)
        rows = plane[:, left : width - right : fewer[1]]
        if width - right - left > self._limits["narrow"] * width:
            third = rows.shape[1] // 3
            parts = [rows, rows[:, :third], rows[:, -third:]]
            self._take("top", [part[: height // 2] for part in parts], tolerance)
            self._take("bottom", [part[: (height - 1) // 2 : -1] for part in parts], tolerance)

    def _take(self, side: str, parts: list[Plane], tolerance: float) -> int:
        """Take in one side, outermost line first; returns how many lines look like a bar in all frames so far."""
        if side not in self._colours:
            self._colours[side] = float(np.median(parts[0][: self._least(len(parts[0]))]))
        profile = np.stack([_shares(part, self._colours[side], tolerance) for part in parts])
        before = self._profiles.get(side, profile)
        if before.shape == profile.shape:  # a stream may change its size midway
            self._profiles[side] = np.minimum(before, profile)
        return self._run(self._profiles[side][0])

    def _run(self, profile: Floats) -> int:
        broken = np.flatnonzero(profile < self._limits["line"])
        return int(broken[0]) if len(broken) else len(profile)

    def _least(self, half: int) -> int:
        return max(1, round(2 * half * self._limits["side"]))

    def shares(self) -> tuple[float, float, float, float]:
        """The picture without bars: left, top, right and bottom as shares of width and height."""
        widths = self._widths()
        return widths["left"], widths["top"], 1 - widths["right"], 1 - widths["bottom"]

    def _widths(self) -> dict[str, float]:
        found = {side: self._bar(side) if side in self._profiles else 0.0 for side in _SIDES}
        for one, other in (_SIDES[:2], _SIDES[2:]):
            widest = max(found[one], found[other])
            for side in (one, other) if self._alike(one, other) else ():
                found[side] = found[side] or (widest if self._reaches(side, widest) else 0.0)
            paired = found[one] and found[other] and self._alike(one, other)
            for side in (one, other):
                found[side] *= bool(paired) or self._is_black(side)
        return found

    def _reaches(self, side: str, share: float) -> bool:
        """Whether a bar of that share of the side could be there."""
        profile = self._profiles[side][0]
        return bool(share) and self._run(profile) >= round(2 * len(profile) * share)

    def _alike(self, one: str, other: str) -> bool:
        if one not in self._colours or other not in self._colours:
            return False
        return abs(self._colours[one] - self._colours[other]) <= self._limits["tolerance"]

    def _is_black(self, side: str) -> bool:
        return self._colours.get(side, 255.0) <= self._black

    def _bar(self, side: str) -> float:
        """How much of the side the bar takes; 0 where there is none."""
        profile = self._profiles[side]
        width, least = self._run(profile[0]), self._least(profile.shape[1])
        blur = max(2, least // 2)
        if width < least or width > profile.shape[1] - blur or profile[0, :width].mean() < self._limits["bar"]:
            return 0.0
        falls = profile[:, max(0, width - blur) : width].max(axis=1) - profile[:, width : width + blur].min(axis=1)
        edges, wanted = falls >= self._limits["edge"], self._limits["parts"] if self._is_black(side) else len(falls)
        return width / (2 * profile.shape[1]) if edges[0] and edges.sum() >= wanted else 0.0

    def result(self) -> Bars | None:
        """The bars, if any."""
        widths = self._widths()
        if not any(widths.values()):
            return None
        width, height = self.size
        x, y = round(widths["left"] * width), round(widths["top"] * height)
        across, down = round(widths["right"] * width), round(widths["bottom"] * height)
        black = all(self._is_black(side) for side, share in widths.items() if share)
        return Bars(Box(x, y, width - x - across, height - y - down), black)


def _shares(lines: Plane, colour: float, tolerance: float) -> Floats:
    """For each line, the share of its pixels that have that colour."""
    low, high = np.clip([colour - tolerance, colour + tolerance], 0, 255).astype(np.uint8)
    near: NDArray[np.bool_] = (lines - low) <= high - low
    shares: Floats = near.mean(axis=1, dtype=np.float32)
    return shares
