"""Where the time of a run goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock


class Stopwatch:
    """Adds up the seconds that each kind of work takes, over all threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._seconds: dict[str, float] = {}

    @contextmanager
    def timing(self, work: str) -> Iterator[None]:
        """Time the block as ``work``."""
        started = self._clock()
        try:
            yield
        finally:
            with self._lock:
                self._seconds[work] = self._seconds.get(work, 0.0) + self._clock() - started

    def lap(self) -> Mapping[str, float]:
        """The seconds that each kind of work took since the last lap."""
        with self._lock:
            taken, self._seconds = self._seconds, {}
        return taken
