"""Nothing half made: what is written grows in a stage beside its target and is renamed into place.

A stage is a folder ``.datasetkit-stage-XXXXXXXX`` in the target's folder. It holds a lock for as long as its maker
lives, so that the next run can tell what a killed one left behind from what another run is still writing.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datasetkit.errors import DatasetkitError
from datasetkit.locks import Lock

PREFIX = ".datasetkit-stage-"
_LOCK = "lock"
CONTENT = "new"


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A new empty folder to write in, which becomes ``target`` at the end; nothing is left of it after an error.

    Raises DatasetkitError where ``target`` exists, at the beginning or at the end, or can't be written.
    """
    _refuse(target)
    with stage(target) as folder:
        content = folder / CONTENT
        content.mkdir()
        yield content
        _refuse(target)
        _sync_all(content)
        content.rename(target)
        _sync(target.parent)


@contextmanager
def scratch(target: Path) -> Iterator[Path]:
    """An empty folder beside ``target`` to work in, gone at the end. Raises DatasetkitError where none can be made."""
    with stage(target) as folder:
        content = folder / CONTENT
        content.mkdir()
        yield content


def replace_file(target: Path, data: bytes) -> None:
    """Put ``data`` in the place of a file in one step, keeping its mode; a crash leaves the old or the new, whole.

    A symbolic link is replaced itself: what it leads to stays as it is. Raises DatasetkitError.
    """
    with stage(target) as folder:
        content = folder / CONTENT
        content.write_bytes(data)
        if target.exists():
            content.chmod(stat.S_IMODE(target.stat().st_mode))
        _sync(content)
        content.replace(target)
        _sync(target.parent)


def remove_stale(folder: Path) -> None:
    """Remove the stages in ``folder`` whose makers are gone. Raises OSError."""
    for left in folder.glob(f"{PREFIX}*"):
        if left.is_symlink() or not left.is_dir():
            continue
        with Lock(left / _LOCK) as free:
            if free:
                shutil.rmtree(left, ignore_errors=True)  # another run may be removing it too


@contextmanager
def stage(target: Path) -> Iterator[Path]:
    """A locked folder beside ``target``, removed at the end whatever happens; write to ``CONTENT`` in it.

    What a killed run left beside ``target`` is removed first. An OSError inside becomes a DatasetkitError.
    """
    try:
        remove_stale(target.parent)
        with _locked(target.parent) as folder:
            yield folder
    except OSError as error:
        message = f"can't write {target}: {error.strerror or error}"
        raise DatasetkitError(message, "Nothing was changed. Check the space and the permissions there.") from error


@contextmanager
def _locked(folder: Path) -> Iterator[Path]:
    while True:
        made = folder / f"{PREFIX}{secrets.token_hex(4)}"
        try:
            made.mkdir(0o700)
            with Lock(made / _LOCK) as ours:
                if ours:  # else another run took it for a stale one before it was locked
                    yield made
                    return
        finally:
            _remove(made)


def _remove(made: Path) -> None:
    """Remove a stage, also where Ctrl-C comes meanwhile; the error under way says more than one in here would."""
    try:
        shutil.rmtree(made, ignore_errors=True)
    except KeyboardInterrupt:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _refuse(target: Path) -> None:
    if os.path.lexists(target):
        raise DatasetkitError(f"{target} exists already", "Give a new name, or remove it first.")


def _sync_all(folder: Path) -> None:
    for place, _, files in os.walk(folder):
        for file in files:
            _sync(Path(place, file))
        _sync(Path(place))


def _sync(path: Path) -> None:
    """Have the disk hold what was written. Folders can't be opened for that on Windows, and needn't be."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
