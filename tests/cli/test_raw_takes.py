"""From 25 raw takes of 8 to 60 s to a clean zip that holds the right five seconds of each."""

from __future__ import annotations

import io
import json
import re
import shlex
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from zipfile import ZipFile

import av
import numpy as np
import pytest
import scenes
from conftest import Cli
from PIL import Image

from datasetkit.windows import Window, render

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "raw-takes.md").read_text("utf-8").partition("## Later")[0]
CAPTIONS = (ROOT / "tests" / "prompts" / "newcomer_captions.txt").read_text("utf-8").splitlines()
COUNT, RATE, SECONDS = 25, 8, 5


def commands() -> list[list[str]]:
    """The page's `datasetkit` commands."""
    typed = re.findall(r"^\$ datasetkit (.*?)(?: 2>&1.*)?$", PAGE, re.MULTILINE)
    return [shlex.split(words) for words in typed]


def effect() -> str:
    """The lines that the page adds to datasetkit.toml."""
    return "".join(f"{line}\n" for line in re.findall(r"^> (?!END)(.*)$", PAGE, re.MULTILINE))


def pictures(number: int) -> list[scenes.Picture]:
    """A view that moves on with every frame, so that each frame is one of a kind; 8 to 60 s of it."""
    seconds = 8 + number * 52 // (COUNT - 1)
    return scenes.pan((96, 64) if number % 2 else (64, 96), number, seconds * RATE, (2, 0))


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    for number in range(COUNT):
        scenes.encode(folder / f"take {number:02}.mp4", pictures(number), rate=RATE)
    return folder


def windows() -> list[Window]:
    """The five seconds of each take: another place in each, between frames in some."""
    starts = [Fraction(number * 37 % (3 + number * 2) * RATE + number % 2, RATE) for number in range(COUNT)]
    return [
        Window(f"take {number:02}.mp4", start + Fraction(number % 3, 40), Fraction(SECONDS), f"rain_{number:02}")
        for number, start in enumerate(starts)
    ]


def place(picture: Image.Image, among: np.ndarray) -> int:
    """Which of the pictures it shows."""
    errors = np.abs(among - np.asarray(picture.convert("RGB"), np.int16)).mean(axis=(1, 2, 3))
    return int(errors.argmin())


def test_from_raw_takes_to_a_clean_zip(
    cli: Cli, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.chdir(tmp_path)
    (raw / "cuts.csv").write_text(render(windows()), "utf-8")
    rows = "".join(f'{one.name},"{caption}"\n' for one, caption in zip(windows(), CAPTIONS, strict=False))
    (raw / "captions.csv").write_text(f"clip,caption\n{rows}", "utf-8")
    begun = time.monotonic()
    for words in commands():
        if words[0] == "normalize":
            with Path("money_rain/datasetkit.toml").open("a", encoding="utf-8") as file:
                file.write(effect())
        ran = cli(*words)
        assert ran.code == 0, (words, ran)
    taken = time.monotonic() - begun
    record_property("seconds", taken)
    print(f"25 takes, from raw to a zip: {taken:.1f} s")
    assert "no problems found" in cli("lint", "money_rain.zip").out
    with ZipFile("money_rain.zip") as archive:
        records = [json.loads(line) for line in archive.read("data.jsonl").splitlines()]
        assert len(records) == COUNT
        for number, (record, window) in enumerate(zip(records, windows(), strict=True)):
            source = np.stack(pictures(number)).astype(np.int16)
            first = int(window.start * RATE + Fraction(1, 2))
            with av.open(io.BytesIO(archive.read(record["video_path"]))) as clip:
                shown = [place(frame.to_image(), source) for frame in clip.decode(video=0)]
            assert shown == list(range(first, first + SECONDS * RATE))
            with Image.open(io.BytesIO(archive.read(record["first_frame_path"]))) as image:
                assert place(image, source) == first
