"""What saving writes, byte for byte, and that nothing is ever overwritten unseen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from viewing import Tab, dataset_folder, raw_folder, viewed, viewing

from datasetkit.config import UNSET
from datasetkit.errors import DatasetkitError
from datasetkit.files import PREFIX
from datasetkit.intake.init import init
from datasetkit.media.survey import survey
from datasetkit.scan.facts import MemoryStore
from datasetkit.view.folder import read_folder
from datasetkit.view.plainfiles import line_changes
from datasetkit.view.saving import save_files

MODEL = "wan2.2-i2v-flash"


def text(tab: Tab, name: str) -> str:
    return (tab.session.folder.root / name).read_bytes().decode()


def save(tab: Tab) -> dict[str, object]:
    answer = tab.save()
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_raw_folder_gets_cuts_and_captions(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "take_01.mp4", "deep/take, 02.mp4")
    media = {path: path.read_bytes() for path in folder.rglob("*.mp4")}
    with viewed(folder, model=MODEL) as tab:
        tab.settled()
        tab.edit("take_01.mp4", "window", start=0.416667, seconds=2.5)
        tab.edit("take_01.mp4", "caption", text='A dog, a "cat".')
        tab.edit("deep/take, 02.mp4", "keep", keep=False)
        assert not (folder / "cuts.csv").exists()
        state = save(tab)
        assert state["unsaved"] == {"edits": 0, "files": []}
        assert state["undo"] == "drop deep/take, 02.mp4"
    assert (folder / "cuts.csv").read_bytes().decode().splitlines() == [
        "clip,start,seconds,name,keep,reason",
        '"deep/take, 02.mp4",0,5,"take, 02",no,',
        "take_01.mp4,0.416667,2.5,take_01,yes,",
    ]
    assert (folder / "captions.csv").read_bytes() == b'clip,caption\ntake_01,"A dog, a ""cat""."\n'
    assert {path: path.read_bytes() for path in folder.rglob("*.mp4")} == media
    assert {path.name for path in folder.iterdir()} == {"take_01.mp4", "deep", "cuts.csv", "captions.csv"}


def test_what_was_saved_is_what_another_session_reads(tmp_path: Path) -> None:
    with viewed(raw_folder(tmp_path), model=MODEL) as tab:
        tab.edit("take_01.mp4", "window", start=1, seconds=2)
        tab.edit("take_01.mp4", "add", start=3, seconds=3)
        tab.edit("take_01.mp4", "caption", window=1, text="A cat.")
        tab.edit("take_02.mp4", "caption", text="A dog.")
        save(tab)
        before = [clip["windows"] for clip in tab.settled()["clips"]]
    with viewed(tmp_path, model=MODEL) as tab:
        assert [clip["windows"] for clip in tab.settled()["clips"]] == before
        assert tab.state()["unsaved"]["edits"] == 0


def test_rows_for_clips_that_arent_there_stay(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path)
    (folder / "cuts.csv").write_text("clip,start,seconds,name,keep\ngone.mp4,0,2,gone,yes\ntake_02.mp4,1,2,b,yes\n")
    with viewed(folder, model=MODEL) as tab:
        tab.edit("take_02.mp4", "keep", keep=False)
        save(tab)
        assert text(tab, "cuts.csv").splitlines()[1:3] == ["gone.mp4,0,2,gone,yes,", "take_02.mp4,1,2,b,no,"]


def test_a_captions_file_of_another_shape_is_not_replaced(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path)
    table = "video,prompt,first_frame\ntake_01.mp4,A dog.,\n"
    (folder / "captions.csv").write_text(table)
    with viewed(folder) as tab:
        tab.settled()
        assert tab.clip("take_01.mp4")["windows"][0]["caption"]["subject"] == "A dog."
        answer = tab.edit("take_01.mp4", "caption", text="A cat.")
        assert answer.status_code == 422
        assert "captions.csv" in answer.json()["error"]
        assert tab.clip("take_01.mp4")["windows"][0]["caption"]["subject"] == "A dog."
        assert text(tab, "captions.csv") == table


def test_only_the_edited_line_of_a_dataset_changes(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path)
    before = (folder / "data.jsonl").read_bytes().splitlines()
    config = (folder / "datasetkit.toml").read_bytes()
    with viewed(folder) as tab:
        tab.settled()
        tab.edit("video_1.mp4", "caption", text="A man waves")
        save(tab)
    after = (folder / "data.jsonl").read_bytes().splitlines()
    assert after[1] == before[1]
    assert json.loads(after[0])["prompt"].startswith("A man waves. Then the s86b5p rain begins, and it wets him ")
    assert (folder / "datasetkit.toml").read_bytes() == config
    assert not (folder / "cuts.csv").exists()


def test_a_person_goes_to_the_configuration_and_undo_takes_it_out_again(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path)
    config, lines = ((folder / name).read_text() for name in ("datasetkit.toml", "data.jsonl"))
    with viewed(folder) as tab:
        tab.settled()
        tab.edit("video_2.mp4", "person", value="she")
        save(tab)
        assert '"video_2.mp4" = "she"' in text(tab, "datasetkit.toml")
        assert "wets her from her head" in text(tab, "data.jsonl").splitlines()[1]
        tab.undo()
        assert tab.state()["unsaved"]["edits"] > 0
        save(tab)
        assert '"video_2.mp4"' not in text(tab, "datasetkit.toml")
        assert text(tab, "datasetkit.toml").startswith(config)
        assert text(tab, "data.jsonl") == lines


def test_dropping_a_sample_writes_one_row(tmp_path: Path) -> None:
    with viewed(dataset_folder(tmp_path)) as tab:
        tab.settled()
        tab.edit("video_2.mp4", "keep", keep=False)
        save(tab)
        assert text(tab, "cuts.csv").splitlines()[1:] == ["video_2.mp4,0,3,video_2,no,"]
    with viewed(tmp_path) as tab:
        assert [one["windows"][0]["keep"] for one in tab.settled()["clips"]] == [True, False]


def test_lines_that_share_a_clip_share_its_windows(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path)
    lines = (folder / "data.jsonl").read_text().splitlines(keepends=True)
    (folder / "data.jsonl").write_text("".join([*lines, lines[0].replace("man", "boy")]))
    with viewed(folder) as tab:
        tab.settled()
        tab.edit("video_1.mp4", "window", start=0.5, seconds=2)
        tab.edit("video_1.mp4", "keep", keep=False)
        shown = [one["windows"] for one in tab.state()["clips"] if one["path"] == "video_1.mp4"]
        assert [(window["start"], window["keep"]) for (window,) in shown] == [(0.5, False)] * 2
        save(tab)
        assert text(tab, "cuts.csv").splitlines()[1:] == ["video_1.mp4,0.5,2,video_1,no,"]


def test_the_diff_is_what_saving_writes(tmp_path: Path) -> None:
    with viewed(dataset_folder(tmp_path)) as tab:
        tab.settled()
        assert tab.get("/diff").json()["files"] == []
        tab.edit("video_1.mp4", "caption", text="A man <b>waves</b>")
        (file,) = tab.get("/diff").json()["files"]
        assert file["name"] == "data.jsonl"
        kinds = [line["kind"] for line in file["lines"]]
        assert kinds == ["place", "removed", "added", "kept"]
        assert "A man <b>waves</b>" in file["lines"][2]["text"]
        added = file["lines"][2]["text"]
        save(tab)
        assert text(tab, "data.jsonl").splitlines()[0] == added


def test_a_diff_of_a_new_file() -> None:
    diff, runs = line_changes("cuts.csv", None, b"clip\na\n")
    assert "+++ cuts.csv" in diff
    assert [(run.kind, run.text) for run in runs][1:] == [("added", "clip"), ("added", "a")]


def test_a_file_that_changed_on_disk_is_never_overwritten(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path)
    with viewed(folder) as tab:
        tab.settled()
        tab.edit("video_1.mp4", "caption", text="A man waves.")
        theirs = (folder / "data.jsonl").read_text().replace("A person sits", "A girl sits")
        (folder / "data.jsonl").write_text(theirs)
        assert tab.state()["stale"] == ["data.jsonl"]
        answer = tab.save()
        assert (answer.status_code, answer.json()["files"]) == (409, ["data.jsonl"])
        assert (folder / "data.jsonl").read_text() == theirs
        merged = tab.post("/reload", version=0).json()
        assert merged["lost"] == []
        assert merged["state"]["stale"] == []
        save(tab)
    written = (folder / "data.jsonl").read_text()
    assert "A man waves." in written
    assert "A girl sits" in written


def test_an_edit_that_no_longer_fits_is_listed_and_the_disk_wins(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path)
    with viewed(folder) as tab:
        tab.settled()
        tab.edit("video_1.mp4", "caption", text="A man waves.")
        theirs = (folder / "data.jsonl").read_text().replace("A woman stands", "A girl stands")
        (folder / "data.jsonl").write_text(theirs)
        merged = tab.post("/reload", version=0).json()
        assert len(merged["lost"]) == 1
        assert "video_1.mp4" in merged["lost"][0]
        assert tab.clip("video_1.mp4")["windows"][0]["caption"]["subject"].startswith("A girl")
        save(tab)
    assert (folder / "data.jsonl").read_text() == theirs


def test_without_unsaved_edits_changes_on_disk_are_shown_at_once(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path)
    with viewed(folder) as tab:
        version = tab.settled()["version"]
        file = folder / "data.jsonl"
        file.write_text(file.read_text().replace("A woman stands", "A girl stands"))
        state = tab.state(version)
        assert state["stale"] == []
        assert [clip["path"] for clip in state["clips"]] == ["video_1.mp4"]


def test_a_change_on_disk_keeps_nobody_from_editing_other_clips(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path)
    with viewed(folder) as tab:
        version = tab.settled()["version"]
        file = folder / "data.jsonl"
        file.write_text(file.read_text().replace("A woman stands", "A girl stands"))
        tab.state()
        assert tab.edit("video_2.mp4", "caption", version=version, text="A dog.").status_code == 200
        assert tab.edit("video_1.mp4", "caption", version=version, text="A dog.").status_code == 409


@pytest.mark.parametrize("lines", ["", "not JSON\n", '{"prompt": "x"}\n'])
def test_a_dataset_that_others_break_meanwhile_is_shown_as_it_is(tmp_path: Path, lines: str) -> None:
    folder = dataset_folder(tmp_path)
    with viewed(folder) as tab:
        tab.settled()
        (folder / "data.jsonl").write_text(lines)
        assert tab.get("/state").status_code == 200
        tab.settled()


def test_a_cuts_file_that_others_break_meanwhile_is_said_and_kept(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path)
    with viewed(folder) as tab:
        tab.settled()
        tab.edit("take_01.mp4", "keep", keep=False)
        (folder / "cuts.csv").write_text("broken\n")
        assert tab.state()["stale"] == ["cuts.csv"]
        assert tab.save().status_code == 409
        answer = tab.post("/reload", version=0)
        assert answer.status_code == 422
        assert "cuts.csv" in answer.json()["error"]
        assert tab.state()["unsaved"]["edits"] == 1
        assert text(tab, "cuts.csv") == "broken\n"


def test_edits_of_one_file_are_saved_though_another_changed(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path)
    with viewed(folder) as tab:
        tab.settled()
        tab.edit("video_1.mp4", "keep", keep=False)
        (folder / "datasetkit.toml").write_text((folder / "datasetkit.toml").read_text() + "# a remark\n")
        save(tab)
        assert "video_1.mp4" in text(tab, "cuts.csv")
        assert text(tab, "datasetkit.toml").endswith("# a remark\n")


def test_two_tabs_save_each_others_edits_once(tmp_path: Path) -> None:
    with viewing(raw_folder(tmp_path)) as view, view.tab() as one, view.tab() as other:
        one.edit("take_01.mp4", "caption", text="A dog.")
        other.edit("take_02.mp4", "caption", text="A cat.")
        save(one)
        written = text(one, "captions.csv")
        save(other)
        assert text(one, "captions.csv") == written == "clip,caption\ntake_01.mp4,A dog.\ntake_02.mp4,A cat.\n"


def test_a_folder_that_cant_be_written_loses_no_edit(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path / "raw")
    with viewed(folder) as tab:
        tab.settled()
        tab.edit("take_01.mp4", "keep", keep=False)
        (folder / "cuts.csv").mkdir()
        assert tab.save().status_code in (409, 422)
        (folder / "cuts.csv").rmdir()
        save(tab)
        assert "take_01" in text(tab, "cuts.csv")


def test_of_several_files_all_are_written_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = raw_folder(tmp_path, "take_01.mp4", seconds=1)
    old = "clip,caption\ntake_01.mp4,A dog.\n"
    (folder / "captions.csv").write_text(old)
    really = Path.replace

    def refusing(source: Path, target: Path) -> Path:
        if target.name == "datasetkit.toml":
            raise PermissionError(1, "Operation not permitted")
        return really(source, target)

    read = read_folder(str(folder), UNSET, MemoryStore())
    new = {"captions.csv": b"new", "cuts.csv": b"new", "datasetkit.toml": b"new"}
    monkeypatch.setattr(Path, "replace", refusing)
    with pytest.raises(DatasetkitError, match=r"datasetkit\.toml: Operation not permitted"):
        save_files(read, new)
    assert {path.name for path in folder.iterdir()} == {"take_01.mp4", "captions.csv"}
    assert (folder / "captions.csv").read_text() == old


_KILLED = """
import os, signal, sys
from pathlib import Path
from datasetkit.view import saving
from datasetkit.view.folder import read_folder
from datasetkit.config import UNSET
from datasetkit.scan.facts import MemoryStore

