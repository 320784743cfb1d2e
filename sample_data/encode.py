"""Frames to files: clips with PyAV, first and last frames with Pillow. The same frames give the same bytes."""

from __future__ import annotations

import io
import math
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path

import av
from PIL import Image

SAMPLE_RATE = 22050


def write_clip(
    path: Path,
    frames: Iterable[Image.Image],
    rate: int,
    *,
    codec: str = "libx264",
    options: Mapping[str, str] | None = None,
    tone: float = 0,
) -> None:
    """Encode RGB ``frames`` of one size at a constant ``rate``, in the container that the path's suffix names.

    ``tone`` adds a sine of that many hertz, as long as the pictures.
    """
    pictures = iter(frames)
    first = next(pictures)
    with av.open(str(path), "w", container_options=CONTAINER[path.suffix]) as output:
        stream = output.add_stream(codec, rate=rate, options=dict(options or X264))
        stream.width, stream.height, stream.pix_fmt = *first.size, "yuv420p"
        # The number of threads changes x264's decisions, so it may not depend on the machine's cores.
        stream.codec_context.thread_count = 1
        sound = output.add_stream("aac", rate=SAMPLE_RATE, layout="mono") if tone else None
        count = 0
        for picture in (first, *pictures):
            output.mux(stream.encode(av.VideoFrame.from_image(picture)))
            count += 1
        output.mux(stream.encode(None))
        if sound is not None:
            for chunk in _sine(tone, count / rate):
                output.mux(sound.encode(chunk))
            output.mux(sound.encode(None))


# Bit-exact: no tool version and no random identifiers in the file. The movie's time scale divides by every rate
# used here, so that the edit list which B-frames need says the length exactly.
MOVIE = {"movflags": "+faststart", "movie_timescale": "12000", "fflags": "+bitexact"}
CONTAINER = {".mp4": MOVIE, ".mov": MOVIE, ".webm": {"fflags": "+bitexact"}}
X264 = {"crf": "33", "preset": "medium"}


def _sine(hertz: float, seconds: float) -> Iterable[av.AudioFrame]:
    """Quiet mono 16-bit samples in frames of 1024; the last one is shorter."""
    total = round(seconds * SAMPLE_RATE)
    for start in range(0, total, 1024):
        times = range(start, min(start + 1024, total))
        wave = array("h", (round(2000 * math.sin(math.tau * hertz * t / SAMPLE_RATE)) for t in times))
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(wave))
        frame.planes[0].update(wave.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts = SAMPLE_RATE, start
        yield frame


def ends(path: Path) -> tuple[Image.Image, Image.Image]:
    """A clip's first and last frames, decoded."""
    with av.open(str(path)) as source:
        frames = source.decode(video=0)
        first = last = next(frames)
        for frame in frames:
            last = frame
        return first.to_image(), last.to_image()


def write_image(path: Path, picture: Image.Image) -> None:
    """Save an RGB picture in the format that the path's suffix names."""
    path.write_bytes(image_bytes(picture, path.suffix))


def image_bytes(picture: Image.Image, suffix: str) -> bytes:
    """A picture as the bytes of a JPEG, PNG, WEBP … file."""
    settings: dict[str, dict[str, object]] = {
        ".jpg": {"format": "JPEG", "quality": 94, "optimize": True},
        ".png": {"format": "PNG", "optimize": True},
        ".webp": {"format": "WEBP", "quality": 88, "method": 6},
    }
    buffer = io.BytesIO()
    picture.save(buffer, **settings[suffix])  # type: ignore[arg-type]  # Pillow types no format's options
    return buffer.getvalue()
