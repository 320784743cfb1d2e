"""Windows that `cut` proposes, for takes whose action's place is known: made with seeds that nothing was tuned to."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import values
from scenes import Picture, encode, filmed, natural, seen, video_at
from takes import KINDS, RATE, noisy, take

from datasetkit.footage import Activity, Cut, Cuts, Damage, Seen, Still, Stills
from datasetkit.intake.proposing import Proposal, propose
from datasetkit.model import Video

LONGEST = 5
SEED = 77_000


def proposals(path: Path, pictures: list[Picture], *, every: bool = False) -> list[Proposal]:
    video = video_at(encode(path, pictures, rate=RATE, crf=23))
    found = propose(replace(video, seen=seen(path)), LONGEST, every=every)
    assert isinstance(found, list), found
    return found


def holds(window: Proposal, start: float, end: float) -> bool:
    """Whether a window shows all of the action, or if that is too long, its beginning and as much as fits."""
    assert window.seconds <= LONGEST
    return window.start <= start + 1e-3 and window.end >= min(end, float(window.start) + LONGEST) - 1e-3


def test_windows_hold_the_whole_action_of_made_takes(tmp_path: Path) -> None:
    def judged(kind: str, seed: int) -> tuple[str, bool]:
        one = take(kind, seed)
        (window,) = proposals(tmp_path / f"{kind} {seed}.mp4", one.pictures)
        return kind, holds(window, one.start, one.end)

    cases = [(kind, SEED + number) for kind in KINDS for number in range(5)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(judged, *zip(*cases, strict=True)))
    right, of = Counter(kind for kind, good in found if good), Counter(kind for kind, _ in found)
    for kind in KINDS:
        print(f"{kind}: {right[kind]} of {of[kind]} windows hold the whole action")
    assert right.total() >= 0.95 * of.total()


def test_windows_hold_filmed_clips_between_other_footage(corpus: Path, tmp_path: Path) -> None:
    clips = [path for path in natural(corpus) if path.name != "demo.mp4"]  # that one is damaged

    def judged(number: int, way: str) -> bool:
        random = np.random.default_rng([SEED, number, *way.encode()])
        clip, other = (shot(clips[(number + by) % len(clips)], random) for by in (0, 7))
        before, after = (round(random.uniform(2.5, 6) * RATE) for _ in range(2))
        noise = random.uniform(1, 4)
        pictures = [noisy(one, noise, random) for one in PADDED[way](clip, other, before, after)]
        windows = proposals(tmp_path / f"{way} {number}.mp4", pictures, every=way == "moving footage")
        return any(holds(one, before / RATE, (before + len(clip)) / RATE) for one in windows)

    some = range(0, len(clips), 4)
    for way in PADDED:
        with ThreadPoolExecutor(2) as pool:
            right = sum(pool.map(judged, some, [way] * len(some)))
        print(f"{way}: {right} of {len(some)} windows hold the filmed clip")
        assert right >= 0.95 * len(some)


def shot(path: Path, random: np.random.Generator) -> list[Picture]:
    """From 2 to 4 seconds of a filmed clip, at about RATE frames a second."""
    rate = float(video_at(path).rate)
    pictures = filmed(path, size=(160, 90), count=round(4 * rate))[:: max(1, round(rate / RATE))]
    length = min(len(pictures), round(random.uniform(2.1, 4) * RATE))
    start = int(random.integers(len(pictures) - length + 1))
    return pictures[start : start + length]


# how a clip is padded; of several lively scenes any may be the one that is wanted, so there every window counts
PADDED = {
    "held": lambda clip, _, before, after: [clip[0]] * before + clip + [clip[-1]] * after,
    "still footage": lambda clip, other, before, after: [other[0]] * before + clip + [other[-1]] * after,
    "moving footage": lambda clip, other, before, after: [
        *(other * before)[:before],
        *clip,
        *(other[::-1] * after)[:after],
    ],
}


def watched(change: list[int], *results: object, seconds: int = 20, **more: object) -> Video:
    """A clip of 20 s whose curve of change is given, a value for each quarter of a second."""
    curve = bytes(change + [4] * (4 * seconds - len(change)))
    activity = Activity(0.25, curve[:-1], bytes([100] * len(curve)))
    video = values.video(frames=24 * seconds, seconds=Fraction(seconds), rate=Fraction(24))
    return replace(video, seen=Seen(24 * seconds, complete=True, damage=None, results=(activity, *results)), **more)


def only(video: Video, longest: float = LONGEST) -> Proposal:
    found = propose(video, longest)
    assert isinstance(found, list), found
    (window,) = found
    return window


def test_a_window_begins_shortly_before_the_movement_and_says_why() -> None:
    video = watched([4] * 18 + [80] * 14, Cuts((Cut(2.1, faded=False), Cut(12.0, faded=False))))
    window = only(video)
    assert window.start < 4.5 < 8 < window.end
    assert window.seconds == 5
    assert "the movement from 4.2 to 8.2 s" in window.reason
    assert "between the cut at 2.1 s and the cut at 12.0 s" in window.reason


def test_a_movement_that_is_too_long_is_kept_from_its_beginning() -> None:
    window = only(watched([4] * 18 + [80] * 32))
    assert 3.9 <= window.start <= 4.5
    assert "the beginning of the movement from 4.2 to 12.8 s" in window.reason


def test_even_movement_is_never_called_an_action() -> None:
    window = only(watched([40, 44, 38, 42] * 20, Cuts((Cut(2.0, faded=False),))))
    assert (window.start, window.seconds) == (2, 5)
    assert window.reason == "moves evenly throughout; the first 5 s after the cut at 2.0 s"
    assert only(watched([40, 44, 38, 42] * 20), 30).reason == "moves evenly throughout; the entire clip"


def test_a_window_is_never_longer_than_asked_for() -> None:
    video = replace(watched([4] * 18 + [80] * 32), rate=Fraction(30000, 1001))
    for longest in (0.5, 1.3, 4.99, 5):
        found = propose(video, longest, every=True)
        assert isinstance(found, list)
        assert all(one.seconds <= longest for one in found)


def test_no_window_crosses_a_cut_or_holds_a_frozen_black_or_damaged_part() -> None:
    stills = Stills((Still(0.0, 3.0, black=True), Still(6.0, 8.5, black=False)), whole=False)
    video = watched([4] * 36 + [80] * 8, Cuts((Cut(14.0, faded=False),)), stills)
    damaged = replace(video.seen, damage=Damage(17.0, 3, ("broken",)))
    found = propose(replace(video, seen=damaged), LONGEST, every=True)
    spans = [(float(one.start), float(one.end)) for one in found]
    print(spans)
    assert spans
    for start, end in spans:
        assert start >= 3
        assert end <= 17
        assert not start < 14 < end
        assert min(end, 8.5) - max(start, 6) < 0.5  # as much of the frozen part as nobody notices


def test_all_windows_of_a_long_take_do_not_overlap() -> None:
    video = watched(([4] * 20 + [80] * 8) * 5, seconds=40)
    found = propose(video, LONGEST, every=True)
    assert len(found) == 5
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"seconds": Fraction(3, 2)}, "1.50 s long"),
        ({"missing": 10}, "beyond the end of the file"),
        ({"seen": Seen(1, complete=True, damage=None, results=())}, "fewer than two frames"),
        ({"seen": Seen(1, True, None, (Stills((Still(0, 20, black=True),), whole=True),))}, "black from start to end"),
        ({"seen": Seen(1, True, None, (Stills((Still(0, 20, black=False),), whole=True),))}, "nothing moves"),
    ],
)
def test_a_clip_without_a_usable_part_says_why(change: dict[str, object], why: str) -> None:
    found = propose(replace(watched([]), **change), LONGEST)
    assert isinstance(found, str)
    assert why in found


def test_a_clip_with_a_cut_in_every_second_has_no_window() -> None:
    found = propose(watched([40], Cuts(tuple(Cut(float(second), faded=False) for second in range(1, 20)))), LONGEST)
    assert isinstance(found, str)
    assert "2 s long" in found
