from __future__ import annotations

from dataclasses import replace

import pytest
from pooled import LIGHT, MOTION, record

from datasetkit.footage import Light, Motion
from datasetkit.model import Video
from datasetkit.pool.profiles import Profile, profile_of
from datasetkit.pool.quality import MEASURES, qualities


def profile(light: Light = LIGHT, motion: Motion = MOTION) -> Profile:
    video = record("a.mp4", light=light, motion=motion).facts
    assert isinstance(video, Video)
    made = profile_of(video)
    assert made
    return made


POOL = [profile(replace(LIGHT, sharpness=400.0 + number)) for number in range(9)]


def test_an_ordinary_clip_is_nearly_perfect() -> None:
    assert qualities(POOL).total.min() > 0.99


@pytest.mark.parametrize(
    ("odd", "measure"),
    [
        (profile(light=replace(LIGHT, sharpness=40.0)), "sharpness"),
        (profile(light=replace(LIGHT, middle=0.1)), "light"),
        (profile(light=replace(LIGHT, middle=0.9)), "light"),
        (profile(motion=replace(MOTION, curve=(0.4, 0.4))), "activity"),
        (profile(motion=replace(MOTION, curve=(0.001, 0.001))), "activity"),
        (profile(motion=replace(MOTION, right=0.5)), "movement"),
        (profile(motion=replace(MOTION, zoom=-0.5)), "movement"),
    ],
)
def test_what_differs_from_the_pool_lowers_its_own_score(odd: Profile, measure: str) -> None:
    found = qualities([*POOL, odd])
    scores = dict(zip(MEASURES, found.scores[-1], strict=True))
    assert scores.pop(measure) < 0.5
    assert min(scores.values()) > 0.9
    assert found.total[-1] < found.total[:-1].min()


def test_a_sharper_clip_is_no_worse() -> None:
    assert qualities([*POOL, profile(light=replace(LIGHT, sharpness=4000.0))]).total[-1] == 1


def test_movement_that_nothing_agrees_on_is_none() -> None:
    """The camera shakes or stands: phase correlation then gives any numbers."""
    noisy = profile(motion=replace(MOTION, right=0.9, roll=40, confidence=0.01))
    assert noisy.movement == (0, 0, 0, 0)


def test_a_few_bad_clips_do_not_move_the_scale() -> None:
    blurry = [profile(light=replace(LIGHT, sharpness=2.0))] * 3
    assert qualities([*POOL, *blurry]).total[:9].min() > 0.99


def test_an_example_stands_in_place_of_the_middle() -> None:
    panning = profile(motion=replace(MOTION, right=0.3))
    pool = [*POOL, panning]
    assert qualities(pool).total.argmax() != 9
    assert qualities(pool, like=panning).total.argmax() == 9
    assert qualities(pool, like=panning).total[9] == 1
