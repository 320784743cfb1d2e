"""Bars: found with the crop that removes them; none where the picture itself is dark or plain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scenes import Picture, barred, encode, pan, seen, written_on

from datasetkit.footage import Bars, Box
from datasetkit.media.checks.bars import BarFinder

SIZE = (320, 180)


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return pan(SIZE, 4, 24, (3, 1))


def bars(path: Path, pictures: list[Picture], **options: object) -> Bars | None:
    return seen(encode(path / "clip.mp4", pictures, **options), lambda video: [BarFinder(video)]).of(Bars)


def assert_crop(found: Bars | None, expected: Box) -> None:
    assert found
    got = found.crop
    for side in ("left", "top", "width", "height"):
        assert getattr(got, side) == pytest.approx(getattr(expected, side), abs=2), got


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"rows": (22, 22)}, Box(0, 22, 320, 136)),
        ({"rows": (12, 0)}, Box(0, 12, 320, 168)),
        ({"rows": (5, 5)}, Box(0, 5, 320, 170)),
        ({"columns": (40, 40)}, Box(40, 0, 240, 180)),
        ({"columns": (108, 108)}, Box(108, 0, 104, 180)),
        ({"rows": (20, 20), "columns": (30, 34)}, Box(30, 20, 256, 140)),
        ({"rows": (22, 22), "noise": 6, "colour": (8, 8, 8)}, Box(0, 22, 320, 136)),
    ],
)
def test_black_bars_are_found(tmp_path: Path, pictures: list[Picture], options, expected: Box) -> None:
    found = bars(tmp_path, barred(pictures, **options))
    assert_crop(found, expected)
    assert found.black


@pytest.mark.parametrize("colour", [(255, 255, 255), (20, 40, 160), (70, 70, 70)])
def test_bars_of_another_colour_are_found_in_pairs_only(tmp_path: Path, pictures: list[Picture], colour) -> None:
    found = bars(tmp_path, barred(pictures, columns=(40, 40), colour=colour))
    assert_crop(found, Box(40, 0, 240, 180))
    assert not found.black
    assert bars(tmp_path, barred(pictures, rows=(30, 0), colour=colour)) is None


def test_subtitles_in_a_bar_hide_none_of_it(tmp_path: Path, pictures: list[Picture]) -> None:
    wide = barred(pictures, rows=(24, 24))
    spoken = wide[:4] + written_on(wide[4:20], "and this is what they say", (0.5, 0.93), 0.07) + wide[20:]
    assert_crop(bars(tmp_path, spoken), Box(0, 24, 320, 132))


def test_full_range_and_ten_bits(tmp_path: Path, pictures: list[Picture]) -> None:
    for pixel_format in ("yuvj420p", "yuv420p10le", "yuv444p"):
        found = bars(tmp_path, barred(pictures, rows=(22, 22)), pixel_format=pixel_format)
        assert_crop(found, Box(0, 22, 320, 136))


def test_dark_frames_tell_nothing(tmp_path: Path, pictures: list[Picture]) -> None:
    dark = [np.zeros_like(pictures[0])] * 8
    assert_crop(bars(tmp_path, dark + barred(pictures, rows=(22, 22)) + dark), Box(0, 22, 320, 136))
    assert bars(tmp_path, dark) is None


def test_bars_that_come_and_go_are_none(tmp_path: Path, pictures: list[Picture]) -> None:
    assert bars(tmp_path, barred(pictures[:12], rows=(22, 22)) + pictures[12:]) is None


def masked(pictures: list[Picture], mask: np.ndarray, ground: int) -> list[Picture]:
    return [np.where(mask[..., None], picture, ground).astype(np.uint8) for picture in pictures]


def test_things_on_a_plain_ground_have_no_bars(tmp_path: Path, pictures: list[Picture]) -> None:
    down, across = np.mgrid[0:180, 0:320]
    round_ = ((across - 160) / 100) ** 2 + ((down - 100) / 75) ** 2 < 1
    bottle = (np.abs(across - 160) < 75) & (down > 40 + np.abs(across - 160) / 4)
    assert bars(tmp_path, pictures) is None
    assert bars(tmp_path, masked(pictures, round_, 0)) is None
    assert bars(tmp_path, masked(pictures, bottle, 255)) is None


def test_darkness_towards_the_rim_is_no_bar(tmp_path: Path, pictures: list[Picture]) -> None:
    down, across = np.mgrid[0:180, 0:320]
    light = np.clip(1.4 - np.hypot((across - 160) / 130, (down - 90) / 80), 0, 1)[..., None]
    assert bars(tmp_path, [(picture * light).astype(np.uint8) for picture in pictures]) is None


def test_a_tiny_picture_has_none(tmp_path: Path) -> None:
    found = seen(encode(tmp_path / "tiny.mp4", [np.full((2, 2, 3), 200, np.uint8)] * 3))
    assert (found.frames, found.of(Bars)) == (3, None)
