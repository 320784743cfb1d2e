"""keep=no in a dataset's cuts.csv leaves its sample out of everything that is read."""

from pathlib import Path

import builders
import pytest

from datasetkit.leftout import DroppedSample
from datasetkit.model import Dataset
from datasetkit.scan.datasets import open_tree, scan

HEADER = "clip,start,seconds,name,keep,reason\n"
LINES = """\
{"prompt": "a", "first_frame_path": "./a.png", "video_path": "./a.mp4"}
broken
{"prompt": "b", "first_frame_path": "b.png", "video_path": "deep/b.mp4"}
{"prompt": "c", "first_frame_path": "c.png", "video_path": "c.mp4"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in ("a.mp4", "deep/b.mp4", "c.mp4"):
        builders.clip(tmp_path / path, frames=4)
    for path in ("a.png", "b.png", "c.png"):
        builders.png(tmp_path / path)
    (tmp_path / "data.jsonl").write_text(LINES)
    return tmp_path


def scanned(folder: Path, rows: str) -> Dataset:
    (folder / "cuts.csv").write_text(f"{HEADER}{rows}")
    ((dataset, _),) = scan(open_tree(str(folder)))
    return dataset


def test_a_sample_is_left_out_if_no_window_of_its_clip_is_kept(folder: Path) -> None:
    rows = (
        "a.mp4,0,1,a,no,too dark\na.mp4,1,1,a2,no,\ndeep/b.mp4,0,1,b,no,\ndeep/b.mp4,0,1,b2,yes,\nlost.mp4,0,1,x,no,\n"
    )
    dataset = scanned(folder, rows)
    assert [line.where.line for line in dataset.lines] == [2, 3, 4]
    assert dataset.dropped == (DroppedSample(1, "a.mp4", ("a.png", "a.mp4"), "too dark"),)


def test_without_such_a_row_nothing_is_left_out(folder: Path) -> None:
    assert scanned(folder, "a.mp4,0,1,a,yes,\n").dropped == ()


def test_media_of_a_sample_that_is_left_out_are_not_read(folder: Path) -> None:
    seen: list[int] = []
    (folder / "cuts.csv").write_text(f"{HEADER}a.mp4,0,1,a,no,\n")
    list(scan(open_tree(str(folder)), lambda _work, done, _of: seen.append(done)))
    assert max(seen) == 4
