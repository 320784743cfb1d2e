"""DIR/datasetkit.run.json: read, locked while a run uses it, and replaced in one step whenever the run gets on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from datasetkit import spec
from datasetkit.cli.terminal import note
from datasetkit.errors import DatasetkitError
from datasetkit.files import PREFIX, locked, replace_file
from datasetkit.printable import as_json
from datasetkit.training.record import RunRecord, from_values, values

NAME = "datasetkit.run.json"
_LOCK = ".datasetkit.run.lock"


class RunFile:
    """The record of a run, kept on the disk: a `Journal`."""

    def __init__(self, path: Path, record: RunRecord, clock: Callable[[], datetime]) -> None:
        self.path, self._record, self._clock = path, record, clock

    @property
    def record(self) -> RunRecord:
        """What the run has done so far."""
        return self._record

    @record.setter
    def record(self, record: RunRecord) -> None:
        if record != self._record:
            self.save(record)

    def save(self, record: RunRecord) -> None:
        """Write a record to the disk; it is there when this returns."""
        replace_file(self.path, (as_json(values(record), ascii_only=False) + "\n").encode())
        self._record = record

    def now(self) -> str:
        """The time, UTC, as it is written."""
        return written(self._clock())


def written(time: datetime) -> str:
    """A time as run files have it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def open_run(folder: Path, first: Callable[[], RunRecord], clock: Callable[[], datetime]) -> Iterator[RunFile]:
    """The run file in a folder, for this process alone. A run of which no step was begun starts from ``first``.

    A new folder goes again if the block fails before anything was agreed to, as when the answer is no. Raises
    DatasetkitError if another process uses it, or if the folder holds other things than a run.
    """
    path, is_new = folder / NAME, not folder.exists()
    try:
        folder.mkdir(exist_ok=True)
        names = {each.name for each in folder.iterdir() if not each.name.startswith(PREFIX)}
        if NAME not in names and names - {_LOCK}:
            raise DatasetkitError(f"{folder} is not empty, and holds no run", "Name a new folder: -o DIR.")
        with locked(folder / _LOCK) as ours:
            if ours is False:
                raise DatasetkitError(f"another process is running the run in {folder}", "Wait until it has ended.")
            if ours is None:
                note(f"{folder} can't be locked on this file system, so don't use it twice at the same time")
            file = _opened(path, first, clock)
            try:
                yield file
            except BaseException:
                if is_new and not file.record.agreed and not file.record.steps:
                    _remove(path)
                raise
    except OSError as error:
        raise DatasetkitError(
            f"can't use {folder}: {error.strerror or error}", "Name a folder that can be written, in one that exists."
        ) from error


def read_run_file(folder: Path) -> RunRecord:
    """The record of the run in a folder. Raises DatasetkitError if there is none that can be used."""
    from datasetkit.modelstudio.zips import read_json

    path = folder / NAME
    try:
        found = read_json(path)
        fault = spec.misfit("run.schema.json", found)
    except (OSError, ValueError) as error:
        fault = getattr(error, "strerror", None) or str(error)
    if fault:
        raise DatasetkitError(
            f"{path} can't be used: {fault[:200]}", "Name the folder of a run. If its file is damaged, restore a copy."
        )
    return from_values(found)


def _remove(path: Path) -> None:
    """Remove a run file and its folder, which holds nothing else."""
    path.unlink()
    (path.parent / _LOCK).unlink(missing_ok=True)
    path.parent.rmdir()


def _opened(path: Path, first: Callable[[], RunRecord], clock: Callable[[], datetime]) -> RunFile:
    if path.exists() and (record := read_run_file(path.parent)).steps:
        return RunFile(path, record, clock)
    opened = RunFile(path, first(), clock)
    opened.save(opened.record)
    return opened
