"""A pool becomes records, one a clip: read where they aren't known yet, by whatever workers there are."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import closing
from functools import partial
from pathlib import Path

from datasetkit import spec
from datasetkit.media.damage import unopened
from datasetkit.media.versions import reader_version
from datasetkit.model import Expected, Progress, Unreadable
from datasetkit.pool.chunks import ChunkLimits, ChunkRunner
from datasetkit.pool.executors import Hire, calling_thread
from datasetkit.pool.places import Place, place_of
from datasetkit.pool.reading import read_clips
from datasetkit.pool.records import Candidate, ClipRecord
from datasetkit.pool.shards import Shards
from datasetkit.scan.cache import POOLS, cache_file


def scan_pool(
    pool: str, *, facts: Path | None = None, hire: Hire = calling_thread, progress: Progress | None = None
) -> Generator[ClipRecord]:
    """The clips of a pool in the order of their paths, each with all its facts.

    Facts are kept in the folder ``facts``, by default one in the user's cache folder. What is kept there isn't read
    again. ``hire`` gives the workers that read. Raises DatasetkitError if the pool can't be listed, facts can't be
    kept in ``facts``, or workers keep failing.
    """
    place = place_of(pool)
    clips = place.clips()
    kept = Shards(facts or facts_folder(place), optional=facts is None)
    with closing(kept) as shards, hire(place, clips) as workers:
        runner = ChunkRunner(
            workers.executor,
            partial(read_clips, place, reader_version()),
            _limits(workers.count),
            known=shards.find,
            finished=shards.add,
            failed=_failed,
            check=workers.check,
        )
        for number, record in enumerate(runner.run(clips), 1):
            if progress:
                progress("reading", number, len(clips))
            yield record


def facts_folder(place: Place) -> Path:
    """Where the facts of a pool are kept unless the user names a folder."""
    name = hashlib.blake2b(place.address.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
    return cache_file().parent / POOLS / name


def _limits(workers: int) -> ChunkLimits:
    values = spec.thresholds("pool")
    return ChunkLimits(
        items=int(values["chunk_clips"]),
        chunks=int(values["chunks_a_worker"]) * workers,
        tries=int(values["tries"]),
        failures=int(values["failures"]),
        seconds=values["check_seconds"],
    )


def _failed(clip: Candidate, error: Exception) -> ClipRecord:
    reason = unopened(f"every worker that tried failed ({error or type(error).__name__})")
    return ClipRecord(clip.path, clip.size, clip.stamp, Unreadable(clip.path, clip.size, Expected.VIDEO, reason))
