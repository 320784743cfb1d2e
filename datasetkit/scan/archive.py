"""A zip as a tree of files, read in place: nothing is unpacked to a place that lasts.

A hostile zip can't write (no entry's name is ever used as a path), exhaust memory or disk, or hang: entries, declared
sizes and the directory itself have caps, and every entry is read once against its checksum before it is trusted.
"""

from __future__ import annotations

import io
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.media.content import HEAD, UNKNOWN, sniff
from datasetkit.model import File, Hazard, Source
from datasetkit.scan.entries import declared, fault_of, name_of, unsafe

_CHUNK = 1 << 20
_LOCAL_HEADER = 30  # bytes before an entry's name; the lengths of name and extra stand at 26 and 28
_IN_MEMORY = 8 << 20  # a deflated entry larger than this is spooled to an unnamed temporary file
_ZIP = "a zip archive"  # as `sniff` calls it
WANTED = "Give the path of a dataset's folder or zip. For raw clips: datasetkit init FOLDER -o DATASET."
_CHANGED = "the zip changed while it was being read"
# what zipfile and zlib raise on damaged archives
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, struct.error)


@dataclass(frozen=True)
class ZipTree:
    """The entries of a zip. ``prefix`` narrows it to a folder inside."""

    archive: zipfile.ZipFile
    place: Path
    name: str
    size: int
    hazards: list[Hazard]
    entries: dict[str, zipfile.ZipInfo]
    prefix: str = ""
    source: Source = Source.ZIP

    @cached_property
    def files(self) -> list[File]:
        """The entries that may be opened, sorted by path."""
        inside = sorted(name for name in self.entries if name.startswith(self.prefix))
        return [File(name.removeprefix(self.prefix), self.entries[name].file_size) for name in inside]

    def open(self, path: str) -> BinaryIO:
        """A stream over an entry: a window on the zip where it is stored, else a copy in memory or unnamed.

        Raises OSError if the zip has changed since it was verified.
        """
        entry = self.entries[self.prefix + path]
        if entry.compress_type == zipfile.ZIP_STORED:
            return io.BufferedReader(_Window(self.place, entry))
        spool = cast(BinaryIO, tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - the caller closes it
        try:
            with self.archive.open(entry) as packed:
                shutil.copyfileobj(packed, spool, _CHUNK)
        except _DAMAGE as error:
            spool.close()
            raise OSError(f"{_CHANGED}: {error}") from error
        spool.seek(0)
        return spool

    def locate(self, path: str) -> str | BinaryIO:
        """A stream: an entry has no path of its own."""
        return self.open(path)

    def holder(self, path: str) -> tuple[Path, str]:
        """The zip, and the entry's name inside it."""
        return self.place, self.prefix + path

    def below(self, prefix: str) -> ZipTree:
        """The entries of a folder inside, as a tree of their own."""
        return replace(self, prefix=self.prefix + prefix)

    def close(self) -> None:
        """Close the zip."""
        self.archive.close()


class _Window(io.RawIOBase):
    """The bytes of a stored entry as a seekable stream. Its own file handle lets threads share a zip."""

    def __init__(self, path: Path, entry: zipfile.ZipInfo) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._file.seek(entry.header_offset)
        header = self._file.read(_LOCAL_HEADER)
        lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        self._start = entry.header_offset + _LOCAL_HEADER + lengths
        self._size, self._at = entry.file_size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the stubs say Buffer
        wanted = min(len(buffer), max(0, self._size - self._at))
        self._file.seek(self._start + self._at)
        read = self._file.readinto(memoryview(buffer)[:wanted]) or 0
        if wanted and not read:
            raise OSError(f"{_CHANGED}: it is shorter now")
        self._at += read
        return read

    def close(self) -> None:
        self._file.close()
        super().close()


def zip_tree(path: Path, name: str, wanted: str = WANTED) -> ZipTree:
    """The tree of a zip. Damage and danger are ``hazards``; after damage ``files`` is empty.

    Raises DatasetkitError if the file can't be read at all, or is neither a zip nor called one; ``wanted`` says what
    to give instead.
    """
    try:
        size = path.stat().st_size
        archive = _opened(path)
    except zipfile.BadZipFile as error:
        hazard = Hazard("", f"can't be read as a zip: {_reason(path, name, error, wanted)}", unsafe=False)
        return ZipTree(zipfile.ZipFile(io.BytesIO(), "w"), path, name, size, [hazard], {})
    except OSError as error:
        raise DatasetkitError(f"can't read {name}: {error.strerror or error}", "Check the path.") from error
    hazards = list(_hazards(archive))
    entries = {name_of(entry): entry for entry in archive.infolist() if not unsafe(entry) and not entry.is_dir()}
    if any(not hazard.unsafe for hazard in hazards):
        entries = {}  # a damaged archive is refused as a whole: findings on its contents would only repeat that
    return ZipTree(archive, path, name, size, hazards, entries)


def _opened(path: Path) -> zipfile.ZipFile:
    with path.open("rb") as file:
        entries, directory = declared(file)
    if entries > spec.limits().zip_entries or directory > spec.limits().zip_directory_bytes:
        raise zipfile.BadZipFile(f"it lists {entries:,} entries in a directory of {directory / 1e6:,.1f} MB; {_most()}")
    try:
        return zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise zipfile.BadZipFile(str(error)) from error


def _most() -> str:
    limits = spec.limits()
    return f"the limits are {limits.zip_entries:,} entries and {limits.zip_directory_bytes / 1e6:,.1f} MB"


def _reason(path: Path, name: str, error: zipfile.BadZipFile, wanted: str) -> str:
    """Why a file can't be opened as a zip. Raises DatasetkitError if it is something else and isn't called a zip."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    content = sniff(head, len(head))
    if path.suffix.lower() == ".zip" or content.phrase == _ZIP:
        lost = str(error).replace(
            "File is not a zip file", "its end is missing, probably because the download was interrupted"
        )
        step = (
            ", not a zip; unpack it and give the folder"
            if "archive" in content.phrase
            else "; download or build it again"
        )
        return lost if content is UNKNOWN or content.phrase == _ZIP else f"it is {content.phrase}{step}"
    what = "" if content is UNKNOWN else f"{content.phrase}, "
    hint = "Unpack it and give the folder." if "archive" in content.phrase else wanted
    raise DatasetkitError(f"{name} is {what}not a folder or zip", hint)


def _hazards(archive: zipfile.ZipFile) -> Iterator[Hazard]:
    entries = archive.infolist()
    faults = list(fault_of(entries))
    yield from faults
    for entry in entries:
        if reason := unsafe(entry):
            yield Hazard(name_of(entry), reason, unsafe=True)
        elif "\\" in entry.orig_filename:
            reason = "has backslashes in its name, which only Windows reads as folders"
            yield Hazard(name_of(entry), reason, unsafe=True)
    for entry in () if faults else entries:
        yield from _damage(archive, entry)


def _damage(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[Hazard]:
    """Read an entry to its end against its checksum and its size."""
    size = 0
    try:
        with archive.open(entry) as packed:
            while chunk := packed.read(_CHUNK):
                size += len(chunk)
    except _DAMAGE as error:
        reason = "its checksum is wrong" if "CRC" in str(error) else str(error)
        yield Hazard(name_of(entry), f"can't be unpacked: {reason}", unsafe=False)
    else:
        if size != entry.file_size:
            reason = f"declares {entry.file_size:,} bytes, but unpacks to {size:,}"
            yield Hazard(name_of(entry), reason, unsafe=False)
