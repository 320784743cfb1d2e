"""Clips, from their headers alone: every frame's time and place, no media data read but for interlaced H.264."""

from __future__ import annotations

from fractions import Fraction
from itertools import compress, pairwise
from operator import add
from statistics import median_low

from av.container import InputContainer
from av.stream import Discard
from av.video.stream import VideoStream

from datasetkit.media.boxes import ENTRIES, Boxes, Matrix, Track, read_boxes, turn_by
from datasetkit.media.content import HEAD, Refused, refuse, sniff
from datasetkit.media.damage import MediumError, plain_errors, unreadable
from datasetkit.media.opening import ClipFile, decoded_times, open_mp4, played, stream_of
from datasetkit.media.pictures import HDR
from datasetkit.model import Expected, Unreadable, Video

_ENCRYPTED = (b"encv", b"drmi")
_PROGRESSIVE, INTERLACED = 1, (2, 3, 4, 5)  # libav's AV_FIELD_PROGRESSIVE, and TT, BB, TB, BT; 0 is unknown


def read_video(source: ClipFile, path: str, size: int) -> Video | Refused:
    """Read the clip of ``size`` bytes at the absolute file path, or in the seekable stream, ``source``.

    ``path`` names it in the value. Bad data is a value. Raises DatasetkitError if the machine doesn't let the clip
    be read.
    """
    try:
        with plain_errors(unreadable(path)), stream_of(source) as stream:
            head = stream.read(HEAD)
            content = sniff(head, size)
            refused = refuse(content, head, path, size, Expected.VIDEO)
            if refused:
                return refused
            boxes = read_boxes(stream, size)
            _check(boxes)
            with open_mp4(source, len(boxes.tracks)) as container:
                return _video(container, boxes, content.name, path, size)
    except MediumError as error:
        return Unreadable(path, size, Expected.VIDEO, str(error))


def _check(boxes: Boxes) -> None:
    """Raise MediumError if libav isn't asked."""
    if any(track.coding in _ENCRYPTED for track in boxes.tracks):
        raise MediumError("encrypted")
    if boxes.entries > ENTRIES:
        raise MediumError(f"its header claims {boxes.entries:,} entries for frames and sound; the limit is {ENTRIES:,}")
    if not boxes.moov and boxes.fragmented:
        raise MediumError("a fragment of a clip without the initialisation segment that describes it")
    if not boxes.moov:
        raise MediumError("cut off: it has no header (moov); a recording or download probably stopped early")


def _picture_stream(container: InputContainer, boxes: Boxes) -> tuple[VideoStream, int]:
    """The picture stream that is played, and how many there are."""
    if boxes.fragmented:
        _read_fragments(container)
    streams = [one for one in played(container) if boxes.track(one.id).handler != b"auxv"]
    filled = [stream for stream in streams if len(stream.index_entries)]
    if streams and boxes.track(streams[0].id).external:
        raise MediumError("a reference movie: its pictures are in another file")
    if filled:
        return filled[0], len(filled)
    if streams and boxes.fragmented:
        raise MediumError("an initialisation segment: it describes a clip but holds no frames")
    if streams:
        raise MediumError("its header claims no frames")
    raise MediumError("it holds sound but no pictures" if container.streams.audio else "it holds no pictures")


def _read_fragments(container: InputContainer) -> None:
    """Let libav walk all fragments: with every stream discarded it reads their headers only."""
    for stream in container.streams:
        stream.discard = Discard.all
    for _ in container.demux():
        pass


def _video(container: InputContainer, boxes: Boxes, kind: str, path: str, size: int) -> Video:
    stream, pictures = _picture_stream(container, boxes)
    track, context, tick = boxes.track(stream.id), stream.codec_context, stream.time_base or Fraction(1)
    times, kept, missing = [], [], 0  # no list of the entries themselves: they weigh 200 bytes each
    for entry in stream.index_entries:
        times.append(entry.timestamp)
        kept.append(not entry.is_discard)
        missing += entry.pos + entry.size > size
    if missing == len(times):
        raise MediumError("cut off: all of its frames lie beyond its end")
    if not any(kept):
        raise MediumError("its edit list plays none of its frames")
    begins = list(map(add, times, track.delays(len(times))))
    durations = _durations(times, track.last)
    shown, length = sorted(compress(begins, kept)), sum(compress(durations, kept))
    interlaced = bool(context) and context.field_order in INTERLACED
    if context and context.name == "h264" and context.field_order != _PROGRESSIVE and not missing:
        shown, interlaced = decoded_times(container, stream)  # two fields may make one frame
    jitter = _jitter(shown)
    if jitter and begins != times:
        last = max(compress(map(add, begins, durations), kept)) - shown[-1]
        length = shown[-1] - shown[0] + _last_shown(last, shown, track, Fraction(1, boxes.timescale or 1) / tick)
    turn = turn_by(_product(track.matrix, boxes.matrix))
    return Video(
        path,
        size,
        container=kind,
        codec=context.codec.canonical_name if context else track.coding.decode("latin-1").strip(),
        width=context.width if context else track.width,
        height=context.height if context else track.height,
        frames=len(shown),
        seconds=length * tick,
        rate=len(shown) / (length * tick),
        rotation=turn.degrees,
        mirrored=turn.mirrored,
        pixel_aspect=stream.sample_aspect_ratio or Fraction(1),
        jitter=jitter * tick,
        pictures=pictures,
        interlaced=interlaced,
        missing=missing or int(boxes.cut and boxes.fragmented),
        hdr=HDR.get(int(context.color_trc), "") if context else "",
    )


def _durations(times: list[int], last: int) -> list[int]:
    """Each frame's ticks, from the times of decoding: in sum they are the track's.

    At the seams of an edit list time may stand still or run back; the usual duration stands in there, and
    where the last frame's own is missing.
    """
    steps = [later - earlier for earlier, later in pairwise(times)]
    usual = max(1, median_low(steps)) if steps else 1
    return [step if step > 0 else usual for step in [*steps, last or usual]]


def _last_shown(stored: int, shown: list[int], track: Track, tick: Fraction) -> int:
    """How many ticks the last frame is shown, where the rate varies and frames are decoded out of order.

    The ``stored`` duration is then that of the frame decoded next; the edit list says when all is over. ``tick`` is
    one tick of that list in ticks of the track.
    """
    edited = round(track.edits[0] * tick) - (shown[-1] - shown[0]) if len(track.edits) == 1 else 0
    longest = max(later - earlier for earlier, later in pairwise(shown))
    return edited if 0 < edited <= longest else stored


def _product(track: Matrix, movie: Matrix) -> Matrix:
    a, b, c, d = track
    e, f, g, h = movie
    return a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h


def _jitter(shown: list[int]) -> int:
    """The largest deviation in ticks beyond the one that rounding makes; the last frame's may be anything."""
    steps = [later - earlier for earlier, later in pairwise(shown)]
    if not steps:
        return 0
    usual = median_low(steps)
    return max(0, max(abs(step - usual) for step in steps) - 1)
