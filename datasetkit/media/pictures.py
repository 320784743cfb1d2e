"""A decoded frame as it is displayed: deinterlaced, turned, cropped, scaled and in the pixel format wanted."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import TypeVar

from av.error import BlockingIOError as NeedsMoreError
from av.error import EOFError as FinishedError
from av.filter import Graph
from av.video.frame import VideoFrame

from datasetkit.footage import Box
from datasetkit.media.boxes import Turn, turn_by
from datasetkit.media.damage import MediumError

F = TypeVar("F")
Size = tuple[int, int]
Filter = tuple[str, str]

_SCALING = "flags=lanczos+accurate_rnd+full_chroma_int"
_TURNS: dict[int, tuple[Filter, ...]] = {
    0: (),
    90: (("transpose", "clock"),),
    180: (("hflip", ""), ("vflip", "")),
    270: (("transpose", "cclock"),),
}
BT709, LIMITED = 1, 1  # matrix, primaries and transfer as ITU-T H.273 numbers them, a range as libavutil does
_RGB = 0
HDR = {16: "PQ", 18: "HLG"}  # transfer characteristics, ITU-T H.273


def turn_of(frame: VideoFrame) -> Turn:
    """How a decoded frame is displayed."""
    try:
        side = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:  # PyAV gives no side data at all where it has no name for one (of stereoscopic clips)
        return Turn(False, -frame.rotation % 360)
    if side is None:
        return Turn()
    a, b, _, c, d = struct.unpack("<9i", bytes(side))[:5]  # type: ignore[call-overload]  # a buffer: stubs don't say
    return turn_by((a, b, c, d))


def is_rgb(frame: VideoFrame) -> bool:
    """Whether a frame holds RGB (GIF, screen recordings) and so needs a matrix to become YUV."""
    return frame.format.is_rgb or frame.format.has_palette or frame.colorspace == _RGB


def displayed(frame: VideoFrame, aspect: Fraction) -> Size:
    """Width and height as a player shows the frame: upright, in square pixels."""
    width = max(1, round(frame.width * aspect)) if aspect > 0 else frame.width
    return (frame.height, width) if turn_of(frame).degrees in (90, 270) else (width, frame.height)


def bounded(size: Size, max_side: int | None, max_pixels: int | None) -> Size:
    """A size within both bounds, aspect kept; never larger than it was."""
    width, height = size
    factor = min(1.0, (max_side or width + height) / max(size))
    if max_pixels and width * height * factor * factor > max_pixels:
        factor = math.sqrt(max_pixels / (width * height))
    return (max(1, math.floor(width * factor + 1e-9)), max(1, math.floor(height * factor + 1e-9)))


def scaled(size: Size, max_side: int | None, max_pixels: int | None) -> Size:
    """The even size within both bounds that keeps the aspect best: rounding both sides down would bend narrow ones."""
    within = bounded(size, max_side, max_pixels)
    if within == size:
        return even(size)
    width, height = even(within)
    near = [(width + more, height + higher) for more in (0, 2) for higher in (0, 2)]
    fitting = [one for one in near if bounded(one, max_side, max_pixels) == one]
    return min(fitting, key=lambda one: abs(math.log(one[0] * size[1] / (one[1] * size[0]))), default=(width, height))


def even(size: Size) -> Size:
    """The size with each side even, as 4:2:0 wants it: rounded down, but for sides of one pixel."""
    return (max(2, size[0] // 2 * 2), max(2, size[1] // 2 * 2))


def filters(frame: VideoFrame, aspect: Fraction, size: Size, crop: Box | None, *, interlaced: bool) -> list[Filter]:
    """What brings frames like this one to ``size`` as displayed, upright and in square pixels.

    A side that is one pixel too long to be even is cut, not scaled: that keeps every other pixel as it is.
    """
    steps: list[Filter] = [("bwdif", "mode=send_frame:deint=interlaced")] if interlaced else []
    turn = turn_of(frame)
    steps += [("hflip", "")] * turn.mirrored + list(_TURNS[turn.degrees])
    stored = (frame.height, frame.width) if turn.degrees in (90, 270) else (frame.width, frame.height)
    shown = displayed(frame, aspect)
    if crop:
        steps.append(_crop(crop, stored, shown))
        stored = shown = (crop.width, crop.height) if stored == shown else (0, 0)
    if stored != size:
        cut = stored == shown and all(0 <= have - want <= 1 for have, want in zip(stored, size, strict=True))
        steps.append(("crop", f"{size[0]}:{size[1]}:0:0") if cut else ("scale", f"{size[0]}:{size[1]}:{_SCALING}"))
    return [*steps, ("setsar", "1")]


def _crop(box: Box, stored: Size, shown: Size) -> Filter:
    """The crop in pixels that aren't square yet."""
    across, down = Fraction(stored[0], shown[0]), Fraction(stored[1], shown[1])
    values = (box.width * across, box.height * down, box.left * across, box.top * down)
    return ("crop", ":".join(str(round(value)) for value in values))


