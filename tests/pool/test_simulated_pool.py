"""A million clips that aren't there, read by workers that fail now and then: each is read once, in bounded memory."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from datasetkit.pool.chunks import ChunkLimits, ChunkRunner

CLIPS = 1_000_000
LIMITS = ChunkLimits(items=64, chunks=256, tries=3, failures=20, seconds=60)


class Workers:
    """Read numbers, not clips. One chunk in a hundred fails; those with a poisoned clip always do."""

    poisoned = frozenset(range(0, CLIPS, 100_003))

    def __init__(self) -> None:
        self.reads = bytearray(CLIPS)
        self.failures = 0
        self._random = random.Random(1)

    def read(self, clips: Sequence[int]) -> list[int]:
        if not self.poisoned.isdisjoint(clips) or self._random.random() < 0.01:
            self.failures += 1
            raise ConnectionError("the worker is gone")
        for clip in clips:
            self.reads[clip] += 1
        return [clip * 2 for clip in clips]


FAILING = frozenset(clip for clip in Workers.poisoned if clip % 3)  # the others are known already


def test_a_million_clips_are_read_once_each_in_bounded_memory() -> None:
    workers, kept = Workers(), bytearray(CLIPS)
    taken = most = 0

    def known(clip: int) -> int | None:
        nonlocal taken
        taken += 1
        return clip * 2 if clip % 3 == 0 else None

    def keep(results: Sequence[int]) -> None:
        for result in results:
            kept[result // 2] += 1

    with ThreadPoolExecutor(2) as executor:
        runner = ChunkRunner(
            executor,
            workers.read,
            LIMITS,
            known=known,
            finished=keep,
            failed=lambda clip, _: -clip,
            check=bool,
        )
        for number, result in enumerate(runner.run(range(CLIPS))):
            assert result == (-number if number in FAILING else number * 2)
            most = max(most, taken - number)
    once = bytes(0 if clip % 3 == 0 or clip in workers.poisoned else 1 for clip in range(CLIPS))
    assert bytes(workers.reads) == bytes(kept) == once
    assert workers.failures > 100
    assert most <= LIMITS.items * LIMITS.chunks  # clips under way or held back, whatever the pool's size
