"""When a clip's frames are shown, and which of them a constant rate takes. Exact and pure."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain, pairwise
from statistics import median_low
from typing import TypeVar

F = TypeVar("F")

# usual frame rates, whole numbers and NTSC's; used to undo rounding to milliseconds and the like
_NTSC = (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(120000, 1001))
_DENOMINATOR = 1001
_NEAR = Fraction(1, 200)


@dataclass(frozen=True)
class Timeline:
    """The frames of a picture stream as played: when each is shown, in ticks of ``base`` seconds, rising.

    ``end`` is when the last one is over, after it began. ``plain`` says that each packet is one frame that tells its
    time and is shown (no edit lists, no fields). There is at least one frame.
    """

    ticks: tuple[int, ...]
    end: int
    base: Fraction
    plain: bool = True

    @cached_property
    def shown(self) -> tuple[int, ...]:
        """The ticks of the frames that are shown. VP8 stores hidden frames one tick after the frame before them."""
        usual = median_low([after - before for before, after in pairwise(self.ticks)] or [0])
        return (self.ticks[0], *(after for before, after in pairwise(self.ticks) if (after - before) * 10 > usual))

    @property
    def start(self) -> Fraction:
        """When the first frame is shown, in seconds of the file's clock."""
        return self.ticks[0] * self.base

    @property
    def seconds(self) -> Fraction:
        """How long the picture stream lasts."""
        return (self.end - self.ticks[0]) * self.base

    @cached_property
    def rate(self) -> Fraction:
        """Frames a second on average, at the nominal rate where rounding hides it.

        Taken from the first frame to the last: the last frame's duration is the least reliable value in a file.
        """
        between = (self.ticks[-1] - self.ticks[0]) * self.base
        average = (len(self.shown) - 1) / between if between else 1 / self.seconds
        return nominal_rate(average, self.seconds, self.base)

    def nearest(self, seconds: Fraction) -> Fraction:
        """The moment nearest to ``seconds`` at which a frame begins or the last one ends; of two the earlier.

        Both are seconds since the first frame.
        """
        moments = (*self.shown, self.end)
        wanted = self.ticks[0] + seconds / self.base
        after = bisect_left(moments, wanted)
        around = moments[max(0, after - 1) : after + 1]
        return (min(around, key=lambda tick: abs(tick - wanted)) - self.ticks[0]) * self.base

    def even(self, jitter: Fraction) -> bool:
        """Whether all frames last equally long, apart from ``jitter`` seconds and the clock's rounding."""
        lasting = ((after - before) * self.base for before, after in pairwise(self.shown))
        return all(abs(one - 1 / self.rate) <= jitter + self.base for one in lasting)


def nominal_rate(rate: Fraction, seconds: Fraction, tick: Fraction) -> Fraction:
    """The rate that a measured one stands for.

    A whole number, where over ``seconds`` it differs by no more than a ``tick`` of the clock; else the nearest rate
    in use, where that moves no frame by half its time; else one of small terms.
    """
    rounded = Fraction(max(1, round(rate)))
    if abs(rounded - rate) * seconds <= rate * tick:
        return rounded
    best = min((*_NTSC, rounded), key=lambda one: abs(one - rate))
    near = abs(best - rate) * seconds * 2 < 1 and abs(best - rate) < rate * _NEAR
    return best if near else rate.limit_denominator(_DENOMINATOR)


def paced(frames: Iterable[tuple[Fraction, F]], rate: Fraction, count: int, *, cut: bool) -> Iterator[tuple[int, F]]:
    """``count`` frames at a constant rate: each the one nearest in time, left out or repeated as needed.

    Each frame comes with its time in seconds since the first. The first is always kept, and so is the last unless the
    clip is ``cut``.
    """
    index = 0
    for (time, frame), following in with_next(frames):
        until = count
        if following is not None:
            until = min(math.ceil((time + following) / 2 * rate), count if cut else count - 1)
        while index < max(until, 1):
            yield index, frame
            index += 1
        if index >= count:
            return


def with_next(frames: Iterable[tuple[Fraction, F]]) -> Iterator[tuple[tuple[Fraction, F], Fraction | None]]:
    """Each frame with the time of the next one, None after the last."""
    for current, following in pairwise(chain(frames, (None,))):
        assert current is not None  # only the last one is None
        yield current, following and following[0]