folder = read_folder(sys.argv[1], UNSET, MemoryStore())
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
saving.save_files(folder, {"cuts.csv": b"new", "captions.csv": b"new"})
"""


def test_killed_in_the_middle_of_a_save_every_file_is_old_or_new(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path)
    old = "clip,start,seconds,name,keep\ntake_01.mp4,0,2,a,yes\n"
    (folder / "cuts.csv").write_text(old)
    ran = subprocess.run([sys.executable, "-c", _KILLED, str(folder)], check=False)
    assert ran.returncode == -9
    assert (folder / "cuts.csv").read_text() == old
    with viewed(folder) as tab:
        tab.settled()
        tab.edit("take_01.mp4", "keep", keep=False)
        save(tab)
        assert "take_01.mp4,0,2,a,no," in text(tab, "cuts.csv")
    assert not [path for path in folder.iterdir() if path.name.startswith(PREFIX)]


def test_a_broken_clip_can_be_dropped(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path)
    (folder / "video_2.mp4").write_bytes(b"no clip")
    with viewed(folder) as tab:
        errors = tab.settled()["open"]
        assert tab.clip("video_2.mp4")["fault"]
        assert tab.edit("video_2.mp4", "window", start=0, seconds=1).status_code == 422
        tab.edit("video_2.mp4", "keep", keep=False)
        save(tab)
        assert text(tab, "cuts.csv").splitlines()[1:] == ["video_2.mp4,0,1,video_2,no,"]
        assert tab.settled()["open"] < errors


def test_the_prompts_of_a_validation_set_are_edited_too(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path)
    lines = [json.loads(line) for line in (folder / "data.jsonl").read_text().splitlines()]
    stripped = ({key: value for key, value in line.items() if key != "video_path"} for line in lines)
    (folder / "data.jsonl").write_text("".join(json.dumps(line) + "\n" for line in stripped))
    with viewed(folder) as tab:
        tab.settled()
        assert tab.edit("image_1.jpg", "keep", keep=False).status_code == 422
        assert tab.edit("image_1.jpg", "caption", text="A man waves.").status_code == 200
        save(tab)
        assert "A man waves. Then" in text(tab, "data.jsonl")


def test_the_captions_of_the_page_count_more_than_files_beside_the_clips(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path / "raw", "take_01.mp4", "take_02.mp4")
    (folder / "take_01.txt").write_text("A dog.")
    with viewed(folder) as tab:
        tab.settled()
        assert tab.clip("take_01.mp4")["windows"][0]["caption"]["subject"] == "A dog."
        tab.edit("take_01.mp4", "caption", text="A cat.")
        save(tab)
    with viewed(folder) as tab:
        assert tab.clip("take_01.mp4")["windows"][0]["caption"]["subject"] == "A cat."
    made = init(folder, tmp_path / "set")
    assert [sample.files.caption for sample in made.samples] == ["A cat.", None]


def test_a_renamed_window_takes_its_caption_along(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path / "raw", "take_01.mp4")
    with viewed(folder) as tab:
        tab.edit("take_01.mp4", "name", name="first")
        tab.edit("take_01.mp4", "caption", text="A cat.")
        save(tab)
        tab.edit("take_01.mp4", "name", name="second")
        save(tab)
        assert text(tab, "captions.csv") == "clip,caption\nsecond,A cat.\n"


def test_what_the_page_wrote_is_what_init_makes(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path / "raw", "take_01.mp4", "take_02.mp4", "take_03.mp4")
    with viewed(folder, model=MODEL) as tab:
        tab.settled()
        tab.edit("take_01.mp4", "window", start=0.5, seconds=2.5)
        tab.edit("take_01.mp4", "add", start=3, seconds=3)
        for window, subject in enumerate(("A dog.", "A cat.")):
            tab.edit("take_01.mp4", "caption", window=window, text=subject)
        tab.edit("take_02.mp4", "keep", keep=False)
        tab.edit("take_03.mp4", "caption", text="A bird.")
        save(tab)
    made = init(folder, tmp_path / "set", model=MODEL)
    assert [sample.files.caption for sample in made.samples] == ["A dog.", "A cat.", "A bird."]
    seconds = {path.name: float(survey(str(path)).timeline.seconds) for path in (tmp_path / "set").glob("*.mp4")}
    assert seconds == {"take_01.mp4": 2.5, "take_01_2.mp4": 3.0, "take_03.mp4": 5.0}


def test_captions_named_after_windows_are_shown(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "take_01.mp4")
    rows = ["clip,start,seconds,name,keep", "take_01.mp4,0,2,one,yes", "take_01.mp4,3,2,two,no"]
    (folder / "cuts.csv").write_text("\n".join(rows))
    (folder / "one.txt").write_text("A dog.")
    (folder / "metadata.csv").write_text("file_name,text\ntwo,A cat.\n")
    with viewed(folder) as tab:
        windows = tab.clip("take_01.mp4")["windows"]
        assert [window["caption"]["subject"] for window in windows] == ["A dog.", "A cat."]


def test_a_raw_clip_that_cant_be_read_can_be_dropped_and_is_not_listed_otherwise(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "take_01.mp4")
    (folder / "broken.mp4").write_bytes((folder / "take_01.mp4").read_bytes()[:300])
    with viewed(folder) as tab:
        questions = tab.settled()["open"]
        tab.edit("take_01.mp4", "window", start=1, seconds=2)
        save(tab)
        assert "broken" not in text(tab, "cuts.csv")
        tab.edit("broken.mp4", "keep", keep=False)
        save(tab)
        assert "broken.mp4,0,1,broken,no," in text(tab, "cuts.csv")
        assert tab.settled()["open"] < questions
