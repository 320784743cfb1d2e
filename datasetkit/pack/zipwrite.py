"""Writes zips that are the same to the byte wherever they are written. Knows nothing of datasets.

The headers are made here and not by Python's zipfile: its version numbers, flags and zip64 fields have changed between
versions of Python, it copies 8 KB at a time, and it can't say how large a zip will be. Every entry is stored, with its
sizes and CRC in the local header, so that readers of streams such as Java's ZipInputStream accept it. There is no data
descriptor, and no extra field but zip64's where a number needs it. Names must be ASCII.

Source of the format: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

_MAX16 = 0xFFFF
_MAX32 = 0xFFFFFFFF

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s4B4H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_CRC_AT = 14

_TIME, _DATE = 0, 1 << 5 | 1  # 1980-01-01 00:00, the earliest that a zip can express
_UNIX = 3
_REGULAR_0644 = 0o100644 << 16
_STORED = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A member of a zip: its path, size in bytes, CRC-32 and the offset of its local header."""

    path: str
    size: int
    crc: int
    offset: int


def zip_size(members: Iterable[tuple[str, int]]) -> int:
    """The exact size in bytes of the zip that `write_zip` makes of these paths and sizes."""
    entries, start = _plan(members)
    return start + len(_directory(entries, start))


def write_zip(
    out: BinaryIO,
    members: Sequence[tuple[str, int]],
    read: Callable[[int], Iterable[bytes | memoryview]],
    settled: Callable[[int], object],
) -> list[Entry]:
    """Write a zip to ``out``, an empty seekable file, and return its entries.

    ``members`` are paths and sizes; ``read(index)`` yields a member's bytes, exactly that many. A CRC is known only
    after its data, so it is written into the header then; ``settled(offset)`` is called when nothing before the offset
    will change any more.
    """
    planned, start = _plan(members)
    entries = []
    for index, entry in enumerate(planned):
        out.write(_local(entry))
        crc = 0
        for block in read(index):
            crc = zlib.crc32(block, crc)
            out.write(block)
        end = out.tell()
        out.seek(entry.offset + _CRC_AT)
        out.write(crc.to_bytes(4, "little"))
        out.seek(end)
        out.flush()
        entries.append(Entry(entry.path, entry.size, crc, entry.offset))
        settled(end)
    out.write(_directory(entries, start))
    out.flush()
    settled(out.tell())
    return entries


def _plan(members: Iterable[tuple[str, int]]) -> tuple[list[Entry], int]:
    """The entries without their CRCs, and the offset of the central directory."""
    entries, offset = [], 0
    for path, size in members:
        entries.append(Entry(path, size, 0, offset))
        offset += len(_local(entries[-1])) + size
    return entries, offset


def _local(entry: Entry) -> bytes:
    name = entry.path.encode("ascii")
    extra = _zip64(entry.size, entry.size) if entry.size >= _MAX32 else b""
    size = min(entry.size, _MAX32)
    header = _LOCAL.pack(
        b"PK\3\4", _version(extra), 0, _STORED, _TIME, _DATE, entry.crc, size, size, len(name), len(extra)
    )
    return header + name + extra


def _directory(entries: Sequence[Entry], start: int) -> bytes:
    """The central directory, at the offset ``start``, and the end records after it."""
    central = b"".join(map(_central, entries))
    count, length = len(entries), len(central)
    end = _END.pack(b"PK\5\6", 0, 0, min(count, _MAX16), min(count, _MAX16), min(length, _MAX32), min(start, _MAX32), 0)
    if count <= _MAX16 and length < _MAX32 and start < _MAX32:
        return central + end
    end64 = _END64.pack(b"PK\6\6", _END64.size - 12, _UNIX << 8 | 45, 45, 0, 0, count, count, length, start)
    return central + end64 + _LOCATOR64.pack(b"PK\6\7", 0, start + length, 1) + end


def _central(entry: Entry) -> bytes:
    name = entry.path.encode("ascii")
    extra = _zip64(*_large(entry))
    size, offset = min(entry.size, _MAX32), min(entry.offset, _MAX32)
    header = _CENTRAL.pack(
        b"PK\1\2", _version(extra), _UNIX, _version(extra), 0, 0, _STORED, _TIME, _DATE, entry.crc, size,
        size, len(name), len(extra), 0, 0, 0, _REGULAR_0644, offset,
    )  # fmt: skip
    return header + name + extra


def _large(entry: Entry) -> Iterator[int]:
    """The numbers that don't fit in the directory's 32 bits, in the order of the zip64 field."""
    if entry.size >= _MAX32:
        yield from (entry.size, entry.size)
    if entry.offset >= _MAX32:
        yield entry.offset


def _zip64(*numbers: int) -> bytes:
    return struct.pack(f"<2H{len(numbers)}Q", 1, 8 * len(numbers), *numbers) if numbers else b""


def _version(extra: bytes) -> int:
    """The version of the format that a reader must know: 4.5 for zip64, else 2.0, as most programs write."""
    return 45 if extra else 20
