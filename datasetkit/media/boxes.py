"""What libav doesn't show of an MP4 or MOV (ISO/IEC 14496-12): display matrix, encryption, fragments, edits.

The boxes also say beforehand how much a demuxer will allocate, so that a hostile header is never opened.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from datasetkit.media.damage import MediumError

Matrix = tuple[int, int, int, int]

_UPRIGHT: Matrix = (65536, 0, 0, 65536)
# libav makes an index of 24 bytes an entry before it returns anything, and a hostile header can announce billions of
# them in a few bytes. An hour of 60 frames a second and its sound has 400,000.
ENTRIES = 500_000
_HEADER = 64 << 20  # bytes of one moov or moof; ten hours of frames need about 20 MB
_BOXES = 100_000  # walked in a file: an hour in one-second fragments has about 15,000
# what libav looks into, wherever it stands, at the top of a file too
_PARENTS = {
    *(b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"mvex", b"moof", b"traf"),
    *(b"udta", b"dinf", b"wave", b"ilst", b"cmov", b"meta", b"iinf"),
}
_DEPTH = 10  # libav's own
# libav treats a track or item number as signed. If it is negative, libav counts up from an error code to zero for every
# fragment run, which takes a second each time.
_NUMBER = 0x7FFF_FFFF


@dataclass(frozen=True, slots=True)
class Turn:
    """How stored pixels are displayed: mirrored left to right, then turned clockwise by ``degrees``."""

    mirrored: bool = False
    degrees: int = 0


@dataclass(slots=True)
class Track:
    """A track of the header. ``last`` is its last frame's duration in ticks, 0 where unknown.

    ``offsets`` are runs of samples and how many ticks after decoding each is shown. ``edits`` are the parts that are
    played: how long each lasts, in ticks of the movie. ``matrix`` is a, b, c, d of the display matrix in 1/65536.
    ``files`` says of each file that samples may be in whether it is another one; ``reference`` counts them from 1.
    """

    id: int = 0
    handler: bytes = b""
    coding: bytes = b""
    width: int = 0
    height: int = 0
    matrix: Matrix = _UPRIGHT
    files: list[bool] = field(default_factory=list)
    reference: int = 0
    last: int = 0
    offsets: list[tuple[int, int]] = field(default_factory=list)
    edits: list[int] = field(default_factory=list)
    samples: int = 0
    per_chunk: int = 0
    chunks: int = 0
    pcm: bool = False

    @property
    def entries(self) -> int:
        """The most index entries a demuxer makes: samples (1024 of PCM sound in one), counted again for each edit."""
        return self.per_chunk * self.chunks // 1024 if self.pcm else self.samples * max(1, len(self.edits))

    @property
    def external(self) -> bool:
        """Whether the samples are in another file."""
        return any(self.files[self.reference - 1 : self.reference])

    def delays(self, samples: int) -> list[int]:
        """Each sample's ticks from decoding to showing; 0 where the table has another number of samples."""
        if sum(count for count, _ in self.offsets) != samples:
            return [0] * samples
        return [offset for count, offset in self.offsets for _ in range(count)]


@dataclass(slots=True)
class Boxes:
    """What the boxes of a file say. ``timescale`` is the movie's ticks a second.

    ``cut`` says that a box ends beyond the end of the file.
    """

    tracks: list[Track] = field(default_factory=list)
    defaults: dict[int, int] = field(default_factory=dict)  # track id → frame duration in fragments (trex)
    matrix: Matrix = _UPRIGHT
    timescale: int = 1
    moov: bool = False
    fragmented: bool = False
    cut: bool = False
    fragment_samples: int = 0
    walked: int = 0

    @property
    def entries(self) -> int:
        """How many index entries a demuxer allocates at most."""
        return self.fragment_samples + sum(track.entries for track in self.tracks)

    def track(self, number: int) -> Track:
        """The track of that id; an empty one where there is none."""
        return next((track for track in self.tracks if track.id == number), Track(number))


