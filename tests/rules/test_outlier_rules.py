"""Rules on clips that differ from the rest of their set, on hand-built values."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from values import assert_finding, dataset, found, i2v, video

from datasetkit.edits import Reencode
from datasetkit.footage import Box, Depth, Fingerprints, Light, Mark, Motion, Seen
from datasetkit.model import Dataset


def motion(right: float = 0, down: float = 0, zoom: float = 0, roll: float = 0, confidence: float = 0.6) -> Motion:
    return Motion(right, down, zoom, roll, confidence, 0, (0.1,))


def judged(clips: Sequence[Any], **facts: Any) -> Dataset:
    """A set of clips of which each shows one thing, or several."""
    results = [one if isinstance(one, tuple) else (one,) for one in clips]
    samples = [
        i2v(number, clip=video(f"video_{number}.mp4", seen=Seen(80, True, None, result), **facts))
        for number, result in enumerate(results, start=1)
    ]
    return dataset(*samples, depth=Depth.FULL)


@pytest.mark.parametrize(
    ("usual", "odd", "parts"),
    [
        (motion(roll=20), motion(roll=-20), "clockwise | counter-clockwise | video_6.mp4"),
        (motion(right=0.1), motion(right=-0.1), "to the right | to the left"),
        (motion(zoom=-0.2), motion(zoom=0.2), "away | nearer"),
        (motion(down=0.1), motion(down=0.9), "downwards | very different | video_6.mp4"),
    ],
)
def test_clips_that_move_otherwise(usual: Motion, odd: Motion, parts: str) -> None:
    mixed = judged([usual] * 5 + [odd])
    assert_finding(mixed, f"S709 advice: {parts}", "S709")
    assert found(mixed, "S709")[0].data["clips"] == ("video_6.mp4",)


@pytest.mark.parametrize(
    "clips",
    [
        [motion(roll=20)] * 6,
        [motion(roll=20)] * 3 + [motion(roll=-20)],  # too few to have a usual way
        [motion(roll=20)] * 3 + [motion()] * 3 + [motion(roll=-20)],  # most don't turn
        [motion(roll=2)] * 5 + [motion(roll=-2)],  # hardly anything turns
        [motion(roll=20)] * 5 + [motion(roll=-20, confidence=0.1)],
    ],
)
def test_movement_that_is_alike_or_no_movement(clips: list[Motion]) -> None:
    assert found(judged(clips), "S709") == []


def test_different_frame_rates() -> None:
    rates = [Fraction(24)] * 3 + [Fraction(24000, 1001), Fraction(60)]
    samples = [i2v(n, clip=video(f"video_{n}.mp4", rate=rate)) for n, rate in enumerate(rates, start=1)]
    assert_finding(dataset(*samples), "S710 advice: 4 at 24 fps | 1 at 60 fps", "S710")
    assert found(dataset(*samples), "S710")[0].data == {"rates": {"24": 4, "60": 1}}
    assert found(dataset(*samples[:4]), "S710") == []


@pytest.mark.parametrize(
    ("rates", "converted"),
    [
        ([24, 24, 24, Fraction(24000, 1001), 60], {"video_5.mp4": 24}),
        ([30, 16, 30], {"video_2.mp4": 30}),
        ([24, 60], {}),
        ([24, 24, 60, 30], {}),
    ],
)
def test_rates_become_the_one_that_most_clips_have(rates: list[Fraction], converted: dict[str, int]) -> None:
    samples = [i2v(n, clip=video(f"video_{n}.mp4", rate=Fraction(rate))) for n, rate in enumerate(rates, start=1)]
    (finding,) = found(dataset(*samples), "S710")
    assert finding.fix == tuple(Reencode(path, rate=Fraction(rate)) for path, rate in converted.items())
    assert not finding.safe


USUAL = Light(0.1, 0.4, 0.9, 500)


@pytest.mark.parametrize(
    ("odd", "what"),
    [
        (Light(0.1, 0.4, 0.9, 50), "blurrier"),
        (Light(0.0, 0.1, 0.2, 500), "darker"),
        (Light(0.8, 0.9, 1, 500), "lighter"),
    ],
)
def test_clips_of_another_quality(odd: Light, what: str) -> None:
    mixed = judged([USUAL] * 5 + [odd])
    assert_finding(mixed, f"S711 advice: 1 clip is far {what} | video_6.mp4", "S711")
    assert found(mixed, "S711")[0].data == {"clips": ("video_6.mp4",), "what": what}
    assert found(judged([odd] * 6), "S711") == []
    assert found(judged([USUAL] * 3 + [odd]), "S711") == []


LOGO, LOOKS = Mark(Box(500, 20, 100, 30)), [Fingerprints((0x1234567 << 8 * n,)) for n in range(4)]


def test_a_mark_at_one_place_in_clips_that_look_different() -> None:
    marked = judged([(LOGO, look) for look in LOOKS])
    assert_finding(marked, "S712 advice: 4 clips | same place | at 500,20", "S712")
    data = found(marked, "S712")[0].data
    assert data["box"] == {"left": 500, "top": 20, "width": 100, "height": 30}
    assert data["clips"] == tuple(f"video_{number}.mp4" for number in range(1, 5))


@pytest.mark.parametrize(
    "clips",
    [
        [(LOGO, look) for look in LOOKS[:2]],
        [(LOGO, LOOKS[0])] * 4,  # one scene: something in it stands still
        [(Mark(Box(100 * n, 20, 100, 30)), look) for n, look in enumerate(LOOKS)],
        [(Mark(Box(0, 0, 300, 200)), look) for look in LOOKS],  # no mark is that large
        [(LOGO, look) for look in LOOKS[:3]] + [motion()] * 40,
    ],
)
def test_what_stands_still_elsewhere_is_no_mark(clips: list[Any]) -> None:
    assert found(judged(clips), "S712") == []


def test_clips_that_look_the_same() -> None:
    copies = judged([LOOKS[0], LOOKS[1], LOOKS[0]])
    assert_finding(copies, "S706 warning: 2 clips | video_1.mp4 and video_3.mp4", "S706")
    assert found(copies, "S706")[0].data == {"like": ("video_1.mp4", "video_3.mp4")}
    assert found(judged(LOOKS), "S706") == []


def test_clips_of_equal_bytes_are_one_clip() -> None:
    assert found(judged([LOOKS[0]] * 2, digest="ab"), "S706") == []
