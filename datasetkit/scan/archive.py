"""A zip as a tree of files, read in place: nothing is unpacked to a place that lasts.

A hostile zip can't write (no entry's name is ever used as a path), nor exhaust memory or disk, nor hang: entries,
declared sizes and the directory itself have caps, and every entry is read once against its checksum before
anything is believed of it.
"""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.model import File, Hazard, Source
from datasetkit.scan.entries import declared, fault_of, name_of, unsafe
from datasetkit.scan.window import Window

_CHUNK = 1 << 20
_LOCAL_HEADER = 30  # bytes before an entry's name; the lengths of name and extra stand at 26 and 28
_IN_MEMORY = 8 << 20  # a deflated entry larger than this is spooled to an unnamed temporary file
# what zipfile and zlib raise on damaged archives
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)


@dataclass(frozen=True)
class ZipTree:
    """The entries of a zip. ``prefix`` narrows it to a folder inside."""

    archive: zipfile.ZipFile
    place: Path
    name: str
    size: int
    files: list[File]
    hazards: list[Hazard]
    entries: dict[str, zipfile.ZipInfo]
    prefix: str = ""
    source: Source = Source.ZIP

    def open(self, path: str) -> BinaryIO:
        """A stream over an entry: a window on the zip where it is stored, else a copy in memory or unnamed."""
        entry = self.entries[self.prefix + path]
        if entry.compress_type == zipfile.ZIP_STORED:
            return io.BufferedReader(Window(self.place, self._data(entry), entry.file_size))
        spool = cast(BinaryIO, tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - the caller closes it
        with self.archive.open(entry) as packed:
            while chunk := packed.read(_CHUNK):
                spool.write(chunk)
        spool.seek(0)
        return spool

    def locate(self, path: str) -> str | BinaryIO:
        """A stream: an entry has no path of its own."""
        return self.open(path)

    def below(self, prefix: str) -> ZipTree:
        """The entries of a folder inside, as a tree of their own."""
        start = len(prefix)
        inside = [File(file.path[start:], file.size) for file in self.files if file.path.startswith(prefix)]
        return ZipTree(
            self.archive,
            self.place,
            self.name,
            self.size,
            inside,
            self.hazards,
            self.entries,
            self.prefix + prefix,
        )

    def close(self) -> None:
        """Close the zip."""
        self.archive.close()

    def _data(self, entry: zipfile.ZipInfo) -> int:
        """Where an entry's bytes start. The local header was checked when the archive was verified."""
        with self.place.open("rb") as file:
            file.seek(entry.header_offset)
            header = file.read(_LOCAL_HEADER)
        lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        return entry.header_offset + _LOCAL_HEADER + lengths


def zip_tree(path: Path, name: str) -> ZipTree:
    """The tree of a zip. Damage and danger are ``hazards``; after damage ``files`` is empty.

    Raises DatasetkitError where the file can't be read at all.
    """
    try:
        size = path.stat().st_size
        archive = _opened(path)
    except zipfile.BadZipFile as error:
        hazard = Hazard("", f"is not a zip that can be read: {error}", unsafe=False)
        return ZipTree(_empty(), path, name, size, [], [hazard], {})
    except OSError as error:
        raise DatasetkitError(f"can't read {name}: {error.strerror or error}", "Check the path.") from error
    hazards = list(_hazards(archive))
    entries = {name_of(entry): entry for entry in archive.infolist() if not unsafe(entry) and not entry.is_dir()}
    if any(not hazard.unsafe for hazard in hazards):
        entries = {}  # a damaged archive is refused whole: what's in it would only be told twice
    files = sorted((File(path, entry.file_size) for path, entry in entries.items()), key=lambda file: file.path)
    return ZipTree(archive, path, name, size, files, hazards, entries)


def _opened(path: Path) -> zipfile.ZipFile:
    with path.open("rb") as file:
        entries, directory = declared(file)
    caps = spec.limits().zip_caps
    if entries > caps.entries or directory > caps.directory_bytes:
        raise zipfile.BadZipFile(f"it claims {entries} entries in a directory of {directory} bytes")
    try:
        return zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise zipfile.BadZipFile(str(error)) from error


def _empty() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(), "w")


def _hazards(archive: zipfile.ZipFile) -> Iterator[Hazard]:
    entries = archive.infolist()
    faults = list(fault_of(entries))
    yield from faults
    for entry in entries:
        reason = unsafe(entry)
        if reason:
            yield Hazard(name_of(entry), reason, unsafe=True)
        elif "\\" in entry.orig_filename:
            yield Hazard(
                name_of(entry),
                "has backslashes in its name, which only Windows takes for folders",
                unsafe=True,
            )
    if not faults:
        for entry in entries:
            yield from _damage(archive, entry)


def _damage(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[Hazard]:
    """Read an entry to its end against its checksum and its size."""
    size = 0
    try:
        with archive.open(entry) as packed:
            while chunk := packed.read(_CHUNK):
                size += len(chunk)
    except _DAMAGE as error:
        yield Hazard(name_of(entry), f"can't be unpacked: {error}", unsafe=False)
    else:
        if size != entry.file_size:
            reason = f"declares {entry.file_size:,} bytes, but unpacks to {size:,}"
            yield Hazard(name_of(entry), reason, unsafe=False)
