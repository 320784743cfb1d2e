"""A folder as a tree of files: links followed, version control left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NoReturn

from datasetkit.errors import DatasetkitError
from datasetkit.model import File, Hazard, Source

_SILENT = {".git", ".hg", ".svn", ".dvc", ".bzr", ".jj"}
_ANNEX = ".git/annex/objects"


@dataclass(frozen=True)
class FolderTree:
    """The files below a folder. Loops of links are walked once; what is not a regular file is a hazard.

    ``hidden`` are paths that are passed over as if they weren't there.
    """

    root: Path
    name: str
    source: Source = Source.FOLDER
    hidden: frozenset[str] = frozenset()
    prefix: str = ""

    @cached_property
    def _listing(self) -> tuple[list[File], list[Hazard]]:
        files, hazards = [], []
        for path in _walk(self.root):
            relative = path.relative_to(self.root).as_posix()
            if relative in self.hidden:
                continue
            status = _status(path)
            if status is None:
                files.append(File(relative, 0))  # a dangling link: what it names is told when it is opened
            elif stat.S_ISREG(status.st_mode):
                files.append(File(relative, status.st_size, status.st_mtime_ns))
            else:
                hazards.append(Hazard(relative, "is a pipe, socket or device, not a file", unsafe=True))
        return sorted(files, key=lambda file: file.path), hazards

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

    def below(self, prefix: str) -> FolderTree:
        """The folder ``prefix`` as a tree of its own."""
        if not prefix:
            return self
        hidden = frozenset(path.removeprefix(prefix) for path in self.hidden if path.startswith(prefix))
        return FolderTree(self.root / prefix, str(PurePosixPath(self.name, prefix)), hidden=hidden)

    def close(self) -> None:
        """Nothing is held open."""


def folder_tree(path: Path, name: str, hidden: frozenset[str] = frozenset()) -> FolderTree:
    """The tree of a folder, but for ``hidden``. Raises DatasetkitError where it can't be listed."""
    tree = FolderTree(path, name, hidden=hidden)
    try:
        list(os.scandir(path))
    except OSError as error:
        _unlistable(error)
    return tree


def _unlistable(error: OSError) -> NoReturn:
    """Stop: the files of a folder that can't be listed would all be reported as missing."""
    raise DatasetkitError(
        f"can't read the folder {error.filename}: {error.strerror}", "Check its permissions."
    ) from error


def _walk(root: Path) -> Iterator[Path]:
    seen = set()
    for folder, names, files in os.walk(root, followlinks=True, onerror=_unlistable):
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in seen:
            names.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        names[:] = sorted(name for name in names if name not in _SILENT)
        yield from (Path(folder, file) for file in files)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _unfetched(path: Path) -> str | None:
    """What a dangling link of git-annex names: the text of the pointer file it stands for."""
    if path.is_symlink() and not path.exists():
        target = path.readlink().as_posix()
        return f"/annex/objects/{PurePosixPath(target).name}\n" if _ANNEX in target else None
    return None
