"""Digests of a file while it is being written: a thread each reads it back as far as it is settled.

Reading back costs a copy from the page cache; in return the digests are of what is in the file, and no block
waits in memory for a slower one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

_BLOCK = 1 << 20


class TrailingDigest:
    """A digest that follows a growing file; `trailing` makes and closes it."""

    def __init__(self, file: FileIO, algorithm: str, pool: ThreadPoolExecutor) -> None:
        self._file = file
        # Not for security: a host that bars MD5 from that allows it for a checksum.
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        self._pool = pool
        self._block = memoryview(bytearray(_BLOCK))
        self._read = 0
        self._last: Future[None] = pool.submit(self._follow, 0)

    def advance(self, end: int) -> None:
        """Take in the bytes before the offset ``end``, which no longer change. Returns at once."""
        self._last = self._pool.submit(self._follow, end)

    def result(self) -> str:
        """The digest in hex of all that was settled; waits for it. Raises OSError."""
        self._last.result()
        return self._hash.hexdigest()

    def _follow(self, end: int) -> None:
        while self._read < end:
            count = self._file.readinto(self._block[: end - self._read])
            if not count:
                raise OSError("it became shorter while it was being read back")
            self._hash.update(self._block[:count])
            self._read += count


@contextmanager
def trailing(path: Path, algorithm: str) -> Iterator[TrailingDigest]:
    """A digest of the file at ``path``, which exists and is being written. Raises OSError."""
    pool = ThreadPoolExecutor(1)
    with FileIO(path) as file:
        try:
            yield TrailingDigest(file, algorithm, pool)
        finally:
            pool.shutdown(cancel_futures=True)