def read_boxes(stream: BinaryIO, size: int) -> Boxes:
    """Walk a file of ``size`` bytes from one top-level box to the next, and into its headers only.

    Raises MediumError if a header is beyond all bounds, OSError if the stream can't be read.
    """
    boxes, at = Boxes(), 0
    while at + 8 <= size:
        stream.seek(at)
        length, first, kind = _box(stream.read(16), size - at)
        if length < first:
            break
        _count(boxes)
        boxes.cut |= at + length > size
        if kind in _PARENTS:
            if length > _HEADER:
                raise MediumError(f"its header says it is {length - first:,} bytes long; the limit is {_HEADER:,}")
            stream.seek(at + first)
            _read_header(boxes, kind, memoryview(stream.read(length - first)))
        at += length
    return boxes


def _box(start: bytes | memoryview, rest: int) -> tuple[int, int, bytes]:
    """The length of a box of which ``rest`` bytes are left at most, where its body begins, and its kind."""
    length, kind = struct.unpack_from(">I4s", start)
    if length == 1 and len(start) >= 16:
        return struct.unpack_from(">Q", start, 8)[0], 16, kind
    return length or rest, 8, kind


def _count(boxes: Boxes) -> None:
    boxes.walked += 1
    if boxes.walked > _BOXES:
        raise MediumError(f"its header is in more than {_BOXES:,} pieces")


