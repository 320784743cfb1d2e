"""Tiny pictures and clips for the broken cases, as bytes: 64 x 64 pixels and two seconds unless noted."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from tempfile import NamedTemporaryFile

import av
from PIL import Image, ImageDraw, ImageFilter

SIZE, FRAMES, RATE = (64, 64), 33, 16
CLOUDS, SPECKS = 9, 32  # in a row and in a column
PQ, BT2020 = 16, 9  # the transfer function and colours of HDR10, as ITU-T H.273 numbers them
X264 = {"crf": "34", "preset": "slow"}


def drawing(size: tuple[int, int], colour: str, moment: float, clouds: int = CLOUDS) -> Image.Image:
    """A ball that crosses a sky of clouds, which drift; each colour has clouds of its own."""
    w, h = size
    sky = Random(colour).randbytes(clouds * clouds)
    shades = Image.frombytes("L", (clouds, clouds), sky).resize((w + w // 4, h), Image.Resampling.BICUBIC)
    left = round(w / 4 * moment)
    light = Image.blend(Image.new("RGB", size, colour), Image.new("RGB", size, "white"), 0.8)
    picture = Image.composite(light, Image.new("RGB", size, colour), shades.crop((left, 0, left + w, h)))
    x, r = w * (0.2 + 0.6 * moment), min(w, h) * 0.15
    ImageDraw.Draw(picture).ellipse((x - r, h / 2 - r, x + r, h / 2 + r), fill="#fdf6d8")
    return picture


def faulty(size: tuple[int, int], colour: str, moment: float, fault: str, clouds: int) -> Image.Image:
    """The drawing at a moment from 0 to 1, with a fault."""
    moment = {"frozen": min(moment, 0.5), "backwards": 1 - moment}.get(fault, moment)
    picture = drawing(size, "#8a8f3a" if fault == "cut" and moment > 0.5 else colour, moment, clouds)
    w, h = size
    if fault == "blurred":
        return picture.filter(ImageFilter.GaussianBlur(w / 8))
    if fault == "barred":
        for top in (0, h - h // 6):
            picture.paste("black", (0, top, w, top + h // 6))
    if fault == "marked":
        for left in range(round(w * 0.6), round(w * 0.9), 6):
            picture.paste("white", (left, round(h * 0.08), left + 3, round(h * 0.2)))
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
    rate: int = RATE,
    transfer: int = 0,
    fault: str = "",
    clouds: int = CLOUDS,
) -> bytes:
    """A clip of ``rate`` frames a second. ``steps`` are the frames' lengths in frames, repeated.

    ``fault`` is what is wrong in its pictures: "barred", "frozen", "cut", "backwards", "blurred" or "marked".
    ``clouds`` is how many are in a row; the more, the finer the picture.
    """
    settings = {"fflags": "+bitexact"} | ({"movflags": "+faststart", "movie_timescale": "12000"} if faststart else {})
    # A file, not a buffer: libav reads it again to put the header first.
    with NamedTemporaryFile() as file, av.open(file.name, "w", format=form, container_options=settings) as output:
        streams = [output.add_stream(codec, rate=rate, options=dict(options)) for _ in range(pictures)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            stream.codec_context.thread_count = 1
            if transfer:
                stream.codec_context.color_trc = transfer
                stream.codec_context.color_primaries = stream.codec_context.colorspace = BT2020
            if rotation:
                stream.set_display_rotation(rotation)
        for picture in _timed(frames, steps, rate, lambda moment: faulty(size, colour, moment, fault, clouds)):
            for stream in streams:
                output.mux(stream.encode(picture))
        for stream in streams:
            output.mux(stream.encode(None))
        output.close()
        return Path(file.name).read_bytes()


def _timed(
    frames: int, steps: tuple[int, ...], rate: int, draw: Callable[[float], Image.Image]
) -> Iterable[av.VideoFrame]:
    moment = 0
    for index in range(frames):
        frame = av.VideoFrame.from_image(draw(index / (frames - 1)))
        frame.pts, frame.time_base = moment, Fraction(1, rate)
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
