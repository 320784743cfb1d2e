"""A set at a glance: lengths, sizes, rates, orientations, pixels that training sees, bytes; limits drawn in."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from datasetkit import spec
from datasetkit.model import Dataset, Image, Source, Video
from datasetkit.report.columns import plural, size
from datasetkit.report.visual.values import (
    ColumnChart,
    Counted,
    CountedSize,
    LimitLine,
    Overview,
    ShareChart,
    SizeChart,
)
from datasetkit.verdict import Verdict

_STEP = Fraction(1, 2)  # seconds a column
_NAMED = 3  # sizes that are named; of more the smallest and the largest
_COLUMNS = 40  # at most: a clip of an hour leaves wider columns


def overview(verdict: Verdict) -> Overview:
    """The charts of one dataset."""
    dataset = verdict.dataset
    clips = list({one.medium.path: one.medium for one in dataset.references if isinstance(one.medium, Video)}.values())
    images = list({one.medium.path: one.medium for one in dataset.references if isinstance(one.medium, Image)}.values())
    shown = [medium.displayed for medium in clips or images]
    return Overview(
        lengths=_lengths(clips, _models(verdict)) if clips else None,
        sizes=_sizes(shown) if shown else None,
        rates=_counted(f"{float(rate):.4g} fps" for rate in sorted(clip.rate for clip in clips)),
        orientations=_counted(_orientation(*one) for one in shown),
        pixels=_pixels(clips, _models(verdict)) if clips else None,
        bytes=_bytes(_packed(dataset)),
    )


def _models(verdict: Verdict) -> Sequence[spec.ModelSpec]:
    kind = verdict.assumed.kind
    return [verdict.model] if verdict.model else [model for model in spec.models() if kind in model.kinds]


def _counted(labels: Iterable[str]) -> tuple[Counted, ...]:
    return tuple(Counted(label, number) for label, number in Counter(labels).items())


def _sizes(shown: Sequence[tuple[int, int]]) -> SizeChart:
    counted = Counter(shown).most_common()
    names = [f"{width}×{height}" for (width, height), _ in counted]
    if len(counted) <= _NAMED:
        text = ", ".join(f"{name} ×{number}" for name, (_, number) in zip(names, counted, strict=True))
    else:
        small, *_, large = sorted(shown, key=math.prod)
        text = f"{len(counted):,} sizes, from {small[0]}×{small[1]} to {large[0]}×{large[1]}"
    side = spec.limits().video_side
    return SizeChart(f"{text}; the limit is {side}×{side}", tuple(CountedSize(*size, n) for size, n in counted))


def _orientation(width: int, height: int) -> str:
    return "square" if width == height else "landscape" if width > height else "portrait"


def _lengths(clips: Sequence[Video], models: Sequence[spec.ModelSpec]) -> ColumnChart:
    lengths = [clip.seconds for clip in clips]
    most = max(model.seconds for model in models)
    reach = max(float(max(lengths)), most * 1.2)
    step = max(_STEP, Fraction(math.ceil(reach / _COLUMNS * 2), 2))
    columns = [0] * math.ceil(reach / step)
    for length in lengths:
        columns[min(int(length / step), len(columns) - 1)] += 1
    end = float(len(columns) * step)
    marks = {spec.limits().video_seconds_low: "at least", most: "at most"}
    limits = tuple(LimitLine(f"{word} {at:g} s", at / end) for at, word in marks.items())
    shortest, longest = (f"{float(length):.2f}" for length in (min(lengths), max(lengths)))
    spread = f"{shortest} s" if shortest == longest else f"{shortest}–{longest} s"
    return ColumnChart(f"{plural(len(clips), 'clip')}, {spread}; the limit is {most:g} s", end, tuple(columns), limits)


def _pixels(clips: Sequence[Video], models: Sequence[spec.ModelSpec]) -> ShareChart:
    """How much of the clips' pixels is left once the trainer has scaled them down to the model's max_pixels."""
    most = max(model.max_pixels for model in models)
    total = sum(math.prod(clip.displayed) for clip in clips)
    seen = sum(min(most, math.prod(clip.displayed)) for clip in clips)
    return ShareChart(f"training sees {seen / total:.0%} of the pixels: at most {most:,} of each frame", seen / total)


def _packed(dataset: Dataset) -> int:
    """About the bytes of the zip: of the files that its lines name."""
    if dataset.source is Source.ZIP or dataset.annotations is None:
        return dataset.size
    sizes = {file.path: file.size for file in dataset.files}
    named = {one.medium.path for one in dataset.references}
    return dataset.annotations.size + sum(sizes.get(path, 0) for path in named)


def _bytes(count: int) -> ShareChart:
    bounds = spec.limits().archive_bytes
    advised = bounds.advise or bounds.warn
    limits = (LimitLine(f"advised {size(advised)}", advised / bounds.warn), LimitLine(f"limit {size(bounds.warn)}", 1))
    return ShareChart(f"{size(count)} of {size(bounds.warn)}", count / bounds.warn, limits)
