"""What the commands' tests share: a way to run one, and a dataset folder as people make them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import builders
import pytest

from datasetkit.cli import run


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Cli = Callable[..., Ran]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command line in this process, through the whole of click."""

    def invoke(*arguments: object) -> Ran:
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return invoke


def line(number: int, clip: str, image: str, **more: str) -> str:
    prompt = f"The video begins showing person {number} in place {number * 7}. Then the s86b5p rain begins."
    return json.dumps({"prompt": prompt, "first_frame_path": image, "video_path": clip, **more}, ensure_ascii=False)


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An i2v training set of 20 samples with nothing to be found in it. Read it, don't write to it."""
    folder = tmp_path_factory.mktemp("sets") / "clean"
    lines = []
    for number in range(20):
        size = (64, 96) if number % 2 else (96, 64)
        builders.clip(folder / f"video_{number}.mp4", frames=32 + number, size=size, seed=number)
        builders.jpeg(folder / f"image_{number}.jpg", size, seed=number)
        lines.append(line(number, f"video_{number}.mp4", f"image_{number}.jpg"))
    (folder / "data.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


@pytest.fixture
def messy(clean: Path, tmp_path: Path) -> Path:
    """The same set as people leave it: Chinese and spaced names, a BOM, ./ and \\ in paths, stray files."""
    folder = tmp_path / "第一个 数据集"
    folder.mkdir()
    names = ["第{}个.mp4", "clip {}.mp4", "./{:03}.mp4", "sub\\{:03}.mp4"]
    images = ["第{}个.jpg", "frame {}.jpg", "./{:03}.jpg", "sub\\{:03}.jpg"]
    lines = []
    for number in range(20):
        clip, image = names[number % 4].format(number), images[number % 4].format(number)
        for written, source in ((clip, f"video_{number}.mp4"), (image, f"image_{number}.jpg")):
            target = folder / written.replace("\\", "/")
            target.parent.mkdir(exist_ok=True)
            target.write_bytes((clean / source).read_bytes())
        lines.append(line(number, clip, image))
    (folder / "data.jsonl").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode() + b"\r\n\r\n")
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (folder / "notes.txt").write_text("retake 7")
    (folder / "spare.mp4").write_bytes((clean / "video_1.mp4").read_bytes())
    return folder
