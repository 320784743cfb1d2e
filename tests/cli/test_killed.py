"""Commands that write are killed, interrupted and starved of disk while they write.

A hook counts what Python is about to write (files opened, made, linked, renamed), and strikes at a given count.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import builders
import pytest
from conftest import line

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of Unix"),
    pytest.mark.xdist_group("killed"),  # one worker, so that the clips are made once
]

STRUCK = """
import os, resource, signal, sys
what, at, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
count = 0
WRITING = {"os.rename", "os.mkdir", "os.link", "os.rmdir", "os.remove"}

def hook(event, details):
    global count
    opened = event == "open" and isinstance(details[2], int) and details[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if opened or event in WRITING:
        count += 1
        if count == at:
            os.kill(os.getpid(), getattr(signal, what))

if what == "disk":
    resource.setrlimit(resource.RLIMIT_FSIZE, (at, at))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from datasetkit.cli import run
sys.dont_write_bytecode = True
import datasetkit.cli.build, datasetkit.cli.fix, datasetkit.cli.init
import datasetkit.cli.normalize, datasetkit.media.clips, datasetkit.media.grabbing
import datasetkit.media.stills, datasetkit.intake.init, datasetkit.repair.fix, jsonschema, referencing
sys.addaudithook(hook)
code = run(command)
print("count", count)
sys.exit(code)
"""

COMMANDS = {
    "init": ["init", "raw", "-o", "NEW", "--kind", "kf2v"],
    "fix in place": ["fix", "set", "--select", "L201"],
    "fix": ["fix", "set", "-o", "NEW"],
    "normalize": ["normalize", "prompted", "--write"],
    "build": ["build", "set", "-o", "NEW.zip", "--ignore", "S,L"],
}


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def struck(folder: Path, what: str, at: int, command: str, new: str = "new") -> "subprocess.CompletedProcess[str]":
    words = [word.replace("NEW", new) for word in COMMANDS[command]]
    return subprocess.run(
        [sys.executable, "-c", STRUCK, what, str(at), *words], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raw clips, and a set with a BOM and two images on their sides."""
    folder = tmp_path_factory.mktemp("killed")
    lines = []
    for number in range(3):
        builders.clip(folder / "raw" / f"{number}.webm", codec="libvpx-vp9", frames=33, seed=number)
        builders.clip(folder / "set" / f"video_{number}.mp4", frames=33, seed=number, size=(64, 96))
        builders.jpeg(folder / "set" / f"image_{number}.jpg", (96, 64), seed=number, orientation=6)
        lines.append(line(number, f"video_{number}.mp4", f"image_{number}.jpg"))
    (folder / "set" / "data.jsonl").write_text("\ufeff" + "\n".join(lines) + "\n", "utf-8")
    (folder / "prompted").mkdir()
    table = '[effect]\ntrigger = "s86b5p"\ntext = "Then she/he begins the s86b5p transformation."\n'
    (folder / "prompted" / "datasetkit.toml").write_text(table)
    prompt = '{"prompt": "A woman waits. Then he begins the s86b5p transformation."}\n'
    (folder / "prompted" / "data.jsonl").write_text(prompt * 3)
    return folder


@pytest.fixture(scope="module")
def whole(made: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, dict[str, bytes]]]:
    """Of each command how often it writes, and what it leaves where nothing strikes."""
    wholes = {}
    for command in COMMANDS:
        folder = tmp_path_factory.mktemp("whole") / "x"
        shutil.copytree(made, folder)
        ran = struck(folder, "SIGKILL", 0, command)
        assert "count" in ran.stdout, ran.stderr
        wholes[command] = (int(ran.stdout.split()[-1]), content(folder))
    return wholes


@pytest.mark.parametrize("share", [0.1, 0.6, 1.0])
@pytest.mark.parametrize("signal", ["SIGKILL", "SIGINT"])
@pytest.mark.parametrize("command", COMMANDS)
def test_the_old_is_whole_and_the_new_absent_or_complete(
    made: Path, whole: dict[str, tuple[int, dict[str, bytes]]], tmp_path: Path, command: str, signal: str, share: float
) -> None:
    folder = tmp_path / "x"
    shutil.copytree(made, folder)
    before = content(folder)
    count, complete = whole[command]
    ran = struck(folder, signal, max(1, round(count * share)), command)
    after = content(folder)
    seen = {
        path: data
        for path, data in after.items()
        if not path.startswith((".", "set/.", "prompted/.")) and "manifest" not in path
    }
    assert seen.keys() - before.keys() in (set(), complete.keys() - before.keys(), {"new.zip"})
    assert all(seen[path] in (before.get(path), complete[path]) for path in seen)
    if signal == "SIGKILL":
        assert ran.returncode == -9
        again = struck(folder, signal, 0, command, "again")
        assert "count" in again.stdout, again.stderr
    else:
        assert ran.returncode in (130, 0, 1)
        assert "Traceback" not in ran.stderr
    assert list(folder.rglob(".*")) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_changes_nothing(made: Path, tmp_path: Path, command: str) -> None:
    folder = tmp_path / "x"
    shutil.copytree(made, folder)
    before = content(folder)
    ran = struck(folder, "disk", 100, command)
    assert ran.returncode == 2
    assert "error: " in ran.stderr
    assert content(folder) == before
