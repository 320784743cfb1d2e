"""A folder as a tree of files: links followed, version control left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from datasetkit.errors import DatasetkitError
from datasetkit.model import File, Hazard, Source

_SILENT = {".git", ".hg", ".svn", ".dvc", ".bzr", ".jj"}
_ANNEX = ".git/annex/objects"


@dataclass(frozen=True)
class FolderTree:
    """The files below a folder. Links are followed; what is not a regular file is a hazard.

    ``hidden`` are paths to skip, as if they weren't there.
    """

    root: Path
    name: str
    source: Source = Source.FOLDER
    hidden: frozenset[str] = frozenset()
    prefix: str = ""

    @cached_property
    def _listing(self) -> tuple[list[File], list[Hazard]]:
        files, hazards = [], []
        for path, entry in sorted(_walk(self.root)):
            if path in self.hidden:
                continue
            status = _status(entry)
            if status is None:
                files.append(File(path, 0))  # a dangling link: opening it says what is wrong
            elif stat.S_ISREG(status.st_mode):
                files.append(File(path, status.st_size, status.st_mtime_ns))
            else:
                hazards.append(Hazard(path, "is a pipe, socket or device, not a file", unsafe=True))
        return files, hazards

    @property
    def files(self) -> list[File]:
        """The regular files, sorted by path."""
        return self._listing[0]

    @property
    def hazards(self) -> list[Hazard]:
        """What stands where a file is expected and can't be opened safely."""
        return self._listing[1]

    @cached_property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(file.size for file in self.files)

    def open(self, path: str) -> BinaryIO:
        """A stream over a file. Raises OSError."""
        place = self.root / path
        target = _unfetched(place)
        return BytesIO(target.encode()) if target else place.open("rb")

    def locate(self, path: str) -> str | BinaryIO:
        """The absolute path, or for a link that git-annex left the stream that says so."""
        place = self.root / path
        return self.open(path) if _unfetched(place) else str(place.absolute())

    def holder(self, path: str) -> tuple[Path, str]:
        """The file itself, and no name inside it."""
        return self.root / path, ""

    def below(self, prefix: str) -> FolderTree:
        """The folder ``prefix`` as a tree of its own."""
        if not prefix:
            return self
        hidden = frozenset(path.removeprefix(prefix) for path in self.hidden if path.startswith(prefix))
        return FolderTree(self.root / prefix, str(PurePosixPath(self.name, prefix)), hidden=hidden)

    def close(self) -> None:
        """Nothing is held open."""


def folder_tree(path: Path, name: str, hidden: frozenset[str] = frozenset()) -> FolderTree:
    """The tree of a folder, without the ``hidden`` paths. Raises DatasetkitError if it can't be listed."""
    _entries(path)
    return FolderTree(path, name, hidden=hidden)


def _walk(root: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Every file below ``root`` with its path from there. A link that leads back to a folder above it is skipped."""
    waiting: list[tuple[str, frozenset[tuple[int, int]]]] = [("", frozenset())]
    while waiting:
        prefix, above = waiting.pop()
        status = (root / prefix).stat()
        here = (status.st_dev, status.st_ino)
        for entry in _entries(root / prefix) if here not in above else ():
            if not _is_folder(entry):
                yield prefix + entry.name, entry
            elif entry.name not in _SILENT:
                waiting.append((f"{prefix}{entry.name}/", above | {here}))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What a folder holds. An unreadable one stops the run: otherwise all its files would be reported as missing."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise DatasetkitError(f"can't read the folder {folder}: {error.strerror}", "Check its permissions.") from error


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False) or (entry.is_symlink() and Path(entry.path).is_dir())


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat()
    except OSError:
        return None


def _unfetched(path: Path) -> str | None:
    """The text of the git-annex pointer that a dangling link stands for; None for any other file."""
    if path.is_symlink() and not path.exists():
        target = path.readlink().as_posix()
        return f"/annex/objects/{PurePosixPath(target).name}\n" if _ANNEX in target else None
    return None
