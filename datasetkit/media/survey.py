"""What making a clip needs to know: its frames in time, and the first of them decoded."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from datasetkit.media.content import MATROSKA, Content, ContentKind
from datasetkit.media.damage import MediumError
from datasetkit.media.opening import ClipFile, content_of, picture_stream, played, reading
from datasetkit.media.timing import Timeline
from datasetkit.media.videos import INTERLACED, read_video
from datasetkit.model import Unreadable, Video

_SEGMENT = b"\x18\x53\x80\x67"  # Matroska's element that holds all media


@dataclass(frozen=True)
class Survey:
    """A picture stream's facts: its frames in time, the first of them, and how it is to be shown.

    ``keys`` are the ticks of the frames that are decoded without others; ``delay`` is how many ticks later the
    clip is shown than decoded. ``pictures`` counts the picture streams, cover art aside.
    """

    is_mp4: bool
    timeline: Timeline
    first: VideoFrame
    codec: str
    pixel_aspect: Fraction
    interlaced: bool
    keys: tuple[int, ...]
    delay: int
    pictures: int


@dataclass(slots=True)
class _Walk:
    """What the packets of a stream say, in their order; ``frames`` are the ticks of those that had to be decoded."""

    first: VideoFrame | None = None
    ticks: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    whole: bool = True


def survey(source: ClipFile) -> Survey:
    """Read a clip through. Raises MediumError, also if it is cut off, and DatasetkitError where it may not be read."""
    content, head, size = content_of(source)
    header = _header(source, size) if content.kind is ContentKind.VIDEO else None
    if _declared(content, head) > size:
        raise MediumError(f"cut off: of {_declared(content, head):,} bytes {size:,} are there")
    with reading(source) as container:
        stream = picture_stream(container)
        walk = _walk(container, stream)
        timeline = _timeline(walk, stream, header)
        stated = Fraction(container.duration or 0, 1_000_000)
        if container.format.name == "mxf" and stated > timeline.seconds + 1 / timeline.rate:
            raise MediumError(f"cut off: of {float(stated):.2f} s only {float(timeline.seconds):.2f} s are there")
        assert walk.first is not None  # or there would be no timeline
        return Survey(
            is_mp4=header is not None,
            timeline=timeline,
            first=walk.first,
            codec=stream.codec_context.codec.canonical_name,
            pixel_aspect=stream.sample_aspect_ratio or Fraction(1),
            interlaced=walk.first.interlaced_frame or stream.codec_context.field_order in INTERLACED,
            keys=tuple(sorted(walk.keys)),
            delay=max(shown - tick for shown, tick in zip(sorted(walk.ticks), walk.ticks, strict=True)),
            pictures=len(played(container)),
        )


def _header(source: ClipFile, size: int) -> Video:
    """The facts of an MP4 or MOV as lint reads them, which say why one can't be used and whether it is cut off."""
    facts = read_video(source, str(source), size)
    if not isinstance(facts, Video):
        raise MediumError(facts.reason if isinstance(facts, Unreadable) else "not a clip")
    if facts.missing:
        raise MediumError(f"cut off: {facts.missing:,} of its {facts.frames:,} frames lie beyond the end of the file")
    return facts


def _declared(content: Content, head: bytes) -> int:
    """How many bytes an AVI or Matroska file says it has, 0 where it doesn't."""
    if head.startswith(b"RIFF"):
        value = int.from_bytes(head[4:8], "little")
        return 0 if value == 0xFFFF_FFFF else 8 + value
    at = head.find(_SEGMENT) + len(_SEGMENT)
    if content != MATROSKA or not len(_SEGMENT) <= at < len(head) or not head[at]:
        return 0
    length = 9 - head[at].bit_length()  # the first byte's leading zeros say how many bytes follow
    value = int.from_bytes(head[at : at + length]) & ((1 << 7 * length) - 1)
    return 0 if value == (1 << 7 * length) - 1 else at + length + value  # all ones: unknown, as of live recordings


def _walk(container: InputContainer, stream: VideoStream) -> _Walk:
    """Every packet of a stream. Frames are decoded up to the first, and all of them where two fields may make one."""
    walk, fields = _Walk(), False
    for packet in container.demux(stream):
        time = packet.dts if packet.pts is None else packet.pts
        if packet.is_corrupt:
            raise MediumError(f"cut off or damaged at {float((time or 0) * packet.time_base):.2f} s")
        if walk.first is None or fields:
            frames = stream.decode(packet)
            walk.first = walk.first or next(iter(frames), None)
            fields = fields or (bool(frames) and stream.codec_context.name == "h264" and frames[0].interlaced_frame)
            walk.frames += [frame.pts for frame in frames if fields and frame.pts is not None]
        if packet.size and time is not None and not packet.is_discard:
            walk.ticks.append(time)
            walk.ends.append(time + (packet.duration or 0))
            walk.keys += [time] * packet.is_keyframe
        walk.whole &= not packet.size or (packet.pts is not None and not packet.is_discard)
    return walk


def _timeline(walk: _Walk, stream: VideoStream, header: Video | None) -> Timeline:
    if walk.first is None:
        raise MediumError("no frame of it can be decoded")
    if not walk.ticks or stream.time_base is None:
        raise MediumError("its frames have no times; put it into a container first: `ffmpeg -i IN -c copy OUT.mp4`")
    ticks = sorted(walk.frames or walk.ticks)
    end = ticks[0] + round(header.seconds / stream.time_base) if header else max(walk.ends)
    if end <= ticks[-1]:  # where the file doesn't say, the last frame lasts as long as the others
        usual = round(Fraction(ticks[-1] - ticks[0], len(ticks) - 1)) if len(ticks) > 1 else 1
        end = ticks[-1] + max(usual, 1)
    whole = walk.whole and not walk.frames and len(set(ticks)) == len(ticks)
    return Timeline(tuple(ticks), end, stream.time_base, whole)
