"""Facts of media that were read before, so that no medium is read twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from datasetkit.footage import Depth
from datasetkit.media.versions import reader_version
from datasetkit.model import Expected, Present
from datasetkit.scan.tree import Tree


@dataclass(frozen=True, slots=True)
class FactKey:
    """Identifies a file's facts: they are valid as long as this key is the same.

    ``place`` is the real path of the file, or of the zip that holds ``entry``; the numbers are that file's, times in
    nanoseconds. One file may be read as an image and as a clip, and to several depths. ``reader`` names the versions
    of what read it.
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


class FactStore(Protocol):
    """Keeps facts. Several threads call it at once."""

    def get(self, key: FactKey) -> Present | None:
        """The facts kept under ``key``, or None."""

    def put(self, key: FactKey, facts: Present) -> None:
        """Keep facts, in place of any kept before under ``key``."""


class MemoryStore:
    """A store that lasts as long as the command that makes it."""

    def __init__(self) -> None:
        self._facts: dict[FactKey, Present] = {}

    def get(self, key: FactKey) -> Present | None:
        """The facts kept under ``key``, or None."""
        return self._facts.get(key)

    def put(self, key: FactKey, facts: Present) -> None:
        """Keep facts, in place of any kept before under ``key``."""
        self._facts[key] = facts


def key_of(tree: Tree, path: str, expected: Expected, depth: Depth = Depth.HEADER) -> FactKey | None:
    """The key of a tree's file as it is now, or None where there is no file to look at."""
    held = tree.holder(path)
    if held is None:
        return None
    place, entry = held
    try:
        status = place.stat()
    except OSError:
        return None
    times = status.st_mtime_ns, status.st_ctime_ns
    return FactKey(
        str(place.resolve()), entry, status.st_size, *times, status.st_ino, expected, depth, reader_version()
    )
