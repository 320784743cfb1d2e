from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit.media.timing import Timeline, nominal_rate, paced

GAPS = st.lists(st.integers(1, 400), min_size=1, max_size=40)


def timeline(*ticks: int, end: int, base: Fraction = Fraction(1, 1000)) -> Timeline:
    return Timeline(ticks, end, base)


@pytest.mark.parametrize(
    ("ticks", "end", "rate"),
    [
        ((0, 33, 67, 100, 133, 167), 200, 30),
        ((0, 33, 67, 100, 133, 167, 200, 234, 267), 300, 30),
        ((5, 67, 130), 192, 16),
        ((0, 40, 80, 81, 120, 160), 200, 25),
        ((0,), 40, 25),
        ((0, 100, 200), 5000, 10),
    ],
)
def test_a_clock_of_milliseconds_hides_a_constant_rate(ticks: tuple[int, ...], end: int, rate: int) -> None:
    made = timeline(*ticks, end=end)
    assert made.rate == rate
    assert made.even(Fraction(1, 1000))


def test_ntsc_is_told_from_thirty() -> None:
    ticks = [n * 1001 for n in range(300)]
    assert timeline(*ticks, end=300 * 1001, base=Fraction(1, 30000)).rate == Fraction(30000, 1001)


def test_an_uneven_clip_is_told() -> None:
    assert not timeline(0, 50, 100, 300, end=350).even(Fraction(1, 1000))


@given(st.fractions(1, 240), st.fractions(Fraction(1, 10), 60))
def test_the_rate_that_is_meant_is_near(rate: Fraction, seconds: Fraction) -> None:
    made = nominal_rate(rate, seconds, Fraction(1, 90_000))
    assert abs(made - rate) <= max(rate / 200, rate / 90_000 / seconds)
    assert nominal_rate(Fraction(25), seconds, Fraction(1, 90_000)) == 25


@given(GAPS, st.integers(1, 60), st.integers(1, 90), st.booleans())
def test_a_constant_rate_takes_frames_in_order(gaps: list[int], rate: int, count: int, cut: bool) -> None:
    times = [Fraction(sum(gaps[:n]), 1000) for n in range(len(gaps))]
    chosen = list(paced(zip(times, range(len(times)), strict=True), Fraction(rate), count, cut=cut))
    indices, frames = [index for index, _ in chosen], [frame for _, frame in chosen]
    assert frames == sorted(frames)
    assert frames[0] == 0
    assert indices == list(range(len(indices)))
    if not cut:
        assert len(chosen) == count
        assert frames[-1] == len(times) - 1 or count == 1
    for index, frame in chosen[1:-1]:
        nearest = min(abs(time - Fraction(index, rate)) for time in times)
        assert abs(times[frame] - Fraction(index, rate)) == nearest or index >= count - 1


@given(st.integers(2, 100), st.integers(1, 60))
def test_an_even_clip_keeps_every_frame(count: int, rate: int) -> None:
    times = [(Fraction(n, rate), n) for n in range(count)]
    assert list(paced(times, Fraction(rate), count, cut=False)) == [(n, n) for n in range(count)]
    assert list(paced(times, Fraction(rate), count - 1, cut=True)) == [(n, n) for n in range(count - 1)]
