"""The clips and pictures that the page gets, by the ids of the scan alone."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import builders
import pytest
from PIL import Image
from viewing import COMMANDS, Tab, dataset_folder, raw_folder, viewed

from datasetkit.media.moments import plays_in_browsers
from datasetkit.scan.facts import MemoryStore
from datasetkit.scan.reading import thread_count
from datasetkit.verdict import read_settings
from datasetkit.view.folder import read_folder
from datasetkit.view.previews import PreviewMaker
from datasetkit.view.session import Session
from datasetkit.view.work import ClipLooker, background


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with viewed(raw_folder(tmp_path_factory.mktemp("raw"))) as tab:
        tab.settled()
        yield tab


def video(tab: Tab) -> tuple[str, bytes]:
    content = (tab.session.folder.root / "take_01.mp4").read_bytes()
    return f"/clip/{tab.clip('take_01.mp4')['id']}/video", content


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("bytes=0-99", slice(0, 100)),
        ("bytes=100-199", slice(100, 200)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-50", slice(-50, None)),
        ("bytes=0-999999999", slice(0, None)),
    ],
)
def test_parts_of_a_clip(tab: Tab, wanted: str, part: slice) -> None:
    address, content = video(tab)
    answer = tab.get(address, Range=wanted)
    assert answer.status_code == 206
    assert answer.content == content[part]
    assert answer.headers["content-range"].endswith(f"/{len(content)}")


def test_a_part_beyond_the_end_is_refused(tab: Tab) -> None:
    address, content = video(tab)
    answer = tab.get(address, Range=f"bytes={len(content)}-")
    assert answer.status_code == 416
    assert answer.headers["content-range"].endswith(f"*/{len(content)}")


def test_a_whole_clip(tab: Tab) -> None:
    address, content = video(tab)
    answer = tab.get(address)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, content, "video/mp4")
    assert answer.headers["accept-ranges"] == "bytes"


def test_the_facts_of_a_clip(tab: Tab) -> None:
    clip = tab.clip("take_01.mp4")
    assert clip["facts"][:3] == ["64×64", "16 fps", "6.00 s"]
    assert (clip["seconds"], clip["rate"], clip["frames"]) == (6.0, [16, 1], 96)
    assert (clip["plays"], clip["ready"], clip["fault"]) == ("original", True, "")
    assert clip["curve"]["seconds"] == 6.0


def test_the_film_strip(tab: Tab) -> None:
    strip = tab.clip("take_01.mp4")["strip"]
    answer = tab.get(strip["url"])
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (strip["width"], strip["height"])
    assert tab.get(strip["url"], **{"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_the_frames_at_a_windows_edges_follow_the_window(tab: Tab) -> None:
    key = tab.clip("take_02.mp4")["id"]
    before = [tab.get(f"/clip/{key}/{which}").content for which in ("first", "last")]
    tab.edit("take_02.mp4", "window", start=2, seconds=2)
    after = [tab.get(f"/clip/{key}/{which}").content for which in ("first", "last")]
    tab.edit("take_02.mp4", "window", start=0, seconds=4)
    cut = tab.get(f"/clip/{key}/last").content
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert cut == after[1]  # both windows end at 4 s
    assert tab.get(f"/clip/{key}/first?window=7").status_code == 404
    assert tab.get(f"/clip/{key}/middle").status_code == 404


def test_a_window_between_frames_begins_with_the_frame_that_a_cut_begins_with(tmp_path: Path) -> None:
    with viewed(raw_folder(tmp_path, "take.mp4", seconds=2)) as tab:
        tab.settled()
        key, pictures = tab.clip("take.mp4")["id"], {}
        for start in (1, 1.055, 1.0625):  # of 16 frames a second; the one in the middle is nearer to the second frame
            tab.edit("take.mp4", "window", start=start, seconds=0.5)
            pictures[start] = tab.get(f"/clip/{key}/first").content
    assert pictures[1] != pictures[1.055] == pictures[1.0625]


def test_a_datasets_images(tmp_path: Path) -> None:
    with viewed(dataset_folder(tmp_path)) as tab:
        tab.settled()
        first, last = tab.clip("video_1.mp4")["compared"]
        assert tab.get(first["image"]["url"]).headers["content-type"] == "image/webp"
        assert "image_1.jpg" in first["image"]["caption"]
        assert last["image"] is None


@pytest.mark.parametrize("name", ["take.mp4", "clips/take.mp4"])
def test_a_link_that_leads_outside_is_opened_only_if_it_leads_to_a_clip(tmp_path: Path, name: str) -> None:
    outside = builders.clip(tmp_path / "elsewhere" / "take.mp4")
    (outside.parent / "secret.mp4").write_text("a private key")
    folder = raw_folder(tmp_path / "raw", "own.mp4")
    if "/" in name:
        (folder / "clips").symlink_to(outside.parent)
    else:
        (folder / name).symlink_to(outside)
        (folder / "secret.mp4").symlink_to(outside.parent / "secret.mp4")
    with viewed(folder) as tab:
        tab.settled()
        clip = tab.clip(name)
        secret = tab.clip("clips/secret.mp4" if "/" in name else "secret.mp4")
        assert (secret["plays"], secret["strip"]) == ("", None)
        for what in ("video", "strip", "first", "last"):
            answer = tab.get(f"/clip/{secret['id']}/{what}")
            assert answer.status_code == 404
            assert b"private key" not in answer.content
        assert (clip["fault"], tab.get(f"/clip/{clip['id']}/video").content) == ("", outside.read_bytes())
        for what in ("strip", "first", "last"):
            assert tab.get(f"/clip/{clip['id']}/{what}").status_code == 200
        outside.write_text("a private key")
        assert tab.get(f"/clip/{clip['id']}/video").status_code == 404


def test_a_clip_that_is_replaced_by_a_link_is_not_served(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    folder = raw_folder(tmp_path / "raw")
    with viewed(folder) as tab:
        tab.settled()
        (folder / "take_01.mp4").unlink()
        (folder / "take_01.mp4").symlink_to(secret)
        assert tab.get(f"/clip/{tab.clip('take_01.mp4')['id']}/video").status_code == 404


def test_what_browsers_cant_play_is_shown_as_a_preview(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path / "raw", "take_01.mp4")
    builders.clip(folder / "master.mov", codec="prores_ks", pixel_format="yuv422p10le", frames=32)
    with viewed(folder) as tab:
        tab.settled()
        assert tab.clip("take_01.mp4")["plays"] == "original"
        clip = tab.clip("master.mov")
        assert (clip["plays"], clip["preview"]) == ("preview", "waiting")
        assert tab.get(f"/clip/{clip['id']}/video").status_code == 202
        tab.session.wait_until(lambda: tab.session.playback(clip["id"]).preview == "ready", 60)
        answer = tab.get(f"/clip/{clip['id']}/video", Range="bytes=4-7")
        assert (answer.status_code, answer.content) == (206, b"ftyp")
        (tmp_path / "copy.mp4").write_bytes(tab.get(f"/clip/{clip['id']}/video").content)
        assert plays_in_browsers(str(tmp_path / "copy.mp4"))
        assert tab.clip("master.mov")["preview"] == "ready"
    assert sorted(path.name for path in folder.iterdir()) == ["master.mov", "take_01.mp4"]


def test_a_clip_that_is_gone_gets_no_preview(tmp_path: Path) -> None:
    builders.clip(tmp_path / "gone.mov", codec="mpeg4")
    with viewed(tmp_path) as tab:
        tab.settled()
        gone = tab.clip("gone.mov")["id"]
        (tmp_path / "gone.mov").unlink()
        assert tab.get(f"/clip/{gone}/video").status_code == 202
        tab.session.wait_until(lambda: tab.session.playback(gone).preview == "failed", 20)
        answer = tab.get(f"/clip/{gone}/video")
    assert (answer.status_code, "gone.mov" in answer.json()["error"]) == (404, True)


def test_a_clip_that_is_taken_away_holds_up_no_preview_of_another(tmp_path: Path) -> None:
    for name in ("gone.mov", "there.mov"):
        builders.clip(tmp_path / "raw" / name, codec="mpeg4")
    with viewed(tmp_path / "raw") as tab, ThreadPoolExecutor(1) as pool:
        tab.settled()
        gone, there, maker = (
            tab.clip("gone.mov")["id"],
            tab.clip("there.mov")["id"],
            PreviewMaker(tab.session, tmp_path),
        )
        for key in (there, gone):  # the one asked for last comes first
            assert maker.preview(key) is None
        (tmp_path / "raw" / "gone.mov").unlink()
        tab.session.reload()
        made = pool.submit(maker.run)
        tab.session.wait_until(lambda: made.done() or tab.session.playback(there).preview == "ready", 20)
        maker.stop()
        made.result()
        assert maker.preview(there) == tmp_path / there


def test_files_that_may_not_be_read_any_more_hold_up_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names, store = [f"take_{number:02}.mp4" for number in range(thread_count() + 2)], MemoryStore()
    read = partial(read_folder, str(raw_folder(tmp_path, *names, seconds=1)), read_settings({}), store)
    session, opened = Session(read, COMMANDS), Path.open

    def refusing(path: Path, *options: Any) -> Any:  # the superuser, who may run this, is refused nothing
        if path.name in names[:-1]:
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, *options)

    monkeypatch.setattr(Path, "open", refusing)
    with background(session, ClipLooker(session, store), PreviewMaker(session, tmp_path)):
        session.wait_until(lambda: session.state()["working"] is None, 20)
        state = session.state()
    assert state["working"] is None
    assert ["Permission denied" in clip["fault"] for clip in state["clips"]] == [True] * (len(names) - 1) + [False]


def test_after_a_reload_clips_that_changed_are_looked_at_again(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path)
    with viewed(folder) as tab:
        tab.settled()
        image = tab.clip("video_2.mp4")["compared"][0]["image"]["url"]
        frame = tab.clip("video_1.mp4")["compared"][0]["frame"]["url"]
        before = [tab.get(url).content for url in (image, frame)]
        builders.clip(folder / "video_1.mp4", frames=80, seed=7)
        builders.jpeg(folder / "image_2.jpg", seed=7)
        tab.post("/reload", version=0)
        tab.settled()
        first, second = tab.clip("video_1.mp4"), tab.clip("video_2.mp4")
        assert (first["seconds"], first["ready"], second["ready"]) == (5.0, True, True)
        assert first["curve"]["seconds"] == 5.0
        assert all(tab.get(url).content != old for url, old in zip((image, frame), before, strict=True))


def test_a_mistake_in_the_program_is_shown_not_waited_for(tmp_path: Path) -> None:
    with viewed(raw_folder(tmp_path, "take_01.mp4")) as tab:
        tab.session.broke("KeyError: 1")
        state = tab.state()
        assert (state["working"], state["next"]) == (None, "")
        assert "KeyError" in state["findings"][0]["message"]


def test_a_damaged_clip_says_so_and_the_others_are_shown(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "take_01.mp4")
    (folder / "broken.mp4").write_bytes((folder / "take_01.mp4").read_bytes()[:200])
    with viewed(folder) as tab:
        tab.settled()
        broken = tab.clip("broken.mp4")
        assert broken["fault"]
        assert broken["plays"] == ""
        assert tab.get(f"/clip/{broken['id']}/video").status_code == 404
        assert tab.clip("take_01.mp4")["fault"] == ""


@pytest.mark.parametrize("name", ["<script>alert(1)<.mp4", "a b&c\"'.mp4", "l\u202epm4.mp4", "été.mp4"])
def test_hostile_names_come_as_json_and_in_no_address(tmp_path: Path, name: str) -> None:
    with viewed(raw_folder(tmp_path, name)) as tab:
        tab.settled()
        clip = tab.clip(name)
        assert tab.get(f"/clip/{clip['id']}/video").status_code == 200
        assert all(name not in address for address in (clip["strip"]["url"], clip["compared"][0]["frame"]["url"]))


@pytest.mark.parametrize(("name", "options"), [("take.mkv", {}), ("take.avi", {"codec": "mpeg4"})])
def test_raw_clips_of_other_containers_are_looked_at_and_cut_too(
    tmp_path: Path, name: str, options: dict[str, str]
) -> None:
    builders.clip(tmp_path / name, frames=64, **options)
    with viewed(tmp_path, model="wan2.2-i2v-flash") as tab:
        tab.settled()
        clip = tab.clip(name)
        assert (clip["seconds"], clip["fault"], clip["plays"]) == (4.0, "", "preview")
        assert tab.get(clip["strip"]["url"]).status_code == 200
        assert tab.get(f"/clip/{clip['id']}/first").status_code == 200
        assert tab.edit(name, "window", start=1, seconds=2).status_code == 200
