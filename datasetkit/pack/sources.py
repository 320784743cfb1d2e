"""Reads the files that a layout plans to pack, and refuses those that change meanwhile."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import BinaryIO

from datasetkit.errors import DatasetkitError
from datasetkit.pack.layout import Placed
from datasetkit.scan.tree import Tree

_BLOCK = 1 << 18  # stays in a core's cache between its reading, its CRC and its writing


def blocks(tree: Tree, placed: Placed) -> Iterator[bytes]:
    """The bytes of a planned file, a block at a time.

    Raises DatasetkitError where it can't be read, has another size than planned, was changed since it was judged,
    or changes while it is read.
    """
    left = placed.size
    try:
        with tree.open(placed.source) as stream:
            before = _stamp(stream)
            while left >= 0 and (block := stream.read(_BLOCK)):
                left -= len(block)
                if left >= 0:
                    yield block
            after = _stamp(stream)
    except OSError as error:
        reason = error.strerror or error
        raise DatasetkitError(f"{placed.source} can't be read: {reason}", "Mend that and build again.") from error
    judged = (placed.size, placed.changed) if before and placed.changed else before
    if left or not judged == before == after:
        raise DatasetkitError(
            f"{placed.source} changed after it was checked: {placed.size:,} bytes were planned",
            "Let whatever writes it finish, then build again.",
        )


def _stamp(stream: BinaryIO) -> tuple[int, int] | None:
    """Size and time of the last change, or None where the stream isn't a file's."""
    try:
        status = os.fstat(stream.fileno())
    except io.UnsupportedOperation:
        return None
    return status.st_size, status.st_mtime_ns
