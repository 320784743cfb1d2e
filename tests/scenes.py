"""Clips with known faults for tests: frames as arrays, made or filmed, changed and encoded."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from datasetkit.footage import Seen
from datasetkit.media.checks import all_checks
from datasetkit.media.decode import decode
from datasetkit.media.smallframe import Check
from datasetkit.media.videos import read_video
from datasetkit.model import Video

Picture = NDArray[np.uint8]  # rows × columns × RGB
Size = tuple[int, int]


def encode(
    path: Path,
    pictures: Iterable[Picture],
    *,
    rate: Fraction | int = 24,
    crf: int = 20,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
) -> Path:
    """Write pictures as a clip; the same pictures give the same bytes (mbtree doesn't, on some CPUs)."""
    fixed = {"preset": "veryfast", "crf": str(crf), "x264-params": "mbtree=0"} if codec == "libx264" else {}
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=Fraction(rate), options={**fixed, **(options or {})})
        stream.pix_fmt, stream.codec_context.thread_count = pixel_format, 1
        for number, picture in enumerate(pictures):
            if not number:
                stream.height, stream.width = picture.shape[:2]
            output.mux(stream.encode(VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")))
        output.mux(stream.encode(None))
    return path


def refreshed(path: Path) -> Path:
    """120 frames, 16 a second, with intra refresh: no frame but the first can be decoded without those before."""
    still, pictures = texture((64, 64), 9), []
    for number in range(120):
        pictures.append(still.copy())
        pictures[-1][20:32, number % 48 : number % 48 + 12] = 255
    options = {"preset": "medium", "x264-params": "intra-refresh=1:keyint=80:bframes=0:mbtree=0"}
    return encode(path, pictures, rate=16, options=options)


def texture(size: Size, seed: int, *, grain: int = 12) -> Picture:
    """A coloured pattern with detail everywhere, a picture of its own for each seed."""
    random = np.random.default_rng(seed)
    width, height = size
    planes = []
    for cell in (grain, 3 * grain, 3 * grain):
        cells = random.integers(0, 256, (height // cell + 2, width // cell + 2), np.uint8)
        planes.append(Image.fromarray(cells).resize(size, Image.Resampling.BICUBIC))
    return np.asarray(Image.merge("YCbCr", planes).convert("RGB"))


def pan(size: Size, seed: int, count: int, step: tuple[float, float] = (2, 0)) -> list[Picture]:
    """A view that moves over a texture: the picture's content goes right and down by ``step`` pixels a frame."""
    width, height = size
    far = [round(abs(one) * count) for one in step]
    wide = texture((width + far[0], height + far[1]), seed)
    pictures = []
    for number in range(count):
        x, y = (round(reach - one * number if one > 0 else -one * number) for reach, one in zip(far, step, strict=True))
        pictures.append(wide[y : y + height, x : x + width])
    return pictures


def zoom(size: Size, seed: int, count: int, factor: float = 1.005, turn: float = 0) -> list[Picture]:
    """A view that nears the middle of a texture by ``factor`` and turns clockwise by ``turn`` degrees a frame."""
    whole = Image.fromarray(texture(size, seed))
    width, height = size
    pictures = []
    for number in range(count):
        scale = factor**-number
        turned = whole.rotate(-turn * number, Image.Resampling.BICUBIC)
        box = (width * (1 - scale) / 2, height * (1 - scale) / 2, width * (1 + scale) / 2, height * (1 + scale) / 2)
        pictures.append(np.asarray(turned.resize(size, Image.Resampling.BICUBIC, box=box)))
    return pictures


def barred(
    pictures: Sequence[Picture],
    *,
    rows: tuple[int, int] = (0, 0),
    columns: tuple[int, int] = (0, 0),
    colour: tuple[int, int, int] = (0, 0, 0),
    noise: float = 0,
    seed: int = 0,
) -> list[Picture]:
    """The pictures with bars painted over them: so many rows above and below, columns left and right."""
    random, made = np.random.default_rng(seed), []
    for picture in pictures:
        height, width = picture.shape[:2]
        fill = np.full_like(picture, colour).astype(np.float64)
        if noise:
            fill += random.normal(0, noise, (height, width, 1))
        whole = np.clip(fill, 0, 255).astype(np.uint8)
        top, left, bottom, right = rows[0], columns[0], height - rows[1], width - columns[1]
        whole[top:bottom, left:right] = picture[top:bottom, left:right]
        made.append(whole)
    return made


def written_on(pictures: Sequence[Picture], text: str, at: tuple[float, float], height: float = 0.05) -> list[Picture]:
    """The pictures with a line of text, its middle at a place given in shares of width and height."""
    made = []
    for picture in pictures:
        image = Image.fromarray(picture)
        draw = ImageDraw.Draw(image)
        place = (image.width * at[0], image.height * at[1])
        draw.text(
            place, text, (255, 255, 255), anchor="mm", font_size=image.height * height, stroke_width=1, stroke_fill=0
        )
        made.append(np.asarray(image))
    return made


def video_at(path: Path) -> Video:
    """The header of a clip that is known to be readable."""
    video = read_video(str(path), path.name, path.stat().st_size)
    assert isinstance(video, Video), video
    return video


def seen(path: Path, checks: Callable[[Video], Sequence[Check]] = all_checks) -> Seen:
    """What a full pass over a clip saw."""
    video = video_at(path)
    return decode(str(path), video, checks(video))


def natural(corpus: Path) -> list[Path]:
    """The filmed clips of the corpus, in one order."""
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t")
        return sorted(corpus / row["path"] for row in rows if row["natural"] == "yes")


def filmed(path: Path, *, size: Size | None = None, start: int = 0, count: int = 72) -> list[Picture]:
    """Frames of a clip as displayed, from ``start`` on, scaled to ``size`` or to a height of at most 360."""
    pictures, turns = [], -video_at(path).rotation // 90
    size = size[::-1] if size and turns % 2 else size
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for number, frame in enumerate(container.decode(stream)):
            if number >= start + count:
                break
            if number >= start:
                height = min(frame.height, 360) // 2 * 2
                width, height = size or (round(frame.width * height / frame.height / 2) * 2, height)
                pictures.append(np.rot90(frame.to_ndarray(format="rgb24", width=width, height=height), turns))
    return pictures
