"""Family K: frames and their clips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from datasetkit.edits import GrabFrame, Which
from datasetkit.findings import Basis, Problem, Severity
from datasetkit.model import Image, Sample, Video
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.wording import pixels


@rule("K501", "frame-shape", on=Sample, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def frame_shape(sample: Sample, ctx: Context) -> Iterator[Problem]:
    """A frame's aspect ratio differs from its clip's, comparing both as a viewer shows them.

    Why: the frame can't be from this clip, or one of the two will be cropped or stretched.
    Source: our own judgement (heuristic).
    Example: an image of 1024×1024 for a clip of 1280×720.
    Remedy: take the frame from the clip (`ffmpeg -i video_1.mp4 -frames:v 1 image_1.png`).
    """
    clip = sample.medium("video_path")
    for reference in sample.references:
        frame = reference.medium
        if not isinstance(clip, Video) or not isinstance(frame, Image):
            continue
        if _differ(frame.displayed, clip.displayed, ctx.limits.aspect_tolerance):
            sizes = f"{frame.path} is {pixels(frame.displayed)}, but its clip {clip.path} is {pixels(clip.displayed)}"
            which = Which.LAST if reference.where.field == "last_frame_path" else Which.FIRST
            fix = (GrabFrame(frame.path, clip.path, which),)
            data = {"size": frame.displayed, "clip": clip.path, "clip_size": clip.displayed}
            yield Problem(f"{sizes}: the aspect ratios differ", where=reference.where, fix=fix, data=data)


def _differ(one: tuple[int, int], other: tuple[int, int], tolerance: float) -> bool:
    """Whether the aspect ratios of two sizes differ by more than ``tolerance``, as a share of the smaller."""
    low, high = sorted((one[0] * other[1], other[0] * one[1]))
    return high > low * (1 + tolerance)


@rule("K504", "frames-equal", on=Sample, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def frames_equal(sample: Sample, ctx: Context) -> Iterator[Problem]:
    """A sample's first and last frames are the same file or have the same bytes.

    Why: the model learns how to get from one frame to the other, and here nothing changes.
    Source: our own judgement (heuristic).
    Example: `"first_frame_path": "a.jpg", "last_frame_path": "a.jpg"`.
    Remedy: use the clip's last frame.
    """
    first, last = sample.medium("first_frame_path"), sample.medium("last_frame_path")
    if not isinstance(first, Image) or not isinstance(last, Image):
        return
    where = replace(sample.where, field="last_frame_path")
    if first.path == last.path:
        yield Problem(f"{last.path} is both the first and the last frame", where=where)
    elif first.digest and first.digest == last.digest:
        yield Problem(f"{last.path} has the same content as {first.path}, the first frame", where=where)
