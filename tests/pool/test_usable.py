from __future__ import annotations

from fractions import Fraction

import pytest
from pooled import record

from datasetkit.footage import Bars, Box, Cut, Cuts, Damage, Still, Stills
from datasetkit.model import Expected, Foreign, Image, Pointer, Present, Unreadable, Video
from datasetkit.pool.usable import ClipNeeds, fits_whole, free_parts, left_out
from datasetkit.spec import find_model

ANY = ClipNeeds()
FLASH = find_model("wan2.2-i2v-flash")
CUT = Cuts((Cut(2.0, faded=False),))
HELD = Stills((Still(4.0, 5.0, black=False),), whole=False)
BLACK = Stills((Still(0.0, 5.0, black=True),), whole=True)


def clip(*more: object, **facts: object) -> Video:
    video = record("a.mp4", *more, **facts).facts  # type: ignore[arg-type]
    assert isinstance(video, Video)
    return video


@pytest.mark.parametrize(
    ("facts", "reason", "details"),
    [
        (Unreadable("a.mp4", 1, Expected.VIDEO, "empty"), "can't be read", "empty"),
        (Foreign("a.mp4", 1, Expected.VIDEO, "a WebM video"), "neither MP4 nor MOV", "a WebM video"),
        (Pointer("a.mp4", 1, Expected.VIDEO, "Git LFS"), "not fetched", "Git LFS"),
        (Image("a.png", 1, "PNG", 64, 64), "not a clip", "image"),
        (clip(missing=3), "damaged", "3 of its 80 frames"),
        (clip(seen={"damage": Damage(2.5, 4, ("error while decoding MB",))}), "damaged", "from 2.50 s on: error"),
        (clip(seen={"complete": False}), "slow to decode", "only 80 of its 80"),
        (clip(width=7680, height=4320), "too large", "7680×4320; the limit is 4096×4096"),
        (clip(Bars(Box(0, 90, 640, 180), black=True)), "large bars", "640×180 of 640×360"),
        (clip(seconds=Fraction(1)), "too short", "1.00 s long; at least 2 s"),
        (clip(BLACK), "black or frozen", "from start to end"),
        (clip(HELD), "black or frozen", "the longest part without one is 4.00 s; 5.00 s is needed"),
        (clip(CUT), "a cut inside", "the longest part without one is 3.00 s; 5.00 s is needed"),
    ],
)
def test_a_clip_that_cannot_be_used_is_left_out_with_its_reason(facts: Present, reason: str, details: str) -> None:
    out = left_out(facts, ANY)
    assert out is not None
    assert out.reason == reason
    assert details in out.details


@pytest.mark.parametrize(
    ("video", "needs"),
    [
        (clip(), ANY),
        (clip(Bars(Box(0, 10, 640, 340), black=True)), ANY),  # `fix` crops narrow bars
        (clip(CUT), ClipNeeds(seconds=3)),
        (clip(HELD), ClipNeeds(seconds=4)),
        (clip(CUT, seconds=Fraction(30)), ClipNeeds(model=FLASH)),  # no more than the model accepts is used
        (clip(seconds=Fraction(1)), ClipNeeds(seconds=1)),
        (clip(seconds=Fraction(79, 16)), ClipNeeds(seconds=5)),  # a frame less is close enough
    ],
)
def test_a_clip_with_a_part_that_is_long_enough_can_be_chosen(video: Video, needs: ClipNeeds) -> None:
    assert left_out(video, needs) is None


def test_a_part_that_is_too_short_for_what_the_user_wants_is_none() -> None:
    out = left_out(clip(CUT), ClipNeeds(seconds=3.5))
    assert out
    assert out.reason == "a cut inside"


def test_a_clip_needs_the_pixels_that_its_model_trains_on() -> None:
    small = clip(width=160, height=90)
    assert left_out(small, ANY) is None
    out = left_out(small, ClipNeeds(model=FLASH))
    assert out
    assert (out.reason, f"{FLASH.pixels_low:,} pixels" in out.details) == ("too small", True)


def test_the_free_parts_lie_between_cuts_and_stills() -> None:
    stills = Stills((Still(0.0, 0.5, black=True), Still(3.0, 4.0, black=False)), whole=False)
    assert free_parts(clip(CUT, stills)) == [(0.5, 2.0), (2.0, 3.0), (4.0, 5.0)]
    assert free_parts(clip()) == [(0.0, 5.0)]
    assert free_parts(clip(BLACK)) == []


@pytest.mark.parametrize(
    ("video", "needs", "whole"),
    [
        (clip(), ANY, True),
        (clip(), ClipNeeds(model=FLASH), True),
        (clip(seconds=Fraction(81, 16)), ClipNeeds(model=FLASH), True),  # Wan's own clips
        (clip(seconds=Fraction(6)), ClipNeeds(model=FLASH), False),
        (clip(), ClipNeeds(seconds=3), False),
        (clip(CUT), ClipNeeds(seconds=3), False),
    ],
)
def test_a_clip_that_is_too_long_or_interrupted_must_be_cut(video: Video, needs: ClipNeeds, whole: bool) -> None:
    assert fits_whole(video, needs) is whole
