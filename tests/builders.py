"""Tiny real media for tests: each function encodes a file at the path it is given and returns the path."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from PIL import Image

Size = tuple[int, int]

_CLOCK = 90_000  # ticks a second where frame times are given one by one


def picture(size: Size = (64, 64), mode: str = "RGB", seed: int = 0, moment: int = 0) -> Image.Image:
    """A gradient, another scene for each ``seed``, which changes a little from one ``moment`` to the next.

    Nothing in it is flat, so that damage shows.
    """
    across = Image.linear_gradient("L").rotate(90).resize(size)
    down = Image.linear_gradient("L").resize(size)
    third = Image.radial_gradient("L").resize(size).point([(v + 40 * (seed + moment)) % 256 for v in range(256)])
    image = Image.merge("RGB", (across, down, third))
    if seed:
        cells = Image.frombytes("RGB", (6, 6), Random(seed).randbytes(108))
        image = Image.blend(image, cells.resize(size, Image.Resampling.BICUBIC), 0.6)
    return image if mode == "RGB" else image.convert(mode)


def _save(path: Path | str, image: Image.Image, kind: str, **options: object) -> Path:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, kind, **options)
    return path


def _exif(orientation: int) -> dict[str, object]:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return {} if orientation == 1 else {"exif": exif}


def jpeg(
    path: Path | str,
    size: Size = (64, 64),
    *,
    mode: str = "RGB",
    seed: int = 0,
    orientation: int = 1,
    **options: object,
) -> Path:
    """A JPEG; ``options`` go to Pillow (``quality``, ``progressive``)."""
    return _save(path, picture(size, mode, seed), "JPEG", **_exif(orientation), **options)


def png(
    path: Path | str,
    size: Size = (64, 64),
    *,
    mode: str = "RGB",
    seed: int = 0,
    frames: int = 1,
    orientation: int = 1,
    **options: object,
) -> Path:
    """A PNG; with ``frames`` over 1 an animated one."""
    return _save(
        path,
        picture(size, mode, seed),
        "PNG",
        **_animation(size, mode, seed, frames),
        **_exif(orientation),
        **options,
    )


def webp(
    path: Path | str,
    size: Size = (64, 64),
    *,
    mode: str = "RGB",
    seed: int = 0,
    frames: int = 1,
    orientation: int = 1,
    **options: object,
) -> Path:
    """A WEBP; with ``frames`` over 1 an animated one."""
    return _save(
        path,
        picture(size, mode, seed),
        "WEBP",
        **_animation(size, mode, seed, frames),
        **_exif(orientation),
        **options,
    )


def bmp(path: Path | str, size: Size = (64, 64), *, mode: str = "RGB", seed: int = 0) -> Path:
    """A BMP."""
    return _save(path, picture(size, mode, seed), "BMP")


def gif(path: Path | str, size: Size = (64, 64), *, seed: int = 0, frames: int = 1) -> Path:
    """A GIF: foreign to the platform."""
    return _save(path, picture(size, "P", seed), "GIF", **_animation(size, "P", seed, frames))


def _animation(size: Size, mode: str, seed: int, frames: int) -> dict[str, object]:
    if frames == 1:
        return {}
    more = [picture(size, mode, seed + number) for number in range(1, frames)]
    return {"save_all": True, "append_images": more, "duration": 100}


def clip(
    path: Path | str,
    *,
    frames: int = 16,
    rate: Fraction | int = 16,
    size: Size = (64, 64),
    codec: str = "libx264",
    container: str | None = None,
    rotation: int = 0,
    mirrored: bool = False,
    times: Sequence[Fraction | float] | None = None,
    pixel_format: str = "yuv420p",
    pixel_aspect: Fraction | int = 1,
    audio: float = 0,
    pictures: int = 1,
    seed: int = 0,
    fragmented: bool = False,
    faststart: bool = False,
    options: dict[str, str] | None = None,
    muxer: dict[str, str] | None = None,
) -> Path:
    """A clip of ``frames`` frames.

    ``container`` names the muxer ("mp4", "mov", "matroska", "avi"; by default the extension decides).
    ``times`` gives each frame's second and, as one more entry, the end. ``rotation`` is in degrees clockwise,
    written as a display matrix, ``mirrored`` flips the picture left to right before that turn. ``audio`` is
    the seconds of a silent AAC track, ``pictures`` the number of picture streams (0: none); ``options`` go to
    the encoder, ``muxer`` to the muxer.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = ["frag_keyframe", "empty_moov"] * fragmented + ["faststart"] * faststart
    settings = {"movflags": "+" + "+".join(flags)} if flags else {}
    with av.open(str(path), "w", format=container, options={**settings, **(muxer or {})}) as output:
        streams = [
            _picture_stream(output, codec, rate, size, pixel_format, pixel_aspect, options, times is not None)
            for _ in range(pictures)
        ]
        sound = output.add_stream("aac", rate=48_000) if audio else None
        for offset, stream in enumerate(streams):
            _encode(output, stream, _ticks(frames, times), seed + offset, pixel_format)
        if sound:
            for frame in _silence(audio):
                output.mux(sound.encode(frame))
            output.mux(sound.encode(None))
    if rotation or mirrored:
        turn(path, rotation, mirrored)
    return path


