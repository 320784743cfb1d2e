from __future__ import annotations

from dataclasses import replace

import pooled
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooled import LIGHT, MOTION, record

from datasetkit.footage import Bars, Box, Cut, Cuts, Mark
from datasetkit.model import Expected, Unreadable
from datasetkit.pool.choosing import Choice, choose
from datasetkit.pool.records import ClipRecord
from datasetkit.pool.usable import ClipNeeds

POOL = [
    record("a/1.mp4", level=20),
    record("a/2.mp4", level=30, light=replace(LIGHT, sharpness=20.0)),
    record("b/1.mp4", level=200),
    record("b/1 again.mp4", level=202, like="b/1.mp4", light=replace(LIGHT, sharpness=250.0)),
    record("tall.mp4", level=100, width=360, height=640),
    record("panning.mp4", level=100, motion=replace(MOTION, right=0.3)),
    record("cut.mp4", Cuts((Cut(2.0, faded=False),))),
    record("short.mp4", frames=8, seconds=pooled.Fraction(1, 2)),
    ClipRecord("broken.mp4", 3, "1", Unreadable("broken.mp4", 3, Expected.VIDEO, "cut off")),
]


def choice(records: list[ClipRecord], count: int = 3, **captions: str) -> Choice:
    return choose(records, count, ClipNeeds(), captions)


def test_the_choice_says_what_it_saw() -> None:
    made = choice(POOL)
    assert made.seen == len(POOL)
    assert {reason: group.count for reason, group in made.left_out.items()} == {
        "a cut inside": 1,
        "can't be read": 1,
        "like a better clip": 1,
        "too short": 1,
    }
    assert made.left_out["can't be read"].examples == [("broken.mp4", "cut off")]
    assert made.left_out["like a better clip"].examples == [("b/1 again.mp4", "b/1.mp4 shows the same")]
    assert [pick.rank for pick in made.picks] == list(range(1, len(made.picks) + 1))


def test_of_clips_that_look_alike_the_best_counts() -> None:
    clips = {pick.clip: pick for pick in choice(POOL, 9).picks}
    assert "b/1 again.mp4" not in clips
    assert "the best of 2 that look alike" in clips["b/1.mp4"].reason
    worse = [one for one in POOL if one.path != "b/1.mp4"]
    blurred = record("b/1.mp4", level=200, light=replace(LIGHT, sharpness=2.0))
    assert "b/1 again.mp4" in {pick.clip for pick in choice([*worse, blurred], 9).picks}


def test_of_clips_that_look_alike_clean_and_large_ones_come_first() -> None:
    logo, bars = Mark(Box(500, 10, 80, 30)), Bars(Box(0, 10, 640, 340), black=True)
    blurred = replace(LIGHT, sharpness=40.0)
    family = [record("logo.mp4", logo, like="a"), record("bars.mp4", bars, like="a")]
    family += [record("small.mp4", like="a", width=320, height=180), record("blurred.mp4", like="a", light=blurred)]
    assert [pick.clip for pick in choice([*family, *POOL], 20).chosen if pick.clip in {r.path for r in family}] == [
        "blurred.mp4"
    ]


def test_every_pick_has_its_reason_and_another_next_in_line() -> None:
    made = choice(POOL, 2)
    first, second = made.chosen
    assert "best quality" in first.reason
    assert f"from {first.clip}" in second.reason
    following = [pick for pick in made.picks if not pick.keep]
    assert [first.next, second.next] == [pick.clip for pick in following]
    assert len({pick.clip for pick in made.picks}) == len(made.picks) == 4
    assert f"next in line for {first.clip}" in following[0].reason


def test_what_is_poor_in_a_chosen_clip_is_said() -> None:
    blurred = next(pick for pick in choice(POOL, 9).chosen if pick.clip == "a/2.mp4")
    assert "blurrier" in blurred.reason


def test_names_are_unique_below_one_folder() -> None:
    names = [pick.name for pick in choice(POOL, 9).picks]
    assert {"1", "1_2", "2", "tall"} <= set(names)
    assert len({name.casefold() for name in names}) == len(names)


def test_more_than_there_are_takes_all() -> None:
    assert len(choice(POOL, 100).chosen) == 5


def test_the_captions_words_make_clips_differ() -> None:
    records = [record(name) for name in ("a.mp4", "b.mp4", "c.mp4")]
    made = choose(records, 2, ClipNeeds(), {"a.mp4": "A dog.", "b.mp4": "A dog.", "c.mp4": "A ship at sea."})
    assert [pick.clip for pick in made.chosen] == ["a.mp4", "c.mp4"]
    assert "differs in caption" in made.chosen[1].reason


@pytest.mark.parametrize("records", [[], POOL[-3:]])
def test_nothing_to_choose_from_is_an_empty_choice(records: list[ClipRecord]) -> None:
    assert choice(records).picks == ()
    assert choice(records).seen == len(records)


@given(st.permutations(POOL))
def test_the_order_of_the_records_is_no_difference(records: list[ClipRecord]) -> None:
    assert choice(records) == choice(POOL)
