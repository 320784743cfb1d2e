"""The run file: how far a run has come, so that it can be killed anywhere and go on anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.files import PREFIX, locked, replace_file

NAME = "datasetkit.run.json"
_LOCK = ".datasetkit.run.lock"


class RunFile:
    """The values of datasetkit.run.json in a folder, in the shape of run.schema.json. Each change is saved at once."""

    def __init__(self, folder: Path, values: dict[str, Any] | None) -> None:
        self.folder, self.values = folder, values or {}

    def begin(self, **values: Any) -> None:
        """Begin a run with these values."""
        self.values = {"version": 1, "started": now(), **values, "steps": {}, "earlier": []}
        self._save()

    def set(self, **values: Any) -> None:
        """Change values of the run itself."""
        self.values |= values
        self._save()

    def step(self, name: str) -> dict[str, Any]:
        """What is known of a step; empty before it was begun."""
        return dict(self.values["steps"].get(name, {}))

    def note(self, name: str, **values: Any) -> None:
        """Note something about a step."""
        self.values["steps"].setdefault(name, {}).update(values)
        self._save()

    def once(
        self,
        name: str,
        known: Callable[[], Collection[str]],
        find: Callable[[Collection[str]], str | None],
        create: Callable[[Collection[str]], str],
    ) -> str:
        """The id of what the step makes, made once, however often the run is killed.

        ``known`` gives the ids that there are before, ``find`` the id of what a lost request has made, ``create`` makes
        it. The intent is noted before, the id after.
        """
        step = self.step(name)
        if "id" in step:
            return str(step["id"])
        if "known" in step:
            made = find(step["known"]) or create(step["known"])
        else:
            before = sorted(known())
            self.note(name, intended=now(), known=before)
            made = create(before)
        self.note(name, id=made, made=now())
        return made

    def give_up(self, name: str) -> None:
        """Put a step that failed aside, so that the next run begins it anew, once the cost is confirmed again."""
        self.values["earlier"].append(self.values["steps"].pop(name))
        self.values.pop("confirmed", None)
        self._save()

    def _save(self) -> None:
        content = json.dumps(self.values, ensure_ascii=False, indent=2) + "\n"
        replace_file(self.folder / NAME, content.encode("utf-8", "backslashreplace"))


@contextmanager
def open_run(folder: Path) -> Iterator[RunFile]:
    """The run in a folder, which is made if it isn't there; locked while the block runs.

    Raises DatasetkitError if another process has it open, if the folder holds other things, or for a broken run file.
    """
    _prepare(folder)
    with locked(folder / _LOCK) as ours:
        if ours is False:
            raise DatasetkitError(f"another process works on {folder}", "Wait for it, or stop it.")
        yield RunFile(folder, read_run_file(folder) if (folder / NAME).exists() else None)


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
        strange = [path for path in folder.iterdir() if path.name != _LOCK and not path.name.startswith(PREFIX)]
    except OSError as error:
        raise DatasetkitError(f"can't use {folder}: {error.strerror or error}", "Name another folder.") from error
    if strange and not (folder / NAME).exists():
        raise DatasetkitError(f"{folder} is not empty, and holds no run", "Name a new folder.")


def read_run_file(folder: Path) -> dict[str, Any]:
    """The values of a run file. Raises DatasetkitError if there is none that can be used."""
    path = folder / NAME
    try:
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
        fault = spec.misfit("run.schema.json", values)
    except (OSError, ValueError) as error:
        fault = str(error)
    if fault:
        raise DatasetkitError(f"{path} can't be used: {fault[:200]}", "Restore it, or begin in a new folder.")
    return values


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
