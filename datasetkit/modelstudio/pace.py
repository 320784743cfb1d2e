"""Retries and waiting times: all numbers, clocks and random values of the network code, in one place."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """Bounds and clocks; times in seconds. The numbers are regions.json's `pace`.

    A request is tried ``attempts`` times, a zip is sent ``sends`` times, and a file that may have arrived is looked
    for ``looks`` times. Pauses grow from ``first`` to ``longest``, or to ``poll_longest`` while a file is processed.
    ``connect``, ``idle`` (a read or write) and ``answer`` (the first byte after an upload) are a connection's timeouts.
    A command takes at most ``limit``, and a zip its size at ``bytes_per_second`` more. ``chance`` is from 0 to 1.
    """

    attempts: int
    sends: int
    looks: int
    first: float
    longest: float
    poll_longest: float
    connect: float
    idle: float
    answer: float
    limit: float
    bytes_per_second: int
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic

    def delay(self, attempt: int, asked: float | None = None) -> float:
        """Seconds before the next try after the ``attempt``-th, which counts from 1.

        It is what the service ``asked`` for plus a little, or doubles with each attempt. Random jitter keeps clients
        that failed together from retrying together.
        """
        if asked is not None:
            return asked + self.first * self.chance()
        return min(self.longest, self.first * 2.0 ** (attempt - 1)) * (0.5 + 0.5 * self.chance())

    def asked(self, header: str | None) -> float | None:
        """The seconds that a Retry-After header asks for, as a number or an HTTP date; None if it is neither."""
        text = (header or "").strip()
        if text.isascii() and text.isdigit():
            return float(text)
        try:
            when = parsedate_to_datetime(text)
        except (ValueError, OverflowError):  # no date, or one beyond all years
            return None
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(0.0, (aware - self.now()).total_seconds())


def duration(seconds: float) -> str:
    """A span of time for people: "45 s", "15 min", "3 h", "40 d"."""
    for unit, length in (("s", 1), ("min", 60), ("h", 3600)):
        if seconds < 120 * length:
            return f"{max(seconds, 0) / length:.0f} {unit}"
    return f"{min(seconds, 10**9) / 86_400:.0f} d"  # a service may ask for an infinite time
