"""A window on a file: the bytes of a stored zip entry, read in place."""

from __future__ import annotations

import io
from pathlib import Path


class Window(io.RawIOBase):
    """``size`` bytes of a file from ``start`` on, as a seekable stream with a file handle of its own."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._start, self._size, self._at = start, size, 0

    def readable(self) -> bool:
        """A window can be read."""
        return True

    def seekable(self) -> bool:
        """A window can be sought."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to ``offset`` from the start, the place or the end of the window."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the stubs say Buffer
        """Fill ``buffer`` as far as the window reaches."""
        wanted = min(len(buffer), max(0, self._size - self._at))
        self._file.seek(self._start + self._at)
        read = self._file.readinto(memoryview(buffer)[:wanted]) or 0
        self._at += read
        return read

    def close(self) -> None:
        """Close the file handle too."""
        self._file.close()
        super().close()
