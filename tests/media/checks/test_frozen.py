"""Frozen and black parts: found with their seconds; neither slow movement nor held frames are frozen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scenes import Picture, encode, pan, seen

from datasetkit.footage import Still, Stills
from datasetkit.media.checks.stills import StillFinder

SIZE = (320, 180)
BLACK = np.zeros((180, 320, 3), np.uint8)


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return pan(SIZE, 4, 48, (2, 0))


def stills(path: Path, pictures: list[Picture], rate: int = 24, crf: int = 24) -> Stills | None:
    return seen(encode(path / "clip.mp4", pictures, rate=rate, crf=crf), lambda _: [StillFinder()]).of(Stills)


def assert_parts(found: Stills | None, *expected: Still, whole: bool = False) -> None:
    assert found
    assert found.whole is whole
    assert len(found.parts) == len(expected)
    for got, wanted in zip(found.parts, expected, strict=True):
        assert got.black is wanted.black
        assert (got.start, got.end) == pytest.approx((wanted.start, wanted.end), abs=0.09)


@pytest.mark.parametrize("crf", [18, 24, 30])
def test_frozen_parts_are_found(tmp_path: Path, pictures: list[Picture], crf: int) -> None:
    held = [pictures[24]] * 18
    assert_parts(stills(tmp_path, pictures[:24] + held, crf=crf), Still(1, 1.75, False))
    assert_parts(stills(tmp_path, held + pictures[24:], crf=crf), Still(0, 0.75, False))
    assert_parts(stills(tmp_path, pictures[:24] + held + pictures[24:], crf=crf), Still(1, 1.79, False))


def test_less_than_half_a_second_is_no_freeze(tmp_path: Path, pictures: list[Picture]) -> None:
    assert stills(tmp_path, pictures[:24] + [pictures[24]] * 10) is None


def test_a_clip_in_which_nothing_moves_is_said_to_be_still_as_a_whole(tmp_path: Path, pictures: list[Picture]) -> None:
    assert_parts(stills(tmp_path, [pictures[0]] * 36), Still(0, 1.5, False), whole=True)
    assert_parts(stills(tmp_path, [BLACK] * 36), Still(0, 1.5, True), whole=True)


def test_black_parts_are_found(tmp_path: Path, pictures: list[Picture]) -> None:
    assert_parts(stills(tmp_path, [BLACK] * 3 + pictures), Still(0, 0.125, True))
    assert_parts(stills(tmp_path, pictures + [BLACK] * 12), Still(2, 2.5, True))
    assert_parts(stills(tmp_path, pictures[:24] + [BLACK] * 16 + pictures[24:]), Still(1, 1.67, True))
    assert stills(tmp_path, pictures[:24] + [BLACK] * 4 + pictures[24:]) is None


def test_held_frames_are_not_frozen(tmp_path: Path, pictures: list[Picture]) -> None:
    assert stills(tmp_path, [one for one in pictures for _ in range(3)]) is None
    assert stills(tmp_path, [one for one in pictures[::6] for _ in range(14)]) is None


def test_a_little_thing_that_moves_is_movement(tmp_path: Path, pictures: list[Picture]) -> None:
    moving = []
    for number in range(36):
        picture = pictures[0].copy()
        at = 40 + round(6 * np.sin(number / 3))
        picture[at : at + 10, 90:104] = pictures[0][5:15, 10:24]
        moving.append(picture)
    assert stills(tmp_path, moving) is None
