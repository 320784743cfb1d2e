"""From a layout to a folder: the same files as in the zip, say in a mounted bucket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datasetkit.errors import DatasetkitError
from datasetkit.files import require_room, unwritable
from datasetkit.pack.archive import Built, Progress, built_from, contents, same
from datasetkit.pack.layout import Layout
from datasetkit.scan.tree import Tree


def write_folder(
    layout: Layout, tree: Tree, target: Path, *, verify: bool = False, progress: Progress | None = None
) -> Built:
    """Write the files that ``layout`` plans into ``target``, a new or empty folder.

    Nothing is renamed at the end, as mounted buckets can't or do so slowly; data.jsonl is written last
    instead, so that a set without it is not whole. ``verify`` reads every byte back. Raises DatasetkitError
    where ``target`` holds anything or has no room, where a source changed meanwhile, or where it can't be
    written; then, and on Ctrl-C, what was written is removed.
    """
    size = sum(size for _, size in layout.members)
    try:
        require_room(target.parent, size)
        with _removed_on_failure(target) as made:
            _write(layout, tree, target, made, progress)
            if verify:
                _verify(layout, tree, target)
    except OSError as error:
        raise unwritable(target, error) from error
    return built_from(layout, target, size, None, None)


def refuse_filled(target: Path) -> None:
    """Raise DatasetkitError where ``target`` is neither free nor an empty folder."""
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise DatasetkitError(f"{target} exists and isn't an empty folder", "Name a new folder.")
    except OSError as error:
        raise unwritable(target, error) from error


@contextmanager
def _removed_on_failure(target: Path) -> Iterator[list[Path]]:
    """Make the folder ``target``; yield the list of what was made, to be added to."""
    made: list[Path] = []
    refuse_filled(target)
    if not target.exists():
        target.mkdir()
        made.append(target)
    try:
        yield made
    except BaseException:  # Ctrl-C too
        for path in reversed(made):
            path.rmdir() if path.is_dir() else path.unlink()
        raise


def _write(layout: Layout, tree: Tree, target: Path, made: list[Path], progress: Progress | None) -> None:
    written = 0
    for index in (*range(1, len(layout.members)), 0):
        path = target / layout.members[index][0]
        if not path.parent.exists():
            path.parent.mkdir()
            made.append(path.parent)
        with path.open("xb") as out:
            made.append(path)
            for block in contents(layout, tree, index):
                out.write(block)
                written += len(block)
                if progress:
                    progress(written)


def _verify(layout: Layout, tree: Tree, target: Path) -> None:
    for index, (path, _) in enumerate(layout.members):
        with (target / path).open("rb") as written:
            if not same(written, contents(layout, tree, index)):
                raise DatasetkitError(f"{target / path} differs from its source", "Check the disk, then build again.")
