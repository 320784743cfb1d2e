"""From a layout to a zip: written, read back, compared with the plan."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from datasetkit.errors import DatasetkitError
from datasetkit.files import new_file
from datasetkit.model import Progress
from datasetkit.pack.layout import Layout
from datasetkit.pack.zipwrite import Entry, write_zip
from datasetkit.scan.tree import Tree

_FAULTY = "The target disk may be faulty. Check it, then build again."
_BLOCK = 1 << 18  # bytes; stays in a core's cache between being read, checksummed and written


def pack(layout: Layout, tree: Tree, target: Path) -> None:
    """Write the zip that ``layout`` plans to ``target``, a new file: whole, or not at all.

    Raises DatasetkitError if ``target`` exists, doesn't fit on the disk or can't be written, and as
    `write_archive` does.
    """
    with new_file(target, size=layout.size, force=False) as path:
        write_archive(layout, tree, path)


def write_archive(
    layout: Layout, tree: Tree, path: Path, *, verify: bool = False, progress: Progress | None = None
) -> str:
    """Write the zip that ``layout`` plans to ``path``, a new file, and return its SHA-256 in hex.

    The same layout and bytes give the same zip on any machine. ``verify`` compares every byte of it with the sources
    once more. Raises DatasetkitError if a source has changed or the zip doesn't read back as planned; OSError.
    """
    members, size = layout.members, layout.size
    with path.open("xb") as out, _hashing(path) as hash_up_to:

        def read(index: int) -> Iterator[bytes]:
            for block in contents(layout, tree, index):
                yield block
                if progress:
                    progress("writing", out.tell(), size)

        entries = write_zip(out, members, read, hash_up_to)
        os.fsync(out.fileno())  # while the rest is being hashed
        sha256 = hash_up_to(size).result()
    if progress:
        progress("writing", size, size)
    _check(path, entries, layout, tree if verify else None)
    return sha256


@contextmanager
def _hashing(path: Path) -> Iterator[Callable[[int], Future[str]]]:
    """A function that hashes a growing file up to an offset; bytes after the offset may still change.

    A thread of its own reads the file back. That costs a copy from memory; in return the hash is of what is in the
    file, and no block has to wait in memory for a slower thread. The result is the SHA-256 so far, in hex.
    """
    digest, block = hashlib.sha256(), memoryview(bytearray(_BLOCK))
    pool = ThreadPoolExecutor(1)
    with io.FileIO(path) as file:

        def hash_up_to(end: int) -> str:
            while left := end - file.tell():
                count = file.readinto(block[:left])
                if not count:
                    raise OSError("it became shorter while it was being read back")
                digest.update(block[:count])
            return digest.hexdigest()

        try:
            yield lambda end: pool.submit(hash_up_to, end)
        finally:
            pool.shutdown(cancel_futures=True)


def contents(layout: Layout, tree: Tree, index: int) -> Iterator[bytes]:
    """The bytes of the member ``index``, a block at a time.

    Raises DatasetkitError if a file can't be read, or has changed since it was checked or while it is read.
    """
    if index == 0:
        yield layout.annotations
        return
    file = layout.media[index - 1]
    left = file.size
    try:
        with tree.open(file.source) as stream:
            before = _stamp(stream)
            while left >= 0 and (block := stream.read(_BLOCK)):
                left -= len(block)
                if left >= 0:
                    yield block
            after = _stamp(stream)
    except OSError as error:
        raise DatasetkitError(
            f"can't read {file.source}: {error.strerror or error}", "Check the file, then build again."
        ) from error
    checked = (file.size, file.changed) if before and file.changed else before
    if left or not checked == before == after:
        raise DatasetkitError(
            f"{file.source} has changed since it was checked, when it had {file.size:,} bytes",
            "Wait until the other program has finished writing it, then build again.",
        )


def _stamp(stream: BinaryIO) -> tuple[int, int] | None:
    """Size and time of the last change, or None if the stream isn't a file's."""
    try:
        status = os.fstat(stream.fileno())
    except io.UnsupportedOperation:
        return None
    return status.st_size, status.st_mtime_ns


def _check(path: Path, entries: Sequence[Entry], layout: Layout, tree: Tree | None) -> None:
    """Compare the zip's directory with the plan and, given the ``tree``, its bytes with the sources."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = [Entry(i.filename, i.file_size, i.CRC, i.header_offset) for i in archive.infolist()]
            if found != list(entries) or path.stat().st_size != layout.size:
                raise zipfile.BadZipFile("its directory isn't as planned")
            if tree:
                compare(layout, tree, archive.open)
    except zipfile.BadZipFile as error:
        raise DatasetkitError(f"the zip doesn't read back as it was written: {error}", _FAULTY) from error


def compare(layout: Layout, tree: Tree, open_written: Callable[[str], IO[bytes]]) -> None:
    """Raise DatasetkitError if a file that was written, which ``open_written`` opens, differs from its source."""
    for index, (path, _) in enumerate(layout.members):
        with open_written(path) as written:
            blocks = contents(layout, tree, index)
            if any(written.read(len(block)) != block for block in blocks) or written.read(1):
                raise DatasetkitError(f"{path} differs from its source", _FAULTY)
