"""What libav doesn't show of an MP4 or MOV (ISO/IEC 14496-12): display matrix, encryption, fragments.

The boxes also say beforehand how much a demuxer will allocate, so that a hostile header is never opened.
"""

# ruff: noqa: ARG001 - the readers of boxes share one signature, whatever each of them uses

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

Matrix = tuple[int, int, int, int]

UPRIGHT: Matrix = (65536, 0, 0, 65536)
_HEADER = 64 << 20  # bytes of one moov or moof; ten hours of frames need about 20 MB
_BOXES = 100_000  # walked in a file: an hour in one-second fragments has about 15,000
# what libav looks into, wherever it stands, at the top of a file too
_PARENTS = {
    *(b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"mvex", b"moof", b"traf"),
    *(b"udta", b"dinf", b"wave", b"ilst"),
}
_ITEMS = {b"meta", b"iinf"}
_DEPTH = 10  # libav's own
# libav takes the number of a track or item for a signed one, and where it is negative counts from an error code of
# its own up to nought at each run of a fragment: a second each
_NUMBER = 0x7FFF_FFFF


class HostileError(ValueError):
    """A header that can't be walked within bounds; the text says why."""


@dataclass(slots=True)
class Track:
    """A track of the header. ``last`` is its last frame's duration in ticks, 0 where unknown.

    ``offsets`` are runs of samples and how many ticks after decoding each is shown.
    ``matrix`` is a, b, c, d of the display matrix in 1/65536. ``entries`` bounds the index that a demuxer
    makes of it: samples, or 1024 of them each for PCM sound, times its edits.
    """

    id: int = 0
    handler: bytes = b""
    coding: bytes = b""
    width: int = 0
    height: int = 0
    matrix: Matrix = UPRIGHT
    last: int = 0
    offsets: list[tuple[int, int]] = field(default_factory=list)
    samples: int = 0
    edits: int = 0
    per_chunk: int = 0
    chunks: int = 0
    pcm: bool = False

    @property
    def entries(self) -> int:
        """An upper bound of index entries."""
        return self.per_chunk * self.chunks // 1024 if self.pcm else self.samples * max(1, self.edits)

    def delays(self, samples: int) -> list[int]:
        """Each sample's ticks from decoding to showing; 0 where the table has another number of samples."""
        if sum(count for count, _ in self.offsets) != samples:
            return [0] * samples
        return [offset for count, offset in self.offsets for _ in range(count)]


@dataclass(slots=True)
class Boxes:
    """What the boxes of a file say. ``cut`` is true where a box is said to end beyond the end of the file."""

    tracks: list[Track] = field(default_factory=list)
    defaults: dict[int, int] = field(default_factory=dict)  # track id → frame duration in fragments (trex)
    matrix: Matrix = UPRIGHT
    moov: bool = False
    fragmented: bool = False
    compressed: bool = False
    cut: bool = False
    fragment_samples: int = 0
    walked: int = 0

    @property
    def entries(self) -> int:
        """An upper bound of the index entries that a demuxer allocates."""
        return self.fragment_samples + sum(track.entries for track in self.tracks)

    def track(self, number: int) -> Track:
        """The track of that id; one that says nothing where there is none."""
        return next((track for track in self.tracks if track.id == number), Track(number))


def read_boxes(stream: BinaryIO, size: int) -> Boxes:
    """Walk a file of ``size`` bytes from one top-level box to the next, and into its headers only.

    Raises HostileError where a header is beyond all bounds, OSError where the stream can't be read.
    """
    boxes, at = Boxes(), 0
    while at + 8 <= size:
        stream.seek(at)
        start = stream.read(16)
        length, kind = struct.unpack_from(">I4s", start)
        first = 8
        if length == 1 and len(start) == 16:
            length, first = struct.unpack_from(">Q", start, 8)[0], 16
        length = size - at if length == 0 else length
        if length < first:
            break
        _count(boxes)
        boxes.cut |= at + length > size
        if kind in _PARENTS | _ITEMS:
            stream.seek(at + first)
            _read_header(boxes, kind, stream, length - first)
        at += length
    return boxes


def _read_header(boxes: Boxes, kind: bytes, stream: BinaryIO, length: int) -> None:
    if length > _HEADER:
        raise HostileError(f"its header says it is {length:,} bytes long, which is more than {_HEADER:,}")
    boxes.moov |= kind == b"moov"
    boxes.fragmented |= kind == b"moof"
    _visit(boxes, kind, memoryview(stream.read(length)), Track(), 0)


def _count(boxes: Boxes) -> None:
    boxes.walked += 1
    if boxes.walked > _BOXES:
        raise HostileError(f"its header is in more than {_BOXES:,} pieces")


