import json
import os
import pickle
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import builders
import pytest

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.footage import Depth, Light
from datasetkit.model import Dataset, Image, Unreadable, Video
from datasetkit.scan.datasets import open_tree, scan
from datasetkit.scan.facts import FactStore, MemoryStore
from datasetkit.scan.folder import FolderTree


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    builders.clip(folder / "a.mp4")
    builders.jpeg(folder / "a.jpg")
    (folder / "b.jpg").write_bytes((folder / "a.jpg").read_bytes())
    (folder / "bad.jpg").write_bytes(b"\xff\xd8\xff")
    named = [("a.jpg", "a.mp4"), ("b.jpg", "a.mp4"), ("bad.jpg", "a.mp4"), ("a.jpg", "a.jpg")]
    lines = [{"prompt": "x", "first_frame_path": image, "video_path": clip} for image, clip in named]
    (folder / "data.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def zipped(folder: Path) -> Path:
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return folder.with_suffix(".zip")


def read(path: Path, store: FactStore | None = None) -> Dataset:
    tree = open_tree(str(path))
    try:
        ((found, _),) = scan(tree, store=store)
    finally:
        tree.close()
    return found


@dataclass(frozen=True)
class Watched(FolderTree):
    """A folder that notes which of its files are opened."""

    opened: list[str] = field(default_factory=list)

    def open(self, path: str) -> BinaryIO:
        self.opened.append(path)
        return super().open(path)

    def locate(self, path: str) -> str | BinaryIO:
        self.opened.append(path)
        return super().locate(path)


def opened(folder: Path, store: FactStore, depth: Depth | None = Depth.HEADER) -> set[str]:
    tree = Watched(folder, str(folder))
    list(scan(tree, store=store, depth=depth))
    return set(tree.opened)


def test_facts_are_the_same_with_and_without_a_store(dataset: Path) -> None:
    store = MemoryStore()
    for path in (dataset, zipped(dataset)):
        assert read(path, store).lines == read(path).lines == read(path, store).lines
    media = {reference.medium for sample in read(dataset).samples for reference in sample.references}
    assert {type(medium) for medium in media} >= {Image, Video, Unreadable}


def test_a_second_scan_opens_no_medium(dataset: Path, tmp_path: Path) -> None:
    store = MemoryStore()
    assert opened(dataset, store) == {"data.jsonl", "a.jpg", "a.mp4", "b.jpg", "bad.jpg"}
    assert opened(dataset, store) == {"data.jsonl"}
    (tmp_path / "link").symlink_to(dataset)
    assert opened(tmp_path / "link", store) == {"data.jsonl"}


def test_a_file_that_changed_is_read_again(dataset: Path) -> None:
    store = MemoryStore()
    read(dataset, store)
    builders.jpeg(dataset / "b.jpg", (32, 32))
    changed = read(dataset, store)
    medium = changed.samples[1].medium("first_frame_path")
    assert isinstance(medium, Image)
    assert (medium.width, medium.digest) == (32, None)


def test_a_file_that_has_a_twin_now_is_compared_with_it(dataset: Path) -> None:
    """Its digest is missing from the facts that are known."""
    store = MemoryStore()
    (dataset / "b.jpg").write_bytes((dataset / "a.jpg").read_bytes() + b"\0")
    read(dataset, store)
    (dataset / "b.jpg").write_bytes((dataset / "a.jpg").read_bytes())
    first, second = (sample.medium("first_frame_path") for sample in read(dataset, store).samples[:2])
    assert isinstance(first, Image)
    assert isinstance(second, Image)
    assert first.digest == second.digest is not None


def test_deeper_facts_serve_a_shallower_scan(dataset: Path) -> None:
    store = MemoryStore()
    for depth, files in ((Depth.FULL, {"a.jpg", "a.mp4", "b.jpg", "bad.jpg"}), (Depth.FRAMES, set()), (None, set())):
        assert opened(dataset, store, depth) == {"data.jsonl", *files}
    assert opened(dataset, MemoryStore(), Depth.HEADER) == {"data.jsonl", "a.jpg", "a.mp4", "b.jpg", "bad.jpg"}


def test_shallower_facts_do_not_serve_a_deeper_scan(dataset: Path) -> None:
    store = MemoryStore()
    opened(dataset, store, Depth.FRAMES)
    assert opened(dataset, store, Depth.FULL) == {"data.jsonl", "a.mp4", "a.jpg"}  # which a line names as a clip


def test_a_clip_that_was_not_seen_to_its_end_is_not_stored(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried = {**spec.document("models.json")["checks"], "decoding": {"value": {"seconds": -1}}}
    facts = {**spec.document("models.json"), "checks": hurried}
    spec.thresholds.cache_clear()
    monkeypatch.setattr(spec, "document", lambda _: facts)
    store = MemoryStore()
    for _ in range(2):
        assert "a.mp4" in opened(dataset, store, Depth.FULL)
    spec.thresholds.cache_clear()


@pytest.mark.parametrize(("limit", "depth"), [(2, Depth.FULL), (1, Depth.FRAMES)])
def test_the_number_of_clips_decides_where_no_depth_is_given(
    dataset: Path, limit: int, depth: Depth, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = replace(spec.limits(), full_depth_clips=limit)
    monkeypatch.setattr(spec, "limits", lambda: limits)
    ((found, _),) = scan(open_tree(str(dataset)), depth=None)
    assert found.depth is depth


def test_media_are_seen_at_the_depth_that_is_wanted(dataset: Path) -> None:
    for depth in Depth:
        ((found, _),) = scan(open_tree(str(dataset)), depth=depth)
        image, clip = (found.samples[0].medium(field) for field in ("first_frame_path", "video_path"))
        assert isinstance(image, Image)
        assert isinstance(clip, Video)
        assert (image.signature is not None) == (depth > Depth.HEADER)
        assert (clip.seen.of(Light) if clip.seen else None) is None or depth is Depth.FULL
        assert (clip.seen is not None) == (depth > Depth.HEADER)


def test_facts_of_all_depths_can_be_pickled(dataset: Path) -> None:
    ((found, _),) = scan(open_tree(str(dataset)), depth=Depth.FULL)
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file at hand that the machine refuses to read")
def test_a_file_that_the_machine_refuses_to_read_stops_the_scan(dataset: Path) -> None:
    (dataset / "b.jpg").unlink()
    (dataset / "b.jpg").symlink_to("/proc/self/mem")
    with pytest.raises(DatasetkitError, match=r"can't read b\.jpg: Input/output error"):
        read(dataset)


def test_a_link_that_leads_nowhere_is_a_finding(dataset: Path) -> None:
    (dataset / "b.jpg").unlink()
    (dataset / "b.jpg").symlink_to("gone.jpg")
    medium = read(dataset, MemoryStore()).samples[1].medium("first_frame_path")
    assert isinstance(medium, Unreadable)
    assert medium.reason == "can't be opened: No such file or directory"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="a process can't be held to one core here")
def test_threads_follow_the_cores_that_the_process_may_use() -> None:
    held = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})"
    program = f"{held}; from datasetkit.scan.reading import thread_count; print(thread_count())"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "1\n"


@pytest.mark.parametrize("depth", list(Depth))
def test_media_get_pictures_where_they_are_wanted_and_the_store_keeps_none(dataset: Path, depth: Depth) -> None:
    store = MemoryStore()
    for path in (dataset, zipped(dataset)):
        with closing(open_tree(str(path))) as tree:
            for _ in range(2):
                ((found, _),) = scan(tree, depth=depth, pictures=True, store=store)
                media = [reference.medium for reference in found.references]
                assert all(medium.thumbnail for medium in media if isinstance(medium, Image))
                assert all(medium.film for medium in media if isinstance(medium, Video))
            ((plain, _),) = scan(tree, depth=depth, store=store)
            assert plain == found
            assert all(m.medium.thumbnail is None for m in plain.references if isinstance(m.medium, Image))
            assert all(m.medium.film is None for m in plain.references if isinstance(m.medium, Video))
