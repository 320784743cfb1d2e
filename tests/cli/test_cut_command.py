"""`datasetkit cut`: windows for raw clips, written to cuts.csv."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import builders
import pytest
from conftest import Cli
from scenes import encode, pan
from takes import RATE, SIZE, Take, take

from datasetkit.errors import DatasetkitError
from datasetkit.files import sole_run
from datasetkit.intake.cut import propose_cuts
from datasetkit.windows import Window, parse

MODEL = ("--model", "wan2.2-i2v-flash")


@pytest.fixture(scope="session")
def takes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Take]:
    """A folder of raw clips, among them one whose action's place is known; copy it before you write to it."""
    folder = tmp_path_factory.mktemp("takes")
    one = take("cut", 3)
    encode(folder / "take 1.mp4", one.pictures, rate=RATE)
    builders.clip(folder / "deep" / "short.mp4", frames=8)
    encode(folder / "still.mp4", [one.pictures[0]] * 40, rate=RATE)
    (folder / "broken.mov").write_bytes(b"\0\0\0\x18ftypqt  " + b"x" * 99)
    (folder / "notes.txt").write_text("nothing")
    return folder, one


@pytest.fixture
def raw(takes: tuple[Path, Take], tmp_path: Path) -> Path:
    return Path(shutil.copytree(takes[0], tmp_path / "raw"))


def rows(file: Path) -> dict[str, Window]:
    found, faults = parse(file.read_text("utf-8"))
    assert faults == ()
    return {window.name: window for window in found}


def test_windows_are_written_and_what_is_kept_is_said(cli: Cli, raw: Path, takes: tuple[Path, Take]) -> None:
    ran = cli("cut", raw, "--seconds", "5", *MODEL)
    assert ran.code == 0
    found, one = rows(raw / "cuts.csv"), takes[1]
    window = found["take 1"]
    assert window.clip == "take 1.mp4"
    assert window.start <= one.start < one.end <= window.start + window.seconds
    assert window.seconds <= 5
    assert window.keep
    kept = f"take 1.mp4 keeps {float(window.start):.2f}–{float(window.start + window.seconds):.2f} s"
    assert f"{kept} of {len(one.pictures) / RATE:.2f} s: {window.reason}" in ran.out
    assert "the movement from" in window.reason
    assert "the cut at" in window.reason


def test_clips_without_a_window_are_listed(cli: Cli, raw: Path) -> None:
    ran = cli("cut", raw, *MODEL)
    found = rows(raw / "cuts.csv")
    assert {name: window.keep for name, window in found.items()} == {"take 1": True, "short": False, "still": False}
    assert "0.50 s long" in found["short"].reason
    assert found["short"].clip == "deep/short.mp4"
    for said in ("broken.mov: skipped: ", "deep/short.mp4: skipped: ", "still.mp4: skipped: nothing moves in it"):
        assert said in ran.out