def _picture_stream(
    output: av.container.OutputContainer,
    codec: str,
    rate: Fraction | int,
    size: Size,
    pixel_format: str,
    pixel_aspect: Fraction | int,
    options: dict[str, str] | None,
    timed: bool,
) -> av.VideoStream:
    fast = {"preset": "ultrafast"} if codec in ("libx264", "libx265") else {}
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    stream = output.add_stream(codec, rate=Fraction(rate), options={**fast, **quiet, **(options or {})})
    stream.width, stream.height = size
    stream.pix_fmt = pixel_format
    stream.codec_context.sample_aspect_ratio = Fraction(pixel_aspect)
    stream.codec_context.time_base = Fraction(1, _CLOCK) if timed else 1 / Fraction(rate)
    stream.codec_context.thread_count = 1
    return stream


def _encode(
    output: av.container.OutputContainer,
    stream: av.VideoStream,
    ticks: list[tuple[int, int]],
    seed: int,
    pixel_format: str,
) -> None:
    lasting = dict(ticks)
    packets = []
    for number, (pts, duration) in enumerate(ticks):
        image = picture((stream.width, stream.height), "RGB", seed, number)
        frame = VideoFrame.from_image(image).reformat(format=pixel_format)
        frame.pts, frame.duration, frame.time_base = pts, duration, stream.codec_context.time_base
        packets += stream.encode(frame)
    for packet in packets + stream.encode(None):
        packet.duration = lasting[packet.pts]  # encoders forget the last one's
        output.mux(packet)


def _ticks(frames: int, times: Sequence[Fraction | float] | None) -> list[tuple[int, int]]:
    if times is None:
        return [(number, 1) for number in range(frames)]
    marks = [round(time * _CLOCK) for time in times]
    return [(start, end - start) for start, end in pairwise(marks)]


def _silence(seconds: float) -> Iterable[AudioFrame]:
    for start in range(0, round(seconds * 48_000), 1024):
        frame = AudioFrame(format="fltp", layout="stereo", samples=1024)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
        yield frame


_TURNS = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


def turn(path: Path, rotation: int, mirrored: bool = False) -> Path:
    """Write a display matrix into every picture track of an MP4 or MOV, in place."""
    content = bytearray(path.read_bytes())
    a, b, c, d = _TURNS[rotation]
    if mirrored:
        a, b = -a, -b
    at = content.find(b"tkhd")
    while at >= 0:
        matrix = at + 4 + (52 if content[at + 4] else 40)
        width = struct.unpack_from(">I", content, matrix + 36)[0]
        if width:
            values = [value * 65536 for value in (a, b)] + [0] + [value * 65536 for value in (c, d)]
            struct.pack_into(">9i", content, matrix, *values, 0, 0, 0, 1 << 30)
        at = content.find(b"tkhd", at + 4)
    path.write_bytes(content)
    return path


def field_coded(
    path: Path | str,
    *,
    frames: int = 13,
    rate: int = 25,
    container: str | None = None,
    filler: int = 0,
    muxer: dict[str, str] | None = None,
) -> Path:
    """An interlaced 64×64 H.264 clip whose two fields of a frame are pictures of their own, as camcorders write it.

    ``filler`` are bytes that make each field as large as in real clips, where a probe reaches no further than one. No
    encoder at hand writes such a stream, so it is put together here (ITU-T H.264, 7.3): every macroblock is I_PCM.
    """
    path = Path(path)
    with av.open(str(path), "w", format=container, options=muxer or {}) as output:
        stream = output.add_stream("libx264", rate=Fraction(rate))
        stream.width = stream.height = 64
        stream.codec_context.extradata = _parameters(rate)
        for number in range(2 * frames):
            packet = av.Packet(
                b"\0\0\0\1\x09\x10" + _parameters(rate) * (number % 2 == 0) + _field(number) + _filler(filler)
            )
            packet.stream, packet.time_base = stream, Fraction(1, 2 * rate)
            packet.pts = packet.dts = number
            packet.duration, packet.is_keyframe = 1, True
            output.mux(packet)
    return path


def _parameters(rate: int) -> bytes:
    """Sequence and picture parameter sets: Main profile, pictures that may be fields, ``rate`` frames a second."""
    start = f"{77:08b}{0:08b}{21:08b}{_golomb(0, 0, 2, 1)}0{_golomb(3, 1)}00101"
    timing = f"00001{1:032b}{2 * rate:032b}1{'0' * 5}1"
    picture = f"{_golomb(0, 0)}00{_golomb(0, 0, 0)}000{_golomb(0, 0, 0)}0001"
    return _unit(0x67, _bytes(start + timing)) + _unit(0x68, _bytes(picture))


def _field(number: int) -> bytes:
    """A field, top ones first, of eight macroblocks of a texture that moves."""
    frame, bottom = divmod(number, 2)
    header = f"{_golomb(0, 7, 0)}00001{bottom}" + ("0" if bottom else f"{_golomb(frame % 2)}00") + _golomb(0)
    body = b""
    for block in range(8):
        luma = bytes(16 + (37 * frame + 60 * bottom + 11 * block + 3 * at) % 200 for at in range(256))
        body += _bytes(header * (block == 0) + _golomb(25)) + luma + bytes([128]) * 128
    return _unit(0x41 if bottom else 0x65, body + b"\x80")


def _filler(size: int) -> bytes:
    return _unit(0x0C, b"\xff" * size + b"\x80") if size else b""


def _golomb(*values: int) -> str:
    """Exp-Golomb codes, as bits."""
    return "".join("0" * (len(f"{value + 1:b}") - 1) + f"{value + 1:b}" for value in values)


def _bytes(bits: str) -> bytes:
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8)


def _unit(kind: int, payload: bytes) -> bytes:
    """A unit of an H.264 stream, with its escapes."""
    escaped = re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", payload)
    return b"\0\0\0\1" + bytes([kind]) + escaped
