"""One pass over a clip: every frame decoded once, shrunk once, and shown to all checks.

Memory doesn't grow with a clip's size or length beyond what the decoder itself holds: a frame is dropped before the
next one is decoded, and checks keep summaries. One decoder thread a clip: libav's log can't be captured with more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from itertools import islice, takewhile
from threading import Event
from types import MappingProxyType

from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from datasetkit import spec
from datasetkit.footage import Seen
from datasetkit.media.damage import MediumError, plain_errors, unreadable
from datasetkit.media.decoderlog import DamageLog
from datasetkit.media.opening import ClipFile, picture_stream, reading
from datasetkit.media.smallframe import Check, Shrinker, Size, SmallFrame
from datasetkit.model import Video


def decode(
    source: ClipFile,
    video: Video,
    checks: Sequence[Check],
    *,
    limit: int | None = None,
    seconds: float | None = None,
    pictured: Mapping[int, Size] = MappingProxyType({}),
    clock: Callable[[], float] = time.monotonic,
    stop: Event | None = None,
) -> Seen:
    """Show the frames of the clip at ``source``, whose header said ``video``, to the checks: ``limit`` of them or all.

    ``pictured`` gives the frames that they get in colour, by their numbers from 0, with the width and height of each.
    Gives up after ``seconds`` of ``clock``. Bad data is in the result, never an exception. Raises CancelledError once
    ``stop`` is set, and DatasetkitError if the machine doesn't let the file be read.
    """
    patience = _Patience(spec.thresholds("decoding")["seconds"] if seconds is None else seconds, clock, stop)
    log, seen = DamageLog(), 0
    with log.listening():
        try:
            with reading(source) as container:
                log.opened()
                for frame in islice(_small_frames(container, video, log, patience, pictured), limit):
                    for check in checks:
                        check.see(frame)
                    seen += 1
        except MediumError as error:
            log.note(0.0, str(error))
    results = tuple(result for check in checks if (result := check.result()) is not None)
    return Seen(seen, not patience.over, log.result(), results)


class _Patience:
    """Whether a pass goes on: asked before each packet, as a packet need not yield a frame."""

    def __init__(self, seconds: float, clock: Callable[[], float], stop: Event | None) -> None:
        self._clock, self._by, self._stop = clock, clock() + seconds, stop
        self.over = False

    def lasts(self) -> bool:
        """False once time is up. Raises CancelledError once the pass is to stop."""
        if self._stop and self._stop.is_set():
            raise CancelledError
        self.over = self._clock() > self._by
        return not self.over


def _small_frames(
    container: InputContainer, video: Video, log: DamageLog, patience: _Patience, pictured: Mapping[int, Size]
) -> Iterator[SmallFrame]:
    stream = picture_stream(container)
    shrinker, pace = Shrinker(video.rotation, mirrored=video.mirrored), Sampling(video)
    tick, usual = float(stream.time_base or 1), 1 / float(video.rate)
    for index, frame in enumerate(_frames(container, stream, log, patience)):
        shown = index * usual if frame.pts is None else frame.pts * tick
        log.start = log.start if index else shown
        seconds = shown - log.start
        small = shrinker.shrink(frame, index, seconds, seconds + (frame.duration * tick or usual))
        small.sampled = pace.samples(small.seconds)
        small.detail = shrinker.detail(frame) if index in pace.closer else None
        small.picture = shrinker.picture(frame, pictured[index]) if index in pictured else None
        yield small


class Sampling:
    """Which frames are sampled: the first one shown in each quarter of a second; and which are looked at closer."""

    def __init__(self, video: Video) -> None:
        values = spec.thresholds("sampling")
        self._rate, self._next = values["per_second"], 0.0
        count, last = int(values["closer"]), max(0, video.frames - 1)
        self.closer = frozenset(round(number * last / (count - 1)) for number in range(count))

    def samples(self, seconds: float) -> bool:
        """Whether the frame shown at that second is sampled."""
        taken = seconds * self._rate >= self._next
        if taken:
            self._next = int(seconds * self._rate + 1e-6) + 1.0
        return taken


def _frames(
    container: InputContainer, stream: VideoStream, log: DamageLog, patience: _Patience
) -> Iterator[VideoFrame]:
    """The frames that can be decoded; what can't is noted."""
    seconds, tick = 0.0, float(stream.time_base or 1)
    for packet in takewhile(lambda _: patience.lasts(), _packets(container, stream, log)):
        seconds = seconds if packet.pts is None else packet.pts * tick
        for frame in _decoded(stream, packet, log, seconds):
            corrupt = ("a frame is marked as damaged",) if frame.is_corrupt else ()
            log.note(seconds if frame.pts is None else frame.pts * tick, *corrupt)
            yield frame
        log.note(seconds)


def _decoded(stream: VideoStream, packet: Packet[VideoStream], log: DamageLog, seconds: float) -> list[VideoFrame]:
    try:
        with plain_errors(unreadable("a clip")):
            return stream.decode(packet)
    except MediumError as error:
        log.note(seconds, str(error))
        return []


def _packets(container: InputContainer, stream: VideoStream, log: DamageLog) -> Iterator[Packet[VideoStream]]:
    seconds = 0.0
    try:
        with plain_errors(unreadable("a clip")):
            for packet in container.demux(stream):
                seconds = seconds if packet.pts is None else float(packet.pts * packet.time_base)
                yield packet
    except MediumError as error:
        log.note(seconds, str(error))