def _children(view: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    while at + 8 <= len(view):
        length, first, kind = _box(view[at : at + 16], len(view) - at)
        if length < first:
            return
        yield kind, view[at + first : at + length]
        at += length


def _within(kind: bytes, body: memoryview, depth: int = 0) -> Iterator[tuple[bytes, memoryview]]:
    """A box, and all boxes in it, in their order."""
    yield kind, body
    if kind == b"cmvd":  # the compressed header of old QuickTime files, behind its length
        with suppress(zlib.error):
            header = zlib.decompressobj().decompress(body[4:], _HEADER)
            yield from _within(b"moov", memoryview(header)[8:], depth + 1)
    if kind == b"meta":
        body = body[max(0, bytes(body).find(b"hdlr") - 4) :]  # QuickTime's has no version
    if kind == b"iinf":
        body = body[8 if any(body[:1]) else 6 :]
    for name, part in _children(body) if kind in _PARENTS and depth < _DEPTH else ():
        if (kind, name) != (b"meta", b"hdlr"):  # which says nothing of the track
            yield from _within(name, part, depth + 1)


def _read_header(boxes: Boxes, kind: bytes, body: memoryview) -> None:
    track = Track()
    for name, part in _within(kind, body):
        _count(boxes)
        boxes.moov |= name == b"moov"
        boxes.fragmented |= name in (b"mvex", b"moof")
        if name == b"trak":
            track = Track()
            boxes.tracks.append(track)
        with suppress(struct.error, IndexError):  # too short for its fields: leave it to the demuxer
            _movie(boxes, track, name, part)
            _track(track, name, part)
            _table(track, name, part)


def _movie(boxes: Boxes, track: Track, kind: bytes, body: memoryview) -> None:
    match kind:
        case b"mvhd":
            boxes.timescale = struct.unpack_from(">I", body, 20 if body[0] else 12)[0]
            boxes.matrix = _matrix(body, 48 if body[0] else 36)
        case b"infe" if body[0] > 2:
            _number(struct.unpack_from(">I", body, 4)[0])
        case b"trex":
            number, _, boxes.defaults[number] = struct.unpack_from(">III", body, 4)
        case b"tfhd":
            flags, track.id = struct.unpack_from(">II", body)
            at = 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
            default = boxes.defaults.get(track.id, 0)
            track.last = struct.unpack_from(">I", body, at)[0] if flags & 8 else default
        case b"trun":
            _add_run(boxes, track.last, boxes.track(track.id), body)


def _track(track: Track, kind: bytes, body: memoryview) -> None:
    match kind:
        case b"tkhd":
            long = body[0] == 1
            track.id = _number(struct.unpack_from(">I", body, 20 if long else 12)[0])
            track.matrix = _matrix(body, 52 if long else 40)
        case b"hdlr":
            track.handler = track.handler or bytes(body[8:12])
        case b"dref":  # an entry names a file unless its flag says that the samples are in this one
            track.files = [len(entry) > 4 and not entry[3] & 1 for _, entry in _children(body[8:])]
        case b"stsd":
            track.coding, track.reference = bytes(body[12:16]), struct.unpack_from(">H", body, 22)[0]
            if track.handler != b"soun" and len(body) >= 44:
                track.width, track.height = struct.unpack_from(">HH", body, 40)
        case b"elst":
            track.edits = [edit[0] for edit in _rows(body, ">QqI" if body[0] else ">IiI")]


def _number(number: int) -> int:
    """The number of a track or item. Raises MediumError for one that libav can't count by."""
    if number > _NUMBER:
        raise MediumError(f"its header numbers a track {number:,}; the limit is {_NUMBER:,}")
    return number


def _matrix(body: memoryview, at: int) -> Matrix:
    a, b, _, c, d = struct.unpack_from(">5i", body, at)
    return a, b, c, d


def _table(track: Track, kind: bytes, body: memoryview) -> None:
    match kind:
        case b"stts":
            runs = _rows(body, ">II")
            track.last = runs[-1][1] if runs else 0
            track.pcm = track.handler == b"soun" and len(runs) == 1 and track.last == 1
        case b"ctts":
            track.offsets = _rows(body, ">Ii")
        case b"stsz":
            size, count = struct.unpack_from(">II", body, 4)
            track.samples = count if size else min(count, (len(body) - 12) // 4)
        case b"stz2":
            track.samples = min(struct.unpack_from(">I", body, 8)[0], 2 * (len(body) - 12))
        case b"stsc":
            track.per_chunk = max((run[1] for run in _rows(body, ">III")), default=0)
        case b"stco" | b"co64":
            track.chunks = min(struct.unpack_from(">I", body, 4)[0], (len(body) - 8) // 4)


def _rows(body: memoryview, layout: str) -> list[Any]:
    """The rows of a table, as many as it says and holds. Raises MediumError for more than any clip has."""
    each = struct.calcsize(layout)
    count = min(struct.unpack_from(">I", body, 4)[0], (len(body) - 8) // each)
    if count > ENTRIES:
        raise MediumError(f"its header has a table of {count:,} rows; the limit is {ENTRIES:,}")
    return list(struct.iter_unpack(layout, body[8 : 8 + count * each]))


def _add_run(boxes: Boxes, default: int, track: Track, body: memoryview) -> None:
    """Take in a run of samples of a fragment (trun). ``default`` is how long each lasts where the run doesn't say."""
    flags, count = struct.unpack_from(">II", body)
    boxes.fragment_samples += count
    first = 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
    each = 4 * (flags >> 8 & 15).bit_count()
    track.last = default
    if not each or not count:
        track.offsets.append((count, 0))
        return
    count = min(count, (len(body) - first) // each)
    rows = list(struct.iter_unpack(f">{each // 4}i", body[first : first + each * count]))
    track.offsets += [(1, row[-1] if flags & 0x800 else 0) for row in rows]
    if flags & 0x100 and rows:
        track.last = rows[-1][0]


def turn_by(matrix: Matrix) -> Turn:
    """What a display matrix asks for, to the nearest quarter; nothing if it has no area."""
    a, b, c, d = matrix
    determinant = a * d - b * c
    if not determinant:
        return Turn()
    return Turn(determinant < 0, round(math.degrees(math.atan2(-c, d)) / 90) * 90 % 360)
