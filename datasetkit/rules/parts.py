"""What several rules need: a dataset's media, the models that refuse it, and problems that images and clips share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from posixpath import splitext

from datasetkit.edits import MediaEdit
from datasetkit.findings import Problem, Severity
from datasetkit.footage import R
from datasetkit.model import Dataset, Image, Missing, Outside, Present, Unreadable, Video
from datasetkit.rules.registry import Context
from datasetkit.rules.wording import megabytes
from datasetkit.spec import ModelSpec


def media(dataset: Dataset) -> dict[str, Present]:
    """The media that the lines name and that exist, by path, in the order of the lines."""
    named = (reference.medium for reference in dataset.references)
    return {medium.path: medium for medium in named if not isinstance(medium, Missing | Outside)}


def clips(dataset: Dataset) -> list[Video]:
    """The clips that could be read, each once."""
    return [medium for medium in media(dataset).values() if isinstance(medium, Video)]


def shown(video: Video, kind: type[R]) -> R | None:
    """What the check of that kind found in a clip; None where it found nothing or didn't run."""
    return video.seen.of(kind) if video.seen else None


def refusing(ctx: Context, accepts: Callable[[ModelSpec], bool]) -> tuple[list[ModelSpec], Severity]:
    """The models that don't accept something: an error if all of them refuse it, a warning if only some do."""
    refused = [model for model in ctx.models if not accepts(model)]
    return refused, Severity.ERROR if len(refused) == len(ctx.models) else Severity.WARNING


def savings(videos: Iterable[Video], max_pixels: int) -> int:
    """About how many bytes it saves to scale clips down to ``max_pixels`` a frame, if size goes with pixels."""
    return sum(max(0, video.size - video.size * max_pixels // (video.width * video.height)) for video in videos)


def unreadable(medium: Unreadable) -> Problem:
    """A file that can't be read, with the reason: "a.jpg is empty", "a.mp4 can't be read: no frame in it"."""
    adjective = re.match("an? |empty|encrypted|cut off|damaged|not decodable", medium.reason)
    verb = "is" if adjective else "can't be read:"
    return Problem(f"{medium.path} {verb} {medium.reason}")


def wrong_extension(medium: Image | Video, content: str, suiting: Sequence[str], fix: MediaEdit) -> Iterator[Problem]:
    """The file's extension isn't one of those that suit its ``content``."""
    if splitext(medium.path)[1].casefold() not in suiting:
        message = f"{medium.path} is {content}, so its extension should be {suiting[0]}"
        yield Problem(message, fixed_by_build=True, fix=(fix,))


def too_many_pixels(medium: Image | Video, limit: int, fix: MediaEdit) -> Iterator[Problem]:
    """A side has more than ``limit`` pixels."""
    if max(medium.width, medium.height) > limit:
        message = f"{medium.path} is {medium.width}×{medium.height} pixels; the limit is {limit}×{limit}"
        data = {"width": medium.width, "height": medium.height, "limit": limit}
        yield Problem(message, fix=(fix,), data=data)


def too_heavy(medium: Image | Video, limit: int) -> Iterator[Problem]:
    """The file has more than ``limit`` bytes, which is what the platform's newer pages recommend."""
    if medium.size > limit:
        message = f"{medium.path} is {megabytes(medium.size)}; at most {megabytes(limit)} is recommended"
        yield Problem(message, data={"size": medium.size, "limit": limit})
