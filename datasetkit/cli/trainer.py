"""What `lint --trainer` prints: a line a clip, with the size at which training sees it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from datasetkit import spec
from datasetkit.model import Video
from datasetkit.report.columns import align, printable
from datasetkit.verdict import Verdict

_HEADING = ("clip", "size", "rate", "frames", "seconds", "the trainer sees")


def table(verdict: Verdict) -> Iterator[str]:
    """The clips of a dataset, each once, in the order of their lines.

    The trainer's size keeps the clip's aspect within the model's max_pixels (API reference, documented), and is the
    clip's own where that is less. How the service rounds isn't documented. Without a model, the largest max_pixels
    of the kind's models counts.
    """
    models = [verdict.model] if verdict.model else [m for m in spec.models() if verdict.assumed.kind in m.kinds]
    limit = max(model.max_pixels for model in models)
    named = (reference.medium for sample in verdict.dataset.samples for reference in sample.references)
    clips = {medium.path: medium for medium in named if isinstance(medium, Video)}
    if clips:
        yield from ("  " + "  ".join(row) for row in align([_HEADING, *(_row(clip, limit) for clip in clips.values())]))


def _row(clip: Video, limit: int) -> tuple[str, ...]:
    width, height = clip.displayed
    factor = min(1.0, math.sqrt(limit / (width * height)))
    seen = f"{round(width * factor)}×{round(height * factor)}"
    share = f" ({factor * factor:.0%} of the pixels)" if factor < 1 else ""
    rate = f"{float(clip.rate):g}"
    return printable(clip.path), f"{width}×{height}", rate, str(clip.frames), f"{float(clip.seconds):.2f}", seen + share
