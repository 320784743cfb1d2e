"""The facts of clips: of a dataset, or raw ones in whatever container."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from statistics import median_low

from datasetkit.media.content import Refused
from datasetkit.media.damage import MediumError, plain_errors, unreadable
from datasetkit.media.opening import ClipFile
from datasetkit.media.pictures import HDR, turn_of
from datasetkit.media.survey import survey
from datasetkit.media.timing import Timeline
from datasetkit.media.videos import read_video
from datasetkit.model import Expected, Unreadable, Video


def read_clip(source: ClipFile, path: str, size: int, expected: Expected) -> Video | Refused:
    """The clip of ``size`` bytes at the absolute file path, or in the seekable stream, ``source``.

    As `read_video` says; ANY_VIDEO is also read in other containers, from all its packets and its first frame, and
    its container is then called as libav calls it. Raises as `read_video` does.
    """
    return read_video(source, path, size) if expected is Expected.VIDEO else _read_other(source, path, size)


def _read_other(source: ClipFile, path: str, size: int) -> Video | Unreadable:
    try:
        with plain_errors(unreadable(path)):
            found = survey(source)
    except MediumError as error:
        return Unreadable(path, size, Expected.VIDEO, str(error))
    first, line, turn = found.first, found.timeline, turn_of(found.first)
    return Video(
        path,
        size,
        container=found.container,
        codec=found.codec,
        width=first.width,
        height=first.height,
        frames=len(line.shown),
        seconds=line.seconds,
        rate=line.rate,
        rotation=turn.degrees,
        mirrored=turn.mirrored,
        pixel_aspect=found.pixel_aspect,
        jitter=_jitter(line),
        pictures=found.pictures,
        interlaced=found.interlaced,
        hdr=HDR.get(int(first.color_trc), ""),
    )


def _jitter(line: Timeline) -> Fraction:
    """How far a frame's time on screen is from the usual one, beyond the rounding of the clock."""
    steps = [later - earlier for earlier, later in pairwise(line.shown)]
    usual = median_low(steps or [0])
    return max(0, max((abs(step - usual) for step in steps), default=0) - 1) * line.base
