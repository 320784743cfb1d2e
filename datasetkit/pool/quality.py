"""How good each candidate is, from 0 to 1: our own heuristic, by four measures against the pool's middle.

- sharpness: as sharp as the middle, or sharper, is best; blurrier is worse.
- light: as light as the middle is best; darker and lighter are worse.
- activity: as much change as in the middle is best; less and more are worse.
- movement: the middle's direction and speed are best.

Each deviation is counted in median absolute deviations of the pool, so that a few bad clips don't move the scale. With
an example, its values stand in place of the pool's middle. The quality is the product of the four.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasetkit import spec
from datasetkit.pool.profiles import Profile

MEASURES = ("sharpness", "light", "activity", "movement")
_FAINT = 1e-3  # keeps the logarithm of nothing finite

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Qualities:
    """The quality of each candidate, and its ``scores`` in the order of MEASURES (one row a candidate); 0 to 1."""

    total: Reals
    scores: Reals


def qualities(candidates: Sequence[Profile], like: Profile | None = None) -> Qualities:
    """The quality of each, compared with the middle of all, or with the example ``like``."""
    values, limits = _values(candidates), spec.thresholds("selecting")
    middle = np.median(values, axis=0)
    wanted = _values([like])[0] if like else middle
    scores = []
    for name, columns in zip(MEASURES, ([0], [1], [2], [3, 4, 5, 6]), strict=True):
        spread = np.median(_distance(values, middle, columns))
        away = _distance(values, wanted, columns) / max(float(spread), limits[name])
        if name == "sharpness":
            away[values[:, 0] >= wanted[0]] = 0
        scores.append(1 / (1 + (away / limits["half"]) ** 2))
    table = np.stack(scores, axis=1).round(4)
    return Qualities(table.prod(axis=1).round(4), table)


def _values(candidates: Sequence[Profile]) -> Reals:
    """A row a candidate: sharpness and activity in octaves, light, and the four components of the movement."""
    rows = (
        (np.log2(one.sharpness + 1), one.light, np.log2(one.activity + _FAINT), *one.movement) for one in candidates
    )
    return np.array([*rows], np.float64)


def _distance(values: Reals, point: Reals, columns: Sequence[int]) -> Reals:
    distance: Reals = np.sqrt(((values[:, columns] - point[columns]) ** 2).sum(axis=1))
    return distance
