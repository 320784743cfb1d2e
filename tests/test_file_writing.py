import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from datasetkit.errors import DatasetkitError
from datasetkit.files import PREFIX, new_folder, refuse_existing, remove_stale, replace_file

HOLD = """
import sys
from pathlib import Path
from datasetkit.files import new_folder
with new_folder(Path(sys.argv[1])) as stage:
    (stage / "half").write_text("half")
    print("ready", flush=True)
    sys.stdin.read()
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def holder(target: Path) -> subprocess.Popen[str]:
    """Another run that is in the middle of writing ``target``."""
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(target)], stdin=pipe, stdout=pipe, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def _file(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("x")


def end(process: subprocess.Popen[str]) -> None:
    process.communicate()


def test_a_stage_becomes_its_target(tmp_path: Path) -> None:
    with new_folder(tmp_path / "new") as stage:
        (stage / "a").write_text("1")
        assert stage.parent.parent == tmp_path
        assert not (tmp_path / "new").exists()
    assert names(tmp_path) == ["new"]
    assert names(tmp_path / "new") == ["a"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError(), DatasetkitError("no")])
def test_an_error_leaves_no_litter(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        fail_within(tmp_path / "new", error)
    assert names(tmp_path) == []


def fail_within(target: Path, error: BaseException) -> None:
    with new_folder(target) as stage:
        (stage / "deep").mkdir()
        raise error


def test_a_target_that_exists_is_refused(tmp_path: Path) -> None:
    (tmp_path / "new").symlink_to("nowhere")
    with pytest.raises(DatasetkitError, match="exists"), new_folder(tmp_path / "new"):
        pass
    assert names(tmp_path) == ["new"]


def test_a_target_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    with pytest.raises(DatasetkitError, match="exists"), new_folder(tmp_path / "new"):
        _file(tmp_path / "new" / "theirs")
    assert names(tmp_path / "new") == ["theirs"]
    assert names(tmp_path) == ["new"]


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    process = holder(tmp_path / "killed")
    process.send_signal(signal.SIGKILL)
    end(process)
    assert [name.startswith(PREFIX) for name in names(tmp_path)] == [True]
    with new_folder(tmp_path / "new"):
        pass
    assert names(tmp_path) == ["new"]


def test_what_another_run_is_writing_is_left_alone(tmp_path: Path) -> None:
    process = holder(tmp_path / "theirs")
    with new_folder(tmp_path / "ours"):
        pass
    remove_stale(tmp_path)
    end(process)
    assert process.returncode == 0
    assert names(tmp_path) == ["ours", "theirs"]
    assert names(tmp_path / "theirs") == ["half"]


def test_ctrl_c_leaves_no_litter(tmp_path: Path) -> None:
    process = holder(tmp_path / "new")
    process.send_signal(signal.SIGINT)
    process.wait()
    end(process)
    assert names(tmp_path) == []


def test_only_stages_are_removed(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "media")
    (tmp_path / f"{PREFIX}file").write_text("x")
    remove_stale(tmp_path)
    assert names(tmp_path) == [f"{PREFIX}file", f"{PREFIX}link", "media"]


def test_a_file_is_replaced_with_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_bytes(b"old")
    file.chmod(0o640)
    before = file.stat().st_ino
    replace_file(file, b"new")
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode & 0o777 == 0o640
    assert file.stat().st_ino != before
    assert names(tmp_path) == ["data.jsonl"]


def test_a_link_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_bytes(b"old")
    (tmp_path / "data.jsonl").symlink_to("theirs")
    replace_file(tmp_path / "data.jsonl", b"new")
    assert (tmp_path / "theirs").read_bytes() == b"old"
    assert (tmp_path / "data.jsonl").read_bytes() == b"new"


def test_a_hard_link_elsewhere_keeps_the_old_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    os.link(tmp_path / "a", tmp_path / "b")
    replace_file(tmp_path / "a", b"new")
    assert (tmp_path / "b").read_bytes() == b"old"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetkitError, match="can't write"):
        replace_file(tmp_path / "nowhere" / "data.jsonl", b"new")


@pytest.mark.parametrize("force", [False, True])
def test_a_free_name_is_taken(tmp_path: Path, force: bool) -> None:
    refuse_existing(tmp_path / "set.zip", force=force)


def test_a_file_or_a_link_is_replaced_only_by_force(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("file", "dangling"):
        refuse_existing(tmp_path / name, force=True)
        with pytest.raises(DatasetkitError, match="exists"):
            refuse_existing(tmp_path / name, force=False)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_not_replaced_even_by_force(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        with pytest.raises(DatasetkitError, match="is a pipe or device, not a file"):
            refuse_existing(tmp_path / name, force=True)


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "is a folder"), ("gone/set.zip", "there is no folder"), ("x" * 5000, "could not be written: File name too")],
)
def test_where_no_file_can_be(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(DatasetkitError, match=message):
        refuse_existing(tmp_path / name, force=True)