def test_the_next_command_makes_the_dataset(cli: Cli, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(raw.parent)
    ran = cli("cut", "raw", *MODEL)
    expected = "next: datasetkit init raw --cuts raw/cuts.csv -o raw_dataset --model wan2.2-i2v-flash"
    assert expected in ran.err
    assert cli(*expected.split()[2:]).code == 0
    assert (raw.parent / "raw_dataset" / "take 1.mp4").is_file()


def test_rows_that_are_there_stay_as_they_are(cli: Cli, raw: Path) -> None:
    own = "clip;start;seconds;name;keep\nstill.mp4;1;2;mine;yes\nstill.mp4;0;2;take 1;no\ngone.mp4;0;2;gone;yes\n"
    (raw / "cuts.csv").write_text(own)
    ran = cli("cut", raw, *MODEL)
    found = rows(raw / "cuts.csv")
    assert list(found) == ["mine", "take 1", "gone", "short", "take 1_2"]
    assert (found["mine"].start, found["mine"].seconds) == (1, 2)
    assert found["take 1_2"].clip == "take 1.mp4"
    assert "still.mp4" not in ran.out
    assert "1 clip is already in" in ran.out


def test_a_second_run_adds_nothing_and_writes_nothing(cli: Cli, raw: Path) -> None:
    cli("cut", raw, *MODEL)
    before = (raw / "cuts.csv").stat()
    ran = cli("cut", raw, *MODEL)
    assert ran.code == 0
    after = (raw / "cuts.csv").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
    assert "3 clips are already in" in ran.out


def test_force_starts_again_and_keeps_the_old_file(cli: Cli, raw: Path) -> None:
    own = "clip,start,seconds,name,keep\nstill.mp4,1,2,mine,yes\n"
    (raw / "cuts.csv").write_text(own)
    ran = cli("cut", raw, *MODEL, "--force")
    assert ran.code == 0
    assert set(rows(raw / "cuts.csv")) == {"take 1", "short", "still"}
    assert (raw / "cuts.csv.old").read_text() == own
    assert "cuts.csv.old" in ran.out


@pytest.mark.parametrize("content", [b"not,a,cuts,file\n", b"\0\0\0\x18ftypmp42\xff"])
@pytest.mark.parametrize("options", [(), ("--force",)])
def test_what_is_no_cuts_csv_is_never_replaced(
    cli: Cli, tmp_path: Path, content: bytes, options: tuple[str, ...]
) -> None:
    builders.clip(tmp_path / "raw" / "a.mp4", frames=40)
    target = tmp_path / "other"
    target.write_bytes(content)
    ran = cli("cut", tmp_path / "raw", *MODEL, *options, "-o", target)
    assert ran.code == 2
    assert "other" in ran.err
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["other"]
    assert target.read_bytes() == content


def test_a_folder_in_the_place_of_the_file_is_named(cli: Cli, tmp_path: Path) -> None:
    builders.clip(tmp_path / "a.mp4", frames=40)
    (tmp_path / "cuts.csv").mkdir()
    ran = cli("cut", tmp_path, *MODEL, "--force")
    assert ran.code == 2
    assert "Move it away" in ran.err


def test_nothing_is_said_of_an_old_file_where_nothing_is_written(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "broken.mov").write_bytes(b"\0\0\0\x18ftypqt  " + b"x" * 99)
    (tmp_path / "cuts.csv").write_text("clip,start,seconds,name,keep\n")
    ran = cli("cut", tmp_path, "--force")
    assert "the old file" not in ran.out
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["broken.mov", "cuts.csv"]


@pytest.mark.parametrize("force", [False, True])
def test_what_was_written_while_clips_were_read_is_kept(tmp_path: Path, force: bool) -> None:
    for name in ("a", "b", "c"):
        builders.clip(tmp_path / f"{name}.mp4", frames=40)
    own = "clip,start,seconds,name,keep\na.mp4,1,1,mine,yes\nx.mp4,1,1,b,yes\n"

    def meanwhile(*_: object) -> None:
        (tmp_path / "cuts.csv").write_text(own)

    made = propose_cuts(tmp_path, progress=meanwhile, force=force)
    kept = {name: window.clip for name, window in rows(tmp_path / "cuts.csv").items()}
    if force:
        assert kept == {"a": "a.mp4", "b": "b.mp4", "c": "c.mp4"}
        assert made.replaced
        assert made.replaced.read_text() == own
    else:
        assert kept == {"mine": "a.mp4", "b": "x.mp4", "b_2": "b.mp4", "c": "c.mp4"}
        assert made.mentioned == ("a.mp4",)


def test_two_runs_do_not_write_at_once(tmp_path: Path) -> None:
    builders.clip(tmp_path / "a.mp4", frames=40)
    with sole_run(tmp_path, "writing"), pytest.raises(DatasetkitError, match="another datasetkit run"):
        propose_cuts(tmp_path)


def test_long_names_are_shortened(cli: Cli, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        builders.clip(tmp_path / folder / f"{'x' * 200}.mp4", frames=40)
    assert cli("cut", tmp_path, *MODEL).code == 0
    assert set(rows(tmp_path / "cuts.csv")) == {"x" * 200, "x" * 198 + "_2"}


def test_a_name_that_is_not_utf8_is_refused(cli: Cli, tmp_path: Path) -> None:
    builders.clip(tmp_path / "a.mp4", frames=40)
    shutil.copy(tmp_path / "a.mp4", os.fsencode(tmp_path) + b"/caf\xe9.mp4")
    ran = cli("cut", tmp_path, *MODEL)
    assert ran.code == 0
    assert "rename it: its name isn't UTF-8" in ran.out
    assert set(rows(tmp_path / "cuts.csv")) == {"a"}


@pytest.mark.parametrize("seconds", ["0.01", "nan", "inf"])
def test_seconds_that_are_no_length_are_refused(cli: Cli, tmp_path: Path, seconds: str) -> None:
    builders.clip(tmp_path / "a.mp4", frames=40)
    ran = cli("cut", tmp_path, "--seconds", seconds, "--all")
    assert ran.code == 2
    assert "0.5 or more" in ran.err or "must be a number" in ran.err
    assert not (tmp_path / "cuts.csv").exists()


def test_all_windows_of_a_clip_get_names_of_their_own(cli: Cli, raw: Path, tmp_path: Path) -> None:
    encode(raw / "two scenes.mp4", pan(SIZE, 1, 40, (1, 0)) + pan(SIZE, 2, 40, (0, 1)), rate=RATE)
    assert cli("cut", raw, *MODEL, "--all", "-o", tmp_path / "mine.csv").code == 0
    assert not (raw / "cuts.csv").exists()
    found = [window for window in rows(tmp_path / "mine.csv").values() if window.clip == "two scenes.mp4"]
    assert [window.name for window in found] == ["two scenes_1", "two scenes_2"]
    assert all("moves evenly throughout" in window.reason for window in found)


@pytest.mark.parametrize(("model", "said"), [(MODEL, "wan2.2-i2v-flash accepts at most 5 s"), ((), "no model accepts")])
def test_more_seconds_than_the_model_accepts_are_refused(
    cli: Cli, raw: Path, model: tuple[str, ...], said: str
) -> None:
    ran = cli("cut", raw, "--seconds", "60", *model)
    assert ran.code == 2
    assert said in ran.err
    assert "--seconds" in ran.err
    assert not (raw / "cuts.csv").exists()


def test_the_model_may_come_from_the_folder(cli: Cli, raw: Path) -> None:
    (raw / "datasetkit.toml").write_text('model = "wan2.2-i2v-flash"\n')
    assert cli("cut", raw, "--seconds", "8").code == 2
    assert cli("cut", raw).code == 0
    assert rows(raw / "cuts.csv")["take 1"].seconds <= 5


def test_a_zip_needs_a_place_for_the_file(cli: Cli, raw: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "packed"), "zip", raw)
    refused = cli("cut", archive, *MODEL)
    assert refused.code == 2
    assert "-o" in refused.err
    assert cli("cut", archive, *MODEL, "-o", tmp_path / "cuts.csv").code == 0
    assert "take 1" in rows(tmp_path / "cuts.csv")


def test_containers_of_all_sorts_are_read_at_once_by_a_fresh_process(tmp_path: Path) -> None:
    for number in range(4):  # several threads load the libraries at the same time
        builders.clip(tmp_path / f"{number}.mp4", frames=40, seed=number)
        builders.clip(tmp_path / f"{number}.mkv", frames=40, seed=number)
    command = [sys.executable, "-m", "datasetkit", "cut", str(tmp_path), *MODEL, "--no-cache"]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    assert len(rows(tmp_path / "cuts.csv")) == 8


def test_a_folder_without_clips_and_a_dataset_are_refused(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "contains no clips" in cli("cut", tmp_path / "empty").err
    (tmp_path / "empty" / "data.jsonl").touch()
    assert "is a dataset already" in cli("cut", tmp_path / "empty").err
