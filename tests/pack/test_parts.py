"""A set that is too large for one zip is split into several."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from packable import clip, image, sample

from datasetkit.model import Kind, Role, Sample
from datasetkit.pack.layout import Layout, lay_out
from datasetkit.pack.parts import in_parts


def pack(samples: Sequence[Sample]) -> Layout:
    return lay_out(samples, Kind.I2V, Role.TRAINING)


def plain(sizes: Sequence[int]) -> list[Sample]:
    return [sample(n, first=image(f"i{n}.jpg"), clip=clip(f"v{n}.mp4", size=size)) for n, size in enumerate(sizes, 1)]


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=30), st.integers(6000, 20_000))
def test_every_sample_is_in_one_part_that_fits(sizes: list[int], most: int) -> None:
    samples = plain(sizes)
    parts = in_parts(samples, most, pack)
    assert sorted(line for part in parts for line in part.lines) == [each.line for each in samples]
    assert all(part.size <= most for part in parts)
    assert len(parts) <= 2 * pack(samples).size // most + 1
    assert parts == in_parts(samples, most, pack)


def test_parts_are_of_about_the_same_size_and_in_the_order_of_the_lines() -> None:
    parts = in_parts(plain([1000] * 20), 12_000, pack)
    assert sorted(part.samples for part in parts) == [6, 7, 7]
    numbers = [[int(line.split(b"v")[-1].split(b".")[0]) for line in part.annotations.splitlines()] for part in parts]
    assert all(each == sorted(each) for each in numbers)


def test_what_shares_a_file_stays_together() -> None:
    shared = [sample(n, first=image(f"i{n}.jpg"), clip=clip("same.mp4", size=3000)) for n in (1, 2)]
    parts = in_parts([shared[0], *plain([3000] * 3)[2:], shared[1]], 6500, pack)
    assert sorted(sorted(part.lines) for part in parts) == [[1, 2], [3]]


def test_a_clip_that_is_too_large_alone_is_alone() -> None:
    parts = in_parts(plain([10, 9000, 10]), 5000, pack)
    assert sorted(part.samples for part in parts)[0] == 1
    assert max(part.size for part in parts) > 5000
