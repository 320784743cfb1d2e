"""Tiny pictures and clips for the broken cases, as bytes: 64 x 64 pixels and two seconds unless noted."""

from __future__ import annotations

import io
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

import av
from PIL import Image, ImageDraw

SIZE, FRAMES, RATE = (64, 64), 33, 16
X264 = {"crf": "34", "preset": "slow"}


def drawing(size: tuple[int, int], colour: str, moment: float) -> Image.Image:
    """A ball that crosses a plain picture."""
    picture = Image.new("RGB", size, colour)
    w, h = size
    x, r = w * (0.2 + 0.6 * moment), min(w, h) * 0.15
    ImageDraw.Draw(picture).ellipse((x - r, h / 2 - r, x + r, h / 2 + r), fill="#fdf6d8")
    return picture


@cache
def clip(
    colour: str = "#3b6ea5",
    *,
    size: tuple[int, int] = SIZE,
    frames: int = FRAMES,
    form: str = "mp4",
    codec: str = "libx264",
    options: tuple[tuple[str, str], ...] = tuple(X264.items()),
    steps: tuple[int, ...] = (1,),
    rotation: int = 0,
    pictures: int = 1,
    faststart: bool = True,
) -> bytes:
    """A clip of 16 frames a second. ``steps`` are the frames' lengths in sixteenths of a second, repeated."""
    settings = {"fflags": "+bitexact"} | ({"movflags": "+faststart", "movie_timescale": "12000"} if faststart else {})
    # A file, not a buffer: libav reads it again to put the header first.
    with NamedTemporaryFile() as file, av.open(file.name, "w", format=form, container_options=settings) as output:
        streams = [output.add_stream(codec, rate=RATE, options=dict(options)) for _ in range(pictures)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            stream.codec_context.thread_count = 1
            if rotation:
                stream.set_display_rotation(rotation)
        for picture in _timed(colour, size, frames, steps):
            for stream in streams:
                output.mux(stream.encode(picture))
        for stream in streams:
            output.mux(stream.encode(None))
        output.close()
        return Path(file.name).read_bytes()


def _timed(colour: str, size: tuple[int, int], frames: int, steps: tuple[int, ...]) -> Iterable[av.VideoFrame]:
    moment = 0
    for index in range(frames):
        frame = av.VideoFrame.from_image(drawing(size, colour, index / (frames - 1)))
        frame.pts, frame.time_base = moment, Fraction(1, RATE)
        frame.duration = steps[index % len(steps)]
        moment += frame.duration
        yield frame


@cache
def sound() -> bytes:
    """Two seconds of silence in an MP4 without pictures."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4", container_options={"fflags": "+bitexact"}) as output:
        stream = output.add_stream("aac", rate=8000, layout="mono")
        for start in range(0, 16000, 1000):
            frame = av.AudioFrame(format="s16", layout="mono", samples=1000)
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate, frame.pts = 8000, start
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def still(data: bytes, last: bool = False) -> Image.Image:
    """A clip's first or last frame, decoded."""
    with av.open(io.BytesIO(data)) as source:
        frames = [frame.to_image() for frame in source.decode(video=0)]
    return frames[-1 if last else 0]


def encoded(picture: Image.Image, form: str, **settings: object) -> bytes:
    """A picture in a format that Pillow writes: PNG, JPEG, WEBP, GIF, TIFF …"""
    buffer = io.BytesIO()
    picture.save(buffer, form, **settings)
    return buffer.getvalue()
