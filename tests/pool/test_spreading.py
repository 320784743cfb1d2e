from __future__ import annotations

import numpy as np
import pytest
from pooled import MOTION, record

from datasetkit.model import Video
from datasetkit.pool.profiles import Profile, profile_of
from datasetkit.pool.spreading import ASPECTS, Cloud


def profile(path: str, **facts: object) -> Profile:
    video = record(path, **facts).facts  # type: ignore[arg-type]
    assert isinstance(video, Video)
    made = profile_of(video)
    assert made
    return made


def never(_one: int, _other: int) -> bool:
    return False


def chosen(profiles: list[Profile], count: int, captions: dict[str, str] | None = None, **quality: float) -> list[str]:
    worth = np.array([quality.get(one.path, 1.0) for one in profiles])
    spread = Cloud(profiles, captions or {}).spread(worth, count, never)
    return [profiles[spot.chosen].path for spot in spread.spots]


GREYS = [profile(name, level=level) for name, level in (("a", 0), ("b", 2), ("c", 120), ("d", 124), ("e", 250))]


def test_the_best_comes_first_and_then_the_farthest() -> None:
    assert chosen(GREYS, 3, b=1.1) == ["b", "e", "d"]  # d is nearer the middle than c


def test_equals_go_by_their_order() -> None:
    assert chosen([profile(name) for name in "abc"], 3) == ["a", "b", "c"]


def test_a_poor_clip_has_to_be_much_farther_away() -> None:
    assert chosen(GREYS, 2, a=1.1, e=0.3) == ["a", "d"]


def test_no_clip_is_chosen_twice_and_no_more_than_there_are() -> None:
    assert sorted(chosen(GREYS, 9)) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("aspect", "other", "caption"),
    [
        ("colours", {"level": 255}, "A dog runs."),
        ("movement", {"motion": type(MOTION)(0.4, 0, 0, 0, 1.0, 0.0, MOTION.curve)}, "A dog runs."),
        ("shape", {"width": 360, "height": 640}, "A dog runs."),
        ("caption", {}, "Two horses gallop along a beach."),
    ],
)
def test_each_aspect_makes_clips_differ(aspect: str, other: dict[str, object], caption: str) -> None:
    profiles = [profile("a"), profile("b"), profile("c", **other)]
    captions = {"a": "A dog runs.", "b": "A dog runs.", "c": caption}
    spots = Cloud(profiles, captions).spread(np.ones(3), 2, never).spots
    assert [spot.chosen for spot in spots] == [0, 2]
    assert spots[1].nearest == 0
    assert dict(zip(ASPECTS, spots[1].apart, strict=True))[aspect] > 0.9


def test_words_that_all_captions_share_do_not_count() -> None:
    profiles = [profile(name) for name in "abc"]
    effect = "Then the money rain effect begins, bills pour down."
    captions = {"a": f"A woman. {effect}", "b": f"The woman! {effect}", "c": f"A lighthouse. {effect}"}
    assert chosen(profiles, 2, captions) == ["a", "c"]


def test_the_next_in_line_are_others_and_each_another() -> None:
    spread = Cloud(GREYS, {}).spread(np.ones(5), 3, never)
    following = spread.following
    assert [GREYS[spot.chosen].path for spot in spread.spots] == ["a", "e", "d"]
    assert [None if number is None else GREYS[number].path for number in following] == ["b", "c", None]


def test_copies_of_a_choice_are_passed_over() -> None:
    copies = {frozenset((0, 4)), frozenset((0, 1))}
    spread = Cloud(GREYS, {}).spread(np.ones(5), 3, lambda one, other: frozenset((one, other)) in copies)
    assert [GREYS[spot.chosen].path for spot in spread.spots] == ["a", "d", "c"]
    assert spread.following == (None, None, None)
    assert spread.copies == {4: 0, 1: 0}
