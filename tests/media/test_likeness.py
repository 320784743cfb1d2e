"""Near-duplicates: the same groups as by comparing everything with everything."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from datasetkit.media.likeness import groups_alike

Clips = list[tuple[int, ...]]


def made(count: int, frames: int, seed: int) -> Clips:
    """Clips whose hashes change slowly; one hash in twenty is the same, one clip in twenty a near copy of another."""
    random = np.random.default_rng(seed)
    common, clips = int(random.integers(1 << 63)), []
    for _ in range(count):
        if clips and random.random() < 0.05:
            taken = [one ^ 1 << int(random.integers(64)) for one in clips[int(random.integers(len(clips)))]]
            taken = taken[: int(random.integers(1, frames + 1))]
        else:
            taken = [int(random.integers(1 << 63))]
            while len(taken) < frames:
                taken.append(taken[-1] ^ 1 << int(random.integers(64)))
        clips.append(tuple(common if random.random() < 0.05 else one for one in taken))
    return clips


def by_brute_force(clips: Clips) -> list[tuple[int, ...]]:
    group = list(range(len(clips)))

    def matches(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
        near = [any((first ^ second).bit_count() <= 7 for second in other) for first in one]
        return len(one) <= len(other) and sum(near) >= math.ceil(0.3 * len(one)) > 0

    for first, second in combinations(range(len(clips)), 2):
        if matches(clips[first], clips[second]) or matches(clips[second], clips[first]):
            group = [group[first] if one == group[second] else one for one in group]
    found: dict[int, list[int]] = {}
    for number, one in enumerate(group):
        found.setdefault(one, []).append(number)
    return sorted(tuple(members) for members in found.values() if len(members) > 1)


@pytest.mark.parametrize(("count", "frames"), [(200, 1), (120, 3), (60, 10)])
@pytest.mark.parametrize("seed", range(2))
def test_the_groups_are_those_of_brute_force(count: int, frames: int, seed: int) -> None:
    clips = made(count, frames, seed)
    assert sorted(groups_alike(clips)) == by_brute_force(clips)


def test_seven_bits_are_near_and_eight_are_not() -> None:
    assert groups_alike([(0,), (0b1111111 << 20,)]) == [(0, 1)]
    assert groups_alike([(0,), (0b11111111 << 20,)]) == []


def test_bits_spread_over_all_bands_are_found() -> None:
    random = np.random.default_rng(1)
    for _ in range(50):
        flipped = sum(1 << int(bit) for bit in random.choice(64, 7, replace=False))
        start = int(random.integers(1 << 63))
        assert groups_alike([(start,), (5 << 40,), (start ^ flipped,)])[0][0] == 0


def test_clips_without_hashes_match_nothing() -> None:
    assert groups_alike([]) == []
    assert groups_alike([(), (), (1,)]) == []


def test_three_in_ten_frames_make_a_match() -> None:
    random = np.random.default_rng(2)
    first, second = (tuple(int(one) for one in random.integers(1 << 63, size=10)) for _ in range(2))
    assert groups_alike([first, (*first[:3], *second[3:])]) == [(0, 1)]
    assert groups_alike([first, (*first[:2], *second[2:])]) == []
