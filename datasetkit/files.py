"""The one way to write a file or a folder whole: it grows in a stage beside its target and is renamed into place.

A stage is a folder ``.datasetkit-stage-XXXXXXXX`` in the target's folder. It holds a lock for as long as its maker
lives, so that the next run can tell what a killed one left behind from what another run is still writing.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datasetkit.errors import DatasetkitError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PREFIX = ".datasetkit-stage-"
_LOCK = "lock"
CONTENT = "new"


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
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
        sync(target.parent)


@contextmanager
def new_file(target: Path, *, size: int, force: bool) -> Iterator[Path]:
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
        sync(content)
        content.replace(target)
        sync(target.parent)


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


def _refuse(target: Path) -> None:
    if os.path.lexists(target):
        raise DatasetkitError(f"{target} exists already", "Give a new name, or remove it first.")


def _sync_all(folder: Path) -> None:
    for place, _, files in os.walk(folder):
        for file in files:
            sync(Path(place, file))
        sync(Path(place))


def sync(path: Path) -> None:
    """Have the disk hold what was written. Folders can't be opened for that on Windows, and needn't be."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Lock:
    """Lock a file, made where it isn't there; entering says whether it is ours now. It never waits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def __enter__(self) -> bool:
        try:
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:  # its folder was removed meanwhile
            return False
        return _take(self._handle) and self._still_there(self._handle)

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            os.close(self._handle)

    def _still_there(self, handle: int) -> bool:
        """Whether the path still names the file that was locked: it may have been removed in between."""
        try:
            return os.path.samestat(os.fstat(handle), self._path.stat())
        except FileNotFoundError:
            return False


if sys.platform == "win32":

    def _take(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
