"""The public API as a program uses it: every function twice in one process, nothing printed, nothing loaded early."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import builders
import pytest
from studio import Studio
from studio_state import KEY

import datasetkit

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "datasetkit"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A training set of one sample whose clip is too long for every model; beside it a folder of raw clips."""
    place = tmp_path / "set"
    builders.clip(tmp_path / "raw" / "dance.mp4", frames=40)
    builders.clip(tmp_path / "raw" / "rain.webm", codec="libvpx-vp9", frames=40)
    (tmp_path / "raw" / "dance.txt").write_text("A woman by the sea.")
    (tmp_path / "raw" / "notes.pdf").write_bytes(b"%PDF-1.7")
    builders.clip(place / "video_1.mp4", frames=400, rate=16, size=(64, 64))
    builders.jpeg(place / "image_1.jpg", (64, 64))
    line = {"prompt": "A woman.", "first_frame_path": "image_1.jpg", "video_path": "video_1.mp4"}
    (place / "data.jsonl").write_text(json.dumps(line))
    return place


def check(folder: Path) -> object:
    return datasetkit.check(folder, select=["V407"]).findings


def check_all(folder: Path) -> object:
    return [verdict.findings for verdict in datasetkit.check_all(folder, str(folder.parent), ignore="S,V")]


def init(folder: Path) -> object:
    made = datasetkit.init(folder.parent / "raw", folder.parent / "new", kind="kf2v", frames="png")
    shutil.rmtree(made.folder)
    return made


def fix(folder: Path) -> object:
    new = folder.parent / "new.zip"
    planned = datasetkit.fix(folder, output=new, unsafe=True, dry_run=True, progress=lambda *_: None)
    fixed = datasetkit.fix(folder, output=new, unsafe=True, ignore="S")
    new.unlink()
    assert planned.changes == fixed.changes
    return fixed.written, fixed.changes, fixed.notes, fixed.skipped, fixed.media, fixed.verdict.findings


def normalize(folder: Path) -> object:
    effect = '[effect]\ntrigger = "s86b5p"\ntext = "Then the s86b5p rain falls on her/him."\n'
    (folder / "datasetkit.toml").write_text(effect)
    (asked,) = datasetkit.normalize(folder, append=True).datasets
    (done,) = datasetkit.normalize(str(folder), append=True, answers={"video_1.mp4": "he"}).datasets
    (folder / "datasetkit.toml").unlink()
    return asked.questions, done.questions, [(line, prompt.text) for line, prompt in done.changes]


def upload(folder: Path) -> object:
    """The second call finds that the service has the zip, and sends nothing."""
    archive, service = folder.parent / "set.zip", folder.parent / "service"
    archive.write_bytes(b"a zip" * 1000)
    service.mkdir(exist_ok=True)
    with Studio(service) as server:
        first = datasetkit.upload(archive, base_url=server.base_url, key=KEY)
        assert datasetkit.upload(archive, base_url=server.base_url, key=KEY) == first
        assert server.calls().count("upload") == 1
        return first.sha256, first.file_id


def build(folder: Path) -> object:
    new = folder.parent / "new.zip"
    built = datasetkit.build(folder, new, ignore="S,V", progress=lambda *_: None)
    data = new.read_bytes(), new.with_name("new.zip.json").read_bytes()
    new.unlink()
    return built, data


CALLS: dict[str, Callable[[Path], object]] = {
    "build": build,
    "check": check,
    "check_all": check_all,
    "fix": fix,
    "init": init,
    "normalize": normalize,
    "upload": upload,
}


@pytest.mark.parametrize("name", CALLS)
def test_each_function_may_be_called_again(folder: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert CALLS[name](folder) == CALLS[name](folder)
    assert capfd.readouterr() == ("", "")


def test_every_public_function_is_called_here() -> None:
    functions = {name for name in datasetkit.__all__ if name.islower() and name != "__version__"}
    assert functions == set(CALLS)


def test_every_public_name_is_there_and_documented() -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    for name in datasetkit.__all__:
        assert getattr(datasetkit, name) is getattr(datasetkit, name)
        assert f"`{name}" in page or name == "__version__"
    assert set(datasetkit.__all__) <= set(dir(datasetkit))
    with pytest.raises(AttributeError, match="'chekc'"):
        datasetkit.chekc  # type: ignore[attr-defined]  # noqa: B018


def test_no_submodule_takes_a_public_name() -> None:
    """Importing it would put the module in the place of the function."""
    modules = {path.stem for path in PACKAGE.iterdir()}
    assert modules.isdisjoint(datasetkit.__all__)


def test_importing_the_package_loads_nothing_of_it() -> None:
    program = "import datasetkit, sys; print([name for name in sys.modules if name.startswith('datasetkit.')])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout == b"[]\n"


def test_the_page_shows_what_really_happens(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its examples run, in their order, in a folder that holds what they name."""
    monkeypatch.chdir(folder.parent)
    folder.rename("money_rain")
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    blocks = [block.split("```")[0] for block in page.split("```python\n")[1:]]
    printed: list[str] = []
    names: dict[str, object] = {"print": lambda *values: printed.append(" ".join(map(str, values)))}
    for block in blocks:
        exec(compile(ast.parse(block), "docs/api.md", "exec"), names)
    shown = [line.removeprefix("# ") for block in blocks for line in block.splitlines() if line.startswith("# ")]
    assert printed == shown


def test_several_datasets_are_for_check_all(folder: Path) -> None:
    (folder / "more").mkdir()
    (folder / "more" / "data.jsonl").touch()
    with pytest.raises(datasetkit.DatasetkitError, match="holds 2 datasets: the root, more/"):
        datasetkit.check(folder)
    assert [Path(v.dataset.name).name for v in datasetkit.check_all(folder)] == ["set", "more"]
    assert len(datasetkit.check_all(folder, nested=False)) == 1


def test_progress_is_reported_for_every_file_read(folder: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    datasetkit.check(folder, progress=lambda *step: seen.append(step))
    assert seen == [("reading", 1, 2), ("reading", 2, 2)]


def test_findings_are_frozen(folder: Path) -> None:
    (finding,) = datasetkit.check(folder, select="V407").findings
    with pytest.raises(TypeError):
        finding.data["seconds"] = 1  # type: ignore[index]
    with pytest.raises(AttributeError):
        finding.code = "X"  # type: ignore[misc]
    assert len({finding, finding}) == 1
