"""A dataset with some files changed, without a copy of the rest: changes are judged before they are written."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from datasetkit.files import PREFIX
from datasetkit.model import File
from datasetkit.repair.making import copy_file
from datasetkit.scan.tree import Tree


class Overlay:
    """A tree without the files ``gone``, and with ``new`` ones added or in their place: paths on disk, or bytes."""

    def __init__(self, tree: Tree, new: Mapping[str, Path | bytes], gone: frozenset[str] = frozenset()) -> None:
        self._tree, self._new = tree, new
        self.name, self.source, self.prefix, self.hazards = tree.name, tree.source, tree.prefix, tree.hazards
        kept = [file for file in tree.files if file.path not in new and file.path not in gone]
        made = [_file(path, content) for path, content in new.items()]
        self.files = sorted([*kept, *made], key=lambda file: file.path)
        self.size = tree.size + sum(file.size for file in self.files) - sum(file.size for file in tree.files)

    def open(self, path: str) -> BinaryIO:
        """A stream over a file's bytes. Raises OSError."""
        content = self._new.get(path)
        if content is None:
            return self._tree.open(path)
        return BytesIO(content) if isinstance(content, bytes) else content.open("rb")

    def locate(self, path: str) -> str | BinaryIO:
        """The absolute path of a file that has one, else a stream."""
        content = self._new.get(path)
        if content is None:
            return self._tree.locate(path)
        return BytesIO(content) if isinstance(content, bytes) else str(content.absolute())

    def holder(self, path: str) -> tuple[Path, str] | None:
        """The file on disk that holds the bytes of ``path``, and the name inside it; None for new bytes."""
        content = self._new.get(path)
        if content is None:
            return self._tree.holder(path)
        return (content, "") if isinstance(content, Path) else None

    def below(self, prefix: str) -> Tree:
        """The files of a folder, as they are in the tree itself; all files for ""."""
        return self._tree.below(prefix) if prefix else self

    def close(self) -> None:
        """Close the tree."""
        self._tree.close()

    def write(self, target: Path) -> None:
        """Move the new files to the empty folder ``target`` and copy the others. Raises OSError, DatasetkitError."""
        for path in (file.path for file in self.files if PREFIX not in file.path):
            content, place = self._new.get(path), target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                content.rename(place)
            else:
                copy_file(self, path, place)


def _file(path: str, content: Path | bytes) -> File:
    if isinstance(content, bytes):
        return File(path, len(content))
    status = content.stat()
    return File(path, status.st_size, status.st_mtime_ns)
