"""The states that media are wanted in most often: as the platform takes them, and no larger than training uses."""

from __future__ import annotations

from collections.abc import Iterator

from datasetkit import spec
from datasetkit.model import Dataset, Image, Video
from datasetkit.repair.edits import Convert, MediaEdit, Reencode


def plain_clip(path: str) -> Reencode:
    """A clip as the platform takes it and as no rule finds fault with it, with nothing cut off."""
    return Reencode(
        path,
        usual_codec=True,
        upright=True,
        steady=True,
        progressive=True,
        single=True,
        max_side=spec.limits().video_side,
    )


def plain_image(path: str, wanted: str | None = None) -> Convert:
    """An image as the platform takes it and as no rule finds fault with it, in the format called ``wanted``."""
    return Convert(path, wanted, upright=True, rgb=True, first_frame=True, max_side=spec.limits().image_side)


def shrunk(dataset: Dataset, max_pixels: float) -> Iterator[MediaEdit]:
    """Every clip and frame of more than ``max_pixels`` scaled down to that."""
    named = (reference.medium for sample in dataset.samples for reference in sample.references)
    for path, medium in {medium.path: medium for medium in named}.items():
        if isinstance(medium, Video) and medium.width * medium.height > max_pixels:
            yield Reencode(path, max_pixels=int(max_pixels))
        elif isinstance(medium, Image) and medium.width * medium.height > max_pixels:
            yield Convert(path, max_pixels=int(max_pixels))
