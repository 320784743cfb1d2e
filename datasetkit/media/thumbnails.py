"""Small WEBP pictures for people to look at. Their sizes are in `spec.thresholds("thumbnails")`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from PIL import Image as Pillow

from datasetkit import spec
from datasetkit.footage import Thumbnail
from datasetkit.media.pictures import bounded
from datasetkit.media.smallframe import Picture, Size
from datasetkit.media.stills import TURNS, srgb
from datasetkit.model import Image

_LONGEST = 4  # times the side of a square picture: a WEBP can't be wider than 16,383 pixels


@dataclass(frozen=True, slots=True)
class ThumbnailSize:
    """How many ``frames`` a strip has, the pixels of each and of the larger pictures, and the quality of WEBP."""

    frames: int
    strip: int
    pair: int
    quality: int


def thumbnail_size(clips: int) -> ThumbnailSize:
    """The sizes for a set of so many clips: smaller in a large one, so that a page can hold them all."""
    limits = spec.thresholds("thumbnails")
    many = "many_" if clips > limits["many"] else ""
    sizes = (limits["frames"], limits[f"{many}strip"], limits[f"{many}pair"], limits["quality"])
    return ThumbnailSize(*map(int, sizes))


def fitted(size: Size, pixels: int) -> Size:
    """The size of so many pixels with the same aspect ratio; of a very long and narrow picture fewer."""
    return bounded(size, _LONGEST * math.isqrt(pixels), pixels)


def thumbnail_of(picture: Picture, quality: int) -> Thumbnail:
    """A picture as it is."""
    return encoded(Pillow.fromarray(picture), quality)


def side_by_side(pictures: Sequence[Picture], size: Size, quality: int) -> Thumbnail:
    """The pictures in a row, each of that width and height."""
    width, height = size
    strip = Pillow.new("RGB", (width * len(pictures), height))
    for number, picture in enumerate(pictures):
        cell = Pillow.fromarray(picture)
        strip.paste(cell if cell.size == size else cell.resize(size, Pillow.Resampling.BOX), (number * width, 0))
    return encoded(strip, quality)


def read_thumbnail(stream: BinaryIO, facts: Image, size: ThumbnailSize) -> Thumbnail:
    """An image, whose ``facts`` were read from the same bytes, as a viewer shows it."""
    with Pillow.open(stream, formats=[facts.format]) as image:
        target = fitted(facts.displayed, size.pair)
        stored = target[::-1] if facts.orientation >= 5 else target
        image.draft(None, stored)  # libjpeg can decode a JPEG at a half to an eighth of its size
        flat = srgb(image, [])
        upright = flat.transpose(TURNS[facts.orientation - 2]) if facts.orientation > 1 else flat
        return encoded(upright.resize(target, Pillow.Resampling.LANCZOS, reducing_gap=3.0), size.quality)


def encoded(image: Pillow.Image, quality: int) -> Thumbnail:
    """An RGB image of any size as WEBP."""
    made = BytesIO()
    image.save(made, "WEBP", quality=quality, method=2)
    return Thumbnail(made.getvalue(), *image.size)
