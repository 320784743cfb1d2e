"""`datasetkit lint` on a folder of raw clips: what each file is, what `init` will do, and what needs a person."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import builders
import jsonschema
import pytest
from conftest import Cli
from scenes import encode, pan, texture
from takes import RATE, SIZE

from datasetkit import spec

BROKEN = Path(__file__).parents[2] / "sample_data" / "broken"
MODEL = ("--model", "wan2.2-i2v-flash")


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of raw clips with one of each difficulty; copy it before you write to it."""
    folder = tmp_path_factory.mktemp("raw")
    builders.clip(folder / "good.mp4", frames=40, seed=1)
    builders.clip(folder / "deep" / "long.mov", frames=100, seed=2)
    builders.clip(folder / "other.webm", codec="libvpx-vp9", frames=40, seed=3)
    builders.clip(folder / "turned.mp4", frames=40, rotation=90, size=(64, 48), seed=4)
    builders.clip(folder / "misnamed.avi", frames=40, seed=5, container="mp4")
    encode(folder / "two scenes.mp4", pan(SIZE, 1, 20, (1, 0)) + pan(SIZE, 2, 20, (0, 1)), rate=RATE)
    encode(folder / "tail.mp4", [*pan(SIZE, 3, 36, (1, 0)), *[texture(SIZE, 9)] * 30], rate=RATE)
    shutil.copy(next((BROKEN / "V420-hdr").glob("*.mp4")), folder / "hdr.mp4")
    whole = builders.clip(folder / "cut off.mp4", frames=60, faststart=True).read_bytes()
    (folder / "cut off.mp4").write_bytes(whole[: len(whole) * 2 // 3])
    (folder / "pointer.mp4").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    (folder / "good.txt").write_text("A woman waits.")
    builders.png(folder / "stray.png")
    (folder / "contract.pdf").write_bytes(b"%PDF-1.7")
    return folder


@pytest.fixture
def raw(clips: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(clips, tmp_path / "raw"))


def linted(cli: Cli, raw: Path, *options: str) -> dict:
    document = json.loads(cli("lint", raw, "--format", "json", *options).out)
    spec.validator("report.schema.json").validate(document)
    return document["datasets"][0]


def codes(found: dict, path: str) -> set[str]:
    return {one["code"] for one in found["findings"] if one["path"].endswith(f"/{path}")}


def test_each_file_has_a_line_with_its_facts_and_what_init_does(cli: Cli, clips: Path) -> None:
    ran = cli("lint", clips, *MODEL)
    assert ran.code == 1
    rows = [line for line in ran.out.splitlines() if line.startswith("  ")]
    lines = {row.split("  ")[1]: " ".join(row.split()) for row in reversed(rows)}  # findings on a file come below it
    print(ran.out)
    assert "2.50 s 64×64 16 fps h264 `init` keeps it as it is" in lines["good.mp4"]
    assert "6.25 s 64×64" in lines["deep/long.mov"]
    assert "damaged; `init` can't use it" in lines["cut off.mp4"]
    assert "vp9 `init` makes it an MP4, encodes it as H.264" in lines["other.webm"]
    assert "48×64 16 fps h264 rotated by 90°; `init` turns it upright" in lines["turned.mp4"]
    assert "HDR (" in lines["hdr.mp4"]
    assert "converts HDR to SDR" in lines["hdr.mp4"]
    assert "`init` corrects its extension" in lines["misnamed.avi"]
    assert "1 cut;" in lines["two scenes.mp4"]
    assert "stray.png not used: no clip has this name" in lines["stray.png"]
    assert "not used: a PDF" in lines["contract.pdf"]
    assert "Git LFS pointer" in lines["pointer.mp4"]
    assert "good.txt" not in ran.out


def test_findings_are_what_needs_a_person(cli: Cli, clips: Path) -> None:
    found = linted(cli, clips, *MODEL)
    assert not found["is_dataset"]
    assert codes(found, "deep/long.mov") == {"V407"}
    assert codes(found, "two scenes.mp4") == {"V416"}
    assert codes(found, "tail.mp4") >= {"V415"}
    assert "V402" in codes(found, "cut off.mp4")
    assert codes(found, "pointer.mp4") == {"D110"}
    for name in ("good.mp4", "other.webm", "turned.mp4", "hdr.mp4", "misnamed.avi"):
        assert codes(found, name) == set()
    assert not any(one["fixable"] or one["fixed_by_build"] for one in found["findings"])
    assert "`datasetkit cut`" in next(one["message"] for one in found["findings"] if one["code"] == "V407")


def test_json_has_every_file(cli: Cli, clips: Path) -> None:
    found = linted(cli, clips, *MODEL)
    files = {one["path"]: one for one in found["raw"]}
    there = {path.relative_to(clips).as_posix() for path in clips.rglob("*") if path.is_file()}
    assert set(files) == there - {"good.txt"}  # a caption is used
    assert files["turned.mp4"]["clip"]["rotation"] == 90
    assert files["two scenes.mp4"]["clip"]["cuts"] == [pytest.approx(20 / RATE, abs=0.1)]
    assert files["cut off.mp4"]["clip"]["damaged"]
    assert files["pointer.mp4"]["clip"] is None
    assert files["stray.png"]["unused"]


def test_a_folder_without_problems_ends_well_and_goes_on_with_init(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builders.clip(tmp_path / "raw" / "x.mkv", frames=40)
    monkeypatch.chdir(tmp_path)
    ran = cli("lint", "raw", *MODEL)
    assert ran.code == 0
    assert "next: datasetkit init raw -o raw_dataset --model wan2.2-i2v-flash" in ran.err
    assert "D101" not in ran.out


def test_a_clip_that_needs_a_window_goes_on_with_cut_and_then_with_init(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "raw").mkdir()
    encode(tmp_path / "raw" / "x.mp4", pan(SIZE, 1, 90, (0.5, 0)), rate=RATE)
    monkeypatch.chdir(tmp_path)
    ran = cli("lint", "raw", *MODEL)
    assert ran.code == 1
    following = "next: datasetkit cut raw --model wan2.2-i2v-flash"
    assert following in ran.err
    assert cli(*following.split()[2:]).code == 0
    again = cli("lint", "raw", *MODEL)
    assert again.code == 0
    assert "next: datasetkit init raw -o raw_dataset" in again.err
    assert "`init` cuts 0.00–5.00 s" in again.out


def test_clips_are_judged_by_their_windows(cli: Cli, raw: Path) -> None:
    (raw / "cuts.csv").write_text(
        "clip,start,seconds,name,keep\n"
        "two scenes.mp4,0,1.5,one,yes\n"
        "two scenes.mp4,1,2.3,both,yes\n"
        "deep/long.mov,1,3,short,yes\n"
        "tail.mp4,0,2.9,moving,yes\n"
        "hdr.mp4,0,1,gone,no\n"
        "pointer.mp4,0,1,lost,no\n"
    )
    found = linted(cli, raw, *MODEL)
    fields = {(one["code"], one["field"]) for one in found["findings"] if one["path"].endswith("two scenes.mp4")}
    assert fields == {("V408", "one"), ("V416", "both")}
    assert not codes(found, "deep/long.mov") | codes(found, "tail.mp4")
    files = {one["path"]: one for one in found["raw"]}
    assert files["two scenes.mp4"]["init"][:2] == ["cuts 0.00–1.50 s", "cuts 1.00–3.30 s"]
    assert files["hdr.mp4"]["init"] == ["leaves it out"]
    assert [one["name"] for one in files["two scenes.mp4"]["windows"]] == ["one", "both"]
    assert "cuts.csv" not in files


@pytest.mark.parametrize("command", ["lint", "init"])
def test_a_window_beyond_the_end_of_its_clip_is_an_error(cli: Cli, tmp_path: Path, command: str) -> None:
    builders.clip(tmp_path / "raw" / "a.mp4", frames=96)
    rows = "a.mp4,50,2,late,yes\na.mp4,5,3,over,yes\n"
    (tmp_path / "raw" / "cuts.csv").write_text(f"clip,start,seconds,name,keep\n{rows}")
    ran = cli(command, tmp_path / "raw", *(("-o", tmp_path / "new") if command == "init" else ()))
    assert ran.code == (1 if command == "lint" else 2)
    assert "the window ends at 52.00 s, but the clip is 6.00 s long" in ran.out + ran.err
    assert "none of the 2" not in ran.err
    if command == "lint":
        assert "the window ends at 8.00 s" in ran.out


def test_a_clip_that_can_not_be_opened_is_listed(cli: Cli, tmp_path: Path) -> None:
    builders.clip(tmp_path / "a.mp4", frames=40)
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "elsewhere.mp4")
    ran = cli("lint", tmp_path, *MODEL)
    assert ran.code == 1
    assert "gone.mp4 can't be" in ran.out
    assert "a.mp4" in ran.out


def test_rules_depth_and_ignored_codes_are_those_of_lint(cli: Cli, clips: Path) -> None:
    assert {one["code"] for one in linted(cli, clips, *MODEL, "--select", "V407")["findings"]} == {"V407"}
    shallow = linted(cli, clips, *MODEL, "--depth", "header")
    assert shallow["depth"] == "header"
    assert "V416" in shallow["skipped"]
    assert not codes(shallow, "two scenes.mp4")
    left = linted(cli, clips, *MODEL, "--ignore", "V407")
    assert "V407" not in {one["code"] for one in left["findings"]}
    assert [one["code"] for one in left["ignored"]] == ["V407"]


def test_the_other_formats_work(cli: Cli, clips: Path, sarif_schema: Path) -> None:
    sarif = json.loads(cli("lint", clips, *MODEL, "--format", "sarif").out)
    jsonschema.validate(sarif, json.loads(sarif_schema.read_text("utf-8")))


def test_a_line_for_github_and_a_count_of_codes(cli: Cli, clips: Path) -> None:
    github = cli("lint", clips, *MODEL, "--format", "github").out
    assert "/deep/long.mov,title=V407 video-too-long::" in github
    sarif = json.loads(cli("lint", clips, *MODEL, "--format", "sarif").out)["runs"][0]
    places = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in sarif["results"]]
    assert any(place.endswith("/deep/long.mov") for place in places)
    assert "V407" in cli("lint", clips, *MODEL, "--statistics").out


def test_images_alone_are_no_raw_clips(cli: Cli, tmp_path: Path) -> None:
    builders.png(tmp_path / "a.png")
    ran = cli("lint", tmp_path)
    assert ran.code == 1
    assert "D101" in ran.out
