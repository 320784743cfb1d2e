"""When something happens in a scene: where its change rises above the scene's usual level, and falls back. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from statistics import fmean, quantiles

from datasetkit import spec
from datasetkit.footage import Activity
from datasetkit.intake.scenes import Scene

_TWENTIETHS = 20


@dataclass(frozen=True, slots=True)
class Movement:
    """From which second to which something happens; ``weight`` is by how much, summed over the time."""

    start: float
    end: float
    weight: float


def movements(activity: Activity, scene: Scene) -> list[Movement]:
    """The movements of a scene that stand out, the strongest first; none where it moves evenly, or not at all."""
    step, limits = activity.step, spec.thresholds("windows")
    first, last = _steps(activity, scene.start, scene.end)
    changes = _smoothed(activity.change[first:last])
    if len(changes) < limits["steps"]:
        return []
    usual, spread = _usual(changes)
    highest = max(changes) - usual
    if highest < max(limits["least"], limits["above"] * usual):
        return []
    onset = max(limits["least"] / 2, limits["spreads"] * spread, limits["onset"] * highest)
    runs = _runs([change - usual > onset for change in changes], int(limits["pause"] / step))
    lasting = (run for run in runs if run[1] - run[0] >= limits["shortest"] / step)  # a flash is no movement
    found = (_movement(changes, *run, usual, first, step) for run in lasting)
    return sorted(found, key=lambda one: -one.weight)


def level(activity: Activity, start: float, end: float) -> float:
    """How much changes on average from one second to another; 0 of less than two samples."""
    first, last = _steps(activity, start, end)
    return fmean(activity.change[first:last] or [0])


def moves(activity: Activity, scene: Scene) -> bool:
    """Whether a scene changes at all, beyond what a camera's noise and the encoder do to a still picture."""
    first, last = _steps(activity, scene.start, scene.end)
    return max(activity.change[first:last], default=0) > spec.thresholds("windows")["still"]


def _steps(activity: Activity, start: float, end: float) -> tuple[int, int]:
    """The steps whose two samples both lie between two seconds: the first, and the one after the last."""
    return ceil(start / activity.step), max(0, ceil(end / activity.step) - 1)


def _movement(changes: Sequence[float], start: int, end: int, usual: float, first: int, step: float) -> Movement:
    weight = sum(max(0.0, change - usual) for change in changes[start:end]) * step
    return Movement((first + start) * step, (first + end) * step, weight)


def _smoothed(values: bytes) -> list[float]:
    """Each value with its neighbours, so that one jerk counts less than a movement."""
    padded = [values[0], *values, values[-1]] if values else []
    return [(one + 2 * two + three) / 4 for one, two, three in zip(padded, padded[1:], padded[2:], strict=False)]


def _usual(changes: Sequence[float]) -> tuple[float, float]:
    """How much a scene changes when nothing happens, and by how much that varies: its quieter steps say so."""
    parts = quantiles(changes, n=_TWENTIETHS, method="inclusive")
    limits = spec.thresholds("windows")
    usual = parts[round(limits["quiet"] * _TWENTIETHS) - 1]
    return usual, usual - parts[0]


def _runs(above: Sequence[bool], pause: int) -> list[tuple[int, int]]:
    """The runs of true values, from and to; a pause of up to ``pause`` values joins two."""
    runs: list[tuple[int, int]] = []
    for start, end in _plain_runs(above):
        if runs and start - runs[-1][1] <= pause:
            start = runs.pop()[0]
        runs.append((start, end))
    return runs


def _plain_runs(above: Sequence[bool]) -> Iterator[tuple[int, int]]:
    at = 0
    for value, group in groupby(above):
        length = len(list(group))
        if value:
            yield at, at + length
        at += length
