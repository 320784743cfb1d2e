"""A zip's bytes: its digests in one pass, and a reader that sends those bytes or says that they changed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from datasetkit.errors import DatasetkitError

Watch = Callable[[str, int, int], None]  # what is under way ("hashing" or "sending"), bytes done, bytes in all

_PIECE = 2**20  # bytes; large enough that hashing, not Python, takes the time


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A zip as it was read: ``size`` in bytes, digests in hex, ``changed`` its time stamp in ns."""

    path: Path
    size: int
    sha256: str
    md5: str
    changed: int


def open_zip(path: Path) -> BinaryIO:
    """``path`` opened for reading. Raises DatasetkitError for what is no file, is empty, or can't be read."""
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # before opening: a named pipe would block
            raise DatasetkitError(f"{path} is not a file", "Give the zip that `datasetkit build` wrote.")
        if facts.st_size == 0:
            raise DatasetkitError(f"{path} is empty (0 bytes)", "Build it again: datasetkit build FOLDER -o ZIP")
        return path.open("rb")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise DatasetkitError(f"can't read {path}: {error}", "Check the path and its permissions.") from None


def fingerprint(path: Path, watch: Watch) -> Fingerprint:
    """Hash ``path`` in one pass, a megabyte at a time. MD5 is what the service's file records carry."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with open_zip(path) as stream:
        facts, done = os.fstat(stream.fileno()), 0
        while piece := _read(stream, _PIECE, path):
            sha256.update(piece)
            md5.update(piece)
            done += len(piece)
            watch("hashing", done, facts.st_size)
        if (done, facts.st_mtime_ns) != (facts.st_size, os.fstat(stream.fileno()).st_mtime_ns):
            raise _changed(path)
    return Fingerprint(path, done, sha256.hexdigest(), md5.hexdigest(), facts.st_mtime_ns)


class Body:
    """The zip as httpx reads it: a file that counts. ``sent`` is the furthest byte handed out so far."""

    def __init__(self, stream: BinaryIO, printed: Fingerprint, watch: Watch) -> None:
        self._stream, self._printed, self._watch = stream, printed, watch
        self.sent = 0
        self._hold()

    def fileno(self) -> int:
        """For httpx, which takes the length from it."""
        return self._stream.fileno()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """For httpx, which rewinds before it sends."""
        return self._stream.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises DatasetkitError where the file is no longer the one that was hashed."""
        piece = _read(self._stream, size, self._printed.path)
        done = self._stream.tell()
        if not piece or done > self._printed.size:
            self._hold()
        self.sent = max(self.sent, done)
        self._watch("sending", done, self._printed.size)
        return piece

    def _hold(self) -> None:
        facts = os.fstat(self.fileno())
        if (facts.st_size, facts.st_mtime_ns) != (self._printed.size, self._printed.changed):
            raise _changed(self._printed.path)


def _read(stream: BinaryIO, size: int, path: Path) -> bytes:
    try:
        return stream.read(size)
    except OSError as error:
        raise DatasetkitError(f"can't read {path}: {error}", "Check the disk or the network drive it is on.") from None


def _changed(path: Path) -> DatasetkitError:
    return DatasetkitError(
        f"{path} changed while it was being read",
        "Wait until it is written, then run the same command again.",
    )
