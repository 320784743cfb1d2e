from __future__ import annotations

import numpy as np
import pytest
from scenes import Picture, texture

from datasetkit.media.planes import WHOLE, resampled
from datasetkit.pool.crops import SIDE, is_cropped_copy


def ends(*frames: Picture) -> bytes:
    cells = (resampled(frame.mean(axis=2), WHOLE, (SIDE, SIDE)) for frame in frames)
    return b"".join(np.rint(one).astype(np.uint8).tobytes() for one in cells)


def scene(seed: int) -> list[Picture]:
    """The first and the last frame of a pan."""
    wide = texture((400, 180), seed, grain=40)
    return [wide[:, :320], wide[:, 80:]]


FIRST, LAST = scene(5)
WHOLE_CLIP = ends(FIRST, LAST)


@pytest.mark.parametrize(
    "part",
    [np.s_[9:-9, 16:-16], np.s_[:-27, :-48], np.s_[40:, :], np.s_[:, 30:-30]],
    ids=["rim", "corner", "top", "sides"],
)
def test_a_cropped_copy_is_found_both_ways(part: tuple[slice, slice]) -> None:
    cropped = ends(FIRST[part], LAST[part])
    assert is_cropped_copy(cropped, WHOLE_CLIP)
    assert is_cropped_copy(WHOLE_CLIP, cropped)


def test_clips_that_only_begin_alike_are_none() -> None:
    """A model makes many videos of one image."""
    assert not is_cropped_copy(ends(FIRST, texture((320, 180), 9)), WHOLE_CLIP)
    assert not is_cropped_copy(ends(FIRST[9:-9, 16:-16], texture((320, 180), 9)), WHOLE_CLIP)


def test_the_same_picture_and_other_scenes_are_none() -> None:
    """What is the same as a whole is for the fingerprints to say."""
    assert not is_cropped_copy(WHOLE_CLIP, WHOLE_CLIP)
    scenes = [ends(*scene(seed)) for seed in range(20, 40)]
    assert not any(is_cropped_copy(scene, WHOLE_CLIP) for scene in scenes)


def test_flat_pictures_are_none() -> None:
    flat = ends(np.full_like(FIRST, 90), np.full_like(LAST, 90))
    assert not is_cropped_copy(flat, WHOLE_CLIP)
    assert not is_cropped_copy(flat, flat)
