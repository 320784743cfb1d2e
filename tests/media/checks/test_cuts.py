"""Cuts: hard ones and fades through black with their seconds; flashes, movement and held frames are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scenes import Picture, encode, pan, seen

from datasetkit.footage import Cut, Cuts
from datasetkit.media.checks.cuts import CutFinder

SIZE = (192, 108)


@pytest.fixture(scope="module")
def scenes() -> list[list[Picture]]:
    return [pan(SIZE, seed, 40, (step, 1)) for seed, step in ((1, 2), (2, -3), (3, 1))]


def cuts(path: Path, pictures: list[Picture], rate: int = 24) -> tuple[Cut, ...]:
    found = seen(encode(path / "clip.mp4", pictures, rate=rate), lambda _: [CutFinder()]).of(Cuts)
    return found.cuts if found else ()


def fade(pictures: list[Picture], start: float, end: float) -> list[Picture]:
    return [
        (picture * share).astype(np.uint8)
        for picture, share in zip(pictures, np.linspace(start, end, len(pictures)), strict=True)
    ]


@pytest.mark.parametrize("first", [1, 2, 6, 20, 38, 39])
def test_a_hard_cut_is_found_wherever_it_is(tmp_path: Path, scenes: list[list[Picture]], first: int) -> None:
    found = cuts(tmp_path, scenes[0][:first] + scenes[1][: 40 - first])
    assert [(round(cut.seconds * 24), cut.faded) for cut in found] == [(first, False)]


def test_every_cut_is_found(tmp_path: Path, scenes: list[list[Picture]]) -> None:
    found = cuts(tmp_path, scenes[0][:24] + scenes[1][:24] + scenes[2][:24])
    assert [round(cut.seconds * 24) for cut in found] == [24, 48]


def test_a_fade_through_black_is_one_cut(tmp_path: Path, scenes: list[list[Picture]]) -> None:
    found = cuts(
        tmp_path, scenes[0][:20] + fade(scenes[0][20:30], 1, 0) + fade(scenes[1][:10], 0, 1) + scenes[1][10:30]
    )
    assert [cut.faded for cut in found] == [True]
    assert found[0].seconds == pytest.approx(31 / 24, abs=0.2)


def test_a_fade_at_the_start_or_end_is_no_cut(tmp_path: Path, scenes: list[list[Picture]]) -> None:
    assert cuts(tmp_path, fade(scenes[0][:10], 0, 1) + scenes[0][10:30] + fade(scenes[0][30:], 1, 0)) == ()


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_flash_is_no_cut(tmp_path: Path, length: int) -> None:
    pictures = pan(SIZE, 3, 40, (0.5, 0))
    for number in range(20, 20 + length):
        pictures[number] = np.clip(pictures[number].astype(int) * 2 + 90, 0, 255).astype(np.uint8)
    assert cuts(tmp_path, pictures) == ()


def test_movement_is_no_cut_however_fast_or_held(tmp_path: Path, scenes: list[list[Picture]]) -> None:
    assert cuts(tmp_path, scenes[1]) == ()
    assert cuts(tmp_path, scenes[1][::5]) == ()
    assert cuts(tmp_path, [one for one in scenes[0] for _ in range(3)]) == ()


def test_a_freeze_is_no_cut(tmp_path: Path, scenes: list[list[Picture]]) -> None:
    assert cuts(tmp_path, scenes[0][:20] + [scenes[0][20]] * 12 + scenes[0][20:]) == ()
