"""`datasetkit files` as people run it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from studio import Studio
from studio_state import KEY, Misdeed

from datasetkit.cli import run


@pytest.fixture(autouse=True)
def _here(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    monkeypatch.setenv("DASHSCOPE_COMPATIBLE_BASE_URL", studio.base_url)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ids(studio: Studio, tmp_path: Path) -> list[str]:
    """Three files, the oldest first; one has a name that would turn a terminal red."""
    made = []
    for number, name in enumerate(["money rain.zip", "钞票雨.zip", "\x1b[31mred.zip"]):
        path = tmp_path / f"stored-{number}"
        path.write_bytes(bytes(1000 * (number + 1)))
        made.append(studio.add(name, 1000 * (number + 1), "fine-tune", path).id)
    return made


def test_the_table_is_newest_first_with_a_total(ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["files", "ls"]) == 0
    heading, *rows, total = capsys.readouterr().out.splitlines()
    assert heading.split() == ["id", "size", "age", "purpose", "status", "name"]
    assert [row.split()[0] for row in rows] == ids[::-1]
    assert "钞票雨.zip" in rows[1]
    assert "\x1b" not in rows[0]
    assert total == "3 files, 6 kB"


def test_json_has_every_file_and_the_total(ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["files", "ls", "--format", "json", "--purpose", "fine-tune"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [file["id"] for file in said["files"]] == ids[::-1]
    assert said["bytes"] == 6000


def test_what_the_service_says_cannot_steer_a_terminal(
    studio: Studio, ids: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = {"status": "\x1b]0;x\x07\n::error::y", "purpose": "\x9b31m", "created_at": 10**15, "bytes": 10**400}
    for arguments in (["files", "show", ids[0]], ["files", "show", ids[0], "--format", "json"]):
        studio.misbehave("show", Misdeed("edit", changes=hostile))
        assert run(arguments) == 0
        shown = capsys.readouterr().out
        assert all(line.isprintable() for line in shown.splitlines())
        assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
    assert run(["files", "show", ids[0]]) == 0
    assert "age      ?" not in capsys.readouterr().out


def test_no_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["files", "ls"]) == 0
    assert capsys.readouterr().out == "0 files, 0 bytes\n"


def test_show(ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["files", "show", *ids]) == 0
    assert "name     money rain.zip" in capsys.readouterr().out
    assert run(["files", "show", ids[1], "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["filename"] == "钞票雨.zip"
    assert run(["files", "show", "file-ft-none"]) == 2
    assert "the service has no file file-ft-none" in capsys.readouterr().err


def test_rm_says_which_failed_and_deletes_the_others(
    studio: Studio, ids: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = Misdeed("answer", status=403, body=b'{"message": "in use by a job"}')
    studio.misbehave("delete", refusal)
    assert run(["files", "rm", ids[0], "file-ft-none", "a/b", ids[2], "--yes"]) == 2
    out, err = capsys.readouterr()
    assert out == f"{ids[2]}\n"
    assert "in use by a job" in err
    assert err.splitlines()[-1] == f"not deleted: {ids[0]} file-ft-none a/b"
    assert list(studio.files) == ids[:2]


@pytest.mark.parametrize(("answer", "code", "left"), [("y\n", 0, 1), ("n\n", 2, 3), ("", 2, 3)])
def test_rm_asks_and_without_a_yes_deletes_nothing(
    answer: str,
    code: int,
    left: int,
    studio: Studio,
    ids: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert run(["files", "rm", ids[0], ids[1], ids[0]]) == code
    out, err = capsys.readouterr()
    assert "money rain.zip" in err
    assert "Delete 2 files for good?" in err
    assert len(studio.files) == left
    assert out.split() == (ids[:2] if code == 0 else [])
    assert code == 0 or "nothing was deleted" in err
