"""What a zip's directory says about its entries: their names as people wrote them, and what is wrong. Pure."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO

from datasetkit import spec
from datasetkit.model import Hazard

_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_TAIL = 22 + 0xFFFF  # an end record and the longest comment after it
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_UNICODE_PATH = 0x7075  # Info-ZIP's extra field: version, CRC of the plain name, the name in UTF-8
_UNIX = 3
# APPNOTE.TXT 4.4.5
_METHODS = {9: "deflate64", 12: "bzip2", 14: "lzma", 93: "zstandard", 95: "xz", 98: "PPMd", 99: "AES"}


def declared(file: BinaryIO) -> tuple[int, int]:
    """How many entries and directory bytes a zip claims, before anything is allocated for them.

    (0, 0) where there is no end record; zipfile then says so.
    """
    file.seek(0, 2)
    file.seek(max(0, file.tell() - _TAIL - 76))  # 76: the zip64 end record and its locator
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        return 0, 0
    entries, directory = struct.unpack_from("<HL", tail, at + 10)
    at64 = tail.rfind(_END64, 0, at)
    if at64 >= 0 and at - at64 >= 56:
        entries, directory = struct.unpack_from("<QQ", tail, at64 + 32)
    return entries, directory


def name_of(entry: zipfile.ZipInfo) -> str:
    """An entry's name as it was written, ``/`` between its parts.

    Without the UTF-8 flag zipfile reads names as CP437; they are then UTF-8 (Linux), GBK (Chinese Windows) or CP437.
    """
    if entry.flag_bits & _UTF8_NAME:
        return entry.orig_filename.replace("\\", "/")
    raw = entry.orig_filename.encode("cp437", "replace")
    return (_unicode_path(entry.extra, raw) or _decoded(raw)).replace("\\", "/")


def unsafe(entry: zipfile.ZipInfo) -> str | None:
    """Why an entry may not be unpacked, or None."""
    name = name_of(entry)
    kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == _UNIX else 0
    reasons = {
        "has no name": not name,
        "has a NUL in its name": "\0" in name,
        "has an absolute path": name.startswith("/"),
        "has a drive letter in its path": name[1:2] == ":" and name[:1].isalpha(),
        "leaves the archive with ..": ".." in name.split("/"),
        "is a link, not a file": kind == stat.S_IFLNK,
        "is a device, not a file": kind not in (0, stat.S_IFREG, stat.S_IFDIR),
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def fault_of(entries: Sequence[zipfile.ZipInfo]) -> Iterator[Hazard]:
    """What makes an archive unreadable or dangerous, according to its directory."""
    limits = spec.limits()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    most = min(limits.zip_unpacked_bytes, limits.zip_ratio * max(packed, limits.zip_ratio_from_bytes))
    if unpacked > most:
        sizes = f"{unpacked / 1e9:,.1f} GB; the limit for its size is {most / 1e9:,.1f} GB"
        yield Hazard("", f"would unpack to {sizes} (a zip bomb?)", unsafe=False)
    for name, count in Counter(name_of(entry) for entry in entries).items():
        if count > 1:
            yield Hazard(name, f"is in the archive {'twice' if count == 2 else f'{count} times'}", unsafe=False)
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            yield Hazard(name_of(entry), "is encrypted", unsafe=False)
        elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            method = _METHODS.get(entry.compress_type, f"method {entry.compress_type}")
            yield Hazard(name_of(entry), f"is packed with {method}; use store or deflate", unsafe=False)
        elif entry.compress_type == zipfile.ZIP_STORED and entry.compress_size != entry.file_size:
            yield Hazard(name_of(entry), "has a wrong size in the zip's directory", unsafe=False)
    yield from _overlapping(entries)


def _overlapping(entries: Sequence[zipfile.ZipInfo]) -> Iterator[Hazard]:
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            yield Hazard(name_of(entry), "shares its bytes with another entry", unsafe=False)
            return
        end = entry.header_offset + entry.compress_size


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    at = 0
    while at + 4 <= len(extra):
        tag, size = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + size]
        if tag == _UNICODE_PATH and size > 5 and struct.unpack_from("<L", field, 1)[0] == zlib.crc32(raw):
            return field[5:].decode("utf-8", "replace")
        at += 4 + size
    return None


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return raw.decode("cp437")
