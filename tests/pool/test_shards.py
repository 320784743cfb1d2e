from __future__ import annotations

from pathlib import Path

import pytest

from datasetkit.errors import DatasetkitError
from datasetkit.model import Expected, Foreign, Unreadable
from datasetkit.pool import shards as module
from datasetkit.pool.records import Candidate, ClipRecord
from datasetkit.pool.shards import Shards

CLIPS = [Candidate(f"{name}.mp4", 10, "7") for name in "abc"]


def record(clip: Candidate, reason: str = "damaged: odd") -> ClipRecord:
    return ClipRecord(clip.path, clip.size, clip.stamp, Unreadable(clip.path, clip.size, Expected.VIDEO, reason))


def write(folder: Path, *records: ClipRecord, at: float = 1) -> Path:
    shards = Shards(folder, clock=lambda: at)
    shards.add(records)
    shards.close()
    return max(folder.glob("*.jsonl"))


def found(folder: Path) -> list[ClipRecord | None]:
    return [Shards(folder).find(clip) for clip in CLIPS]


def test_what_one_run_keeps_another_finds(tmp_path: Path) -> None:
    records = list(map(record, CLIPS))
    write(tmp_path / "facts", *records)
    assert found(tmp_path / "facts") == records


def test_a_clip_that_changed_is_not_found(tmp_path: Path) -> None:
    write(tmp_path, record(CLIPS[0]))
    shards = Shards(tmp_path)
    assert shards.find(Candidate("a.mp4", 11, "7")) is None
    assert shards.find(Candidate("a.mp4", 10, "8")) is None
    assert shards.find(Candidate("x/a.mp4", 10, "7")) is None


def test_facts_of_another_reader_are_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, record(CLIPS[0]))
    monkeypatch.setattr(module, "reader_version", lambda: "a later one")
    assert Shards(tmp_path).find(CLIPS[0]) is None


def test_every_torn_last_line_is_ignored(tmp_path: Path) -> None:
    file = write(tmp_path, *map(record, CLIPS[:2]))
    content = file.read_bytes()
    first = content.index(b"\n") + 1
    for length in range(len(content)):
        file.write_bytes(content[:length])
        assert found(tmp_path) == [record(CLIPS[0]) if length >= first else None, None, None]


def test_no_damaged_byte_gives_other_facts(tmp_path: Path) -> None:
    file = write(tmp_path, *map(record, CLIPS))
    content = file.read_bytes()
    start = content.index(b"\n") + 1
    for place in range(start, content.index(b"\n", start) + 1):
        file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        first, second, third = found(tmp_path)
        assert first == record(CLIPS[0])
        assert second is None
        assert third in (record(CLIPS[2]), None)  # None only where the line's end was hit
    file.write_bytes(b"\xff\n{}\n" + b'{"key":"' + b"z" * 32 + b'"}\n' + content)
    assert found(tmp_path) == list(map(record, CLIPS))


def test_a_damaged_line_is_replaced_by_a_later_run(tmp_path: Path) -> None:
    file = write(tmp_path, *map(record, CLIPS))
    file.write_bytes(file.read_bytes().replace(b"odd", b"ddo", 1))
    assert found(tmp_path)[0] is None
    write(tmp_path, record(CLIPS[0]), at=2)
    assert found(tmp_path) == list(map(record, CLIPS))


def test_runs_at_the_same_time_have_a_shard_each(tmp_path: Path) -> None:
    one, other = Shards(tmp_path), Shards(tmp_path)
    one.add([record(CLIPS[0])])
    other.add([record(CLIPS[0]), record(CLIPS[1])])
    one.add([record(CLIPS[2])])
    assert len(list(tmp_path.iterdir())) == 2
    assert found(tmp_path) == list(map(record, CLIPS))
    one.close()
    other.close()


def test_shards_may_be_joined(tmp_path: Path) -> None:
    files = [write(tmp_path / str(number), record(clip)) for number, clip in enumerate(CLIPS)]
    (tmp_path / "all.jsonl").write_bytes(b"".join(file.read_bytes() for file in files))
    assert found(tmp_path) == list(map(record, CLIPS))


def test_what_depends_on_the_machine_is_not_kept(tmp_path: Path) -> None:
    shards = Shards(tmp_path / "facts")
    shards.add([record(CLIPS[0], "can't be opened: Permission denied")])
    assert not (tmp_path / "facts").exists()


def test_odd_paths_are_kept(tmp_path: Path) -> None:
    clip = Candidate('lone \udce4, "quoted" \n\u2028 火.mp4', 3, '"etag"')
    kept = ClipRecord(clip.path, 3, clip.stamp, Foreign(clip.path, 3, Expected.VIDEO, "a GIF image"))
    write(tmp_path, kept)
    assert Shards(tmp_path).find(clip) == kept


def test_a_folder_that_cannot_be_made_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatasetkitError, match="can't write"):
        Shards(tmp_path / "file" / "facts").add([record(CLIPS[0])])
