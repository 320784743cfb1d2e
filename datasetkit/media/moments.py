"""Clips in a browser: one frame of a clip, found by its time; whether it plays as it is; and a small copy that does."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from datasetkit import spec
from datasetkit.edits import Reencode
from datasetkit.footage import Thumbnail
from datasetkit.media import pictures
from datasetkit.media.damage import MediumError, plain_errors, unreadable
from datasetkit.media.encoding import encode, part_of, snapped
from datasetkit.media.grabbing import upright_image
from datasetkit.media.opening import ClipFile, frames_from, picture_stream, reading
from datasetkit.media.outcome import Made, Outcome, attempt
from datasetkit.media.survey import survey
from datasetkit.media.thumbnails import ThumbnailSize, encoded, fitted

_FAST = {"crf": "24", "preset": "veryfast", "g": "12", "x264-params": "mbtree=0"}  # a key frame at every half second


def frame_at(source: ClipFile, seconds: Fraction, size: ThumbnailSize, *, before: bool = False) -> Thumbnail | None:
    """The frame that is shown at that second of the clip as played, or the last one ``before`` it.

    It is as large as ``size.pair`` says. None if it can't be decoded. Raises DatasetkitError if the machine doesn't let
    the file be read.
    """
    try:
        with plain_errors(unreadable("a clip")), reading(source) as container:
            stream = picture_stream(container)
            aspect = stream.sample_aspect_ratio or Fraction(1)
            frame = _shown(container, stream, seconds, before=before)
            if frame is None:
                return None
            image = upright_image(frame, aspect)
            return encoded(image.resize(fitted(image.size, size.pair), reducing_gap=3.0), size.quality)
    except MediumError:
        return None


def frames_kept(source: ClipFile, start: Fraction, seconds: Fraction) -> tuple[Fraction, Fraction] | None:
    """From which second to which a window is cut out of a clip: at whole frames. None if it isn't in the clip.

    Raises as `frame_at` does.
    """
    try:
        with plain_errors(unreadable("a clip")):
            begin, length = snapped(survey(source).timeline, start, seconds)
    except MediumError:
        return None
    return begin, begin + length


def plays_in_browsers(source: ClipFile) -> bool:
    """Whether the usual browsers play a clip as it is, by its headers. Raises as `frame_at` does."""
    limits = spec.limits()
    try:
        with plain_errors(unreadable("a clip")), reading(source) as container:
            stream = picture_stream(container)
            first = next(container.decode(stream), None)  # headers alone don't say how pixels are stored
            if first is None or "mp4" not in container.format.name or pictures.is_hdr(first):
                return False
            codec = stream.codec_context.codec.canonical_name
            return codec in limits.browser_codecs and first.format.name in limits.browser_pixels
    except MediumError:
        return False


def browser_copy(source: ClipFile, target: Path) -> Outcome:
    """Write a small H.264 copy of a clip, of the same length and frames, which browsers play and seek in.

    Raises DatasetkitError if ``target`` can't be written.
    """
    side = int(spec.thresholds("view")["preview_side"])
    wanted = Reencode(str(target), upright=True, progressive=True, single=True, sdr=True, max_side=side)

    def make() -> Made:
        facts = survey(source)
        return Made(tuple(encode(source, target, wanted, facts, part_of(facts.timeline, wanted), _FAST)))

    return attempt(target, make)


def _shown(container: InputContainer, stream: VideoStream, seconds: Fraction, *, before: bool) -> VideoFrame | None:
    """The frame at that second; what lies before the first frame is the first frame."""
    first = next(container.decode(stream), None)
    if first is None or first.pts is None or stream.time_base is None:
        return first
    tick, found = first.pts + round(seconds / stream.time_base) - before, first
    for frame in frames_from(container, stream, tick):
        if frame.pts is None or frame.pts > tick:
            break
        found = frame
    return found
