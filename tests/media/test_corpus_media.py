"""Real media of every condition, against what ffmpeg, Pillow and ImageMagick say of them in MANIFEST.tsv."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from datasetkit.media.images import read_image
from datasetkit.model import Unreadable

HERE = Path(__file__).parent
Row = dict[str, str]
Difference = tuple[str, str, str, str]


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


@pytest.fixture(scope="module")
def manifest(corpus: Path) -> list[Row]:
    return table(corpus / "MANIFEST.tsv")


@pytest.fixture(scope="module")
def reading(corpus: Path) -> dict[str, Any]:
    """Every file, read by two threads of another process, so that its memory is its own."""
    command = [sys.executable, "-W", "error", str(HERE / "corpus_reading.py"), str(corpus.absolute())]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.fixture(scope="module")
def values(reading: dict[str, Any]) -> dict[str, Row]:
    found: dict[str, Row] = reading["values"]
    return found


def test_memory_stays_under_400_mb(reading: dict[str, Any]) -> None:
    assert reading["peak"] < 400 * 2**20


def test_every_file_has_a_value(manifest: list[Row], values: dict[str, Row]) -> None:
    assert {row["path"] for row in manifest} == set(values)


def differences(row: Row, ours: Row) -> list[Difference]:
    if ours["is"] != "Video":
        return [(row["path"], "readable", ours["reason"], row["status"])]
    size = f"{ours['width']}x{ours['height']}", f"{row['width']}x{row['height']}"
    turned = -float(row["rotation"]) % 360 if abs(float(row["rotation"])) <= 360 else 0  # ffprobe's "not a number"
    seconds, rate = Fraction(ours["seconds"]), Fraction(ours["rate"])
    same = {
        "size": (*size, size[0] == size[1]),
        "rotation": (ours["rotation"], f"{turned:g}", int(ours["rotation"]) == turned),
        "codec": (ours["codec"], row["codec"], ours["codec"] == row["codec"]),
        "frames": (ours["frames"], row["decoded_frames"], ours["frames"] == row["decoded_frames"]),
        "seconds": (
            f"{float(seconds):.6f}",
            row["duration"],
            abs(seconds - Fraction(row["duration"])) <= 1 / rate,
        ),
    }
    return [(row["path"], fact, mine, theirs) for fact, (mine, theirs, agree) in same.items() if not agree]


def test_clips_agree_but_for_the_differences_listed(manifest: list[Row], values: dict[str, Row]) -> None:
    listed = table(HERE / "corpus_differences.tsv")
    assert all(row["reason"] for row in listed)
    clips = [row for row in manifest if row["kind"] == "video" and row["status"] == "ok"]
    found = {difference for row in clips for difference in differences(row, values[row["path"]])}
    assert found == {(row["path"], row["fact"], row["ours"], row["theirs"]) for row in listed}


REASONS = {
    "no-video-stream": {"it holds sound but no pictures", "it holds no pictures"},
    "no-frames": {"encrypted", "an initialisation segment", "cut off", "damaged"},
    "unreadable": {
        "encrypted",
        "cut off",
        "a fragment of a clip without",
        "damaged",
        "it holds sound but no",
    },
}


def test_clips_that_ffmpeg_cannot_play(manifest: list[Row], values: dict[str, Row]) -> None:
    """Those whose header is sound stay clips: only a decoder finds their damage."""
    clips = {row["path"]: row["status"] for row in manifest if row["kind"] == "video" and row["status"] != "ok"}
    sound = Counter(status for path, status in clips.items() if values[path]["is"] == "Video")
    assert sound == {"decode-errors": 3, "no-frames": 2, "unsupported-codec": 1}
    for path, status in clips.items():
        if values[path]["is"] == "Unreadable" and status in REASONS:
            assert any(values[path]["reason"].startswith(start) for start in REASONS[status]), values[path]


def test_images(manifest: list[Row], values: dict[str, Row]) -> None:
    """Pillow reads 41 that ImageMagick doesn't; in 19 of them libjpeg finds damage."""
    found = Counter((row["status"], values[row["path"]]["is"]) for row in manifest if row["kind"] == "image")
    assert found == {
        ("ok", "Image"): 724,
        ("broken", "Unreadable"): 49,
        ("pillow-only-ok", "Image"): 22,
        ("pillow-only-ok", "Unreadable"): 19,
        ("magick-only-ok", "Image"): 1,
        ("magick-only-ok", "Unreadable"): 7,
    }


def test_damage_in_natural_jpegs_is_found(corpus: Path, manifest: list[Row]) -> None:
    """As often as djpeg and ImageMagick find it: in four of five where 64 bytes were overwritten."""
    chance, found = random.Random(1), []
    for row in (row for row in manifest if row["pil_format"] == "JPEG" and row["status"] == "ok"):
        content = bytearray((corpus / row["path"]).read_bytes())
        scan = content.rfind(b"\xff\xda")
        if len(content) - scan > 1500:
            at = chance.randrange(scan + 12, len(content) - 100)
            content[at : at + 64] = chance.randbytes(64)
            found.append(isinstance(read_image(BytesIO(content), "image", len(content), 4096), Unreadable))
    assert len(found) > 80
    assert sum(found) >= 0.75 * len(found)


def test_images_are_as_pillow_sees_them(manifest: list[Row], values: dict[str, Row]) -> None:
    images = [row for row in manifest if row["kind"] == "image" and row["status"] == "ok"]
    for row in images:
        ours = values[row["path"]]
        assert ours["format"] == row["pil_format"]
        assert ours["mode"].removesuffix(";16") == row["pil_mode"].removesuffix(";16")
        assert ours["frames"] == row["pil_frames"]
        assert (ours["width"], ours["height"]) == (row["width"], row["height"])
