"""The broken cases that are zips, written by hand where no zip tool would write such a thing."""

from __future__ import annotations

import binascii
import io
import stat
import struct
import warnings
import zipfile

from broken_media import clip
from broken_parts import BLUE, Case, Files, first_line, frame, pair

LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


def archives() -> list[Case]:
    """Every case that is a zip."""
    files = pair(first_line())
    sound = zipped(files)
    leftovers = {"__MACOSX/._video_01.mp4": b"\0\5\x16\7", ".DS_Store": b"\0\0\0\1Bud1"}
    return [
        Case("D101-annotations-missing-wrapped.zip", zipped({f"my_set/{name}": data for name, data in files.items()})),
        Case("D101-annotations-missing-zip-in-zip.zip", zipped({"sets/inner.zip": sound})),
        Case("D105-foreign-file-macos.zip", zipped(files | leftovers)),
        Case("D106-unsafe-entry.zip", zipped(files | {"../outside.png": frame(clip(BLUE))})),
        Case("D106-unsafe-entry-absolute.zip", zipped(files | {"/tmp/outside.png": frame(clip(BLUE))})),
        Case("D106-unsafe-entry-symlink.zip", zipped(files, link=("image_02.png", "/etc/hostname"))),
        Case("D107-file-name my set.zip", sound),
        Case("D109-archive-unreadable.zip", sound[: len(sound) * 2 // 3]),
        Case("D109-archive-unreadable-bad-crc.zip", _bad_crc(sound, files["image_01.png"])),
        Case("D109-archive-unreadable-encrypted.zip", _encrypted(sound)),
        Case("D109-archive-unreadable-not-a-zip.zip", b"<html><body>Your link has expired.</body></html>\n"),
        Case("D109-archive-unreadable-twice.zip", zipped(files, again="video_01.mp4")),
    ]


def zipped(files: Files, link: tuple[str, str] | None = None, again: str = "") -> bytes:
    """A zip of stored entries; ``link`` adds a symbolic link, ``again`` a second entry of that name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Duplicate name")
        for name, data in [*files.items(), *((again, files[again]) for _ in again[:1])]:
            archive.writestr(_entry(name, stat.S_IFREG | 0o644), data)
        if link:
            archive.writestr(_entry(link[0], stat.S_IFLNK | 0o777), link[1])
    return buffer.getvalue()


def _entry(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # its time is 1980-01-01: the same bytes each day
    entry.create_system, entry.external_attr = 3, mode << 16
    return entry


def _bad_crc(archive: bytes, content: bytes) -> bytes:
    """The checksum of one entry changed in both its headers."""
    crc = struct.pack("<I", binascii.crc32(content))
    return archive.replace(crc, struct.pack("<I", 0xDEADBEEF))


def _encrypted(archive: bytes) -> bytes:
    """Every entry flagged as encrypted."""
    data = bytearray(archive)
    for signature, flags in ((LOCAL, 6), (CENTRAL, 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(signature, at + 1)
    return bytes(data)
