"""Facts of media that were read before, so that no medium is read twice."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from io import BufferedReader
from pathlib import Path
from typing import Protocol, cast

from datasetkit.footage import Depth
from datasetkit.media.versions import reader_version
from datasetkit.model import Expected, Present
from datasetkit.scan.tree import Tree


@dataclass(frozen=True, slots=True)
class FactKey:
    """Identifies a file's facts: they are valid as long as this key is the same.

    ``place`` is the real path of the file, or of the zip that holds ``entry``; the numbers are that file's, times in
    nanoseconds. One file may be read as an image and as a clip, and to several depths. ``reader`` names the versions
    of what read it. ``looked_at_ns`` is when the numbers were taken, in nanoseconds since 1970; ``digest`` computes the
    SHA-256 of the bytes in hex, once. It raises OSError.
    """

    place: str
    entry: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    expected: Expected
    depth: Depth
    reader: str
    looked_at_ns: int = field(compare=False)
    digest: Callable[[], str] = field(compare=False, repr=False)

    @property
    def is_current(self) -> bool:
        """Whether the file is still the one that was looked at."""
        return _status(Path(self.place)) == (self.size, self.mtime_ns, self.ctime_ns, self.inode)


class FactStore(Protocol):
    """Keeps facts. Several threads call it at once."""

    def get(self, key: FactKey) -> Present | None:
        """The facts kept under ``key``, or None."""

    def find(self, key: FactKey) -> Present | None:
        """The facts kept of another file with the same bytes, whose path they have; None if there are none."""

    def put(self, key: FactKey, facts: Present) -> None:
        """Keep facts, in place of any kept before under ``key``."""


class MemoryStore:
    """A store that lasts as long as the command that makes it."""

    def __init__(self) -> None:
        self._facts: dict[FactKey, Present] = {}

    def get(self, key: FactKey) -> Present | None:
        """The facts kept under ``key``, or None."""
        return self._facts.get(key)

    def find(self, _key: FactKey) -> Present | None:
        """None: it knows no content."""
        return None

    def put(self, key: FactKey, facts: Present) -> None:
        """Keep facts, in place of any kept before under ``key``."""
        self._facts[key] = facts


@contextmanager
def fact_store(*, on_disk: bool) -> Iterator[FactStore]:
    """Facts of this run alone, or also those that earlier runs left ``on_disk``."""
    if not on_disk:
        yield MemoryStore()
        return
    from datasetkit.scan.cache import FactCache, cache_file  # loads sqlite3

    with closing(FactCache(cache_file())) as store:
        yield store


def key_of(tree: Tree, path: str, expected: Expected, depth: Depth = Depth.HEADER) -> FactKey | None:
    """The key of a tree's file as it is now, or None if there is no file to look at."""
    held = tree.holder(path)
    if held is None:
        return None
    place, entry = held
    now, status = time.time_ns(), _status(place)
    if status is None:
        return None
    digest = cache(partial(digest_of, tree, path))
    return FactKey(str(place.resolve()), entry, *status, expected, depth, reader_version(), now, digest)


def digest_of(tree: Tree, path: str) -> str:
    """The SHA-256 of a file's bytes in hex. Raises OSError."""
    with tree.open(path) as stream:
        return hashlib.file_digest(cast(BufferedReader, stream), "sha256").hexdigest()


def _status(place: Path) -> tuple[int, int, int, int] | None:
    try:
        status = place.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
