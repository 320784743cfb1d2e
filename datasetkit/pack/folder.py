"""From a layout to a folder: the same files as in the zip, for example in a mounted bucket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datasetkit.errors import DatasetkitError
from datasetkit.files import unwritable
from datasetkit.model import Progress
from datasetkit.pack.archive import contents
from datasetkit.pack.layout import Layout
from datasetkit.scan.tree import Tree


def write_folder(layout: Layout, tree: Tree, target: Path, made: list[Path], progress: Progress | None = None) -> None:
    """Write the files that ``layout`` plans into ``target``, a new or empty folder; add each new path to ``made``.

    Nothing is renamed at the end, as mounted buckets rename folders slowly or not at all. Instead data.jsonl is
    written last: without it, a folder isn't a dataset. Raises DatasetkitError if ``target`` holds anything or a
    source has changed; OSError.
    """
    refuse_filled(target)
    _make_folder(target, made)
    members, size, written = layout.members, layout.content_size, 0
    for index in (*range(1, len(members)), 0):
        path = target / members[index][0]
        _make_folder(path.parent, made)
        with path.open("xb") as out:
            made.append(path)
            for block in contents(layout, tree, index):
                written += out.write(block)
                if progress:
                    progress("writing", written, size)


def refuse_filled(target: Path) -> None:
    """Raise DatasetkitError if ``target`` is neither free nor an empty folder."""
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise DatasetkitError(f"{target} already exists and isn't an empty folder", "Choose a new folder.")
    except OSError as error:
        raise unwritable(target, error) from error


@contextmanager
def removed_on_failure() -> Iterator[list[Path]]:
    """A list for new files and folders, in the order in which they are made; an error or Ctrl-C removes them again."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        for path in reversed(made):
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
        raise


def _make_folder(path: Path, made: list[Path]) -> None:
    if not path.exists():
        path.mkdir()
        made.append(path)
