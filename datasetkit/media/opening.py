"""Clips opened for reading and writing: the one place of this package that meets PyAV's errors."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer, OutputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from datasetkit.errors import DatasetkitError
from datasetkit.media.outcome import CannotMakeError
from datasetkit.media.timing import Timeline

Place = str | BinaryIO

# Demuxers that read one file of media and open nothing beside it; playlists, scripts and devices stay shut.
_FORMATS = (
    "mov,matroska,avi,gif,apng,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,dv,rm,ivf,h264,hevc,obu,m4v,yuv4mpegpipe,swf,nut"
)
_SAFE = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
# libavformat decodes frames to guess parameters that MP4 and Matroska state; without that, opening takes 2.5 ms
# instead of 65. One entry a stream: sixteen reach any picture stream behind the sound.
_UNGUESSED = [{"skip_frame": "all", "threads": "1"}] * 16
# the clock of edit lists, of which the usual rates and those of NTSC are parts; the default rounds to milliseconds
_MUXER = {"movflags": "+faststart", "movie_timescale": "120000"}
_MP4 = "mov,mp4,m4a,3gp,3g2,mj2"  # libavformat's name for MP4 and MOV alike
_STATED = {_MP4, "matroska,webm"}
_NOT_PLAYED = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image | Disposition.dependent
_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EIO, errno.EMFILE, errno.ENOMEM}


@contextmanager
def reading(source: Place) -> Iterator[InputContainer]:
    """A clip opened for reading. Raises CannotMakeError for what isn't one, here and while it is read."""
    with _translated(), _quickly(source) or _open(source, None) as container:
        yield container


@contextmanager
def writing(target: Path) -> Iterator[OutputContainer]:
    """An MP4 opened for writing, its index moved to the front at the end."""
    with _translated(), av.open(str(target.absolute()), "w", format="mp4", options=_MUXER) as made:
        yield made


def picture_stream(container: InputContainer) -> VideoStream:
    """The picture stream that is played: the first that holds any, as a scan takes it, ready to be decoded."""
    streams = _pictures(container)
    if not streams:
        raise CannotMakeError("it has no picture stream")
    stream = next((one for one in streams if len(one.index_entries)), streams[0])
    if stream.codec_context is None:
        raise CannotMakeError("its picture is in a codec that isn't known here")
    stream.codec_context.skip_frame = "DEFAULT"
    return stream


def _pictures(container: InputContainer) -> list[VideoStream]:
    return [one for one in container.streams.video if not one.disposition & _NOT_PLAYED]


@dataclass(frozen=True)
class Survey:
    """A picture stream's facts: its frames in time, the first of them, and how it is to be shown.

    ``keys`` are the ticks of the frames that are decoded without others; ``delay`` is how many ticks later the
    clip is shown than decoded. ``is_mp4`` says that the container is MP4 or MOV, ``pictures`` how many picture
    streams it has, cover art aside.
    """

    timeline: Timeline
    first: VideoFrame
    codec: str
    pixel_aspect: Fraction
    interlaced: bool
    keys: tuple[int, ...]
    delay: int
    is_mp4: bool
    pictures: int


def survey(source: Place) -> Survey:
    """Read a clip through without decoding more than its first frame. Raises CannotMakeError."""
    with reading(source) as container:
        stream = picture_stream(container)
        stream.codec_context.thread_type = "NONE"
        ticks, ends, keys, whole, first = [], [0], [], True, None
        for packet in container.demux(stream):
            if first is None:
                first = next(iter(stream.decode(packet)), None)
            time = packet.dts if packet.pts is None else packet.pts
            if packet.size and time is not None and not packet.is_discard:
                ticks.append(time)
                ends.append(time + (packet.duration or 0))
                keys += [time] * packet.is_keyframe
            whole &= not packet.size or (packet.pts is not None and not packet.is_discard)
        if first is None or not ticks or stream.time_base is None:
            raise CannotMakeError("no frame of it can be decoded")
        shown = tuple(sorted(ticks))
        delay = max(at - time for at, time in zip(shown, ticks, strict=True))
        whole &= len(set(ticks)) == len(ticks)
        timeline = Timeline(shown, _end(ticks, max(ends)), stream.time_base, whole)
        interlaced = first.interlaced_frame or stream.codec_context.field_order > 1  # 1 is progressive, 0 unknown
        return Survey(
            timeline=timeline,
            first=first,
            codec=stream.codec_context.codec.canonical_name,
            pixel_aspect=stream.sample_aspect_ratio or Fraction(1),
            interlaced=interlaced,
            keys=tuple(sorted(keys)),
            delay=delay,
            is_mp4=container.format.name == _MP4,
            pictures=len(_pictures(container)),
        )


def _end(ticks: list[int], told: int) -> int:
    """When the last frame is over; where the file doesn't say, it lasts as long as the others."""
    last, first = max(ticks), min(ticks)
    usual = round(Fraction(last - first, len(ticks) - 1)) if len(ticks) > 1 else 1
    return told if told > last else last + max(usual, 1)


def _open(source: Place, options: list[dict[str, str]] | None) -> InputContainer:
    if not isinstance(source, str):
        source.seek(0)
    return av.open(  # type: ignore[call-overload, no-any-return]  # av's stub errs
        source, "r", options=dict(_SAFE), stream_options=options, metadata_errors="replace"
    )


def _quickly(source: Place) -> InputContainer | None:
    """The clip opened without guessing, or None where its container leaves something to be guessed."""
    try:
        container = _open(source, _UNGUESSED)
    except ValueError as error:
        if isinstance(error, av.error.FFmpegError):
            raise
        return None  # PyAV refuses options for streams that the container doesn't list (MPEG-TS)
    if container.format.name in _STATED:
        return container
    container.close()
    return None


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except av.error.FFmpegError as error:
        if error.errno in _MACHINE:
            raise stuck(error) from error
        raise CannotMakeError(f"it can't be read or converted ({error.strerror})") from error


def stuck(error: OSError | av.error.FFmpegError) -> DatasetkitError:
    """The machine, not the clip, is in the way."""
    return DatasetkitError(f"can't write a clip: {error.strerror}", "Check the free space and the permissions.")
