"""From a layout to a zip: written beside its target, read back, held against the plan, renamed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from datasetkit.errors import DatasetkitError
from datasetkit.files import new_file
from datasetkit.model import Kind, Role
from datasetkit.pack import sources
from datasetkit.pack.digests import trailing
from datasetkit.pack.layout import Layout
from datasetkit.pack.zipwrite import Entry, write_zip
from datasetkit.scan.tree import Tree

Progress = Callable[[int], object]
"""Told how many bytes are written so far; the last are ``Layout.size``."""


@dataclass(frozen=True, slots=True)
class Built:
    """What was written. ``bytes`` is the zip's size, a folder's sum of sizes; a folder has no digests.

    ``renames`` holds old → new paths of the files whose path changed; ``lines`` are the numbers of the dataset's
    lines that went in, ``sources`` the paths of its media.
    """

    path: Path
    kind: Kind
    role: Role
    samples: int
    bytes: int
    sha256: str | None
    md5: str | None
    renames: Mapping[str, str]
    lines: frozenset[int]
    sources: frozenset[str]


def built_from(layout: Layout, target: Path, size: int, sha256: str | None, md5: str | None) -> Built:
    """What was written to ``target`` as ``layout`` plans it, ``size`` bytes of it."""
    sources = frozenset(placed.source for placed in layout.media)
    return Built(
        target, layout.kind, layout.role, layout.samples, size, sha256, md5, layout.renames, layout.lines, sources
    )


def pack(
    layout: Layout,
    tree: Tree,
    target: Path,
    *,
    force: bool = False,
    verify: bool = False,
    progress: Progress | None = None,
) -> Built:
    """Write the zip that ``layout`` plans. The same layout and bytes give the same zip on any machine.

    ``verify`` compares every byte of it with the sources once more. Raises DatasetkitError where ``target``
    exists (unless ``force``) or has no room, where a source changed meanwhile, or where the zip can't be
    written or doesn't read back as planned; then, and on Ctrl-C, ``target`` is as it was and nothing is left
    beside it.
    """
    with new_file(target, size=layout.size, force=force) as temporary:
        entries, digests = write_hashed(layout, tree, temporary, ("sha256", "md5"), progress)
        _check(temporary, entries, layout, tree if verify else None)
    sha256, md5 = digests
    return built_from(layout, target, layout.size, sha256, md5)


def write_hashed(
    layout: Layout, tree: Tree, path: Path, algorithms: Sequence[str], progress: Progress | None = None
) -> tuple[list[Entry], list[str]]:
    """Write the zip to ``path``, a new file; return its entries and its digests in hex. Raises OSError."""
    with ExitStack() as stack:
        out = stack.enter_context(path.open("xb"))
        digests = [stack.enter_context(trailing(path, algorithm)) for algorithm in algorithms]

        def read(index: int) -> Iterator[bytes]:
            for block in contents(layout, tree, index):
                yield block
                if progress:
                    progress(out.tell())

        def settled(end: int) -> None:
            for digest in digests:
                digest.advance(end)
            if progress:
                progress(end)

        entries = write_zip(out, layout.members, read, settled)
        return entries, [digest.result() for digest in digests]


def contents(layout: Layout, tree: Tree, index: int) -> Iterable[bytes]:
    """The bytes of the member ``index``, a block at a time. Raises DatasetkitError as `sources.blocks`
    does."""
    return sources.blocks(tree, layout.media[index - 1]) if index else (layout.annotations,)


def _check(path: Path, entries: Sequence[Entry], layout: Layout, tree: Tree | None) -> None:
    """Hold the zip's directory against the plan and, given the ``tree``, its bytes against the sources."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = [Entry(i.filename, i.file_size, i.CRC, i.header_offset) for i in archive.infolist()]
            if found != list(entries) or path.stat().st_size != layout.size:
                raise zipfile.BadZipFile("its directory isn't the one that was planned")
            if tree:
                _compare(archive, layout, tree)
    except zipfile.BadZipFile as error:
        raise DatasetkitError(
            f"the zip doesn't read back as it was written: {error}", "Check the disk, then build again."
        ) from error


def _compare(archive: zipfile.ZipFile, layout: Layout, tree: Tree) -> None:
    for index, info in enumerate(archive.infolist()):
        with archive.open(info) as packed:
            if not same(packed, contents(layout, tree, index)):
                raise zipfile.BadZipFile(f"{info.filename} differs from its source")


def same(packed: IO[bytes], wanted: Iterable[bytes]) -> bool:
    """Whether ``packed`` holds these bytes and no more."""
    return all(packed.read(len(block)) == block for block in wanted) and not packed.read(1)
