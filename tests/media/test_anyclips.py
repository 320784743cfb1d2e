"""The facts of raw clips, whatever their container: the same as those of the same clip as an MP4."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import builders
import pytest

from datasetkit.media.anyclips import read_clip
from datasetkit.model import Expected, Foreign, Unreadable, Video


def read(path: Path, expected: Expected = Expected.ANY_VIDEO) -> object:
    return read_clip(str(path), path.name, path.stat().st_size, expected)


@pytest.mark.parametrize(("name", "codec"), [("x.mkv", "libx264"), ("x.avi", "mpeg4"), ("x.webm", "libvpx-vp9")])
def test_other_containers_have_the_same_facts(tmp_path: Path, name: str, codec: str) -> None:
    found = read(builders.clip(tmp_path / name, frames=20, rate=10, size=(64, 48), codec=codec))
    assert isinstance(found, Video)
    assert (found.width, found.height, found.frames, found.rate) == (64, 48, 20, 10)
    assert abs(found.seconds - 2) <= Fraction(1, 10)
    assert found.jitter < Fraction(1, 100)
    assert found.container not in ("mp4", "mov")


def test_a_dataset_still_refuses_them(tmp_path: Path) -> None:
    assert isinstance(read(builders.clip(tmp_path / "x.mkv"), Expected.VIDEO), Foreign)


def test_an_mp4_is_read_as_in_a_dataset(media: Path) -> None:
    assert read(media / "clip.mp4", Expected.VIDEO) == read(media / "clip.mp4", Expected.VIDEO)
    both = [read(media / "clip.mp4", expected) for expected in (Expected.VIDEO, Expected.ANY_VIDEO)]
    assert [one.frames for one in both if isinstance(one, Video)] == [16, 16]


def test_uneven_frames_show(tmp_path: Path) -> None:
    found = read(builders.clip(tmp_path / "x.mkv", frames=4, times=[0, 0.1, 0.2, 0.5, 0.6]))
    assert isinstance(found, Video)
    assert abs(found.jitter - Fraction(1, 5)) < Fraction(1, 100)


def test_what_is_no_clip_says_why(tmp_path: Path) -> None:
    (tmp_path / "x.mkv").write_bytes(b"\x1a\x45\xdf\xa3" + b"x" * 500)
    found = read(tmp_path / "x.mkv")
    assert isinstance(found, Unreadable)
    assert found.expected is Expected.VIDEO
    assert found.reason
