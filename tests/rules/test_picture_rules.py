"""Rules on what the frames of clips show, on hand-built values."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from values import assert_finding, dataset, found, i2v, video

from datasetkit.edits import Reencode
from datasetkit.footage import Bars, Box, Cut, Cuts, Damage, Depth, Light, Motion, Seen, Still, Stills
from datasetkit.model import Dataset


def seen(*results: Any, frames: int = 80, complete: bool = True, damage: Damage | None = None) -> Seen:
    return Seen(frames, complete, damage, results)


def judged(*results: Any, **facts: Any) -> Dataset:
    """A set whose only clip was seen whole."""
    own = {name: facts.pop(name) for name in ("frames", "complete", "damage") if name in facts}
    return dataset(i2v(1, clip=video(seen=seen(*results, **own), **facts)), depth=Depth.FULL)


MOTION, LIGHT = Motion(0, 0, 0, 0, 0.5, 0, (0.1,)), Light(0.1, 0.4, 0.9, 500)


def test_a_clip_without_faults_is_quiet() -> None:
    assert found(judged(MOTION, LIGHT)) == []


def test_rules_on_frames_need_a_clip_that_was_decoded() -> None:
    assert found(dataset(i2v(1), depth=Depth.FULL)) == []
    shallow = dataset(i2v(1, clip=video(seen=seen(Bars(Box(0, 92, 640, 176), True)))), depth=Depth.FRAMES)
    assert found(shallow) == []


@pytest.mark.parametrize(
    ("damage", "frames", "parts"),
    [
        (Damage(2.1, 3, ("error while decoding MB 3 4",)), 80, "3 frames | from 2.10 s on | MB 3 4"),
        (Damage(0.0, 0, ("overread",)), 80, "structure | overread"),
        (Damage(0.0, 80, ("no frame",)), 0, "none of its frames"),
    ],
)
def test_damaged_frames(damage: Damage, frames: int, parts: str) -> None:
    corrupt = judged(damage=damage, frames=frames)
    assert_finding(corrupt, f"V403 error: {parts}")
    assert found(corrupt)[0].data == {"from": damage.since, "frames": damage.frames}


def test_frames_that_are_missing_are_not_damaged_too() -> None:
    cut_off = judged(damage=Damage(2.1, 3, ("error",)), missing=30)
    assert [finding.code for finding in found(cut_off)] == ["V402"]


@pytest.mark.parametrize(("black", "words"), [(True, "black bars"), (False, "bars of one colour")])
def test_bars(black: bool, words: str) -> None:
    barred = judged(Bars(Box(0, 45, 640, 270), black))
    assert_finding(barred, f"V414 warning: {words} | 640×270 of 640×360")
    (finding,) = found(barred)
    assert finding.data == {"crop": {"left": 0, "top": 45, "width": 640, "height": 270}}
    assert (finding.fix, finding.safe) == ((Reencode("video_1.mp4", crop=Box(0, 45, 640, 270)),), False)


def test_parts_of_a_clip_that_are_still_or_black() -> None:
    still = judged(Stills((Still(0, 0.5, True), Still(4.2, 5, False)), whole=False))
    black, frozen = found(still)
    assert "black from 0.00 s to 0.50 s" in black.message
    assert "frozen from 4.20 s to 5.00 s" in frozen.message
    assert frozen.data == {"from": 4.2, "to": 5, "what": "frozen"}


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        ([(0, 0.5, True)], [(0.5, None)]),
        ([(4.1875, 5, False)], [(None, 4.1875)]),
        ([(0, 0.5, True), (4.1875, 5, False)], [(0.5, 3.6875), (0.5, 3.6875)]),
        ([(2, 3, False)], [None]),
        ([(2, 3, False), (4.1875, 5, False)], [None, (None, 4.1875)]),
    ],
)
def test_still_parts_at_the_ends_can_be_trimmed(parts: list[Any], kept: list[Any]) -> None:
    wanted = [
        () if one is None else (Reencode("video_1.mp4", start=_exact(one[0]), seconds=_exact(one[1])),) for one in kept
    ]
    findings = found(judged(Stills(tuple(Still(*part) for part in parts), whole=False)))
    assert [finding.fix for finding in findings] == wanted
    assert not any(finding.safe for finding in findings if finding.fix)


def _exact(seconds: float | None) -> Fraction | None:
    return None if seconds is None else Fraction(seconds)


@pytest.mark.parametrize(("black", "words"), [(True, "black from start to end"), (False, "still from start to end")])
def test_a_clip_in_which_nothing_moves(black: bool, words: str) -> None:
    still = judged(Stills((Still(0, 5, black),), whole=True))
    assert_finding(still, f"V415 warning: {words}")
    assert not found(still)[0].fixable


@pytest.mark.parametrize(
    ("cuts", "parts"),
    [
        ((Cut(1.2, False),), "cuts to another scene at 1.20 s"),
        ((Cut(1.2, False), Cut(3.04, True)), "at 1.20 s and fades through black at 3.04 s"),
    ],
)
def test_cuts(cuts: tuple[Cut, ...], parts: str) -> None:
    cut = judged(Cuts(cuts))
    assert_finding(cut, f"V416 warning: {parts}")
    assert found(cut)[0].data == {"cuts": tuple(one.seconds for one in cuts)}


@pytest.mark.parametrize("transfer", ["PQ", "HLG"])
def test_hdr_is_found_in_the_header(transfer: str) -> None:
    assert_finding(dataset(i2v(1, clip=video(hdr=transfer))), f"V420 warning: HDR ({transfer})")


def test_a_clip_that_takes_too_long_says_how_much_was_checked() -> None:
    slow = judged(frames=40, complete=False)
    assert_finding(slow, "V421 warning: takes more than | 40 of its 80 frames")
    assert found(slow)[0].data["frames"] == 40
