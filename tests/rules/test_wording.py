from fractions import Fraction

import pytest

from datasetkit.rules.wording import count, megabytes, names, seconds, series


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 samples"), (1, "1 sample"), (2, "2 samples"), (20_000, "20,000 samples")]
)
def test_counts_agree_with_their_noun(number: int, text: str) -> None:
    assert count(number, "sample") == text


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ("a", "a"),
        ("ab", "a and b"),
        ("abc", "a, b and c"),
        ("abcd", "a, b, c and 1 more"),
        ("abcdefgh", "a, b, c and 5 more"),
    ],
)
def test_names_are_cut_after_three(items: str, text: str) -> None:
    assert names(items) == text


def test_a_series_is_not_cut() -> None:
    assert series(list("abcde")) == "a, b, c, d and e"
    assert series(["MP4", "MOV"], "or") == "MP4 or MOV"


def test_sizes_and_lengths() -> None:
    assert megabytes(1_234_567_890) == "1,234.6 MB"
    assert seconds(Fraction(81, 16)) == "5.06 s"
