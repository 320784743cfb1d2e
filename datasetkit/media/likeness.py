"""Which clips look alike, by their fingerprints: exact, and quick for hundreds of thousands of hashes.

Two hashes are partners within a number of different bits. Cut into four bands, partners agree in one band at least
but for a quarter of those bits (the pigeonhole principle), so that looking up each band and its neighbours finds all.

A clip matches a longer one if a share of its hashes have partners there. Hashes beyond that share can be ignored when
looking for candidates. Ignoring each clip's most common hashes keeps black frames from pairing all clips.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from datasetkit import spec

_BANDS, _BITS = 4, 16
_CHUNK = 1 << 20  # pairs in memory at a time
_BATCH = 1 << 12  # compare this many pairs, then drop those already in one group

Hashes = NDArray[np.uint64]
Indexes = NDArray[np.int64]


def groups_alike(clips: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """Groups of two and more clips (by their place in ``clips``, each its hashes of 64 bits) that match one another.

    A clip belongs to a group where it matches one of its members. Clips without hashes match nothing.
    """
    limits = spec.thresholds("near_duplicates")
    distance = int(limits["bits"] * 64)
    groups = _Groups(len(clips))
    distinct: dict[tuple[int, ...], int] = {}
    for number, hashes in enumerate(clips):
        if hashes:
            groups.join(number, distinct.setdefault(tuple(sorted(hashes)), number))
    numbers = np.array(list(distinct.values()))
    arrays = [np.array(hashes, np.uint64) for hashes in distinct]
    needed = [math.ceil(limits["share"] * len(array)) for array in arrays]
    for some, others in _candidates(arrays, needed, distance):
        for one, other in groups.apart(numbers, some, others):
            near = np.bitwise_count(arrays[one][:, None] ^ arrays[other]) <= distance
            if near.any(axis=1).sum() >= needed[one]:
                groups.join(int(numbers[one]), int(numbers[other]))
    return groups.large()


def _candidates(arrays: Sequence[Hashes], needed: Sequence[int], distance: int) -> Iterator[tuple[Indexes, Indexes]]:
    """Pairs of a clip and one that isn't shorter, among which are all that match."""
    if len(arrays) < 2:
        return
    sizes = np.array([len(array) for array in arrays])
    owners = np.repeat(np.arange(len(arrays)), sizes)
    values, places, counts = np.unique(np.concatenate(arrays), return_inverse=True, return_counts=True)
    by_rarity = np.lexsort((counts[places], owners))
    rank = np.empty(len(owners), np.int64)
    rank[by_rarity] = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    rare = rank <= np.repeat(sizes - np.array(needed), sizes)
    looked_for = np.unique(places[rare])
    by_value, by_rare_value = _Lists(places, owners, len(values)), _Lists(places[rare], owners[rare], len(values))
    for some, others in _partners(values, looked_for, distance):
        for first, second in _expanded(by_rare_value, some, by_value, others):
            fits = (sizes[first] < sizes[second]) | ((sizes[first] == sizes[second]) & (first != second))
            yield np.divmod(np.unique(first[fits] * len(arrays) + second[fits]), len(arrays))


class _Lists:
    """For each of ``count`` keys the items that have it, in one array."""

    def __init__(self, keys: Indexes, items: Indexes, count: int) -> None:
        self.items = items[np.argsort(keys, kind="stable")]
        self.starts = np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=count))])

    def sizes(self, keys: Indexes) -> Indexes:
        """How many items each key has."""
        return np.asarray(self.starts[keys + 1] - self.starts[keys])


def _expanded(firsts: _Lists, some: Indexes, seconds: _Lists, others: Indexes) -> Iterator[tuple[Indexes, Indexes]]:
    """For each pair of keys, every item of the one with every item of the other; so many at a time."""
    wide = seconds.sizes(others)
    for part, place in _spread(firsts.sizes(some) * wide):
        first = firsts.items[firsts.starts[some[part]] + place // wide[part]]
        yield first, seconds.items[seconds.starts[others[part]] + place % wide[part]]


def _spread(sizes: Indexes) -> Iterator[tuple[Indexes, Indexes]]:
    """For sizes 2, 0, 3: the numbers 0 0 2 2 2 and, within each, 0 1 0 1 2; so many at a time."""
    ends = np.cumsum(sizes)
    for start in range(0, int(ends[-1]) if len(ends) else 0, _CHUNK):
        at = np.arange(start, min(start + _CHUNK, int(ends[-1])))
        part = np.searchsorted(ends, at, side="right")
        yield part, at - (ends[part] - sizes[part])


def _partners(values: Hashes, looked_for: Indexes, distance: int) -> Iterator[tuple[Indexes, Indexes]]:
    """Pairs of places in ``values``: one of ``looked_for``, and one within ``distance`` bits of it. Some come twice."""
    bands = _bands(values)
    radius = distance // _BANDS
    flips = [sum(1 << bit for bit in bits) for size in range(radius + 1) for bits in combinations(range(_BITS), size)]
    for band in bands:
        table = _Lists(band, np.arange(len(values)), 1 << _BITS)
        for flip in flips:
            keys = band[looked_for] ^ flip
            for part, place in _spread(table.sizes(keys)):
                some, others = looked_for[part], table.items[table.starts[keys[part]] + place]
                near = np.bitwise_count(values[some] ^ values[others]) <= distance
                yield some[near], others[near]


def _bands(values: Hashes) -> NDArray[np.int64]:
    """Every fourth bit in a band of its own: neighbouring bits are alike, and would make the bands alike."""
    bits = np.unpackbits(values[:, None].view(np.uint8), axis=1).reshape(-1, _BITS, _BANDS)
    packed = np.packbits(bits.transpose(2, 0, 1), axis=2).astype(np.int64)
    return packed[:, :, 0] << 8 | packed[:, :, 1]


class _Groups:
    """Connected components."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def of(self, number: int) -> int:
        """The number that stands for the group."""
        parents = self._parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    def join(self, one: int, other: int) -> None:
        """Make one group of two."""
        first, second = sorted((self.of(one), self.of(other)))
        self._parents[second] = first

    def apart(self, numbers: Indexes, some: Indexes, others: Indexes) -> Iterator[tuple[int, int]]:
        """Those pairs of places in ``numbers`` that aren't in one group yet, also by what is joined on the way."""
        for _ in range(len(some)):
            roots = np.array([self.of(number) for number in numbers.tolist()])
            left = roots[some] != roots[others]
            some, others = some[left], others[left]
            for one, other in zip(some[:_BATCH].tolist(), others[:_BATCH].tolist(), strict=True):
                if self.of(int(numbers[one])) != self.of(int(numbers[other])):
                    yield one, other
            some, others = some[_BATCH:], others[_BATCH:]
            if not len(some):
                return

    def large(self) -> list[tuple[int, ...]]:
        """The groups of two and more, in order of their first members."""
        members: dict[int, list[int]] = {}
        for number in range(len(self._parents)):
            members.setdefault(self.of(number), []).append(number)
        return [tuple(group) for group in members.values() if len(group) > 1]
