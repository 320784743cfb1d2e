"""Writes files and folders completely or not at all.

New files are written to a hidden staging folder next to the target, and moved into place at the end. A run locks its
staging folder for as long as it lives, so that the next run can remove what a killed one left behind. If there are no
locks, as on some network drives, a staging folder counts as left behind when nothing in it has changed for a day.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from datasetkit.errors import DatasetkitError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PREFIX = ".datasetkit-stage-"
_LOCK, _WORK = "lock", "work"  # inside a staging folder
_FOLDER, _FILE = "new", "file"  # names that a scan ignores
_TAKEN = "Choose another name, or remove it first."
_ATTEMPTS = 10  # a new staging folder is lost only if another run looks at it in the instant before it is locked
_ONE_DAY = 24 * 60 * 60  # seconds; longer than any pause between two writes of a run


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A new empty folder to write in, which becomes ``target`` at the end; after an error nothing is left of it.

    Raises DatasetkitError if ``target`` exists, at the beginning or at the end, or can't be written.
    """
    _refuse_taken(target)
    with scratch(target) as folder:
        yield folder
        _refuse_taken(target)
        for place, _, files in os.walk(folder, topdown=False):
            for file in files:
                if not Path(place, file).is_symlink():  # what it points to isn't ours
                    _sync(Path(place, file))
            _sync(Path(place))
        folder.rename(target)
        _sync(target.parent)


@contextmanager
def new_file(target: Path, *, size: int, force: bool) -> Iterator[Path]:
    """A path beside ``target`` to write ``size`` bytes to; it becomes ``target`` when the block ends well.

    However else the block ends, nothing is left of it and ``target`` stays as it was. Raises DatasetkitError if
    ``target`` exists (unless ``force``), is a folder, doesn't fit on the disk, or can't be written.
    """
    refuse_existing(target, force=force)
    with scratch(target) as folder:
        require_room(target, size)
        yield folder / _FILE
        refuse_existing(target, force=force)
        put_in_place({folder / _FILE: target})


def replace_file(target: Path, data: bytes) -> None:
    """Replace a file, or make it, in one step: a crash leaves the old one or the new one, whole.

    A symbolic link is replaced itself, not what it points to. Raises DatasetkitError.
    """
    with scratch(target) as folder:
        (folder / _FILE).write_bytes(data)
        put_in_place({folder / _FILE: target})


def put_in_place(targets: Mapping[Path, Path], *, outdated: Iterable[Path] = ()) -> None:
    """Move files from a scratch folder to their ``targets`` beside it, in that order.

    All are safe on the disk before the first is moved. A file that replaces another takes over its permissions. The
    ``outdated`` files, which describe what is about to be replaced, are removed first. Raises OSError.
    """
    for made, target in targets.items():
        _sync(made)
        if target.exists():
            made.chmod(stat.S_IMODE(target.stat().st_mode))
    for path in outdated:
        path.unlink(missing_ok=True)
    for made, target in targets.items():
        made.replace(target)
        _sync(target.parent)


@contextmanager
def scratch(target: Path) -> Iterator[Path]:
    """An empty working folder next to ``target``. It is always removed at the end, with its lock file.

    Leftovers of killed runs beside ``target`` are removed first. An OSError inside becomes a DatasetkitError.
    """
    try:
        remove_stale(target.parent)
        with _stage(target.parent) as folder:
            yield folder
    except OSError as error:
        raise unwritable(target, error) from error


def remove_stale(folder: Path) -> None:
    """Remove the stages in ``folder`` that killed runs left behind; skip those of other users. Raises OSError."""
    for stage in folder.glob(f"{PREFIX}*"):
        if stage.is_symlink() or not stage.is_dir():
            continue
        with locked(stage / _LOCK, create=False) as ours:
            stale = _untouched(stage) if ours is None else ours
            if stale:
                shutil.rmtree(stage / _WORK, ignore_errors=True)
        with suppress(OSError):  # it isn't empty, another user's, or gone already
            if stale:  # no longer open, as Windows removes no open file
                (stage / _LOCK).unlink(missing_ok=True)
            stage.rmdir()


def _untouched(stage: Path) -> bool:
    """Whether nothing in a stage has changed for a day."""
    with suppress(FileNotFoundError):  # the staging folder is being removed
        newest = max(path.lstat().st_mtime for path in (stage, *stage.rglob("*")))
        return time.time() - newest > _ONE_DAY
    return False


@contextmanager
def _stage(parent: Path) -> Iterator[Path]:
    for _ in range(_ATTEMPTS):
        stage = parent / f"{PREFIX}{secrets.token_hex(4)}"
        with ExitStack() as stack:
            stack.callback(_remove, stage)
            stage.mkdir(0o700)
            if _claim(stage, stack):
                yield stage / _WORK / _FOLDER
                return
    raise DatasetkitError(
        "another datasetkit run keeps deleting this run's temporary files",
        "Wait until it has finished, then run this again.",
    )


