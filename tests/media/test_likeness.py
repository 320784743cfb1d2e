"""Near-duplicates: the same groups as by comparing everything with everything."""

from __future__ import annotations

import math

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
    """Every hash of a clip compared with every hash there is."""
    sizes = np.array([len(one) for one in clips])
    starts, every = np.cumsum(sizes) - sizes, np.array([one for clip in clips for one in clip], np.uint64)
    group = np.arange(len(clips))
    for number, clip in enumerate(clips):
        near = np.bitwise_count(np.array(clip, np.uint64)[:, None] ^ every) <= 7
        partners = np.logical_or.reduceat(near, starts, axis=1).sum(axis=0)
        matched = (partners >= math.ceil(0.3 * len(clip))) & (sizes >= len(clip))
        group[np.isin(group, group[matched])] = group[number]
    return sorted(tuple(np.flatnonzero(group == one).tolist()) for one in set(group) if np.sum(group == one) > 1)


@pytest.mark.parametrize(("count", "frames"), [(200, 1), (120, 3), (60, 10), (1000, 20)])
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
