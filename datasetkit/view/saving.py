"""Writes the edited files, all of them or none, and notices when others have changed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from datasetkit.files import put_in_place, scratch, sole_run, unwritable
from datasetkit.view.folder import ViewedFolder, read_files

Changes = Mapping[str, tuple[bytes | None, bytes]]
"""Files by their names, each as it is, None if it isn't there, and as it would be."""


class OutdatedError(Exception):
    """What should be edited or replaced isn't any more what the page saw; ``files`` are those that others changed."""

    def __init__(self, message: str, files: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.files = files


def digest_of(changes: Changes) -> str:
    """The same for the same changes only."""
    return sha256(repr(sorted(changes.items())).encode()).hexdigest()


def save_files(folder: ViewedFolder, new: Mapping[str, bytes]) -> None:
    """Replace files of a folder by their ``new`` content; each is whole at any time.

    Raises OutdatedError, and changes nothing, if one of them isn't as it was read; DatasetkitError if one can't be
    written, or another run writes in this folder.
    """
    if not new:
        return
    with sole_run(folder.home, "writing"):
        now = read_files(folder.home, tuple(new))
        if changed := tuple(name for name in new if now[name] != folder.files[name]):
            raise OutdatedError(f"another program changed {' and '.join(changed)}", changed)
        targets = {folder.home / name: content for name, content in new.items()}
        with scratch(next(iter(targets))) as work:
            for target, content in targets.items():
                (work / target.name).write_bytes(content)
            _put_all(work, folder, tuple(new))


def _put_all(work: Path, folder: ViewedFolder, names: Sequence[str]) -> None:
    """Put the new files in their places; if one can't be, put back what those before it replaced."""
    for number, name in enumerate(names):
        target = folder.home / name
        try:
            put_in_place({work / name: target})
        except OSError as error:
            for done in names[:number]:
                _put_back(work, folder.home / done, folder.files[done])
            raise unwritable(target, error) from error


def _put_back(work: Path, target: Path, before: bytes | None) -> None:
    if before is None:
        target.unlink()
        return
    (work / target.name).write_bytes(before)
    put_in_place({work / target.name: target})


class FileWatch:
    """Notices that files of a folder are no longer as they were read; reads only those whose status has changed."""

    def __init__(self, folder: ViewedFolder) -> None:
        self._folder = folder
        self._known = {name: _status(folder.home / name) for name in folder.files}
        self._stale = self._compared(tuple(folder.files))

    def stale(self) -> tuple[str, ...]:
        """The names of the files that have changed. Raises DatasetkitError if one can't be read."""
        now = {name: _status(self._folder.home / name) for name in self._folder.files}
        moved = tuple(name for name in now if now[name] != self._known[name])
        self._stale = (self._stale - {*moved}) | self._compared(moved)
        self._known = now
        return tuple(name for name in self._folder.files if name in self._stale)

    def _compared(self, names: tuple[str, ...]) -> set[str]:
        found = read_files(self._folder.home, names)
        return {name for name in names if found[name] != self._folder.files[name]}


def _status(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
