"""The worked examples of the platform's documents, and what they leave open."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit.training.arithmetic import (
    billed_seconds,
    billed_tokens,
    checkpoints,
    least_epochs,
    least_eval_epochs,
    split_off,
    steps,
)


def test_five_samples_in_batches_of_two_need_267_epochs() -> None:
    assert least_epochs(5, 2) == 267
    assert steps(267, 5, 2) == 801


def test_a_hundred_samples_lose_five() -> None:
    assert split_off(100, Fraction("0.9"), 5) == (5, 5)


@pytest.mark.parametrize(
    ("seconds", "longest", "max_pixels", "epochs", "tokens"),
    [
        (["10", "10", "10"], 10, 36864, 400, 432_000),
        (["3.4", "6.5"], 5, 262_144, 400, 819_200),
        (["10"], 10, 36864, 800, 288_000),
    ],
)
def test_tokens(seconds: list[str], longest: int, max_pixels: int, epochs: int, tokens: int) -> None:
    assert billed_tokens(billed_seconds(map(Fraction, seconds), longest), max_pixels, epochs) == tokens


@pytest.mark.parametrize(("seconds", "billed"), [("2.49", 2), ("2.5", 3), ("3.5", 4), ("0.4", 0), ("81/16", 5)])
def test_seconds_are_rounded_half_up(seconds: str, billed: int) -> None:
    assert billed_seconds([Fraction(seconds)], 10) == billed


def test_a_split_that_is_no_whole_number_is_rounded_either_way() -> None:
    assert split_off(25, Fraction("0.9"), 5) == (2, 3)
    assert split_off(10, Fraction("0.9"), 5) == (1, 1), "as a float, 10 × (1 − 0.9) is less than 1"


def test_checkpoints() -> None:
    assert checkpoints(400, 50) == (8, 8)
    assert checkpoints(267, 50) == (5, 6)
    assert least_eval_epochs(401) == 41


@given(st.integers(1, 10_000), st.integers(1, 64))
def test_the_fewest_epochs_are_enough_and_one_less_is_not(samples: int, batch: int) -> None:
    least = least_epochs(samples, batch)
    assert steps(least, samples, batch) >= 800 > steps(least - 1, samples, batch)


@given(st.integers(1, 10_000), st.fractions(0, 1).filter(lambda split: 0 < split < 1), st.integers(1, 20))
def test_a_split_never_exceeds_its_limit_and_leaves_the_exact_number_between(
    samples: int, split: Fraction, most: int
) -> None:
    low, high = split_off(samples, split, most)
    assert 0 <= low <= min(samples * (1 - split), most) <= high <= most
    assert high - low <= 1
