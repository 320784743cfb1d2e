"""A decoded frame shrunk once, to the small planes that every check looks at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from numpy.typing import NDArray

from datasetkit.footage import Result
from datasetkit.media.pictures import is_rgb
from datasetkit.media.planes import SQUARE, WHOLE, Floats, Plane, resampled

WIDTH, HEIGHT = 128, 72  # of SmallFrame.luma
_DETAIL = (320, 180)  # about what training sees of a clip

Picture = NDArray[np.uint8]
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Detail:
    """A closer look, taken of few frames: all pixels' luma as stored, and a plane of 180×320.

    ``limited``: black is 16 and white 235 in ``full``, else 0 and 255. ``full`` may be a view of the decoder's own
    memory: copy what is to be kept.
    """

    full: Plane
    limited: bool
    plane: Plane


class SmallFrame:
    """A frame as displayed (upright), stretched to one shape whatever the clip's own.

    ``index`` counts from 0. ``seconds`` and ``until`` say when it is shown, counted from the first frame.
    ``luma`` is 72×128, 0 black and 255 white; ``chroma`` two planes of 36×64, 128 grey. ``matrix`` numbers the colour
    matrix as ITU-T H.273 does. ``sampled``: this frame is one of the four a second. ``detail`` is there in about 16,
    ``picture`` (rows × columns × RGB) in those that are wanted for people.
    """

    def __init__(
        self, index: int, seconds: float, until: float, luma: Plane, chroma: tuple[Plane, Plane], *, matrix: int = 2
    ) -> None:
        self.index, self.seconds, self.until = index, seconds, until
        self.luma, self.chroma, self.matrix = luma, chroma, matrix
        self.sampled = False
        self.detail: Detail | None = None
        self.picture: Picture | None = None

    @cached_property
    def tiny(self) -> NDArray[np.int16]:
        """Luma and both planes of chroma, 3×36×64."""
        planes = np.empty((3, HEIGHT // 2, WIDTH // 2), np.int16)
        wide = self.luma[::2].astype(np.int16) + self.luma[1::2]
        planes[0] = (wide[:, ::2] + wide[:, 1::2] + 2) >> 2
        planes[1], planes[2] = self.chroma
        return planes

    @cached_property
    def square(self) -> Floats:
        """Luma, 64×64."""
        return resampled(self.luma, WHOLE, (SQUARE, SQUARE))


class Check(Protocol):
    """What is looked for in a clip: it sees every frame once, in order, and keeps what it needs of it."""

    def see(self, frame: SmallFrame) -> None:
        """Take one frame in."""

    def result(self) -> Result | None:
        """What was found; None if there is nothing to say."""


class Shrinker:
    """Shrinks the frames of one clip, turned by ``rotation`` degrees clockwise after ``mirrored``."""

    def __init__(self, rotation: int, *, mirrored: bool) -> None:
        self._turns, self._mirrored = -(rotation // 90), mirrored
        self._small, self._closer, self._whole = VideoReformatter(), VideoReformatter(), VideoReformatter()
        self._coloured = VideoReformatter()

    def shrink(self, frame: VideoFrame, index: int, seconds: float, until: float) -> SmallFrame:
        """The small planes of a frame."""
        made = self._scaled(self._small, frame, (WIDTH, HEIGHT), "yuv420p")
        luma, first, second = (self._upright(_plane(made, number)) for number in range(3))
        matrix = 0 if is_rgb(frame) else int(frame.colorspace)
        return SmallFrame(index, seconds, until, luma, (first, second), matrix=matrix)

    def detail(self, frame: VideoFrame) -> Detail:
        """The closer look at a frame."""
        plane = self._upright(_plane(self._scaled(self._closer, frame, _DETAIL, "gray"), 0))
        stored = frame.format
        direct = stored.is_planar and not is_rgb(frame) and stored.components[0].bits == 8
        limited = direct and frame.color_range != ColorRange.JPEG and not stored.name.startswith(("yuvj", "gray"))
        whole = frame if direct else self._scaled(self._whole, frame, (frame.width, frame.height), "gray", turn=False)
        return Detail(self._upright(_plane(whole, 0)), limited, plane)

    def picture(self, frame: VideoFrame, size: Size) -> Picture:
        """A frame in colour, of that width and height as displayed."""
        made = self._scaled(self._coloured, frame, size, "rgb24")
        rows = np.frombuffer(memoryview(made.planes[0]), np.uint8).reshape(made.height, -1)
        return self._upright(rows[:, : 3 * made.width].reshape(made.height, made.width, 3)).copy()

    def _scaled(
        self, by: VideoReformatter, frame: VideoFrame, size: Size, wanted: str, *, turn: bool = True
    ) -> VideoFrame:
        width, height = size[::-1] if turn and self._turns % 2 else size
        return by.reformat(
            frame,
            width,
            height,
            wanted,
            interpolation=Interpolation.AREA,
            dst_color_range=ColorRange.JPEG,
            threads=1,
        )

    def _upright(self, plane: Plane) -> Plane:
        plane = plane[:, ::-1] if self._mirrored else plane
        return np.rot90(plane, self._turns) if self._turns else plane


def _plane(frame: VideoFrame, number: int) -> Plane:
    plane = frame.planes[number]
    pixels = np.frombuffer(memoryview(plane), np.uint8)
    return pixels.reshape(plane.height, -1)[:, : plane.width]