def is_hdr(frame: VideoFrame) -> bool:
    """Whether a frame's transfer function is PQ or HLG."""
    return frame.color_trc in HDR


def to_sdr() -> list[Filter]:
    """Eight bits of 4:2:0 in BT.709, limited range, from PQ or HLG.

    FFmpeg's own tone mapping, "perceptual", keeps the highlights; its other intents clip them or darken the picture.
    """
    colours = "out_transfer=bt709:out_primaries=bt709:out_color_matrix=bt709:out_range=limited"
    return [("scale", f"{_SCALING}:{colours}:intent=perceptual"), ("format", "yuv420p")]


def to_yuv(frame: VideoFrame) -> list[Filter]:
    """Eight bits of 4:2:0 in the frame's own matrix and range; RGB becomes BT.709, limited range."""
    matrix = ":out_color_matrix=bt709:out_range=limited" if is_rgb(frame) else ""
    return [("scale", _SCALING + matrix), ("format", "yuv420p")]


def to_rgb() -> list[Filter]:
    """Full-range RGB of eight bits, by the frame's own matrix (BT.601 where it names none, as libav does)."""
    return [("scale", f"{_SCALING}:out_range=full"), ("format", "rgb24")]


def hdr_notes(frame: VideoFrame, fate: str) -> Iterator[str]:
    """Say what becomes of HDR, where the frame is HDR."""
    if is_hdr(frame):
        yield f"HDR ({HDR[frame.color_trc]}) {fate}"


class Chain:
    """A run of filters for the frames of one stream; it is rebuilt when the stream changes size or format."""

    def __init__(self, steps: Sequence[Filter], base: Fraction) -> None:
        self._steps, self._base = steps, base
        self._graph: Graph | None = None
        self._inlet: tuple[object, ...] = ()

    def run(self, frame: VideoFrame) -> Iterator[VideoFrame]:
        """The frames that are ready once ``frame`` went in."""
        inlet = (frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range)
        if inlet != self._inlet:
            yield from self.finish()
            self._inlet, self._graph = inlet, self._lay(frame)
        assert self._graph is not None  # laid above
        self._graph.vpush(frame)
        yield from drained(self._graph.vpull)

    def finish(self) -> Iterator[VideoFrame]:
        """The frames that were still waiting for another."""
        if self._graph is not None:
            self._graph.vpush(None)
            yield from drained(self._graph.vpull)
            self._graph = None

    def _lay(self, frame: VideoFrame) -> Graph:
        graph = Graph()
        colours = f"colorspace={frame.colorspace}:range={frame.color_range}"
        inlet = f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base={self._base}:{colours}"
        nodes = [graph.add(name, args or None) for name, args in (("buffer", inlet), *self._steps, ("buffersink", ""))]
        graph.link_nodes(*nodes).configure()
        return graph


def drained(pull: Callable[[], F]) -> Iterator[F]:
    """All frames that a graph has ready, as its ``pull`` gives them."""
    with suppress(NeedsMoreError, FinishedError):
        while True:
            yield pull()


def checked(frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    """The frames; raises MediumError at one that was decoded with errors."""
    for frame in frames:
        if frame.is_corrupt:
            raise MediumError(f"the frame at {frame.time or 0:.2f} s is damaged")
        yield frame
