"""Raw clips as people keep them, made into a dataset."""

import json
import shutil
from pathlib import Path

import av
import builders
import pytest
from conftest import Cli
from PIL import Image

from datasetkit.prompts.slots import DRAFT_MARK

HDR = Path(__file__).parents[2] / "sample_data" / "broken" / "V420-hdr"


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def lines(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "data.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    builders.clip(folder / "a b.mp4", frames=40, seed=1)
    builders.clip(folder / "第二.webm", codec="libvpx-vp9", frames=40, seed=2)
    builders.clip(folder / "deep" / "c.MOV", frames=40, seed=3)
    builders.picture(seed=3).save(folder / "deep" / "c.tif")
    (folder / "a b.txt").write_text("A woman\nwaits.", "utf-8")
    (folder / "captions.csv").write_text("file,caption\n第二.webm,A man.\nlost.mp4,Nobody.\n", "utf-8")
    builders.png(folder / "stray.png")
    (folder / "._a b.mp4").write_bytes(b"x")
    return folder


def test_a_folder_of_clips_becomes_a_dataset(cli: Cli, raw: Path, tmp_path: Path) -> None:
    before = content(raw)
    ran = cli("init", raw, "-o", tmp_path / "new", "--model", "wan2.2-i2v-flash")
    assert ran.code == 0
    assert content(raw) == before
    assert lines(tmp_path / "new") == [
        {"prompt": "A woman waits.", "first_frame_path": "a b_first.jpg", "video_path": "a b.mp4"},
        {"prompt": DRAFT_MARK, "first_frame_path": "deep/c_first.jpg", "video_path": "deep/c.MOV"},
        {"prompt": "A man.", "first_frame_path": "第二_first.jpg", "video_path": "第二.mp4"},
    ]
    for told in (
        "captions found: 2, drafted: 1",
        "frames: 1 found; taken from clips: 2 first frames",
        "第二.webm → 第二.mp4",
        "deep/c.tif → deep/c_first.jpg",
        "captions.csv:3: names lost.mp4, which is no usable clip or image",
        "stray.png: no clip has this name",
        "    deep/c.MOV",
        "._a b.mp4: a hidden file",
    ):
        assert told in ran.out
    linted = cli("lint", tmp_path / "new", "--select", "L,I,V,K")
    assert linted.code == 0
    assert "no problems found" in linted.out


def test_the_effect_that_the_raw_folder_declares_is_taken_over(cli: Cli, raw: Path, tmp_path: Path) -> None:
    effect = '[effect]\ntrigger = "x1"\ntext = "she/he x1 runs" # ours\n\n[effect.persons]\n"第二.webm" = "he"\n'
    (raw / "datasetkit.toml").write_text(f'model = "wan2.6-i2v"\n\n{effect}', "utf-8")
    ran = cli("init", raw, "-o", tmp_path / "new")
    assert ran.code == 0
    assert "datasetkit.toml" not in ran.out
    assert (tmp_path / "new" / "datasetkit.toml").read_text("utf-8").endswith(effect.replace("第二.webm", "第二.mp4"))
    assert cli("normalize", tmp_path / "new", "--append", "--write").code == 0
    prompts = [line["prompt"] for line in lines(tmp_path / "new")]
    assert prompts == ["A woman waits. she x1 runs", DRAFT_MARK, "A man. he x1 runs"]


def test_the_frames_of_kf2v_are_the_clips_first_and_last(cli: Cli, tmp_path: Path) -> None:
    builders.clip(tmp_path / "raw" / "x.mp4", frames=20)
    assert cli("init", tmp_path / "raw", "-o", tmp_path / "new", "--kind", "kf2v", "--frames", "png").code == 0
    (line,) = lines(tmp_path / "new")
    assert list(line) == ["prompt", "first_frame_path", "last_frame_path", "video_path"]
    with av.open(str(tmp_path / "new" / "x.mp4")) as container:
        first, *_, last = [frame.to_image() for frame in container.decode(video=0)]
    for name, frame in (("x_first.png", first), ("x_last.png", last)):
        with Image.open(tmp_path / "new" / name) as grabbed:
            difference = [abs(a - b) for a, b in zip(grabbed.tobytes(), frame.tobytes(), strict=True)]
            assert sum(difference) / len(difference) < 3


def test_without_conversion_everything_is_copied(cli: Cli, raw: Path, tmp_path: Path) -> None:
    assert cli("init", raw, "-o", tmp_path / "new", "--no-convert").code == 0
    made = content(tmp_path / "new")
    assert {path: made[path] for path in ("第二.webm", "deep/c.MOV")} == {
        path: content(raw)[path] for path in ("第二.webm", "deep/c.MOV")
    }
    assert made["deep/c_first.tif"] == content(raw)["deep/c.tif"]


def test_a_clip_gets_a_name_that_a_line_can_hold(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    builders.clip(folder / "a:b.mp4", frames=40)
    builders.clip(folder / "c\\d.mp4", frames=40)
    assert cli("init", folder, "-o", tmp_path / "new").code == 0
    assert sorted(each["video_path"] for each in lines(tmp_path / "new")) == ["a_b.mp4", "c_d.mp4"]
    assert "L210" not in cli("lint", tmp_path / "new").out


def test_what_can_not_be_read_is_listed(cli: Cli, raw: Path, tmp_path: Path) -> None:
    (raw / "broken.mp4").write_bytes(b"\0\0\0\x18ftypisom" + b"x" * 99)
    (raw / "a b.jpg").write_bytes(b"\xff\xd8\xff cut")
    ran = cli("init", raw, "-o", tmp_path / "new")
    assert ran.code == 0
    assert "    broken.mp4: " in ran.out
    assert "the frame was taken from the clip" in ran.out
    assert len(lines(tmp_path / "new")) == 3
    assert (tmp_path / "new" / "a b_first.jpg").is_file()
    assert not (tmp_path / "new" / "broken.mp4").exists()


def test_clips_that_would_share_a_name_are_told_apart(cli: Cli, tmp_path: Path) -> None:
    builders.clip(tmp_path / "raw" / "x.mp4", frames=4, seed=1)
    builders.clip(tmp_path / "raw" / "X.mov", frames=4, seed=2)
    builders.clip(tmp_path / "raw" / "x_first.mp4", frames=4, seed=3)
    assert cli("init", tmp_path / "raw", "-o", tmp_path / "new").code == 0
    names = [path.lower() for path in content(tmp_path / "new")]
    assert len(names) == len(set(names)) == 8


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["raw", "-o", "there"], "already exists"),
        (["raw", "-o", "raw/new"], "must not be changed"),
        (["raw", "-o", "raw"], "must not be changed"),
        (["empty", "-o", "new"], "empty contains no clips"),
        (["set", "-o", "new"], "so it is a dataset already"),
        (["none", "-o", "new"], "there is no folder"),
        (
            ["raw", "-o", "new", "--model", "wan2.2-i2v-flash", "--kind", "kf2v"],
            "wan2.2-i2v-flash can't be trained on",
        ),
        (["unreadable", "-o", "new"], "the only clip in unreadable can't be used. x.mp4: "),
        (["notes", "-o", "new"], "notes contains no clips; x.mp4: plain text, not a clip"),
        (["raw", "-o", "new.zip"], "datasetkit build"),
    ],
)
def test_what_can_not_be_started_is_refused(
    cli: Cli, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], told: str
) -> None:
    for folder in ("there", "empty", "set", "unreadable", "notes"):
        (tmp_path / folder).mkdir()
    (tmp_path / "set" / "data.jsonl").touch()
    (tmp_path / "unreadable" / "x.mp4").write_bytes(b"\0\0\0\x18ftypisom" + b"x" * 99)
    (tmp_path / "notes" / "x.mp4").write_text("no clip")
    monkeypatch.chdir(tmp_path)
    before = content(tmp_path)
    ran = cli("init", *given)
    assert ran.code == 2
    assert told in ran.err
    assert content(tmp_path) == before


