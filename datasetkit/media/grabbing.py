"""A clip's first or last frame as displayed, written as an image."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from av.video.frame import VideoFrame
from PIL.Image import Image

from datasetkit.edits import Which
from datasetkit.media import pictures
from datasetkit.media.damage import MediumError
from datasetkit.media.opening import ClipFile, picture_stream, reading
from datasetkit.media.outcome import Made, Outcome, attempt
from datasetkit.media.stills import save
from datasetkit.media.survey import survey

_BASE = Fraction(1, 1000)  # a lone frame needs some clock


def grab(source: ClipFile, target: Path, which: Which) -> Outcome:
    """Write the frame of the clip at ``source`` to ``target``: a PNG where that ends in .png, else a JPEG.

    The frame is upright, in square pixels, its colours by the clip's own matrix and range; HDR is not tone-mapped,
    which a note says. Raises DatasetkitError where ``target`` can't be written.
    """

    def make() -> Made:
        frame, aspect = first_frame(source) if which is Which.FIRST else last_frame(source)
        image = _image(next(pictures.checked([frame])), aspect)
        save(image, target, "PNG" if target.suffix.lower() == ".png" else "JPEG")
        return Made(tuple(pictures.hdr_notes(frame, "is not tone-mapped")))

    return attempt(target, make)


def first_frame(source: ClipFile) -> tuple[VideoFrame, Fraction]:
    """The first frame that is played, as stored, and the aspect of its pixels. Raises MediumError."""
    with reading(source) as container:
        stream = picture_stream(container)
        for frame in container.decode(stream):
            return frame, stream.sample_aspect_ratio or Fraction(1)
    raise MediumError("no frame of it can be decoded")


def last_frame(source: ClipFile) -> tuple[VideoFrame, Fraction]:
    """The last frame that is played, as stored, and the aspect of its pixels. Raises MediumError.

    Decodes from the last key frame, and from the beginning where that doesn't end at the frame that the file says is
    the last.
    """
    facts = survey(source)
    last = facts.timeline.ticks[-1] if facts.timeline.plain else None
    frame = _decode_from(source, last)
    if frame is None or frame.pts != last:
        frame = _decode_from(source, None)
    return frame or facts.first, facts.pixel_aspect


def _decode_from(source: ClipFile, tick: int | None) -> VideoFrame | None:
    last = None
    with reading(source) as container:
        stream = picture_stream(container)
        if tick is not None:
            container.seek(tick, stream=stream)
        for frame in container.decode(stream):
            last = frame
    return last


def _image(frame: VideoFrame, aspect: Fraction) -> Image:
    size = pictures.displayed(frame, aspect)
    steps = pictures.filters(frame, aspect, size, None, interlaced=frame.interlaced_frame)
    chain = pictures.Chain([*steps, *pictures.to_rgb()], _BASE)
    frame.pts, frame.time_base = 0, _BASE
    shown = [*chain.run(frame), *chain.finish()]
    image: Image = shown[0].to_image()  # type: ignore[no-untyped-call]  # the stub leaves it open
    return image
