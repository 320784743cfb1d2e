"""What a pool costs: a clip at each depth, facts that are kept, memory, and a million clips that aren't there."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from benchmarks.measure import claim
from benchmarks.samples import encoded
from datasetkit.footage import Depth
from datasetkit.model import Expected, Unreadable
from datasetkit.pool.chunks import ChunkLimits, ChunkRunner
from datasetkit.pool.executors import processes
from datasetkit.pool.places import place_of
from datasetkit.pool.reading import read_clip
from datasetkit.pool.records import Candidate, ClipRecord
from datasetkit.pool.scanning import scan_pool
from datasetkit.pool.shards import Shards

CLIPS, LISTED, SIMULATED = 64, 100_000, 1_000_000


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="datasetkit-bench-") as folder:
        pool = render(Path(folder) / "pool")
        seconds = depths(pool)
        facts(pool, Path(folder) / "facts")
        memory(Path(folder) / "many")
    simulate()
    cluster()
    million(seconds)


def render(pool: Path) -> Path:
    """Clips of 720p and 5 s: a few distinct ones, many times."""
    pool.mkdir()
    contents = [encoded(seed, ".jpg", pool)[0] for seed in range(4)]
    for number in range(CLIPS):
        (pool / f"{number:03}.mp4").write_bytes(contents[number % 4])
    return pool


def depths(pool: Path) -> float:
    """Seconds of a core that a clip takes at full depth."""
    place = place_of(str(pool))
    clips = place.clips()
    print(f"a clip of 720p and 5 s ({clips[0].size / 1e6:.1f} MB), seconds of a core")
    for depth in Depth:
        read_clip(place, clips[0], depth)
        with timed(time.process_time) as seconds:
            for clip in clips[:16]:
                read_clip(place, clip, depth)
        print(f"  {depth.name.lower():<8} {seconds() / 16 * 1000:8.1f} ms")
    return seconds() / 16


def facts(pool: Path, folder: Path) -> None:
    """Reading with processes, and again from what was kept."""
    for name in ("read by two processes, their start included", "read again from the kept facts"):
        with timed(of_all_processes) as seconds:
            count = sum(1 for _ in scan_pool(str(pool), facts=folder, hire=partial(processes, 2)))
        print(f"  {name}: {seconds() / count * 1000:.1f} ms a clip")
    kept = sum(file.stat().st_size for file in folder.iterdir())
    print(f"  facts of a clip: {kept / CLIPS / 1000:.1f} kB")


def memory(folder: Path) -> None:
    """The list of clips and the index of what is kept."""
    tracemalloc.start()
    clips = [Candidate(f"batch {n // 1000}/video {n}.mp4", 10**6 + n, str(10**18 + n)) for n in range(LISTED)]
    listed, _ = tracemalloc.get_traced_memory()
    reason = Unreadable("", 0, Expected.VIDEO, "empty")
    with closing(Shards(folder)) as shards:
        shards.add(ClipRecord(clip.path, clip.size, clip.stamp, reason) for clip in clips)
    before, _ = tracemalloc.get_traced_memory()
    shards = Shards(folder)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(
        f"memory for {LISTED:,} clips: {listed / 1e6:.0f} MB listed, {(after - before) / 1e6:.0f} MB for what is kept"
    )


def read_nothing(clips: Sequence[int]) -> list[int]:
    return [clip * 2 for clip in clips]


class Failing:
    """Reads nothing either; one chunk in a hundred fails."""

    def __init__(self) -> None:
        self._random = random.Random(1)

    def __call__(self, clips: Sequence[int]) -> list[int]:
        """The results. Raises ConnectionError."""
        if self._random.random() < 0.01:
            raise ConnectionError("the worker is gone")
        return read_nothing(clips)


def run(executor: Executor, work: Callable[[Sequence[int]], list[int]], clips: int, workers: int) -> float:
    limits = ChunkLimits(items=16, chunks=4 * workers, tries=3, failures=20, seconds=60)
    runner = ChunkRunner(
        executor, work, limits, known=lambda _: None, finished=bool, failed=lambda clip, _: -clip, check=bool
    )
    with timed() as seconds:
        total = sum(runner.run(range(clips)))
    if total != clips * (clips - 1):
        sys.exit("a clip is missing, or was counted twice")
    return seconds()


def simulate() -> None:
    """A million clips, handed out for 64 workers."""
    with ThreadPoolExecutor(2) as executor:
        seconds = run(executor, Failing(), SIMULATED, 64)
        tracemalloc.start()
        run(executor, Failing(), SIMULATED // 10, 64)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    print(f"{SIMULATED:,} clips that aren't there, one chunk in 100 failing: {seconds:.1f} s, {peak / 1e6:.1f} MB")
    claim("seconds", seconds, "< 60", seconds < 60)


def cluster() -> None:
    """What Dask adds to a chunk."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster("127.0.0.1", n_workers=2, threads_per_worker=1, dashboard_address=None) as dask,  # type: ignore[no-untyped-call]
        Client(dask, set_as_default=False) as client,  # type: ignore[no-untyped-call]
    ):
        clips = 20_000
        seconds = run(client.get_executor(pure=False), read_nothing, clips, 64)
    print(f"a Dask scheduler and two workers: {clips / 16 / seconds:,.0f} chunks a second")


def million(seconds: float) -> None:
    """Calculated from the cost of a clip."""
    for workers in (2, 64):
        print(f"calculated: 1,000,000 clips on {workers} cores: {10**6 * seconds / workers / 3600:.1f} hours")


@contextmanager
def timed(clock: Callable[[], float] = time.perf_counter) -> Iterator[Callable[[], float]]:
    """Gives the seconds that the block takes."""
    begin = clock()
    ended: list[float] = []
    yield lambda: ended[0] - begin
    ended.append(clock())


def of_all_processes() -> float:
    """Seconds of a core, those of ended children too."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main()
