"""A clip decoded, filtered and encoded in one pass: H.264 4:2:0 of eight bits, with its sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.codec.context import Flags
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from datasetkit import spec
from datasetkit.edits import Reencode
from datasetkit.media import pictures
from datasetkit.media.damage import MediumError
from datasetkit.media.opening import ClipFile, picture_stream, reading, writing
from datasetkit.media.sound import SoundTrack, feed, sound_tracks
from datasetkit.media.survey import Survey
from datasetkit.media.timing import Timeline, paced, with_next
from datasetkit.windows import fault_of_end

# Without "mbtree=0", x264's output differs from run to run on CPUs with AVX-512, because its macroblock tree reads
# memory it shouldn't. The price, on 14 natural clips of 320×240 to 1920×1080: 13 % more bytes (geometric mean), PSNR at
# most 0.7 dB lower but for one of moving water (3 dB, at 17 % fewer bytes). "asm=AVX2" would need to know the CPU.
_ENCODER = {"crf": "16", "preset": "medium", "x264-params": "mbtree=0"}


@dataclass(frozen=True)
class Part:
    """The part of the source's clock that is kept, in seconds, and how many frames a constant rate has in it."""

    start: Fraction
    length: Fraction
    cut: bool
    rate: Fraction
    count: int
    even: bool  # at this rate


def part_of(timeline: Timeline, edit: Reencode) -> Part:
    """The part of a clip that an edit keeps. Raises MediumError if that is nothing, or a window isn't in the clip."""
    start = edit.start or Fraction(0)
    rest = timeline.seconds - start
    if rest <= 0 and not (edit.exact and edit.seconds):
        raise MediumError(
            f"the clip is {float(timeline.seconds):.2f} s long; it has nothing after {float(start):.2f} s"
        )
    length = rest if edit.seconds is None else min(rest, edit.seconds)
    if edit.exact and edit.seconds is not None:
        start, length = snapped(timeline, start, edit.seconds)
        rest = timeline.seconds - start
    cut = length < rest
    rate = edit.rate or timeline.rate
    count = int(length * rate) if cut and not edit.exact else round(length * rate)
    even = rate == timeline.rate and timeline.even(spec.limits().jitter_seconds)
    return Part(timeline.start + start, length, cut, rate, max(1, count), even)


def snapped(timeline: Timeline, start: Fraction, seconds: Fraction) -> tuple[Fraction, Fraction]:
    """Where a window begins and how long it is, in whole frames. Raises MediumError if it isn't in the clip."""
    end = start + seconds
    if fault := fault_of_end(end, timeline.seconds, timeline.rate):
        raise MediumError(fault)
    begin = timeline.nearest(start)
    length = timeline.nearest(end) - begin
    if not length:
        raise MediumError(f"the window of {float(seconds):g} s at {float(start):.2f} s is shorter than a frame")
    return begin, length


def encode(
    source: ClipFile, target: Path, edit: Reencode, facts: Survey, part: Part, options: Mapping[str, str] = _ENCODER
) -> list[str]:
    """Write the clip to ``target``: decoded, filtered and encoded in one pass. Gives notes on what was lost.

    ``options`` are x264's, by libav's names.
    """
    first, size, base = facts.first, _size(edit, facts), facts.timeline.base
    look = pictures.filters(first, facts.pixel_aspect, size, edit.crop, interlaced=facts.interlaced)
    sdr = edit.sdr and pictures.is_hdr(first)
    chain = pictures.Chain([*look, *(pictures.to_sdr() if sdr else pictures.to_yuv(first))], base)
    steady = edit.steady or edit.rate is not None or part.even
    with reading(source) as container, writing(target) as output:
        stream = picture_stream(container)
        made = _picture(output, first, size, part.rate, None if steady else base, options, sdr=sdr)
        kept, notes = sound_tracks(container, output, part.start, part.length if part.cut else None)
        packets = container.demux(stream, *(track.source for track in kept))
        frames = _clocked(_shown(packets, stream, kept, chain), part.start, facts.timeline.rate)
        time = None
        paces = paced(frames, part.rate, part.count, cut=part.cut)
        for time, lasting, frame in ((n, 1, frame) for n, frame in paces) if steady else _varying(frames, part, base):
            frame.pts, frame.duration, frame.time_base = time, lasting, made.codec_context.time_base
            frame.pict_type = 0  # the source's key frames are no reason for one here
            output.mux(made.encode(frame))
        if time is None:
            raise MediumError("no frame of it can be decoded")
        output.mux(made.encode(None))
        for packet in packets:  # the picture is cut already, its sound may lie behind
            feed(kept, packet)
            if all(track.done for track in kept):
                break
        notes += [note for track in kept for note in track.finish()]
    return [*notes, *pictures.hdr_notes(first, "converted to SDR" if sdr else "keeps its tag, at eight bits")]


def _size(edit: Reencode, facts: Survey) -> pictures.Size:
    shown, crop = pictures.displayed(facts.first, facts.pixel_aspect), edit.crop
    if crop and (crop.left + crop.width > shown[0] or crop.top + crop.height > shown[1]):
        raise MediumError(f"it measures {shown[0]}×{shown[1]}, so the crop lies outside")
    return pictures.scaled((crop.width, crop.height) if crop else shown, edit.max_side, edit.max_pixels)


def _picture(
    output: OutputContainer,
    first: VideoFrame,
    size: pictures.Size,
    rate: Fraction,
    base: Fraction | None,
    options: Mapping[str, str],
    *,
    sdr: bool,
) -> VideoStream:
    """The picture stream to be made; ``base`` is its clock where the rate varies."""
    # in order of time, or MP4 has no place for how long each frame lasts
    ordered = {} if base is None else {"bf": "0"}
    stream = output.add_stream("libx264", rate=rate, options={**options, **ordered})
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = base or 1 / rate
    context.thread_type = "FRAME"
    context.flags |= Flags.frame_duration
    rgb = pictures.is_rgb(first)
    context.colorspace = pictures.BT709 if rgb or sdr else first.colorspace
    context.color_range = pictures.LIMITED if rgb or sdr else first.color_range
    context.color_primaries = pictures.BT709 if sdr else first.color_primaries
    context.color_trc = pictures.BT709 if sdr else first.color_trc
    return stream


def _shown(
    packets: Iterator[Packet[Stream]], stream: VideoStream, sounds: list[SoundTrack], chain: pictures.Chain
) -> Iterator[VideoFrame]:
    """The picture's frames as they will be encoded; the sound between them goes its own way."""
    for packet in packets:
        if packet.stream.index != stream.index:
            feed(sounds, packet)
            continue
        for frame in pictures.checked(stream.decode(packet)):
            yield from chain.run(frame)
    yield from chain.finish()


def _clocked(frames: Iterator[VideoFrame], start: Fraction, rate: Fraction) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Frames with their time in seconds since ``start``. A frame without a timestamp follows the one before."""
    time = -1 / rate
    for frame in frames:
        if frame.pts is None or frame.time_base is None:
            time += 1 / rate
        else:
            time = frame.pts * frame.time_base - start
        if time >= 0:
            yield time, frame


def _varying(
    frames: Iterator[tuple[Fraction, VideoFrame]], part: Part, base: Fraction
) -> Iterator[tuple[int, int, VideoFrame]]:
    """Frames at their own times, each with its time and duration in ticks of the encoder's clock."""
    for (time, frame), following in with_next(frames):
        if time >= part.length:
            return
        until = part.length if following is None else min(following, part.length)
        yield round(time / base), max(1, round((until - time) / base)), frame
