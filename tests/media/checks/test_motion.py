"""Motion: which way, how fast, nearer, turning, and from when on."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenes import Picture, encode, pan, seen, texture, zoom

from datasetkit.footage import Motion
from datasetkit.media.checks.motion import MotionMeter

SIZE = (192, 108)


def motion(path: Path, pictures: list[Picture]) -> Motion:
    found = seen(encode(path / "clip.mp4", pictures), lambda video: [MotionMeter(video)]).of(Motion)
    assert found
    return found


@pytest.mark.parametrize(("step", "right", "down"), [((2, 0), 0.25, 0), ((-1, 0), -0.125, 0), ((0, 1), 0, 0.222)])
def test_a_pan_has_a_direction_and_a_speed(tmp_path: Path, step, right: float, down: float) -> None:
    found = motion(tmp_path, pan(SIZE, 4, 36, step))
    assert (found.right, found.down) == pytest.approx((right, down), abs=0.02)
    assert (found.zoom, found.roll) == pytest.approx((0, 0), abs=1)
    assert found.confidence > 0.3


def test_a_zoom_and_a_turn_are_told_from_a_pan(tmp_path: Path) -> None:
    near, turned = motion(tmp_path, zoom(SIZE, 4, 36, 1.006)), motion(tmp_path, zoom(SIZE, 4, 36, 1, 0.5))
    assert near.zoom == pytest.approx(0.15, abs=0.05)
    assert turned.roll == pytest.approx(12, abs=3)
    back = motion(tmp_path, zoom(SIZE, 4, 36, 1, -0.5))
    assert back.roll == pytest.approx(-12, abs=3)
    assert (near.right, near.down, turned.right, turned.down) == pytest.approx((0, 0, 0, 0), abs=0.03)


def test_onset_and_curve_say_when_it_moves(tmp_path: Path) -> None:
    moving = pan(SIZE, 4, 24, (3, 0))
    found = motion(tmp_path, [moving[0]] * 24 + moving)
    assert found.onset == pytest.approx(0.85, abs=0.2)
    assert max(found.curve[:2]) < 0.01 < min(found.curve[-2:])
    still = motion(tmp_path, [texture(SIZE, 1)] * 24)
    assert still.onset is None
    assert (still.right, still.down) == pytest.approx((0, 0), abs=0.001)


def test_the_curve_of_a_long_clip_is_short() -> None:
    from datasetkit.media.checks.motion import _thinned

    assert len(_thinned([0.5] * 2400, 64)) == 64
    assert _thinned([0.1, 0.2], 64) == [0.1, 0.2]


def test_the_curve_of_a_long_clip_is_even_over_time() -> None:
    from datasetkit.media.checks.motion import _thinned

    curve = _thinned([0.0] * 40 + [1.0] * 16 + [0.0] * 40, 64)
    moving = [number for number, value in enumerate(curve) if value > 0.5]
    assert moving[0] / 64 == pytest.approx(40 / 96, abs=0.02)
    assert (moving[-1] + 1) / 64 == pytest.approx(56 / 96, abs=0.02)
