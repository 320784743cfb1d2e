"""What `lint --trainer` prints: one line per clip, with the size that training uses."""

from __future__ import annotations

import math

from datasetkit import spec
from datasetkit.model import Video
from datasetkit.printable import Printable
from datasetkit.report.columns import table
from datasetkit.verdict import Verdict

_HEADING = ("clip", "size", "rate", "frames", "seconds", "the trainer sees")


def clips(verdict: Verdict) -> list[Printable]:
    """The clips of a dataset as a table, each once, in the order of their lines.

    The trainer scales a clip down to the model's max_pixels, aspect kept (API reference, documented). How it rounds
    isn't documented. If no model is set, the largest max_pixels of the kind's models counts.
    """
    models = [verdict.model] if verdict.model else [m for m in spec.models() if verdict.assumed.kind in m.kinds]
    limit = max(model.max_pixels for model in models)
    named = (reference.medium for reference in verdict.dataset.references)
    rows = {medium.path: _row(medium, limit) for medium in named if isinstance(medium, Video)}
    return table([_HEADING, *rows.values()], margin="  ") if rows else []


def _row(clip: Video, limit: int) -> tuple[str, ...]:
    width, height = clip.displayed
    factor = min(1.0, math.sqrt(limit / (width * height)))
    seen = f"{round(width * factor)}×{round(height * factor)}"
    share = f" ({factor * factor:.0%} of the pixels)" if factor < 1 else ""
    rate = f"{float(clip.rate):g}"
    return clip.path, f"{width}×{height}", rate, str(clip.frames), f"{float(clip.seconds):.2f}", seen + share
