"""Clips, from their headers alone: every frame's time and place, no picture decoded, no media data read."""

from __future__ import annotations

import math
from contextlib import ExitStack
from fractions import Fraction
from itertools import compress, pairwise
from operator import add
from pathlib import Path
from statistics import median_low
from typing import BinaryIO

import av
import av.error
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from datasetkit.media.boxes import Boxes, HostileError, Matrix, Track, read_boxes
from datasetkit.media.content import HEAD, Content, Sort, sniff
from datasetkit.model import Expected, Foreign, Pointer, Unreadable, Video

# The header of a hostile clip can announce billions of frames in a few bytes, and libav makes an index of 24
# bytes an entry of them before anything is returned. An hour of 60 frames a second and its sound has 400,000.
_ENTRIES = 500_000

# av raises its own errors, and Python's own for texts, numbers and streams that it can't take.
_DAMAGE = (av.error.FFmpegError, OSError, ValueError, EOFError, OverflowError, MemoryError)

_NOT_PLAYED = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image | Disposition.dependent
_ENCRYPTED = (b"encv", b"drmi")
_INTERLACED = (2, 3, 4, 5)  # libav's AV_FIELD_TT, BB, TB, BT; 0 is unknown, 1 progressive


def read_video(source: str | BinaryIO, path: str, size: int) -> Video | Unreadable | Foreign | Pointer:
    """Read the clip of ``size`` bytes at the absolute file path, or in the seekable stream, ``source``.

    ``path`` names it in the value. Bad data is a value; an OSError while reading counts as damage.
    """
    try:
        with ExitStack() as stack:
            stream = stack.enter_context(Path(source).open("rb")) if isinstance(source, str) else source
            content = sniff(stream.read(HEAD), size)
            told = _told(content, path, size)
            if told:
                return told
            boxes = read_boxes(stream, size)
            reason = _objection(boxes)
            if reason:
                return Unreadable(path, size, Expected.VIDEO, reason)
            stream.seek(0)
            with _open(source, boxes) as container:
                return _facts(container, boxes, content.name, path, size)
    except HostileError as error:
        return Unreadable(path, size, Expected.VIDEO, str(error))
    except _DAMAGE as error:
        return Unreadable(path, size, Expected.VIDEO, _reason(error))


def _told(content: Content, path: str, size: int) -> Unreadable | Foreign | Pointer | None:
    """What the first bytes settle, so that no demuxer sees a playlist, a still or a script."""
    if content.sort is Sort.POINTER:
        return Pointer(path, size, Expected.VIDEO, content.name)
    if content.sort in (Sort.FOREIGN, Sort.IMAGE):
        return Foreign(path, size, Expected.VIDEO, content.phrase)
    if content.sort is Sort.EMPTY:
        return Unreadable(path, size, Expected.VIDEO, "empty")
    if content.sort is Sort.UNKNOWN:
        return Unreadable(path, size, Expected.VIDEO, "not an MP4 or MOV: it doesn't begin like one")
    return None


def _objection(boxes: Boxes) -> str:
    """Why libav isn't asked; "" if it is."""
    if boxes.compressed:
        return "its header is compressed (cmov), a form of old QuickTime files that isn't read"
    if boxes.moov and any(track.coding in _ENCRYPTED for track in boxes.tracks):
        return "encrypted"
    if boxes.entries > _ENTRIES:
        return f"its header announces {boxes.entries:,} frames and sounds; at most {_ENTRIES:,} are read"
    if boxes.moov:
        return ""
    if boxes.fragmented:
        return "a fragment of a clip without the initialisation segment that describes it"
    return "cut off: it has no header (moov), as when a recording or a download stopped early"


def _open(source: str | BinaryIO, boxes: Boxes) -> InputContainer:
    """Open as MP4 or MOV and nothing else.

    ``skip_frame`` keeps libav from decoding a frame to guess parameters. It takes an entry a stream, in
    order, decodes streams without one after all, and ignores entries left over; cover art adds streams.
    Since no frame is ever decoded, libav would go on reading for 5 MB or 5 s: ``probesize`` ends that after
    the first packets, which tell a parser all it can tell.
    """
    lazy = {"skip_frame": "all", "threads": "1"}
    container: InputContainer = av.open(
        source,
        "r",
        format="mov",
        options={"format_whitelist": "mov", "protocol_whitelist": "file", "probesize": "65536"},
        stream_options=[lazy] * max(16, 2 * len(boxes.tracks)),  # type: ignore[call-overload] # av's stub errs
        metadata_errors="replace",
    )
    return container


