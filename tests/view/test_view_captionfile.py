"""captions.csv after edits of names and captions: `init` and the next session read what the page showed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from viewing import Tab, raw_folder, viewed

from datasetkit.config import UNSET
from datasetkit.errors import DatasetkitError
from datasetkit.intake.init import init
from datasetkit.scan.facts import MemoryStore
from datasetkit.view.folder import read_folder
from datasetkit.view.plainfiles import first_draft, new_files

Edit = tuple[str, str, dict[str, Any]]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return raw_folder(tmp_path / "raw", "a.mp4", "b.mp4", seconds=1)


def shown(tab: Tab) -> dict[str, str]:
    return {clip["path"]: clip["windows"][0]["caption"]["subject"] for clip in tab.state()["clips"]}


def save(tab: Tab) -> None:
    answer = tab.save()
    assert answer.status_code == 200, answer.text
    assert answer.json()["unsaved"]["edits"] == 0


def name(path: str, to: str) -> Edit:
    return path, "name", {"name": to}


def caption(path: str, text: str) -> Edit:
    return path, "caption", {"text": text}


@pytest.mark.parametrize(
    ("edits", "saved", "table"),
    [
        pytest.param(
            [name("a.mp4", "tmp"), name("b.mp4", "a"), name("a.mp4", "b")],
            {"a.mp4": "A man.", "b.mp4": "A cat."},
            ["b,A man.", "a,A cat."],
            id="two names are swapped",
        ),
        pytest.param(
            [name("a.mp4", "fall"), caption("b.mp4", "A dog.")],
            {"a.mp4": "A man.", "b.mp4": "A dog."},
            ["fall,A man.", "b,A dog."],
            id="one is renamed, another described",
        ),
        pytest.param(
            [caption("a.mp4", "")],
            {"a.mp4": "", "b.mp4": "A cat."},
            ["a,", "b,A cat."],
            id="a caption is emptied",
        ),
    ],
)
def test_what_is_read_back_is_what_was_shown(
    raw: Path, edits: list[Edit], saved: dict[str, str], table: list[str]
) -> None:
    (raw / "captions.csv").write_text("clip,caption\na,A man.\nb,A cat.\n")
    with viewed(raw) as tab:
        for path, do, values in edits:
            assert tab.edit(path, do, **values).status_code == 200
        save(tab)
        assert shown(tab) == saved
        tab.post("/reload", version=0)
        assert shown(tab) == saved
    assert (raw / "captions.csv").read_text().splitlines()[1:] == table
    made = init(raw, raw.parent / "set")
    assert {sample.files.clip: sample.files.caption or "" for sample in made.samples} == saved


def test_a_caption_is_compared_with_what_was_saved_last(raw: Path) -> None:
    (raw / "captions.csv").write_text("clip,caption\na.mp4,Old.\n")
    with viewed(raw) as tab:
        tab.edit("a.mp4", "caption", text="New.")
        save(tab)
        tab.edit("a.mp4", "name", name="fall")
        tab.edit("a.mp4", "caption", text="Old.")
        save(tab)
        tab.post("/reload", version=0)
        assert shown(tab)["a.mp4"] == "Old."
        assert (raw / "captions.csv").read_text() == "clip,caption\na.mp4,Old.\n"


def test_a_caption_of_another_file_is_emptied_by_a_row_without_one(raw: Path) -> None:
    (raw / "a.txt").write_text("Wrong words.\n")
    with viewed(raw) as tab:
        assert shown(tab)["a.mp4"] == "Wrong words."
        tab.edit("a.mp4", "caption", text="")
        save(tab)
        tab.post("/reload", version=0)
        assert shown(tab)["a.mp4"] == ""
    assert (raw / "captions.csv").read_text() == "clip,caption\na.mp4,\n"
    made = init(raw, raw.parent / "set")
    assert made.drafted == ("a.mp4", "b.mp4")


def test_a_new_window_has_no_caption_though_its_clip_has_one(raw: Path) -> None:
    (raw / "a.txt").write_text("A man.\n")
    with viewed(raw) as tab:
        assert tab.edit("a.mp4", "add", start=0.5, seconds=0.5).status_code == 200
        save(tab)
        tab.post("/reload", version=0)
        captions = [window["caption"]["subject"] for window in tab.clip("a.mp4")["windows"]]
        assert captions == ["A man.", ""]


def test_a_window_added_beside_another_has_a_caption_of_its_own(raw: Path) -> None:
    (raw / "captions.csv").write_text("clip,caption\na.mp4,A man.\n")
    with viewed(raw) as tab:
        tab.edit("a.mp4", "add", start=0.5, seconds=0.5)
        tab.edit("a.mp4", "caption", window=1, text="A dog.")
        save(tab)
        tab.edit("a.mp4", "remove", window=0)
        save(tab)
        tab.post("/reload", version=0)
        assert shown(tab)["a.mp4"] == "A dog."


def test_only_the_edited_cell_changes(raw: Path) -> None:
    rows = ["clip,caption,notes", "a.mp4,Fräulein.,", "", "b.mp4,,mine", "gone.mp4,keep me,x,extra", "a.mp4,Fräulein.,"]
    before = ("\ufeff" + "\r\n".join(rows)).encode()
    (raw / "captions.csv").write_bytes(before)
    with viewed(raw) as tab:
        tab.edit("b.mp4", "caption", text="A dog, a cat.")
        save(tab)
    assert (raw / "captions.csv").read_bytes() == before.replace(b"b.mp4,,", b'b.mp4,"A dog, a cat.",')


def test_what_cuts_csv_cant_hold_is_refused(raw: Path) -> None:
    folder = read_folder(str(raw), UNSET, MemoryStore())
    base = first_draft(folder, None)
    key, own = next(iter(base.items()))
    wrong = replace(own, windows=(replace(own.windows[0], name="a/b"),))
    with pytest.raises(DatasetkitError, match=r"cuts\.csv .*a/b"):
        new_files(folder, base, {**base, key: wrong})
