"""Measures of generated videos tell good ones from faulty ones of the same kind."""

from __future__ import annotations

from pathlib import Path

import builders
import numpy as np
import pytest
from scenes import Picture, encode, pan

from datasetkit.errors import DatasetkitError
from datasetkit.media.previews import Measures, measure, require_image, require_video


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return pan((320, 180), 4, 32, (2, 1))


def measured(path: Path, pictures: list[Picture]) -> Measures:
    return measure(encode(path / "clip.mp4", pictures))


def brighter(picture: Picture, levels: int) -> Picture:
    return np.clip(picture.astype(int) + levels, 0, 255).astype(np.uint8)


def test_a_steady_clip(tmp_path: Path, pictures: list[Picture]) -> None:
    found = measured(tmp_path, pictures)
    assert (found.width, found.height, found.corrupt, found.still) == (320, 180, 0, 0)
    assert found.flicker < 0.005
    assert abs(found.jump) < 0.01


def test_flicker(tmp_path: Path, pictures: list[Picture]) -> None:
    flickering = [brighter(one, 16 * (number % 2)) for number, one in enumerate(pictures)]
    assert measured(tmp_path, flickering).flicker > 0.04


def test_a_jump_after_the_first_frame_is_no_flicker(tmp_path: Path, pictures: list[Picture]) -> None:
    found = measured(tmp_path, [pictures[0], *(brighter(one, 32) for one in pictures[1:])])
    assert 0.08 < found.jump < 0.16
    assert found.flicker < 0.005


def test_a_frozen_end(tmp_path: Path, pictures: list[Picture]) -> None:
    assert measured(tmp_path, [*pictures, *[pictures[-1]] * 32]).still > 0.5


def test_what_is_no_whole_file(tmp_path: Path, media: Path) -> None:
    half = tmp_path / "half.mp4"
    half.write_bytes((media / "clip.mp4").read_bytes()[:1000])
    for require in (require_video, require_image):
        with pytest.raises(DatasetkitError, match="not a whole"):
            require(half)
    assert require_image(media / "image.jpg").format == "JPEG"


def test_two_frames_have_no_flicker(tmp_path: Path) -> None:
    found = measure(builders.clip(tmp_path / "short.mp4", frames=2))
    assert (found.flicker, found.jump) == (0, 0)
