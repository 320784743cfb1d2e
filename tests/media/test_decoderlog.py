"""Damaged clips: found at least where ffmpeg finds them, and never where there is no damage."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from scenes import encode, natural, pan, seen

from datasetkit.footage import Damage

KINDS = {
    "cabac": ("libx264", {}),
    "baseline": ("libx264", {"profile": "baseline"}),
    "slices": ("libx264", {"x264-params": "mbtree=0:slices=4"}),
    "hevc": ("libx265", {"x265-params": "log-level=none", "preset": "ultrafast"}),
    "mpeg4": ("mpeg4", {}),
}


@pytest.fixture(scope="module")
def sound_clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("sound")
    return [
        encode(folder / f"{kind}.mp4", pan((160, 96), 3, 24), codec=codec, options=options)
        for kind, (codec, options) in KINDS.items()
    ]


def rotten(clip: Path, target: Path, seed: int) -> Path:
    """A copy with a run of 1 to 400 bytes overwritten somewhere within the frames."""
    content = bytearray(clip.read_bytes())
    random = np.random.default_rng(seed)
    mdat = content.index(b"mdat") + 4
    size = int.from_bytes(content[mdat - 8 : mdat - 4], "big") - 8
    length = min(int(random.integers(1, 400)), size // 4)
    start = mdat + int(random.integers(0, size - length))
    content[start : start + length] = random.integers(0, 256, length, np.uint8).tobytes()
    target.write_bytes(content)
    return target


@pytest.fixture(scope="module")
def damaged_clips(sound_clips: list[Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("damaged")
    return [
        rotten(clip, folder / f"{clip.stem}_{seed:02}.mp4", seed + 1000 * number)
        for number, clip in enumerate(sound_clips)
        for seed in range(40)
    ]


def damage(path: Path) -> Damage | None:
    return seen(path, lambda _: ()).damage


def test_sound_clips_have_no_damage(sound_clips: list[Path]) -> None:
    assert [damage(clip) for clip in sound_clips] == [None] * len(KINDS)


def test_what_ffmpeg_finds_is_found(damaged_clips: list[Path]) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if not ffmpeg:
        pytest.skip("ffmpeg, the judge of this test, isn't installed")

    def finds(clip: Path) -> bool:
        command = [ffmpeg, "-v", "error", "-xerror", "-threads", "1", "-i", clip, "-f", "null", "-"]
        ran = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        return bool(ran.returncode or ran.stderr)

    with ThreadPoolExecutor(2) as pool:
        wanted = {clip.name for clip, found in zip(damaged_clips, pool.map(finds, damaged_clips), strict=True) if found}
        got = {clip.name for clip, found in zip(damaged_clips, pool.map(damage, damaged_clips), strict=True) if found}
    print(f"of {len(damaged_clips)} damaged clips: ffmpeg {len(wanted)}, datasetkit {len(got)}, missed {wanted - got}")
    assert wanted <= got
    assert len(wanted) > 100


def test_damage_says_from_when_and_how_much(sound_clips: list[Path], tmp_path: Path) -> None:
    clip = next(clip for clip in sound_clips if clip.stem == "cabac")
    content = bytearray(clip.read_bytes())
    end = content.index(b"mdat") - 4 + int.from_bytes(content[content.index(b"mdat") - 4 :][:4], "big")
    content[end - 300 : end] = bytes(300)  # the last frames of 24, a second in all
    target = tmp_path / "clip.mp4"
    target.write_bytes(content)
    found = damage(target)
    assert found
    assert 0.3 < found.since < 1
    assert 1 <= found.frames < 24
    assert found.reasons


def test_filmed_clips_have_no_damage(corpus: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(natural(corpus), pool.map(damage, natural(corpus)), strict=True))
    assert {path.name: what for path, what in found.items() if what} == {}
