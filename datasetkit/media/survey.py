"""What making a clip needs to know: its frames in time, and the first of them decoded."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from datasetkit.media.content import ContentKind
from datasetkit.media.damage import MediumError
from datasetkit.media.opening import ClipFile, content_of, picture_stream, played, reading
from datasetkit.media.timing import Timeline
from datasetkit.media.videos import INTERLACED, read_video
from datasetkit.model import Unreadable, Video

_STATING = ("matroska,webm", "mxf")  # libav's names for containers whose stated length is reliable
_SLACK = Fraction(1, 30)  # seconds by which a clip may fall short of what its container says


@dataclass(frozen=True)
class Survey:
    """A picture stream's facts: its frames in time, the first of them, and how it is to be shown.

    ``container`` is what libav calls the container. ``delay`` is how many ticks later the clip is shown than decoded.
    ``pictures`` counts the picture streams, cover art aside.
    """

    is_mp4: bool
    container: str
    timeline: Timeline
    first: VideoFrame
    codec: str
    pixel_aspect: Fraction
    interlaced: bool
    delay: int
    pictures: int


@dataclass(slots=True)
class _Walk:
    """What the packets of a clip say: in ticks when the picture's are shown, and in seconds when any is over.

    ``frames`` are the ticks of those that had to be decoded.
    """

    first: VideoFrame | None = None
    ticks: list[int] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    end: int = 0
    over: Fraction = Fraction(0)
    plain: bool = True


def survey(source: ClipFile) -> Survey:
    """Read a clip through. Raises MediumError, also if it is cut off, and DatasetkitError if it may not be read."""
    content, head, size = content_of(source)
    header = _header(source, size) if content.kind is ContentKind.VIDEO else None
    declared = int.from_bytes(head[4:8], "little") if head.startswith(b"RIFF") else 0  # of an AVI
    if declared and size - 8 < declared < 0xFFFF_FFFF:  # else unknown, as of live recordings
        raise MediumError(f"cut off: it should have {declared + 8:,} bytes; {size:,} are there")
    with reading(source) as container:
        stream = picture_stream(container)
        walk = _walk(container, stream)
        if walk.first is None:
            raise MediumError("no frame of it can be decoded")
        timeline = _timeline(walk, stream, header)
        stated, begin = (Fraction(time or 0, 1_000_000) for time in (container.duration, container.start_time))
        there = max(walk.over, timeline.end * timeline.base) - begin
        if container.format.name in _STATING and stated > there + _SLACK:
            raise MediumError(f"cut off: it should be {float(stated):.2f} s long; only {float(there):.2f} s are there")
        return Survey(
            is_mp4=header is not None,
            container=container.format.name,
            timeline=timeline,
            first=walk.first,
            codec=stream.codec_context.codec.canonical_name,
            pixel_aspect=stream.sample_aspect_ratio or Fraction(1),
            interlaced=walk.first.interlaced_frame or stream.codec_context.field_order in INTERLACED,
            delay=max((shown - tick for shown, tick in zip(sorted(walk.ticks), walk.ticks, strict=True)), default=0),
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


def _walk(container: InputContainer, stream: VideoStream) -> _Walk:
    """Every packet. Frames are decoded up to the first, and all of them where two fields may make one."""
    walk, fields = _Walk(), False
    for packet in container.demux():
        time = packet.dts if packet.pts is None else packet.pts
        end = (time or 0) + (packet.duration or 0)
        if packet.is_corrupt:
            raise MediumError(f"cut off or damaged at {float((time or 0) * packet.time_base):.2f} s")
        walk.over = max(walk.over, end * packet.time_base)
        if packet.stream.index != stream.index:
            continue
        if walk.first is None or fields:
            frames = stream.decode(packet)
            walk.first = walk.first or next(iter(frames), None)
            fields = fields or (bool(frames) and stream.codec_context.name == "h264" and frames[0].interlaced_frame)
            walk.frames += [frame.pts for frame in frames if fields and frame.pts is not None]
        if packet.size and time is not None and not packet.is_discard:
            walk.ticks.append(time)
            walk.end = max(walk.end, end)
        walk.plain &= not packet.size or (packet.pts is not None and not packet.is_discard)
    return walk


def _timeline(walk: _Walk, stream: VideoStream, header: Video | None) -> Timeline:
    ticks, base = sorted(walk.frames or walk.ticks), stream.time_base
    if not ticks or base is None:
        raise MediumError("its frames have no timestamps; remux it first: `ffmpeg -i IN -c copy OUT.mp4`")
    end = ticks[0] + round(header.seconds / base) if header else walk.end
    if end <= ticks[-1]:  # where the file doesn't say, the last frame lasts as long as the others
        usual = round(Fraction(ticks[-1] - ticks[0], len(ticks) - 1)) if len(ticks) > 1 else 1
        end = ticks[-1] + max(usual, 1)
    return Timeline(tuple(ticks), end, base, walk.plain and not walk.frames and len(set(ticks)) == len(ticks))
