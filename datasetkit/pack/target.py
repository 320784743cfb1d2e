"""A file that appears whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datasetkit.errors import DatasetkitError
from datasetkit.staging import CONTENT, stage


@contextmanager
def replacing(target: Path, *, size: int, force: bool) -> Iterator[Path]:
    """A path beside ``target`` to write ``size`` bytes to; it becomes ``target`` when the block ends well.

    Whatever else ends the block, it is removed and ``target`` stays as it was. Raises DatasetkitError where
    ``target`` exists (unless ``force``), is a folder, has no room, or can't be written.
    """
    refuse_existing(target, force=force)
    with stage(target) as folder:
        try:
            require_room(target.parent, size)
            temporary = folder / CONTENT
            yield temporary
            refuse_existing(target, force=force)
            temporary.replace(target)
        except OSError as error:
            raise unwritable(target, error) from error


def require_room(folder: Path, size: int) -> None:
    """Raise DatasetkitError where ``folder`` has no room for ``size`` bytes, OSError where it isn't there."""
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DatasetkitError(
            f"{folder} has {free:,} bytes free, {size:,} are needed", "Make room there or write elsewhere."
        )


def unwritable(target: Path, error: OSError) -> DatasetkitError:
    """The error for a ``target`` that could not be written."""
    return DatasetkitError(
        f"{target} could not be written: {error.strerror or error}",
        "Nothing is left of it. Mend that and try again.",
    )


def sync(path: Path) -> None:
    """Wait until the file's bytes are on the disk, so that a power cut after the rename can't empty it."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def refuse_existing(target: Path, *, force: bool) -> None:
    """Raise DatasetkitError where a file can't be put at ``target``; ``force`` lets it replace one."""
    try:
        mode = (target.stat() if target.exists() else target.lstat()).st_mode
    except FileNotFoundError:
        mode = 0
    except OSError as error:
        raise unwritable(target, error) from error
    if stat.S_ISDIR(mode):
        raise DatasetkitError(f"{target} is a folder", "Name a file.")
    if not target.parent.is_dir():
        raise DatasetkitError(f"{target} can't be written: there is no folder {target.parent}", "Make it first.")
    if mode and not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
        raise DatasetkitError(f"{target} is a pipe or device, not a file", "Name a file.")
    if mode and not force:
        raise DatasetkitError(f"{target} exists", "Name another file, or pass --force to replace it.")
