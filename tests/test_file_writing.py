import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from datasetkit.errors import DatasetkitError
from datasetkit.files import PREFIX, locked, new_file, new_folder, refuse_existing, remove_stale, replace_file

HOLD = """
import sys
from pathlib import Path
from datasetkit.files import new_folder
with new_folder(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("half")
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
    with new_folder(tmp_path / "new") as folder:
        (folder / "a").write_text("1")
        (folder / "a").chmod(0o444)
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


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetkitError, match="can't write"):
        replace_file(tmp_path / "nowhere" / "data.jsonl", b"new")


@contextmanager
def without_rights() -> Iterator[None]:
    """Work as a user who isn't the superuser."""
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)
        yield
    finally:
        os.seteuid(user)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="other users are a matter of Unix")
def test_another_users_stage_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o777)
    theirs = a_stage(Path())
    theirs.chmod(0)
    with without_rights():
        replace_file(Path("data.jsonl"), b"new")
    theirs.chmod(0o700)
    assert (theirs / "work" / "half").read_text() == "half"
    assert names(tmp_path) == [theirs.name, "data.jsonl"]


def a_stage(folder: Path) -> Path:
    """What a killed run leaves."""
    stage = folder / f"{PREFIX}left"
    (stage / "work").mkdir(parents=True)
    (stage / "work" / "half").write_text("half")
    (stage / "lock").touch()
    return stage


@pytest.fixture(params=[errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def no_locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without locks: the system's call fails as it does there."""

    def flock(*_: object) -> None:
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr("fcntl.flock", flock)


@pytest.mark.usefixtures("no_locks")
def test_where_there_are_no_locks_files_and_folders_are_written(tmp_path: Path) -> None:
    replace_file(tmp_path / "a", b"new")
    with new_file(tmp_path / "b", size=3, force=False) as path:
        path.write_bytes(b"new")
    with new_folder(tmp_path / "c"):
        remove_stale(tmp_path)  # another run's look, which must not take what we are writing
    assert names(tmp_path) == ["a", "b", "c"]


@pytest.mark.usefixtures("no_locks")
def test_where_there_are_no_locks_a_stage_is_stale_after_a_day_without_a_change(tmp_path: Path) -> None:
    stage = a_stage(tmp_path)
    two_days_ago = stage.stat().st_mtime - 2 * 24 * 60 * 60
    for path in (stage / "lock", stage / "work", stage):
        os.utime(path, (two_days_ago, two_days_ago))
    remove_stale(tmp_path)
    assert (stage / "work" / "half").exists()  # it has been written to just now
    os.utime(stage / "work" / "half", (two_days_ago, two_days_ago))
    remove_stale(tmp_path)
    assert names(tmp_path) == []


def test_a_lock_that_others_always_hold_ends_in_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_: object) -> None:
        raise BlockingIOError(errno.EWOULDBLOCK, "held")

    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.raises(DatasetkitError, match="another datasetkit run keeps deleting"):
        replace_file(tmp_path / "a", b"new")
    assert names(tmp_path) == []


def test_a_link_planted_as_a_lock_is_not_followed(tmp_path: Path) -> None:
    stage = tmp_path / f"{PREFIX}x"
    stage.mkdir()
    (stage / "lock").symlink_to(tmp_path / "elsewhere")
    replace_file(tmp_path / "data.jsonl", b"new")
    with pytest.raises(OSError, match="symbolic links"), locked(stage / "lock"):
        pass
    assert names(tmp_path) == [stage.name, "data.jsonl"]


def test_what_is_left_of_a_stage_at_any_moment_is_removed(tmp_path: Path) -> None:
    """A run may be killed before it makes its lock, and after it has removed all else."""
    (tmp_path / f"{PREFIX}1").mkdir()
    (tmp_path / f"{PREFIX}2").mkdir()
    (tmp_path / f"{PREFIX}2" / "lock").touch()
    remove_stale(tmp_path)
    assert names(tmp_path) == []


OPEN_LOCKS = """
import os, sys
from pathlib import Path
from datasetkit.files import new_folder

def hook(event, details):
    if event == "os.remove" and str(details[0]).endswith("lock"):
        held = [os.readlink(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")[:-1]]
        print("removed", any(path.endswith("/lock") for path in held))

sys.addaudithook(hook)
with new_folder(Path(sys.argv[1])):
    pass
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what is open is seen in /proc")
def test_a_lock_is_closed_before_it_is_removed(tmp_path: Path) -> None:
    """Windows removes no open file."""
    a_stage(tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", OPEN_LOCKS, tmp_path / "new"], capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == ["removed False", "removed False"]
    assert names(tmp_path) == ["new"]


def test_a_lock_is_free_again_when_its_holder_is_killed(tmp_path: Path) -> None:
    process = holder(tmp_path / "killed")
    (lock,) = tmp_path.glob(f"{PREFIX}*/lock")
    with locked(lock) as ours:
        assert ours is False
    process.send_signal(signal.SIGKILL)
    end(process)
    with locked(lock) as ours:
        assert ours is True


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
        with pytest.raises(DatasetkitError, match="is a pipe or a device"):
            refuse_existing(tmp_path / name, force=True)


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "is a folder"), ("gone/set.zip", "there is no folder"), ("x" * 5000, "can't write .*: File name too")],
)
def test_where_no_file_can_be(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(DatasetkitError, match=message):
        refuse_existing(tmp_path / name, force=True)
