"""Clips opened by libav: for their headers alone, for decoding, and for writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer, OutputContainer
from av.stream import Discard, Disposition
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from datasetkit.media.content import HEAD, MATROSKA, Content, ContentKind, sniff
from datasetkit.media.damage import MediumError, plain_errors, unreadable

ClipFile = str | BinaryIO  # an absolute path, or a seekable stream

# Demuxers that read one file of media and open nothing beside it; playlists, scripts and devices stay shut.
_FORMATS = (
    "mov,matroska,avi,gif,apng,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,dv,rm,ivf,h264,hevc,obu,m4v,yuv4mpegpipe,swf,nut"
)
# libavformat decodes frames to guess what MP4 and Matroska state; without that, opening takes 2.5 ms instead of 65.
# One entry a stream, in order: streams without one are decoded after all, entries left over are ignored.
_UNGUESSED, _STREAMS = {"skip_frame": "all", "threads": "1"}, 16
_HEADER_ONLY = {"probesize": "65536"}  # without frames libav would read on for 5 MB; here its parsers see a few packets
# the clock of edit lists, of which the usual rates and those of NTSC are parts; the default rounds to milliseconds
_MUXER = {"movflags": "+faststart", "movie_timescale": "120000"}
_NOT_PLAYED = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image | Disposition.dependent


def open_mp4(source: ClipFile, tracks: int) -> InputContainer:
    """Open a clip as MP4 or MOV and nothing else, for its header. ``tracks``: how many it has; cover art adds more."""
    return _open(source, "mov", max(_STREAMS, 2 * tracks), **_HEADER_ONLY)


@contextmanager
def reading(source: ClipFile) -> Iterator[InputContainer]:
    """Open a clip for decoding. Raises MediumError for what isn't one, DatasetkitError if it may not be read."""
    content, _, _ = content_of(source)
    stated = content.kind is ContentKind.VIDEO or content == MATROSKA
    try:
        with plain_errors(unreadable(str(source))):
            container = _open(source, _FORMATS, _STREAMS if stated else 0)
    except MediumError as error:
        raise MediumError(f"not a clip that can be read: {content.phrase}") from error
    with container:
        yield container


def content_of(source: ClipFile) -> tuple[Content, bytes, int]:
    """What a file is by its first bytes, those bytes, and how many it has. Raises as `reading` does."""
    with plain_errors(unreadable(str(source))), stream_of(source) as stream:
        size = stream.seek(0, 2)
        stream.seek(0)
        head = stream.read(HEAD)
        return sniff(head, size), head, size


@contextmanager
def stream_of(source: ClipFile) -> Iterator[BinaryIO]:
    """The bytes of a clip from their beginning. Raises OSError."""
    with Path(source).open("rb") if isinstance(source, str) else nullcontext(source) as stream:
        stream.seek(0)
        yield stream


def _open(source: ClipFile, formats: str, unguessed: int, **options: str) -> InputContainer:
    if not isinstance(source, str):
        source.seek(0)
    container: InputContainer = av.open(
        source,
        "r",
        format=formats if formats == "mov" else None,
        options={"format_whitelist": formats, "protocol_whitelist": "file", **options},
        stream_options=[_UNGUESSED] * unguessed or None,  # type: ignore[call-overload] # av's stub errs
        metadata_errors="replace",
    )
    return container


def writing(target: Path) -> OutputContainer:
    """An MP4 opened for writing, its index moved to the front at the end."""
    return av.open(str(target.absolute()), "w", format="mp4", options=_MUXER)


def played(container: InputContainer) -> list[VideoStream]:
    """The picture streams that are played: no cover art or thumbnails."""
    return [one for one in container.streams.video if not one.disposition & _NOT_PLAYED]


def picture_stream(container: InputContainer) -> VideoStream:
    """The picture stream that is played: the first that holds any, as a scan takes it, ready to be decoded.

    By one thread: with several, libav doesn't report all damage.
    """
    streams = played(container)
    if not streams:
        raise MediumError("it has no picture stream")
    stream = next((one for one in streams if len(one.index_entries)), streams[0])
    prepare(stream)
    return stream


def prepare(stream: VideoStream) -> None:
    """Make a stream ready to be decoded. Raises MediumError if there is no decoder."""
    if stream.codec_context is None:
        raise MediumError("can't be decoded: unsupported codec")
    stream.discard = Discard.default
    stream.codec_context.skip_frame = "DEFAULT"
    stream.codec_context.thread_count = 1


def frames_from(container: InputContainer, stream: VideoStream, tick: int) -> Iterator[VideoFrame]:
    """The frames from the last key frame before ``tick`` on, or all of them where that isn't where decoding can begin.

    With intra refresh (ITU-T H.264, D.2.8), what the container calls a key frame may depend on earlier ones.
    """
    container.seek(tick, stream=stream)
    frames = container.decode(stream)
    first = next(frames, None)
    if first and first.pts is not None and first.pts <= tick and first.pict_type == PictureType.I:
        yield first
    else:
        container.seek(0)
        frames = container.decode(stream)
    yield from frames


def decoded_times(container: InputContainer, stream: VideoStream) -> tuple[list[int], bool]:
    """When each frame is shown, in ticks, and whether any is interlaced, by decoding all of them.

    H.264 may store the two fields of a frame as two samples.
    """
    prepare(stream)
    container.seek(0)
    frames = [(frame.pts, frame.interlaced_frame) for frame in container.decode(stream) if frame.pts is not None]
    if not frames:
        raise MediumError("no frame of it can be decoded")
    return sorted(time for time, _ in frames), any(interlaced for _, interlaced in frames)
