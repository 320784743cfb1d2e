"""What a folder is to the page: which are refused, and how large the answer about many clips is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import builders
import pytest
from viewing import dataset_folder, raw_folder, viewed

from datasetkit.config import UNSET
from datasetkit.errors import DatasetkitError
from datasetkit.scan.facts import MemoryStore
from datasetkit.view.folder import read_folder
from datasetkit.windows import parse


def refusal(place: Path) -> str:
    with pytest.raises(DatasetkitError) as refused:
        read_folder(str(place), UNSET, MemoryStore())
    return f"{refused.value} {refused.value.next_step}"


def test_a_zip_is_refused(tmp_path: Path) -> None:
    place = Path(shutil.make_archive(str(tmp_path / "set"), "zip", dataset_folder(tmp_path / "folder")))
    assert "Unpack" in refusal(place)


def test_a_folder_of_datasets_is_refused_and_one_is_named(tmp_path: Path) -> None:
    dataset_folder(tmp_path / "sets" / "one", "A woman.")
    assert "sets/one" in refusal(tmp_path / "sets")


def test_a_folder_without_clips_is_refused(tmp_path: Path) -> None:
    assert "no clips" in refusal(tmp_path)


def test_keys_say_nothing_about_paths_and_stay(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path)
    one, other = (read_folder(str(folder), UNSET, MemoryStore()) for _ in range(2))
    assert [clip.key for clip in one.clips] == [clip.key for clip in other.clips]
    assert all(len(clip.key) == 16 and int(clip.key, 16) >= 0 for clip in one.clips)


def test_samples_that_share_a_clip_have_keys_of_their_own(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path, "A woman.", "A man.")
    lines = (folder / "data.jsonl").read_text().replace("video_2.mp4", "video_1.mp4")
    (folder / "data.jsonl").write_text(lines)
    clips = read_folder(str(folder), UNSET, MemoryStore()).clips
    assert len({clip.key for clip in clips}) == 2


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    name = os.fsdecode(b"take_\xff.mp4")
    with viewed(raw_folder(tmp_path, name)) as tab:
        tab.settled()
        assert tab.get(f"/clip/{tab.clip(name)['id']}/video").status_code == 200
        refused = tab.edit(name, "window", start=1, seconds=2)
        assert refused.status_code == 422
        assert "name isn't UTF-8" in refused.text


def test_a_name_that_is_not_utf_8_leaves_the_others_alone(tmp_path: Path) -> None:
    with viewed(raw_folder(tmp_path, os.fsdecode(b"take_\xff.mp4"), "a.mp4")) as tab:
        assert tab.edit("a.mp4", "window", start=1, seconds=2).status_code == 200
        assert tab.save().status_code == 200
    assert [row.clip for row in parse((tmp_path / "cuts.csv").read_text("utf-8"))[0]] == ["a.mp4"]


def test_clips_that_can_not_be_opened_are_listed(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "a.mp4")
    (folder / "gone.mp4").symlink_to(tmp_path / "elsewhere.mp4")
    (folder / "junk.mov").write_bytes(b"junk" * 9)
    clips = read_folder(str(folder), UNSET, MemoryStore()).clips
    assert {clip.path for clip in clips} == {"a.mp4", "gone.mp4", "junk.mov"}
    assert [clip.path for clip in clips if clip.video] == ["a.mp4"]


def test_two_hundred_clips_fit_into_a_megabyte(tmp_path: Path) -> None:
    one = builders.clip(tmp_path / "take_000.mp4", frames=80)
    for number in range(1, 200):
        shutil.copy(one, tmp_path / f"take_{number:03}.mp4")
    with viewed(tmp_path, model="wan2.2-i2v-flash") as tab:
        tab.settled()
        answer = tab.get("/state")
        assert len(answer.json()["clips"]) == 200
        assert len(answer.content) < 1_000_000
        changed = tab.edit("take_007.mp4", "keep", keep=False)
        paths = [clip["path"] for clip in changed.json()["clips"]]  # some may only now be known to play
        assert "take_007.mp4" in paths
        assert len(paths) < 20
