"""How long to wait, and how often: every clock, pause and die of the network code, as one value."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Pace:
    """Bounds and clocks; seconds throughout. The numbers are datasetkit's own judgement.

    ``attempts`` are for one request. ``looks`` is how often the file list is asked for a file that may still be
    on its way in. ``polls`` bounds the wait until a file is processed, ``poll_longest`` each pause of it.
    ``chance`` gives a number from 0 to 1.
    """

    attempts: int = 5
    looks: int = 4
    polls: int = 60
    first: float = 1.0
    longest: float = 60.0
    poll_longest: float = 10.0
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    now: Callable[[], datetime] = _now

    def delay(self, attempt: int, asked: float | None = None) -> float:
        """Seconds before the try after the ``attempt``-th, which counts from 1.

        What the service ``asked`` for is a floor, with jitter on top; else it doubles, with jitter below, so
        that clients that failed together don't return together.
        """
        if asked is not None:
            return asked + self.first * self.chance()
        return min(self.longest, self.first * 2.0 ** (attempt - 1)) * (0.5 + 0.5 * self.chance())

    def asked(self, header: str | None) -> float | None:
        """The seconds that a Retry-After header asks for, as a number or an HTTP date; None for neither."""
        if not header:
            return None
        if header.strip().isascii() and header.strip().isdigit():
            return float(header)
        try:
            when = parsedate_to_datetime(header)
        except ValueError:
            return None
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(0.0, (aware - self.now()).total_seconds())
