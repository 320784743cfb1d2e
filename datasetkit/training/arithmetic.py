"""The arithmetic of a run: samples after the split, steps, epochs, tokens. Exact: whole numbers and fractions.

Source: the platform's user guide and API reference. Where they don't say how a number is rounded, or which number is
meant, both are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple

from datasetkit import spec


class Span(NamedTuple):
    """The least and the greatest that a number may be."""

    low: int
    high: int


def rule(name: str) -> Any:
    """The value of a rule of training.json."""
    return spec.document("training.json")["rules"][name]["value"]


def split_off(samples: int, split: Fraction, most: int) -> Span:
    """How many of the ``samples`` are held out for validation: min(samples × (1 − split), most)."""
    exact = min(samples * (1 - split), Fraction(most))
    return Span(floor(exact), ceil(exact))


def steps(n_epochs: int, samples: int, batch_size: int) -> int:
    """The training steps: n_epochs × ⌈samples / batch_size⌉."""
    return n_epochs * _divided(samples, batch_size)


def least_epochs(samples: int, batch_size: int) -> int:
    """The fewest epochs that make as many steps as the platform recommends; there is at least one sample."""
    return _divided(rule("steps_low"), _divided(samples, batch_size))


def least_eval_epochs(n_epochs: int) -> int:
    """The smallest interval between validations that the platform accepts."""
    return _divided(n_epochs, rule("evaluations_high"))


def checkpoints(n_epochs: int, eval_epochs: int) -> Span:
    """How many checkpoints are saved. Whether the last epochs count that aren't a whole interval isn't documented."""
    return Span(n_epochs // eval_epochs, _divided(n_epochs, eval_epochs))


def billed_seconds(seconds: Iterable[Fraction], longest: float) -> int:
    """The seconds of all clips that are billed: each rounded half up, and at most the model's ``longest``."""
    return sum(min(int(longest), floor(each + Fraction(1, 2))) for each in seconds)


def billed_tokens(seconds: int, max_pixels: int, n_epochs: int) -> Fraction:
    """The tokens that ``seconds`` billed seconds cost in all epochs."""
    return Fraction(seconds * max_pixels * n_epochs, rule("pixels_per_token"))


def _divided(number: int, by: int) -> int:
    """The quotient, rounded up."""
    return -(-number // by)
