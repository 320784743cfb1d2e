"""Waiting: bounded, with jitter, and as long as the service asks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from studio_clock import Clock

from datasetkit.modelstudio.endpoint import fact
from datasetkit.modelstudio.pace import Pace, duration


@given(attempt=st.integers(1, 1000), chance=st.floats(0, 1))
def test_a_delay_is_bounded_and_never_nothing(attempt: int, chance: float) -> None:
    pace = replace(Pace(**fact("pace")), chance=lambda: chance)
    assert 0.5 * pace.first <= pace.delay(attempt) <= pace.longest


@given(asked=st.floats(0, 1e6), chance=st.floats(0, 1))
def test_what_the_service_asks_for_is_a_floor(asked: float, chance: float) -> None:
    assert replace(Pace(**fact("pace")), chance=lambda: chance).delay(1, asked) >= asked


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("１", None),
        ("0", 0.0),
        (" 12 ", 12.0),
        ("9" * 400, float("inf")),
        ("Fri, 02 Jan 2026 03:04:35 GMT", 30.0),
        ("Fri, 02 Jan 2026 03:04:35 -0000", 30.0),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 0.0),
        ("Fri, 99 Jan 2026 03:04:35 GMT", None),
        ("Fri, 02 Jan 10000 03:04:35 GMT", None),
        ("Fri, 02 Jan 99999999999999999999 03:04:35 GMT", None),
        ("Fri, 02 Jan 2026 03:04:35 +99999999", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert replace(Pace(**fact("pace")), now=Clock().now).asked(header) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_a_number_or_none(header: str) -> None:
    asked = replace(Pace(**fact("pace")), now=Clock().now).asked(header)
    assert asked is None or asked >= 0


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (900, "15 min"),
        (7200, "2 h"),
        (40 * 86_400, "40 d"),
        (float("inf"), "11574 d"),
    ],
)
def test_a_time_reads_well(seconds: float, says: str) -> None:
    assert duration(seconds) == says
