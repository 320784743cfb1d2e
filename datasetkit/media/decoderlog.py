"""What a decoder says is wrong with a clip."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from av import logging as libav

from datasetkit.footage import Damage

_REASONS = 4  # kept: a hostile clip can make libav say thousands


class DamageLog:
    """Listens to libav while one clip is decoded. One decoder thread only: the log of others deadlocks."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, str, str]] = []
        self.start = 0.0  # when the first frame is shown, by the file's clock
        self._since: float | None = None
        self._opening: tuple[str, ...] = ()
        self._frames = 0
        self._reasons: dict[str, None] = {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take in what libav logs in this thread."""
        logging.getLogger("libav").addHandler(_SILENT)  # what other threads log goes nowhere, as before
        libav.set_skip_repeated(False)  # libav's "repeated" looks across threads, and would swallow another clip's line
        libav.set_level(libav.ERROR)
        with libav.Capture(local=True) as self._lines:
            yield

    def opened(self) -> None:
        """The file is open: what was logged until now concerns its structure, or frames that are decoded again."""
        self._opening = tuple(self._said())

    def note(self, seconds: float, *reasons: str) -> None:
        """A packet or frame of that second of the file's clock was decoded; ``reasons`` add to what libav logged."""
        said = self._said()
        if not said and not reasons:
            return
        self._frames += 1
        self._since = seconds if self._since is None else min(self._since, seconds)
        self._keep(*said, *reasons)

    def _said(self) -> list[str]:
        said = [line for level, _, line in self._lines if level <= libav.ERROR]
        self._lines.clear()
        return said

    def _keep(self, *reasons: str) -> None:
        for reason in reasons:
            if len(self._reasons) < _REASONS:
                self._reasons[" ".join(reason.split())] = None

    def result(self) -> Damage | None:
        """What was wrong, if anything."""
        self._keep(*self._opening)
        if not self._reasons:
            return None
        since = 0.0 if self._since is None else max(0.0, self._since - self.start)
        return Damage(round(since, 3), self._frames, tuple(self._reasons))


_SILENT = logging.NullHandler()