def _children(view: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    while at + 8 <= len(view):
        length, kind = struct.unpack_from(">I4s", view, at)
        first = 8
        if length == 1 and at + 16 <= len(view):
            length, first = struct.unpack_from(">Q", view, at + 8)[0], 16
        length = len(view) - at if length == 0 else length
        if length < first:
            return
        yield kind, view[at + first : at + length]
        at += length


def _walk(boxes: Boxes, view: memoryview, track: Track, depth: int) -> None:
    for kind, body in _children(view):
        _count(boxes)
        track = _visit(boxes, kind, body, track, depth)


def _visit(boxes: Boxes, kind: bytes, body: memoryview, track: Track, depth: int) -> Track:
    """Take in one box; return the track that it and the boxes behind it belong to."""
    if kind == b"trak":
        track = Track()
        boxes.tracks.append(track)
    boxes.fragmented |= kind == b"mvex"
    boxes.compressed |= kind == b"cmov"
    if kind in _PARENTS and depth < _DEPTH:
        _walk(boxes, body, track, depth + 1)
    elif kind == b"meta" and depth < _DEPTH:
        _walk(boxes, body[max(0, bytes(body).find(b"hdlr") - 4) :], Track(), depth + 1)  # QuickTime's has no version
    elif kind in _READERS:
        with suppress(struct.error, IndexError):  # a box too short for its fields says nothing; the demuxer judges it
            _READERS[kind](boxes, track, body)
    return track


def _mvhd(boxes: Boxes, track: Track, body: memoryview) -> None:
    boxes.matrix = _matrix(body, 48 if body[0] else 36)


def _tkhd(boxes: Boxes, track: Track, body: memoryview) -> None:
    long = body[0] == 1
    track.id = _number(struct.unpack_from(">I", body, 20 if long else 12)[0])
    track.matrix = _matrix(body, 52 if long else 40)


def _number(number: int) -> int:
    """The number of a track or item. Raises HostileError for one that libav can't count by."""
    if number > _NUMBER:
        raise HostileError(f"its header numbers a track {number:,}; numbers up to {_NUMBER:,} are read")
    return number


def _iinf(boxes: Boxes, track: Track, body: memoryview) -> None:
    for _, entry in _children(body[8 if body[0] else 6 :]):
        _count(boxes)
        if entry[0] > 2:
            _number(struct.unpack_from(">I", entry, 4)[0])


def _matrix(body: memoryview, at: int) -> Matrix:
    a, b, _, c, d = struct.unpack_from(">5i", body, at)
    return a, b, c, d


def _hdlr(boxes: Boxes, track: Track, body: memoryview) -> None:
    track.handler = track.handler or bytes(body[8:12])


def _stsd(boxes: Boxes, track: Track, body: memoryview) -> None:
    track.coding = bytes(body[12:16])
    if track.handler != b"soun" and len(body) >= 44:
        track.width, track.height = struct.unpack_from(">HH", body, 40)


def _stts(boxes: Boxes, track: Track, body: memoryview) -> None:
    runs = min(struct.unpack_from(">I", body, 4)[0], (len(body) - 8) // 8)
    track.last = struct.unpack_from(">I", body, 8 * runs + 4)[0] if runs else 0
    track.pcm = track.handler == b"soun" and runs == 1 and track.last == 1


def _ctts(boxes: Boxes, track: Track, body: memoryview) -> None:
    runs = min(struct.unpack_from(">I", body, 4)[0], (len(body) - 8) // 8)
    track.offsets = list(struct.iter_unpack(">Ii", body[8 : 8 + 8 * runs]))


def _stsz(boxes: Boxes, track: Track, body: memoryview) -> None:
    size, count = struct.unpack_from(">II", body, 4)
    track.samples = count if size else min(count, (len(body) - 12) // 4)


def _stz2(boxes: Boxes, track: Track, body: memoryview) -> None:
    count = struct.unpack_from(">I", body, 8)[0]
    track.samples = min(count, 2 * (len(body) - 12))


def _stsc(boxes: Boxes, track: Track, body: memoryview) -> None:
    runs = min(struct.unpack_from(">I", body, 4)[0], (len(body) - 8) // 12)
    track.per_chunk = max((run[1] for run in struct.iter_unpack(">III", body[8 : 8 + 12 * runs])), default=0)


def _stco(boxes: Boxes, track: Track, body: memoryview) -> None:
    track.chunks = min(struct.unpack_from(">I", body, 4)[0], (len(body) - 8) // 4)


def _elst(boxes: Boxes, track: Track, body: memoryview) -> None:
    each = 20 if body[0] else 12
    track.edits = min(struct.unpack_from(">I", body, 4)[0], (len(body) - 8) // each)


def _trex(boxes: Boxes, track: Track, body: memoryview) -> None:
    number, _, duration = struct.unpack_from(">III", body, 4)
    boxes.defaults[number] = duration


def _tfhd(boxes: Boxes, track: Track, body: memoryview) -> None:
    flags, number = struct.unpack_from(">II", body)
    track.id = number
    at = 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
    given = flags & 8
    track.last = struct.unpack_from(">I", body, at)[0] if given else boxes.defaults.get(number, 0)


def _trun(boxes: Boxes, track: Track, body: memoryview) -> None:
    flags, count = struct.unpack_from(">II", body)
    boxes.fragment_samples += count
    target, timed = boxes.track(track.id), flags & 0x100
    first = 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
    each = 4 * (flags >> 8 & 15).bit_count()
    if not each or not count:
        target.offsets.append((count, 0))
        target.last = track.last
        return
    count = min(count, (len(body) - first) // each)
    rows = list(struct.iter_unpack(f">{each // 4}i", body[first : first + each * count]))
    target.offsets += [(1, row[-1] if flags & 0x800 else 0) for row in rows]
    target.last = rows[-1][0] if timed and rows else track.last


_READERS = {
    b"mvhd": _mvhd,
    b"tkhd": _tkhd,
    b"iinf": _iinf,
    b"hdlr": _hdlr,
    b"stsd": _stsd,
    b"stts": _stts,
    b"ctts": _ctts,
    b"stsz": _stsz,
    b"stz2": _stz2,
    b"stsc": _stsc,
    b"stco": _stco,
    b"co64": _stco,
    b"elst": _elst,
    b"trex": _trex,
    b"tfhd": _tfhd,
    b"trun": _trun,
}