def _reason(error: BaseException) -> str:
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"damaged: {' '.join(str(words).split())}"


def _facts(container: InputContainer, boxes: Boxes, kind: str, path: str, size: int) -> Video | Unreadable:
    if boxes.fragmented:
        _read_fragments(container)
    streams = [stream for stream in container.streams.video if _is_played(stream, boxes)]
    filled = [stream for stream in streams if len(stream.index_entries)]
    if not filled:
        return Unreadable(path, size, Expected.VIDEO, _emptiness(container, boxes, bool(streams)))
    stream = filled[0]
    return _video(stream, boxes.track(stream.id), boxes, kind, path, size, len(filled))


def _read_fragments(container: InputContainer) -> None:
    """Let libav walk all fragments: with every stream discarded it reads their headers only."""
    for stream in container.streams:
        stream.discard = Discard.all
    for _ in container.demux():
        pass


def _is_played(stream: VideoStream, boxes: Boxes) -> bool:
    return not stream.disposition & _NOT_PLAYED and boxes.track(stream.id).handler != b"auxv"


def _emptiness(container: InputContainer, boxes: Boxes, pictures: bool) -> str:
    if pictures and boxes.fragmented:
        return "an initialisation segment: it describes a clip but holds no frames"
    if pictures:
        return "its header announces no frames"
    if container.streams.audio:
        return "it holds sound but no pictures"
    return "it holds no pictures"


def _video(
    stream: VideoStream, track: Track, boxes: Boxes, kind: str, path: str, size: int, pictures: int
) -> Video | Unreadable:
    times, played, missing = [], [], 0  # no list of the entries themselves: they weigh 200 bytes each
    for entry in stream.index_entries:
        times.append(entry.timestamp)
        played.append(not entry.is_discard)
        missing += entry.pos + entry.size > size
    frames = sum(played)
    if missing == len(times):
        return Unreadable(path, size, Expected.VIDEO, "cut off: all of its frames lie beyond its end")
    if not frames:
        return Unreadable(path, size, Expected.VIDEO, "its edit list plays none of its frames")
    tick = stream.time_base or Fraction(1)
    seconds = sum(compress(_durations(times, track.last), played)) * tick
    shown = sorted(compress(map(add, times, track.delays(len(times))), played))
    context = stream.codec_context
    rotation, mirrored = _orientation(track.matrix, boxes.matrix)
    return Video(
        path,
        size,
        container=kind,
        codec=context.codec.canonical_name if context else track.coding.decode("latin-1").strip(),
        width=context.width if context else track.width,
        height=context.height if context else track.height,
        frames=frames,
        seconds=seconds,
        rate=frames / seconds,
        rotation=rotation,
        mirrored=mirrored,
        pixel_aspect=stream.sample_aspect_ratio or Fraction(1),
        jitter=_jitter(shown) * tick,
        pictures=pictures,
        interlaced=bool(context) and context.field_order in _INTERLACED,
        missing=missing or int(boxes.cut and boxes.fragmented),
    )


def _durations(times: list[int], last: int) -> list[int]:
    """Each frame's ticks, from the times of decoding: in sum they are the track's.

    At the seams of an edit list time may stand still or run back; the usual duration stands in there, and
    where the last frame's own is missing.
    """
    steps = [later - earlier for earlier, later in pairwise(times)]
    usual = max(1, median_low(steps)) if steps else 1
    return [step if step > 0 else usual for step in [*steps, last or usual]]


def _jitter(shown: list[int]) -> int:
    """The largest deviation in ticks beyond the one that rounding makes; the last frame's may be anything."""
    steps = [later - earlier for earlier, later in pairwise(shown)]
    if not steps:
        return 0
    usual = median_low(steps)
    return max(0, max(abs(step - usual) for step in steps) - 1)


def _orientation(track: Matrix, movie: Matrix) -> tuple[int, bool]:
    """Degrees clockwise, to the nearest quarter, and whether a mirroring comes before that turn."""
    a, b, c, d = track
    e, f, g, h = movie
    a, b, c, d = a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h
    determinant = a * d - b * c
    if not determinant:
        return 0, False
    quarters = round(math.degrees(math.atan2(-c, d)) / 90)
    return quarters % 4 * 90, determinant < 0
