"""Where something happens: what changes once the movement of the whole picture is taken out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scenes import Picture, encode, pan, seen, texture

from datasetkit.footage import Activity
from datasetkit.media.checks.activity import ActivityMeter
from datasetkit.media.checks.motion import MotionMeter
from datasetkit.media.smallframe import Check
from datasetkit.model import Video

SIZE = (192, 108)


def checks(video: Video) -> list[Check]:
    motion = MotionMeter(video)
    return [motion, ActivityMeter(motion)]


def activity(path: Path, pictures: list[Picture], rate: int = 12) -> Activity:
    found = seen(encode(path / "clip.mp4", pictures, rate=rate), checks).of(Activity)
    assert found
    return found


def with_thing(pictures: list[Picture], first: int, last: int) -> list[Picture]:
    """A thing that moves to the right from one frame to another, and stands still before and after."""
    thing, made = texture((40, 40), 9, grain=6), []
    for number, picture in enumerate(pictures):
        left = 10 + 4 * min(max(number - first, 0), last - first)
        made.append(picture.copy())
        made[-1][30:70, left : left + 40] = thing
    return made


def test_what_moves_in_a_still_scene_stands_out(tmp_path: Path) -> None:
    found = activity(tmp_path, with_thing([texture(SIZE, 1)] * 48, 12, 30))
    assert found.step == 0.25
    assert len(found.light) == 16
    assert len(found.change) == 15
    still, moving = [*found.change[:3], *found.change[11:]], found.change[4:9]
    print(list(found.change))
    assert max(still) < 20 < 100 < min(moving)


def test_a_pan_counts_little_and_what_moves_in_it_much(tmp_path: Path) -> None:
    view = pan(SIZE, 2, 48, (1, 0))
    plain, lively = activity(tmp_path, view), activity(tmp_path, with_thing(view, 12, 30))
    print(list(plain.change), list(lively.change))
    assert max(plain.change) < 60
    assert np.mean(list(lively.change[4:7])) > 2 * max(plain.change)


def test_a_change_of_the_light_alone_is_no_movement(tmp_path: Path) -> None:
    picture = texture(SIZE, 3) // 2
    found = activity(tmp_path, [picture + np.uint8(3 * number) for number in range(40)])
    print(list(found.change))
    assert max(found.change) < 20
    assert found.light[0] + 60 < found.light[-1]


def test_a_clip_of_two_frames_a_second_keeps_the_clock(tmp_path: Path) -> None:
    found = activity(tmp_path, with_thing([texture(SIZE, 1)] * 16, 4, 8), rate=2)
    assert len(found.light) == 31
    assert np.argmax(list(found.change)) in range(8, 16)


def test_a_clip_of_one_frame_has_none(tmp_path: Path) -> None:
    assert seen(encode(tmp_path / "clip.mp4", [texture(SIZE, 1)]), checks).of(Activity) is None
