"""A clip's first or last frame as displayed, written as an image."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

from av.video.frame import VideoFrame
from PIL.Image import Image

from datasetkit.edits import Which
from datasetkit.media import pictures
from datasetkit.media.damage import MediumError
from datasetkit.media.opening import ClipFile, frames_from, picture_stream, reading
from datasetkit.media.outcome import Made, Outcome, attempt
from datasetkit.media.stills import save
from datasetkit.media.survey import survey

Frame = tuple[VideoFrame, Fraction]

_BASE = Fraction(1, 1000)  # a lone frame needs some clock


def grab(source: ClipFile, target: Path, which: Which) -> Outcome:
    """Write the frame of the clip at ``source`` to ``target``: a PNG where that ends in .png, else a JPEG.

    The frame is upright, in square pixels, its colours by the clip's own matrix and range; HDR is not tone-mapped,
    which a note says. Raises DatasetkitError if ``target`` can't be written.
    """

    def make() -> Made:
        frame, aspect = _first(source) if which is Which.FIRST else _last(source)
        image = upright_image(next(pictures.checked([frame])), aspect)
        save(image, target, "PNG" if target.suffix.lower() == ".png" else "JPEG")
        return Made(tuple(pictures.hdr_notes(frame, "is not tone-mapped")))

    return attempt(target, make)


def _first(source: ClipFile) -> Frame:
    with closing(_frames(source)) as frames:
        for frame in frames:
            return frame
    raise MediumError("no frame of it can be decoded")


def _last(source: ClipFile) -> Frame:
    """The last frame, decoded from the last key frame on, or from the beginning where that ends at another frame."""
    line = survey(source).timeline
    tail = deque(_frames(source, line.ticks[-1]), 1) if line.plain else deque()
    return tail[0] if tail and tail[0][0].pts == line.ticks[-1] else deque(_frames(source), 1)[0]


def _frames(source: ClipFile, tick: int = 0) -> Generator[Frame, None, None]:
    """The frames that are played, as stored, from one before ``tick`` on; and their pixels' aspect."""
    with reading(source) as container:
        stream = picture_stream(container)
        for frame in frames_from(container, stream, tick) if tick else container.decode(stream):
            yield frame, stream.sample_aspect_ratio or Fraction(1)


def upright_image(frame: VideoFrame, aspect: Fraction) -> Image:
    """A decoded frame as displayed; ``aspect`` is that of its pixels."""
    size = pictures.displayed(frame, aspect)
    steps = pictures.filters(frame, aspect, size, None, interlaced=frame.interlaced_frame)
    chain = pictures.Chain([*steps, *pictures.to_rgb()], _BASE)
    frame.pts, frame.time_base = 0, _BASE
    shown = [*chain.run(frame), *chain.finish()]
    image: Image = shown[0].to_image()  # type: ignore[no-untyped-call]  # the stub leaves it open
    return image
