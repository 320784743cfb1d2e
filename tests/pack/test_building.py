"""What a build leaves, whatever ends it; and `build` as a function."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import builders
import pytest

from datasetkit.errors import DatasetkitError
from datasetkit.pack.building import build

# Replaces two zips and their manifests, and is killed at each of its writes in turn: a fork each.
KILLED = """
import json, os, signal, sys
from hashlib import sha256
from pathlib import Path
from packable import tree_of, verdict_on
from datasetkit.model import Kind, Role
from datasetkit.pack.building import write
from datasetkit.pack.layout import Layout, PackedFile

root, out = Path(sys.argv[1]), Path(sys.argv[2])
tree = tree_of(root)
WRITING = {"os.rename", "os.mkdir", "os.rmdir", "os.remove"}

def build(annotations, folder, killed_at=0):
    count = 0
    def hook(event, details):
        nonlocal count
        opened = event == "open" and isinstance(details[2], int) and details[2] & (os.O_WRONLY | os.O_RDWR)
        if opened or event in WRITING:
            count += 1
            if count == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)
    media = (PackedFile("a.mp4", "a.mp4", 700_001),)
    layouts = {folder / f"{role}.zip": Layout(Kind.I2V, role, 1, annotations, media) for role in Role}
    sys.addaudithook(hook)
    write(layouts, verdict_on(tree), tree, force=True)
    os._exit(count)

def in_a_fork(*arguments):
    child = os.fork()
    if child == 0:
        build(*arguments)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)

def state(folder):
    visible = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in visible}

states = []
for at in range(1, 1000):
    folder = out / str(at)
    folder.mkdir()
    in_a_fork(b"old", folder)
    before = state(folder)
    code = in_a_fork(b"new", folder, at)
    killed = state(folder)
    claimed = {p.name.removesuffix(".json"): json.loads(p.read_bytes())["sha256"] for p in folder.glob("*.json")}
    in_a_fork(b"new", folder)
    states.append([before, killed, claimed, state(folder), [p.name for p in folder.glob(".*")]])
    if code >= 0:
        break
print(json.dumps(states))
"""


def run(program: str, *arguments: object) -> str:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "a.mp4").write_bytes(os.urandom(700_001))
    return folder


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a fork is a matter of Unix")
def test_killed_at_any_write_no_zip_is_beside_the_manifest_of_another(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    states = json.loads(run(KILLED, root, out))
    assert len(states) > 15
    for before, killed, claimed, after, litter in states:
        for name in ("training.zip", "validation.zip"):
            manifest = f"{name}.json"
            assert killed[name] in (before[name], after[name])
            assert killed.get(manifest) in (None, before[manifest], after[manifest])
            assert claimed.get(name, killed[name]) == killed[name]
        assert killed.keys() <= before.keys() == after.keys()
        assert litter == []
    assert states[0][1] == states[0][0]
    assert states[-1][1] == states[-1][3] != states[-1][0]


FULL = """
import resource, signal, sys
from pathlib import Path
from packable import tree_of, verdict_on
from datasetkit.errors import DatasetkitError
from datasetkit.model import Kind, Role
from datasetkit.pack.building import write
from datasetkit.pack.layout import Layout, PackedFile

tree = tree_of(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
large = (PackedFile("a.mp4", "a.mp4", 700_001),)
layouts = {
    Path(sys.argv[2], f"{role}.zip"): Layout(Kind.I2V, role, 1, b"{}", media) for role, media in zip(Role, ((), large))
}
try:
    write(layouts, verdict_on(tree), tree, folder=sys.argv[3] == "folder", force=True)
except DatasetkitError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits on a file's size are POSIX's")
@pytest.mark.parametrize("form", ["zip", "folder"])
def test_a_disk_that_is_full_at_the_second_leaves_neither(root: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "training.zip.json").write_text("old")
    assert "can't write" in run(FULL, root, out, form)
    assert [path.name for path in out.iterdir()] == ["training.zip.json"]
    assert (out / "training.zip.json").read_text() == "old"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "set"
    folder.mkdir()
    lines = []
    for number in range(20):
        name = f"video_{number}.mp4", f"image_{number}.jpg"
        builders.clip(folder / name[0], frames=33, seed=number)
        builders.jpeg(folder / name[1], seed=number)
        lines.append(json.dumps({"prompt": f"p{number}", "first_frame_path": name[1], "video_path": name[0]}))
    (folder / "data.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def test_a_build_says_what_it_wrote(dataset: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    seen = []
    for name in ("a.zip", "b.zip"):
        built = build(dataset, tmp_path / name, model="wan2.2-i2v-flash", progress=lambda *step: seen.append(step))
        (output,) = built.outputs
        assert (output.path, output.samples, output.bytes) == (tmp_path / name, 20, (tmp_path / name).stat().st_size)
        assert json.loads((tmp_path / f"{name}.json").read_text())["sha256"] == output.sha256
        assert built.verdict.model
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert {stage for stage, _, _ in seen} == {"reading", "writing"}
    assert capfd.readouterr() == ("", "")


def test_samples_are_held_out(dataset: Path, tmp_path: Path) -> None:
    built = build(str(dataset), str(tmp_path / "a.zip"), hold_out="25%")
    assert [(output.path.name, output.samples) for output in built.outputs] == [
        ("a.zip", 15),
        ("a-validation.zip", 5),
    ]


def test_a_folder_is_built(dataset: Path, tmp_path: Path) -> None:
    (output,) = build(dataset, tmp_path / "a", folder=True, verify=True).outputs
    assert output.sha256 is None
    assert sum(path.stat().st_size for path in (tmp_path / "a").iterdir()) == output.bytes


def test_where_there_are_errors_nothing_is_written(dataset: Path, tmp_path: Path) -> None:
    shutil.copytree(dataset, tmp_path / "set")
    with (tmp_path / "set" / "data.jsonl").open("a") as file:
        file.write("{broken\n")
    built = build(tmp_path / "set", tmp_path / "a.zip", select="V")  # every rule is checked all the same
    assert built.outputs == ()
    assert "L202" in {finding.code for finding in built.verdict.findings}
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_zip_is_replaced_only_by_force(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("mine")
    with pytest.raises(DatasetkitError, match="already exists") as caught:
        build(dataset, tmp_path / "a.zip")
    assert "--force" in caught.value.next_step
    assert build(dataset, tmp_path / "a.zip", force=True).outputs


def test_a_validation_set_is_not_split(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetkitError, match="is a validation set"):
        build(dataset, tmp_path / "a.zip", role="validation", hold_out=5)


def test_a_zip_is_not_built_over_itself(dataset: Path, tmp_path: Path) -> None:
    """Files that no line names would be lost."""
    build(dataset, tmp_path / "a.zip")
    before = (tmp_path / "a.zip").read_bytes()
    with pytest.raises(DatasetkitError, match="belongs to the dataset itself"):
        build(tmp_path / "a.zip", tmp_path / "a.zip", force=True)
    assert (tmp_path / "a.zip").read_bytes() == before


@pytest.mark.parametrize("factor", [0, 0.5, -1, float("nan")])
def test_media_are_not_shrunk_below_what_training_sees(dataset: Path, tmp_path: Path, factor: float) -> None:
    with pytest.raises(DatasetkitError, match="--shrink must be 1 or more"):
        build(dataset, tmp_path / "a.zip", shrink=factor)
