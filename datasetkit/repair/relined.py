"""A tree whose data.jsonl reads otherwise than on disk: lines are tried before they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import BinaryIO

from datasetkit import spec
from datasetkit.model import File, Hazard, Source
from datasetkit.scan.tree import Tree


@dataclass(frozen=True)
class Relined:
    """The files of ``tree`` with other ``data`` in the data.jsonl at its root."""

    tree: Tree
    data: bytes

    @property
    def name(self) -> str:
        """As the user spelled the place."""
        return self.tree.name

    @property
    def source(self) -> Source:
        """That of the tree."""
        return self.tree.source

    @property
    def prefix(self) -> str:
        """That of the tree."""
        return self.tree.prefix

    @property
    def size(self) -> int:
        """That of the tree as it is on disk."""
        return self.tree.size

    @property
    def files(self) -> Sequence[File]:
        """The tree's, data.jsonl with the size of its new bytes."""
        return [replace(file, size=len(self.data)) if _is_lines(file.path) else file for file in self.tree.files]

    @property
    def hazards(self) -> Sequence[Hazard]:
        """Those of the tree."""
        return self.tree.hazards

    def open(self, path: str) -> BinaryIO:
        """A stream over a file's bytes. Raises OSError."""
        return BytesIO(self.data) if _is_lines(path) else self.tree.open(path)

    def locate(self, path: str) -> str | BinaryIO:
        """The absolute path, or a stream."""
        return self.open(path) if _is_lines(path) else self.tree.locate(path)

    def below(self, prefix: str) -> Tree:
        """The files below a folder; all of it is as on disk."""
        return self.tree.below(prefix) if prefix else self

    def close(self) -> None:
        """Close the tree."""
        self.tree.close()


def _is_lines(path: str) -> bool:
    return path == spec.limits().annotations_name
