"""A clip's sound on its way into the new file: copied where it is AAC, else encoded, cut to the picture's length."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import EOFError as FinishedError
from av.error import FFmpegError
from av.filter import Graph
from av.packet import Packet
from av.stream import Stream

from datasetkit.media.pictures import drained

_RATES = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000}
_USUAL_RATE = 48_000
_BITS_A_SECOND = 192_000
_PREROLL = 2  # packets of AAC are decoded with the one before them


class CopiedSound:
    """Packets of AAC between ``start`` and ``start + length`` seconds of the source's clock, as they are."""

    def __init__(self, stream: AudioStream, output: OutputContainer, start: Fraction, length: Fraction | None) -> None:
        self.source, self._output = stream, output
        self._target = output.add_stream_from_template(stream)
        self._start, self._length = start, length
        self.done = False

    def feed(self, packet: Packet[AudioStream]) -> None:
        """Take the source's next packet."""
        if packet.pts is None or packet.dts is None or self.done:
            return
        offset = round(self._start / packet.time_base)
        end = round(self._length / packet.time_base) if self._length is not None else None
        packet.pts, packet.dts = packet.pts - offset, packet.dts - offset
        lasting = packet.duration or 0
        self.done = end is not None and packet.pts >= end
        if not self.done and packet.pts + _PREROLL * lasting > 0:
            packet.duration = lasting if end is None else min(lasting, end - packet.pts)
            packet.stream = self._target
            self._output.mux(packet)

    def finish(self) -> list[str]:
        """Nothing is kept back, and nothing is lost."""
        return []


class EncodedSound:
    """Sound decoded, cut, and encoded as AAC: mono stays mono, all else becomes stereo; gaps become silence."""

    def __init__(self, stream: AudioStream, output: OutputContainer, start: Fraction, length: Fraction | None) -> None:
        self.source, self._output = stream, output
        rate = stream.codec_context.sample_rate if stream.codec_context.sample_rate in _RATES else _USUAL_RATE
        layout = "mono" if stream.codec_context.layout.nb_channels == 1 else "stereo"
        self._target = output.add_stream("aac", rate=rate, layout=layout)
        self._target.bit_rate = _BITS_A_SECOND
        self._steps = (
            ("asetpts", f"PTS-({start.numerator}/{start.denominator})/TB"),
            ("aresample", f"{rate}:async=1:first_pts=0"),
            ("anull", None) if length is None else ("atrim", f"end={float(length):.9f}"),
            ("aformat", f"sample_fmts=fltp:channel_layouts={layout}"),
            ("abuffersink", None),
        )
        self._graph: Graph | None = None
        self._damaged = 0
        self.done = False

    def feed(self, packet: Packet[AudioStream]) -> None:
        """Take the source's next packet; one that doesn't decode becomes silence and is counted."""
        try:
            frames = [] if self.done else self.source.decode(packet)
        except FFmpegError:
            self._damaged += 1
            return
        for frame in frames:
            if self._graph is None:  # only now is the format known for certain
                self._graph = Graph()
                nodes = (self._graph.add(name, args) for name, args in self._steps)
                self._graph.link_nodes(self._graph.add_abuffer(template=self.source), *nodes).configure()
            try:
                self._graph.push(frame)
            except FinishedError:
                self.done = True
            self._encode(self._graph)

    def finish(self) -> list[str]:
        """Encode what is still waiting; notes on what was lost."""
        if self._graph is not None:
            self._graph.push(None)
            self._encode(self._graph)
            self._output.mux(self._target.encode(None))
        return (
            [f"{self._damaged:,} audio packets can't be decoded and were replaced with silence"]
            if self._damaged
            else []
        )

    def _encode(self, graph: Graph) -> None:
        for frame in drained(graph.pull):
            self._output.mux(self._target.encode(frame))  # type: ignore[arg-type]  # a graph for sound yields sound


SoundTrack = CopiedSound | EncodedSound


def sound_tracks(
    source: InputContainer, output: OutputContainer, start: Fraction, length: Fraction | None
) -> tuple[list[SoundTrack], list[str]]:
    """A track in ``output`` for each sound of the source that can be carried over, and notes on the others.

    ``start`` and ``length`` are the picture's, in seconds of the source's clock; ``length`` None: to the end.
    """
    kept: list[SoundTrack] = []
    notes = []
    for stream in source.streams.audio:
        context = stream.codec_context
        if context is None or not context.sample_rate:
            notes.append("an audio track with an unsupported codec was dropped")
        else:
            copied = context.name == "aac" and context.extradata
            kept.append((CopiedSound if copied else EncodedSound)(stream, output, start, length))
    return kept, notes


def feed(sounds: Iterable[SoundTrack], packet: Packet[Stream]) -> None:
    """Hand a packet of sound to the track it belongs to."""
    for track in sounds:
        if track.source.index == packet.stream.index:
            track.feed(packet)  # type: ignore[arg-type]  # a packet of that track's own stream
