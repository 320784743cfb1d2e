"""Broken cases that can't be checked out as files: too large, or with names that git or a file system refuses."""

from __future__ import annotations

import json
import os
import unicodedata
import zipfile
from pathlib import Path

import builders
import pytest
from test_broken_samples import found

from datasetkit.cli import run

MB = 10**6


def dataset(folder: Path, **names: str) -> Path:
    folder.mkdir()
    clip, image = names.get("clip", "video_1.mp4"), names.get("image", "image_1.jpg")
    builders.clip(folder / clip, frames=32)
    builders.jpeg(folder / image)
    record = {"prompt": "a", "first_frame_path": image, "video_path": clip}
    (folder / "data.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    return folder


def codes(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> set[str]:
    run(["lint", str(path), "--ignore", "S", *options])
    return found(capsys.readouterr().out)


def test_annotations_too_large(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = dataset(tmp_path / "set")
    text = (folder / "data.jsonl").read_text()
    (folder / "data.jsonl").write_text(text.rstrip() + " " * (20 * MB + 1) + "\n")
    run(["lint", str(folder), "--ignore", "S"])
    out = capsys.readouterr().out
    assert found(out) == {"D102"}
    assert "warning" in out
    (folder / "data.jsonl").write_text(text.rstrip() + " " * (20 << 20) + "\n")
    assert run(["lint", str(folder), "--ignore", "S"]) == 1


@pytest.mark.parametrize(
    ("size", "severity", "expected"),
    [
        (31 * MB, "advice", {"V417"}),
        (301 * MB, "advice", {"D103", "V417"}),
        (1001 * MB, "warning", {"D103", "V417"}),
        ((1 << 30) + 1, "error", {"D103", "V417"}),
    ],
)
def test_heavy_clips_and_archives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], size: int, severity: str, expected: set[str]
) -> None:
    """A clip with a hole of zeros behind it: no disk is used, and a free box is what any reader passes over."""
    folder = dataset(tmp_path / "set")
    with (folder / "video_1.mp4").open("ab") as file:
        room = size - file.tell()
        file.write((1).to_bytes(4, "big") + b"free" + room.to_bytes(8, "big"))
        file.truncate(size)
    run(["lint", str(folder), "--ignore", "S"])
    out = capsys.readouterr().out
    assert found(out) == expected
    assert severity in next(line for line in out.splitlines() if min(expected) in line)


def test_a_heavy_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = dataset(tmp_path / "set")
    with (folder / "image_1.jpg").open("ab") as file:
        file.truncate(10 * MB + 1)
    assert codes(folder, capsys) == {"I308"}


def test_a_long_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(dataset(tmp_path / "set", clip="v" * 121 + ".mp4"), capsys) == {"D107"}


def test_names_that_differ_in_case_or_unicode_form_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(dataset(tmp_path / "case", clip="One.mp4", image="one.jpg"), capsys) == {"D108"}
    forms = {key: unicodedata.normalize(form, "é") for key, form in (("clip", "NFC"), ("image", "NFD"))}
    folder = dataset(tmp_path / "form", clip=f"{forms['clip']}.mp4", image=f"{forms['image']}.jpg")
    assert codes(folder, capsys) == {"D107", "D108"}


def test_a_pipe_in_the_place_of_a_clip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = dataset(tmp_path / "set")
    (folder / "video_1.mp4").unlink()
    os.mkfifo(folder / "video_1.mp4")
    assert codes(folder, capsys) == {"D106"}


def test_a_bomb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.jsonl", bytes(300 << 20))
    assert codes(tmp_path / "bomb.zip", capsys) == {"D109"}
