"""The run file: saved at once, locked, of a known shape; what is made, is made once."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

import pytest

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.training.runfile import NAME, RunFile, open_run, read_run_file


class KilledError(Exception):
    """The process ends here."""


class Service:
    """Things with ids, made one after the other; ``die`` ends a creation before or after it."""

    def __init__(self) -> None:
        self.ids: list[str] = ["old"]
        self.die = ""

    def known(self) -> Collection[str]:
        return list(self.ids)

    def find(self, known: Collection[str]) -> str | None:
        return next((each for each in self.ids if each not in known), None)

    def create(self, _known: Collection[str]) -> str:
        if self.die == "before":
            raise KilledError
        self.ids.append(f"new-{len(self.ids)}")
        if self.die == "after":
            raise KilledError
        return self.ids[-1]

    def once(self, run: RunFile) -> str:
        return run.once("train", self.known, self.find, self.create)


def test_every_change_is_saved_at_once(tmp_path: Path) -> None:
    with open_run(tmp_path / "way") as run:
        run.begin(run="0123abcd")
        run.note("upload", files=["file-1"])
        run.set(base_url="https://example.invalid/v1")
        saved = read_run_file(tmp_path / "way")
        assert saved == run.values
        assert spec.misfit("run.schema.json", saved) == ""
    with open_run(tmp_path / "way") as again:
        assert again.step("upload")["files"] == ["file-1"]
        assert again.step("train") == {}


@pytest.mark.parametrize("die", ["before", "after"])
def test_what_is_made_is_made_once(die: str, tmp_path: Path) -> None:
    service = Service()
    with open_run(tmp_path / "way") as run:
        run.begin(run="0123abcd")
        service.die = die
        with pytest.raises(KilledError):
            service.once(run)
    service.die = ""
    with open_run(tmp_path / "way") as run:
        assert service.once(run) == "new-1"
        assert service.once(run) == "new-1"
    assert service.ids == ["old", "new-1"]


def test_what_failed_is_put_aside_and_confirmed_again(tmp_path: Path) -> None:
    with open_run(tmp_path / "way") as run:
        run.begin(run="0123abcd")
        run.set(confirmed="2026-01-02T03:04:05Z")
        run.note("train", id="ft-1", status="FAILED")
        run.give_up("train")
        assert run.step("train") == {}
        assert run.values["earlier"] == [{"id": "ft-1", "status": "FAILED"}]
        assert "confirmed" not in run.values


def test_one_at_a_time(tmp_path: Path) -> None:
    with (
        open_run(tmp_path / "way"),
        pytest.raises(DatasetkitError, match="another process"),
        open_run(tmp_path / "way"),
    ):
        pass


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "run": "x"}'])
def test_a_broken_run_file_is_not_guessed_at(text: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(text)
    with pytest.raises(DatasetkitError, match="can't be used"), open_run(tmp_path):
        pass


def test_a_secret_has_no_place_in_it(tmp_path: Path) -> None:
    with open_run(tmp_path / "way") as run:
        run.begin(run="0123abcd")
        values = json.loads((tmp_path / "way" / NAME).read_text("utf-8"))
    for step in ({"key": "x"}, {"video_url": "x"}):
        assert spec.misfit("run.schema.json", values | {"steps": {"generate 1": step}})
    assert spec.misfit("run.schema.json", values | {"key": "x"})