def test_files_are_sorted_by_their_content(cli: Cli, tmp_path: Path) -> None:
    raw, new = tmp_path / "raw", tmp_path / "new"
    builders.clip(raw / "a.f4v", container="mp4", frames=20, seed=1)
    builders.clip(raw / "b", container="mov", frames=20, seed=2)
    builders.clip(raw / "c.ivf", codec="libvpx-vp9", container="ivf", frames=20, seed=3)
    builders.clip(raw / "d.h264", container="h264", frames=20, seed=4)
    builders.png(raw / "a_first", seed=9)
    others = {"notes.pdf": b"%PDF-1.7", "x.bin": b"\1\2\3", "e.mp4": b"", "f.txt": b"", "g.txt": b"\xff"}
    for name, data in others.items():
        (raw / name).write_bytes(data)
    (raw / "fetch.mp4").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    ran = cli("init", raw, "-o", new, "--all")
    assert ran.code == 0
    used = {"a.f4v", "b", "c.ivf", "a_first"}
    listed = {line.split(": ")[0].strip() for line in ran.out.split("not used")[1].splitlines() if ": " in line}
    assert used | listed == set(content(raw))
    assert not used & listed
    assert [line["video_path"] for line in lines(new)] == ["a.mp4", "b.mp4", "c.mp4"]
    assert "frames: 1 found; taken from clips: 2 first frames" in ran.out


def test_a_frame_that_can_not_be_read_is_taken_in_the_wanted_format(cli: Cli, tmp_path: Path) -> None:
    builders.clip(tmp_path / "raw" / "a.mp4", frames=20)
    (tmp_path / "raw" / "a_first.png").write_bytes(b"\x89PNG\r\n\x1a\n cut")
    ran = cli("init", tmp_path / "raw", "-o", tmp_path / "new", "--frames", "png")
    assert "a_first.png: cut off" in ran.out
    assert lines(tmp_path / "new")[0]["first_frame_path"] == "a_first.png"
    with Image.open(tmp_path / "new" / "a_first.png") as image:
        assert image.format == "PNG"


def test_a_download_that_was_cut_off_is_listed_and_not_converted(cli: Cli, tmp_path: Path) -> None:
    raw, new = tmp_path / "raw", tmp_path / "new"
    builders.clip(raw / "whole.mp4", frames=40)
    clip = builders.clip(raw / "cut.webm", codec="libvpx-vp9", frames=60)
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 2 // 3])
    ran = cli("init", raw, "-o", new)
    assert "cut.webm: cut off" in ran.out
    assert sorted(content(new)) == ["data.jsonl", "datasetkit.toml", "whole.mp4", "whole_first.jpg"]


def test_hdr_is_converted_and_said(cli: Cli, tmp_path: Path) -> None:
    shutil.copytree(HDR, tmp_path / "raw", ignore=shutil.ignore_patterns("*.jsonl", "*.png"))
    ran = cli("init", tmp_path / "raw", "-o", tmp_path / "new")
    assert "changed by conversion (1):\n    video_01.mp4: HDR (PQ) converted to SDR\n" in ran.out
    found = cli("lint", tmp_path / "new", "--select", "V,K").out
    assert "no problems found" in found
    kept = cli("init", tmp_path / "raw", "-o", tmp_path / "kept", "--no-convert")
    assert "HDR (PQ) is not tone-mapped" in kept.out
    assert "V420" in cli("lint", tmp_path / "kept").out
