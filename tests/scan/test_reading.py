import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import builders
import pytest

from datasetkit.errors import DatasetkitError
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


def opened(folder: Path, store: FactStore) -> set[str]:
    tree = Watched(folder, str(folder))
    list(scan(tree, store=store))
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
