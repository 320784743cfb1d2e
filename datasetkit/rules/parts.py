"""What several rules ask of a dataset and of the models: its media, its clips, and who refuses what."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from datasetkit.findings import Severity
from datasetkit.model import Dataset, Missing, Outside, Present, Video
from datasetkit.rules.registry import Context
from datasetkit.spec import ModelSpec


def media(dataset: Dataset) -> dict[str, Present]:
    """The media that the lines name and that are there, by path, in the order of the lines."""
    return {
        reference.medium.path: reference.medium
        for sample in dataset.samples
        for reference in sample.references
        if not isinstance(reference.medium, Missing | Outside)
    }


def clips(dataset: Dataset) -> list[Video]:
    """The clips that could be read, each once."""
    return [medium for medium in media(dataset).values() if isinstance(medium, Video)]


def refusing(ctx: Context, takes: Callable[[ModelSpec], bool]) -> tuple[list[ModelSpec], Severity]:
    """The models that don't take something, and how bad that is.

    An error where no model that is meant takes it, a warning where only some don't.
    """
    refused = [model for model in ctx.models if not takes(model)]
    return refused, Severity.ERROR if len(refused) == len(ctx.models) else Severity.WARNING


def savings(videos: Iterable[Video], max_pixels: int) -> int:
    """About how many bytes shrinking clips to ``max_pixels`` a frame saves, if size goes with pixels."""
    return sum(
        video.size - video.size * max_pixels // pixels
        for video in videos
        if (pixels := video.width * video.height) > max_pixels
    )
