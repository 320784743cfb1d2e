from __future__ import annotations

import os
import pickle
from functools import partial
from pathlib import Path

import builders
import pytest

from datasetkit.errors import DatasetkitError
from datasetkit.footage import Depth, Fingerprints
from datasetkit.media.versions import reader_version
from datasetkit.model import Foreign, Unreadable, Video
from datasetkit.pool.executors import processes
from datasetkit.pool.places import place_of
from datasetkit.pool.reading import read_clip, read_clips
from datasetkit.pool.records import Candidate, ClipRecord
from datasetkit.pool.scanning import facts_folder, scan_pool


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips of several kinds, and files that are none."""
    folder = tmp_path_factory.mktemp("pool")
    for number in range(20):
        builders.clip(folder / f"batch {number % 2}" / f"{number:02}.mp4", seed=number)
    builders.clip(folder / "b.mov")
    builders.clip(folder / "c.mkv", container="matroska")
    (folder / "empty.mp4").touch()
    (folder / "cut.mp4").write_bytes((folder / "b.mov").read_bytes()[:900])
    (folder / "notes.txt").write_text("a caption")
    (folder / ".hidden.mp4").touch()
    return folder


def keep(folder: Path, facts: Path) -> list[ClipRecord]:
    return list(scan_pool(str(folder), facts=facts))


def test_every_clip_is_read_in_the_order_of_paths(pool: Path, tmp_path: Path) -> None:
    records = keep(pool, tmp_path)
    assert [record.path for record in records] == sorted(record.path for record in records)
    assert len(records) == 24
    facts = {record.path: record.facts for record in records}
    assert isinstance(facts["empty.mp4"], Unreadable)
    assert isinstance(facts["cut.mp4"], Unreadable)
    assert isinstance(facts["c.mkv"], Foreign)
    clip = facts["batch 0/00.mp4"]
    assert isinstance(clip, Video)
    assert clip.seen
    assert clip.seen.of(Fingerprints)


def test_processes_find_the_same(pool: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    records = list(
        scan_pool(
            str(pool), facts=tmp_path / "a", hire=partial(processes, 2), progress=lambda *state: seen.append(state)
        )
    )
    assert records == keep(pool, tmp_path / "b")
    assert seen == [("reading", number, 24) for number in range(1, 25)]


def test_what_is_kept_is_not_read_again(pool: Path, tmp_path: Path) -> None:
    first = keep(pool, tmp_path)
    (shard,) = tmp_path.iterdir()
    lines = shard.read_bytes().splitlines(keepends=True)
    shard.write_bytes(b"".join(lines[::2]))
    assert keep(pool, tmp_path) == first
    shards = sorted(tmp_path.iterdir())
    assert [len(each.read_bytes().splitlines()) for each in shards] == [12, 12]
    keys = [line[:40] for each in shards for line in each.read_bytes().splitlines()]
    assert len(set(keys)) == 24


def test_facts_go_with_a_pool_that_moves(tmp_path: Path) -> None:
    clip = builders.clip(tmp_path / "here" / "a.mp4")
    first = keep(tmp_path / "here", tmp_path / "facts")
    clip.parent.rename(tmp_path / "there")
    assert keep(tmp_path / "there", tmp_path / "facts") == first
    assert len(list((tmp_path / "facts").iterdir())) == 1


def test_a_clip_that_changes_is_read_again(tmp_path: Path) -> None:
    clip = builders.clip(tmp_path / "pool" / "a.mp4")
    (first,) = keep(tmp_path / "pool", tmp_path / "facts")
    os.utime(clip, ns=(1, 1))
    (second,) = keep(tmp_path / "pool", tmp_path / "facts")
    assert (second.stamp, second.facts) == ("1", first.facts)
    assert len(list((tmp_path / "facts").iterdir())) == 2


def test_facts_are_kept_in_the_users_cache_by_default(tmp_path: Path, cache_folder: Path) -> None:
    builders.clip(tmp_path / "a.mp4")
    assert len(list(scan_pool(str(tmp_path)))) == 1
    folder = facts_folder(place_of(str(tmp_path)))
    assert cache_folder in folder.parents
    assert len(list(folder.iterdir())) == 1


def test_reading_is_a_pure_function_that_can_be_sent_away(pool: Path) -> None:
    place = place_of(str(pool))
    work = pickle.loads(pickle.dumps(partial(read_clips, place, reader_version())))
    assert [record.path for record in work(place.clips()[:3])] == ["b.mov", "batch 0/00.mp4", "batch 0/02.mp4"]


def test_a_header_is_read_without_the_frames(pool: Path) -> None:
    facts = read_clip(place_of(str(pool)), place_of(str(pool)).clips()[0], Depth.HEADER).facts
    assert isinstance(facts, Video)
    assert facts.seen is None


def test_clips_that_vanish_or_change_meanwhile_are_no_exception(tmp_path: Path) -> None:
    place = place_of(str(tmp_path))
    builders.clip(tmp_path / "a.mp4")
    (clip,) = place.clips()
    changed = read_clip(place, Candidate(clip.path, clip.size, "0"))
    assert isinstance(changed.facts, Unreadable)
    assert "it changed while" in changed.facts.reason
    (tmp_path / "a.mp4").unlink()
    gone = read_clip(place, clip)
    assert isinstance(gone.facts, Unreadable)
    assert gone.facts.reason == "can't be opened: No such file or directory"
    assert not changed.is_lasting
    assert not gone.is_lasting


def test_a_worker_with_other_versions_ends_the_run() -> None:
    with pytest.raises(DatasetkitError, match="with other versions") as raised:
        read_clips(place_of("."), "0, av 1", [])
    assert "on every worker" in raised.value.next_step


def test_a_pool_that_is_not_there_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(DatasetkitError, match="there is no folder"):
        list(scan_pool(str(tmp_path / "no")))
