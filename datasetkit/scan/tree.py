"""What a scan needs of a place that holds files, be it a folder or a zip."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from datasetkit.model import File, Hazard, Source


class Tree(Protocol):
    """Files under one root. Paths are relative to it, with ``/`` between their parts.

    ``name`` is how the user spelled the place; ``size`` its bytes (for a zip, those of the zip itself).
    ``prefix`` is the folder inside a zip that the tree is narrowed to, "" or ending with a slash.
    ``files`` is sorted by path and holds nothing that may not be opened; ``hazards`` says what was left out.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - the class's docstring says it
    @property
    def source(self) -> Source: ...  # noqa: D102
    @property
    def prefix(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def files(self) -> Sequence[File]: ...  # noqa: D102
    @property
    def hazards(self) -> Sequence[Hazard]: ...  # noqa: D102

    def open(self, path: str) -> BinaryIO:
        """A seekable stream over the bytes of one of ``files``. Raises OSError."""

    def locate(self, path: str) -> str | BinaryIO:
        """What a clip is read from: its absolute path where there is one, else a seekable stream."""

    def holder(self, path: str) -> tuple[Path, str] | None:
        """The file on disk that holds the bytes of ``path``, and the name inside it, "" if it is that file.

        None if the bytes are not on disk.
        """

    def below(self, prefix: str) -> Tree:
        """The files whose path starts with ``prefix`` ("" or ends with ``/``), as a tree of their own."""

    def close(self) -> None:
        """Close what is open."""
