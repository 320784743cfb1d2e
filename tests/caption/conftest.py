"""A dataset of drafts, and a stand-in for a server with a vision-language model."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import builders
import pytest
from chat_server import ChatServer
from drafted import EFFECT

from datasetkit.cli import run
from datasetkit.prompts.slots import DRAFT_MARK


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, region or proxy of the machine that the tests run on."""
    for name in [name for name in os.environ if name.startswith("DASHSCOPE_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as made:
        yield made


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 25 clips with their first frames. Read it, don't write to it."""
    folder = tmp_path_factory.mktemp("clips")
    for number in range(25):
        size = (64, 96) if number % 2 else (96, 64)
        builders.clip(folder / f"video_{number}.mp4", frames=32 + number, size=size, seed=number)
        builders.jpeg(folder / f"image_{number}.jpg", size, seed=number)
    return folder


@pytest.fixture
def drafts(clips: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a dataset of so many drafts, with an effect."""

    def make(count: int, effect: str = EFFECT, prompt: str = DRAFT_MARK) -> Path:
        folder = tmp_path / "drafts"
        folder.mkdir()
        for number in range(count):
            for name in (f"video_{number}.mp4", f"image_{number}.jpg"):
                (folder / name).hardlink_to(clips / name)
        lines = [
            json.dumps({"prompt": prompt, "first_frame_path": f"image_{n}.jpg", "video_path": f"video_{n}.mp4"})
            for n in range(count)
        ]
        (folder / "data.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
        if effect:
            (folder / "datasetkit.toml").write_text(f'[effect]\ntrigger = "s86b5p"\ntext = "{effect}"\n', "utf-8")
        return folder

    return make


@pytest.fixture
def caption(server: ChatServer, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs `caption` with the stand-in, one request at a time: exit code, stdout, stderr."""

    def call(folder: Path, *options: str) -> tuple[int, str, str]:
        capsys.readouterr()
        place = ["--base-url", server.base_url, "--captioner", "eyes", "--parallel", "1"]
        return run(["caption", str(folder), *place, *options]), *capsys.readouterr()

    return call