def _claim(stage: Path, stack: ExitStack) -> bool:
    """Lock a new stage and make its folders. False if another run has just taken it for one left behind."""
    try:
        if stack.enter_context(locked(stage / _LOCK)) is False:
            return False
        (stage / _WORK).mkdir()
        (stage / _WORK / _FOLDER).mkdir()
    except FileNotFoundError:
        return False
    return True


def _remove(stage: Path) -> None:
    """Remove a stage, even if Ctrl-C comes meanwhile. An error here would hide the one that ended the run."""
    try:
        shutil.rmtree(stage / _WORK, ignore_errors=True)
        with suppress(OSError):
            if not (stage / _WORK).exists():  # else the next run must see that the lock is free
                (stage / _LOCK).unlink(missing_ok=True)
            stage.rmdir()
    except KeyboardInterrupt:
        _remove(stage)
        raise


@contextmanager
def locked(path: Path, *, create: bool = True) -> Iterator[bool | None]:
    """Lock a file while the block runs, without waiting; the system unlocks it when the process dies, however it dies.

    Yields True if the lock is ours, False if another run holds it, None if it can't be known: the file system has no
    locks or, without ``create``, the file is missing, a symbolic link or another user's. Raises OSError.
    """
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)  # a link planted here could point anywhere
    try:
        handle = os.open(path, flags | os.O_CREAT if create else flags, 0o600)
    except OSError:
        if create:
            raise
        handle = None
    try:
        yield None if handle is None else _lock(handle)
    finally:
        if handle is not None:
            os.close(handle)


def _lock(handle: int) -> bool | None:
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # flock's and Windows' word for a lock that another holds
        return False
    except OSError:  # ENOLCK, ENOSYS, EOPNOTSUPP: no locks here
        return None
    return True


@contextmanager
def sole_run(folder: Path, work: str) -> Iterator[None]:
    """Be the only run that does this ``work`` in ``folder`` while the block lasts; a killed run is no obstacle.

    Raises DatasetkitError if another run does it now, or the folder can't be written.
    """
    lock = folder / f"{PREFIX}{work}"
    with ExitStack() as stack:
        try:
            ours = stack.enter_context(locked(lock))
        except OSError as error:
            raise unwritable(lock, error) from error
        if ours is False:
            raise DatasetkitError(
                f"another datasetkit run is {work} in {folder}", "Wait until it has finished, then run this again."
            )
        try:
            yield
        finally:
            if os.name == "nt":  # which removes no open file
                stack.close()
            _unlock(lock)


def _unlock(lock: Path) -> None:
    """Remove a lock file, even if Ctrl-C comes meanwhile."""
    try:
        with suppress(OSError):
            lock.unlink()
    except KeyboardInterrupt:
        _unlock(lock)
        raise


def require_room(target: Path, size: int) -> None:
    """Raise DatasetkitError if ``target``, of ``size`` bytes, doesn't fit on the disk; OSError if it has no folder."""
    free = shutil.disk_usage(target.parent).free
    if size > free:
        raise DatasetkitError(
            f"not enough disk space in {target.parent}: {size / 1e6:,.2f} MB needed, {free / 1e6:,.2f} MB free",
            "Free some space, or write to another disk.",
        )


def unwritable(target: Path, error: OSError) -> DatasetkitError:
    """The error for a ``target`` that can't be written."""
    if not target.parent.is_dir():
        return DatasetkitError(f"can't write {target}: there is no folder {target.parent}", "Create it first.")
    return DatasetkitError(
        f"can't write {target}: {error.strerror or error}",
        f"Nothing was changed. Check the free space and permissions of {target.parent}.",
    )


def refuse_existing(target: Path, *, force: bool, hint: str = _TAKEN) -> None:
    """Raise DatasetkitError if a file can't be put at ``target``; with ``force`` it may replace another file.

    ``hint`` says what to do about a file that is there.
    """
    try:
        mode = target.stat().st_mode if target.exists() else 0
    except OSError as error:
        raise unwritable(target, error) from error
    if stat.S_ISDIR(mode):
        raise DatasetkitError(f"{target} is a folder", "Name a file.")
    if mode and not stat.S_ISREG(mode):
        raise DatasetkitError(f"{target} is a pipe or a device, not a file", "Name a file.")
    if not target.parent.is_dir():
        raise unwritable(target, FileNotFoundError())
    if not force:
        _refuse_taken(target, hint)


def _refuse_taken(target: Path, hint: str = _TAKEN) -> None:
    if os.path.lexists(target):
        raise DatasetkitError(f"{target} already exists", hint)


def _sync(path: Path) -> None:
    """Wait until the disk holds a file or the names in a folder. Windows syncs only files that may be written to."""
    writable = path.is_file() and os.access(path, os.W_OK)
    if writable or os.name != "nt":
        handle = os.open(path, os.O_RDWR if writable else os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
