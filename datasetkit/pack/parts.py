"""A set that is too large for one zip, split into several. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from datasetkit.model import Sample
from datasetkit.pack.holdout import sharing
from datasetkit.pack.layout import Layout


def in_parts(samples: Sequence[Sample], most: int, lay_out: Callable[[Sequence[Sample]], Layout]) -> list[Layout]:
    """The samples in as few zips of at most ``most`` bytes as a simple split finds, of about the same size.

    Samples that share files stay together; if those of one file alone are larger, so is their zip. In each, the samples
    are in the order of their lines.
    """
    groups = sharing(samples)
    sizes = [lay_out([samples[index] for index in group]).size for group in groups]
    layouts: list[Layout] = []
    for count in range(max(sum(sizes) // most, 1), len(groups) + 1):
        parts = _balanced(groups, sizes, count)
        layouts = [lay_out([samples[index] for index in sorted(part)]) for part in parts]
        if all(layout.size <= most for layout in layouts):
            break
    return layouts


def _balanced(groups: Sequence[Sequence[int]], sizes: Sequence[int], count: int) -> list[list[int]]:
    """The groups in so many parts: the largest first, each into the part that is the smallest so far."""
    parts: list[list[int]] = [[] for _ in range(count)]
    totals = [0] * count
    for size, group in sorted(zip(sizes, groups, strict=True), key=lambda pair: (-pair[0], pair[1])):
        smallest = totals.index(min(totals))
        parts[smallest] += group
        totals[smallest] += size
    return sorted(parts)
