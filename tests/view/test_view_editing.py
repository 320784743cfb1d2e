"""Edits, as the page sends them: what they change, what is refused, undo, and two tabs at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.types import Message
from viewing import Tab, dataset_folder, raw_folder, viewed, viewing

from datasetkit.errors import DatasetkitError
from datasetkit.view.requests import json_body

MODEL = "wan2.2-i2v-flash"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    folder = raw_folder(tmp_path_factory.mktemp("raw"), "take_01.mp4", "take_02.mp4", "deep/take_01.mp4")
    with viewed(folder, model=MODEL) as tab:
        tab.settled()
        yield tab


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Tab]:
    with viewed(dataset_folder(tmp_path)) as tab:
        tab.settled()
        yield tab


def test_a_raw_clip_has_a_window_as_long_as_the_model_takes(tab: Tab) -> None:
    window = tab.clip("take_01.mp4")["windows"][0]
    assert (window["start"], window["seconds"], window["keep"]) == (0, 5, True)
    names = {clip["windows"][0]["name"] for clip in tab.state()["clips"]}
    assert names == {"take_01", "take_02", "take_01_2"}


def test_an_edit_answers_with_what_changed(tab: Tab) -> None:
    version = tab.state()["version"]
    answer = tab.edit("take_01.mp4", "window", start=0.5, seconds=2.25)
    changed = answer.json()
    assert answer.status_code == 200
    assert [clip["path"] for clip in changed["clips"]] == ["take_01.mp4"]
    assert changed["version"] > version
    assert changed["unsaved"] == {"edits": 1, "files": ["cuts.csv"]}
    assert (changed["clips"][0]["windows"][0]["start"], changed["clips"][0]["windows"][0]["seconds"]) == (0.5, 2.25)
    assert tab.state(changed["version"])["clips"] == []
    undone = tab.post("/undo", version=changed["version"]).json()
    assert undone["clips"][0]["windows"][0]["seconds"] == 5
    assert undone["unsaved"] == {"edits": 0, "files": []}


@pytest.mark.parametrize(
    ("do", "values", "word"),
    [
        ("window", {"start": -1, "seconds": 2}, "before"),
        ("window", {"start": 2, "seconds": 4.5}, "ends at 6.50 s"),
        ("window", {"start": 0, "seconds": 5.5}, "5"),
        ("window", {"start": 0, "seconds": 0}, "shorter"),
        ("window", {"start": 0, "seconds": float("1e300")}, "seconds"),
        ("window", {"start": float("1e308"), "seconds": 2}, "start"),
        ("window", {"start": 10**400, "seconds": 2}, "start"),
        ("window", {"start": "0", "seconds": 2}, "start"),
        ("window", {"start": None, "seconds": 2}, "start"),
        ("window", {"start": True, "seconds": 2}, "start"),
        ("name", {"name": "take_02"}, "take_02"),
        ("name", {"name": "TAKE_02"}, "TAKE_02"),
        ("name", {"name": "../take"}, "../take"),
        ("name", {"name": ""}, "empty"),
        ("name", {}, "name"),
        ("keep", {"keep": "yes"}, "keep"),
        ("caption", {"text": "x" * 20_000}, "longer"),
        ("person", {"value": "she"}, "she"),
        ("remove", {}, "last"),
        ("delete", {}, "delete"),
    ],
)
def test_what_cant_be_used_is_refused_with_the_reason(tab: Tab, do: str, values: dict[str, object], word: str) -> None:
    before = tab.state()
    answer = tab.edit("take_01.mp4", do, **values)
    assert answer.status_code == 422
    assert word in answer.json()["error"]
    assert tab.state() == before


@pytest.mark.parametrize("window", [-1, 1, 10**30, "0", None, 0.5])
def test_a_window_that_isnt_there_is_refused(tab: Tab, window: object) -> None:
    body = {"version": tab.state()["version"], "clip": tab.clip("take_01.mp4")["id"], "window_name": "take_01"}
    assert tab.post("/edit", **body, window=window, do="keep", keep=False).status_code in (409, 422)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 50_000, b'{"version": NaN}', b"x" * 70_000])
def test_a_body_that_is_no_edit_is_refused(tab: Tab, body: bytes) -> None:
    answer = tab.client.post("/edit", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["next"]


def test_a_request_that_breaks_off_changes_nothing() -> None:
    async def broken_off() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(DatasetkitError, match="broke off"):
        asyncio.run(json_body(Request({"type": "http", "method": "POST", "headers": []}, broken_off)))


def test_a_clip_that_isnt_there_is_refused(tab: Tab) -> None:
    body = {"version": 0, "clip": "0" * 16, "window": 0, "window_name": "take_01"}
    assert tab.post("/edit", **body, do="keep", keep=False).status_code == 422
    assert tab.get(f"/clip/{'0' * 16}/video").status_code == 404


def test_a_frame_too_early_by_rounding_is_within_the_clip(tab: Tab) -> None:
    assert tab.edit("take_01.mp4", "window", start=2.333334, seconds=3.666667).status_code == 200


def test_several_windows_of_a_clip(tab: Tab) -> None:
    tab.edit("take_02.mp4", "caption", text="A dog.")
    tab.edit("take_02.mp4", "add", start=3, seconds=2)
    assert tab.clip("take_02.mp4")["windows"][1]["caption"]["missing"]  # it may show something else
    tab.edit("take_02.mp4", "caption", window=1, text="A cat.")
    tab.edit("take_02.mp4", "name", window=1, name="second")
    windows = tab.clip("take_02.mp4")["windows"]
    shown = [(window["name"], window["start"], window["caption"]["subject"]) for window in windows]
    assert shown == [("take_02", 0, "A dog."), ("second", 3, "A cat.")]
    tab.edit("take_02.mp4", "remove", window=0)
    assert [window["name"] for window in tab.clip("take_02.mp4")["windows"]] == ["second"]


def test_a_window_that_is_moved_loses_the_reason_for_its_place(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path)
    (folder / "cuts.csv").write_text("clip,start,seconds,name,keep,reason\ntake_01.mp4,1,2,a,yes,moves evenly\n")
    with viewed(folder) as tab:
        tab.edit("take_01.mp4", "window", start=1, seconds=2)
        assert tab.clip("take_01.mp4")["windows"][0]["reason"] == "moves evenly"
        tab.edit("take_01.mp4", "window", start=0.5, seconds=2)
        assert tab.clip("take_01.mp4")["windows"][0]["reason"] == ""


def test_an_edit_of_a_window_that_is_another_one_now_is_refused(tab: Tab) -> None:
    tab.edit("take_02.mp4", "add", start=3, seconds=2)
    body = {
        "clip": tab.clip("take_02.mp4")["id"],
        "window": 0,
        "window_name": "take_02",
        "do": "caption",
        "text": "A bird.",
    }
    tab.edit("take_02.mp4", "remove", window=0)
    answer = tab.post("/edit", version=tab.state()["version"], **body)
    assert answer.status_code == 409
    assert "take_02" in answer.json()["error"]
    assert tab.clip("take_02.mp4")["windows"][0]["caption"]["subject"] != "A bird."


def test_undo_and_redo_are_refused_after_an_edit_that_the_tab_hasnt_seen(tmp_path: Path) -> None:
    with viewed(raw_folder(tmp_path, seconds=1)) as tab:
        seen = tab.state()["version"]
        tab.edit("take_01.mp4", "caption", text="A dog.")
        assert tab.post("/undo", version=seen).status_code == 409
        assert tab.undo().status_code == 200
        assert tab.post("/redo", version=seen).status_code == 409
        assert tab.clip("take_01.mp4")["windows"][0]["caption"]["subject"] == ""


def test_undo_and_redo_say_what_they_do(tmp_path: Path) -> None:
    with viewed(raw_folder(tmp_path)) as tab:
        tab.settled()
        assert (tab.state()["undo"], tab.undo().status_code) == (None, 200)
        tab.edit("take_01.mp4", "keep", keep=False)
        tab.edit("take_02.mp4", "caption", text="A dog.")
        state = tab.state()
        assert (state["undo"], state["redo"]) == ("the caption of take_02.mp4", None)
        tab.undo()
        state = tab.undo().json()
        assert (state["undo"], state["redo"]) == (None, "drop take_01.mp4")
        tab.post("/redo", version=tab.state()["version"])
        assert tab.clip("take_01.mp4")["windows"][0]["keep"] is False
        tab.edit("take_01.mp4", "keep", keep=True)
        assert tab.state()["redo"] is None


def test_the_same_again_is_no_edit(tmp_path: Path) -> None:
    with viewed(raw_folder(tmp_path)) as tab:
        tab.edit("take_01.mp4", "keep", keep=True)
        assert (tab.state()["undo"], tab.state()["unsaved"]["edits"]) == (None, 0)


def test_two_tabs_dont_overwrite_each_other(tmp_path: Path) -> None:
    with viewing(raw_folder(tmp_path)) as view, view.tab() as one, view.tab() as other:
        one.settled()
        seen = other.state()["version"]
        one.edit("take_01.mp4", "caption", text="A dog.")
        late = other.edit("take_01.mp4", "caption", version=seen, text="A cat.")
        assert late.status_code == 409
        assert "take_01.mp4" in late.json()["error"]
        assert other.edit("take_02.mp4", "caption", version=seen, text="A cat.").status_code == 200
        assert other.clip("take_01.mp4")["windows"][0]["caption"]["subject"] == "A dog."
        assert other.edit("take_01.mp4", "caption", text="A cat.").status_code == 200
        assert one.clip("take_01.mp4")["windows"][0]["caption"]["subject"] == "A cat."


def test_what_is_found_about_a_clip_meanwhile_is_no_edit_of_another_tab(tmp_path: Path) -> None:
    with viewed(raw_folder(tmp_path)) as tab:
        seen = tab.state()["version"]
        tab.settled()
        assert tab.edit("take_01.mp4", "keep", version=seen, keep=False).status_code == 200


def test_the_subject_is_edited_and_the_effect_stays(dataset: Tab) -> None:
    dataset.edit("video_1.mp4", "caption", text="A man  waves his hand")
    caption = dataset.clip("video_1.mp4")["windows"][0]["caption"]
    assert caption["subject"] == "A man waves his hand."
    assert "".join(run["text"] for run in caption["effect"]).endswith("it wets him from his head.")
    assert [run["text"] for run in caption["effect"] if run["kind"] == "trigger"] == ["s86b5p"]


def test_a_person_that_isnt_known_is_asked(dataset: Tab) -> None:
    clip = dataset.clip("video_2.mp4")
    assert clip["persons"] == {"choices": ["she", "he", "they"], "chosen": None, "open": True}
    questions = dataset.state()["open"]
    dataset.edit("video_2.mp4", "person", value="they")
    after = dataset.settled()
    clip = dataset.clip("video_2.mp4")
    assert clip["persons"] == {"choices": ["she", "he", "they"], "chosen": "they", "open": False}
    assert "".join(run["text"] for run in clip["windows"][0]["caption"]["effect"]).endswith("them from their head.")
    assert after["open"] < questions
    assert after["unsaved"]["files"] == ["datasetkit.toml", "data.jsonl"]
    assert dataset.edit("video_2.mp4", "person", value="it").status_code == 422


def test_findings_follow_the_edits(dataset: Tab) -> None:
    def codes() -> list[str]:
        dataset.settled()
        return [remark["code"] for remark in dataset.clip("video_1.mp4")["findings"]]

    before = codes()
    dataset.edit("video_1.mp4", "caption", text="[describe subject and background]")
    assert len(codes()) > len(before)
    dataset.undo()
    assert codes() == before


def test_dropping_a_sample_takes_its_findings_out_of_the_count(dataset: Tab) -> None:
    dataset.edit("video_2.mp4", "keep", keep=False)
    state = dataset.settled()
    assert dataset.clip("video_2.mp4")["findings"] == []
    assert all(remark["place"] != "data.jsonl:2" for remark in state["findings"])
    assert all(remark["name"] != "unreferenced-file" for remark in state["findings"])


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "Quotes \" ' and \\ in it", "\u202eevil", "A 👩‍🎤 \u0000 \ud83d"]
)
def test_hostile_captions_come_back_as_text(dataset: Tab, text: str) -> None:
    body = {"version": dataset.state()["version"], "clip": dataset.clip("video_1.mp4")["id"], "window": 0}
    answer = dataset.post(
        "/edit", **body, window_name="video_1", do="caption", text=text.encode("utf-8", "replace").decode()
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
