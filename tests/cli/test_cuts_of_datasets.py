"""cuts.csv beside a dataset: what lint, fix and build leave out, and what `fix --cuts` cuts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import av
import builders
import jsonschema
import pytest
from conftest import Cli
from PIL import Image, ImageChops, ImageStat

from datasetkit import spec

HEADER = "clip,start,seconds,name,keep,reason\n"
EFFECT = """\
[effect]
trigger = "s86b5p"
text = "Then the s86b5p rain begins."
absent_in = ["video_4.mp4"]
[effect.persons]
"video_2.mp4" = "he"
"image_3.jpg" = "she"
"""


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def lines(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "data.jsonl").read_text("utf-8").splitlines()]


def frames(clip: Path) -> list[Image.Image]:
    with av.open(str(clip)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def nearest(image: Image.Image, among: list[Image.Image]) -> int:
    errors = [sum(ImageStat.Stat(ImageChops.difference(image.convert("RGB"), one)).mean) for one in among]
    return errors.index(min(errors))


@pytest.fixture
def folder(clean: Path, tmp_path: Path) -> Path:
    """20 samples; clips 2 and 3 are 4 s long."""
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    for number, size in ((2, (96, 64)), (3, (64, 96))):
        builders.clip(folder / f"video_{number}.mp4", frames=64, size=size, seed=number, audio=4)
    return folder


def write_cuts(folder: Path, *rows: str) -> Path:
    file = folder / "cuts.csv"
    file.write_text(HEADER + "".join(f"{row}\n" for row in rows), "utf-8")
    return file


def test_lint_leaves_out_what_is_not_kept_and_says_so(cli: Cli, folder: Path) -> None:
    write_cuts(folder, "video_1.mp4,0,2,one,no,too dark", "video_2.mp4,0,4,two,no,", "video_3.mp4,0,1,three,yes,")
    (folder / "video_1.mp4").write_bytes(b"broken")
    ran = cli("lint", folder, "--strict")
    assert ran.code == 0
    assert "18 samples" in ran.out
    assert "cuts.csv leaves out 2 samples: video_1.mp4 (too dark), video_2.mp4" in ran.out
    report = json.loads(cli("lint", folder, "--format", "json").out)
    jsonschema.validate(report, spec.document("report.schema.json"))
    assert report["datasets"][0]["samples"] == 18
    assert report["datasets"][0]["dropped"] == [
        {"line": 2, "clip": "video_1.mp4", "reason": "too dark"},
        {"line": 3, "clip": "video_2.mp4", "reason": ""},
    ]


def test_build_packs_neither_what_is_not_kept_nor_the_file(cli: Cli, folder: Path, tmp_path: Path) -> None:
    write_cuts(folder, "video_1.mp4,0,2,one,no,")
    ran = cli("build", folder, "-o", tmp_path / "out.zip")
    assert ran.code == 0
    assert "cuts.csv leaves out 1 sample: video_1.mp4" in ran.err
    with ZipFile(tmp_path / "out.zip") as archive:
        names = set(archive.namelist())
        assert len(archive.read("data.jsonl").splitlines()) == 19
    assert len(names) == 1 + 2 * 19
    assert not {"video_1.mp4", "image_1.jpg", "cuts.csv"} & names
    manifest = json.loads((tmp_path / "out.zip.json").read_text())
    jsonschema.validate(manifest, spec.document("build.schema.json"))
    assert manifest["dropped"] == [{"line": 2, "clip": "video_1.mp4", "reason": ""}]


def test_fix_leaves_it_alone_and_says_what_it_does_not_cut(cli: Cli, folder: Path) -> None:
    write_cuts(folder, "video_1.mp4,0,2,one,no,", "video_2.mp4,0,4,all,yes,", "video_3.mp4,1,2,part,yes,")
    text = (folder / "data.jsonl").read_text("utf-8")
    (folder / "data.jsonl").write_text(f"\n{text}", "utf-8")
    ran = cli("fix", folder, "--select", "L203")
    assert ran.code == 0
    assert (folder / "data.jsonl").read_text("utf-8") == text
    assert "cuts.csv has 1 window that fix doesn't cut; --cuts FILE -o DIR does" in ran.err
    assert "cuts.csv leaves out 1 sample: video_1.mp4" in ran.err


def test_windows_of_a_dataset_are_cut_into_a_new_folder(cli: Cli, folder: Path, tmp_path: Path) -> None:
    (folder / "datasetkit.toml").write_text(EFFECT, "utf-8")
    file = write_cuts(
        folder,
        "video_2.mp4,0,2,video_2,yes,",
        "video_2.mp4,1.5,2.5,late,yes,",
        "video_3.mp4,1,2,part,,moves",
        "video_1.mp4,0,2,one,no,too dark",
    )
    before, prompts = content(folder), [line["prompt"] for line in lines(folder)]
    ran = cli("fix", folder, "--cuts", file, "-o", tmp_path / "new")
    assert ran.code == 0
    assert content(folder) == before
    for words in (
        "video_2.mp4 → video_2.mp4: keeps 0.00–2.00 s of 4.00 s\n",
        "video_2.mp4 → late.mp4: keeps 1.50–4.00 s of 4.00 s, first frame taken from it",
        "line 3: becomes 2 samples with the same prompt: video_2, late",
        "video_1.mp4, line 2: left out (too dark)",
    ):
        assert words in ran.out
    made = lines(tmp_path / "new")
    assert [(line["video_path"], line["first_frame_path"]) for line in made[:5]] == [
        ("video_0.mp4", "image_0.jpg"),
        ("video_2.mp4", "image_2.jpg"),
        ("late.mp4", "late_first.jpg"),
        ("part.mp4", "part_first.jpg"),
        ("video_4.mp4", "image_4.jpg"),
    ]
    assert [line["prompt"] for line in made[:4]] == [prompts[0], prompts[2], prompts[2], prompts[3]]
    source = frames(folder / "video_3.mp4")[16:48]
    cut = frames(tmp_path / "new" / "part.mp4")
    assert [nearest(image, source) for image in (cut[0], cut[-1])] == [0, 31]
    with Image.open(tmp_path / "new" / "part_first.jpg") as first:
        assert nearest(first, cut) == 0
    assert (
        not {"cuts.csv", "video_1.mp4", "image_1.jpg", "video_3.mp4", "image_3.jpg"} & content(tmp_path / "new").keys()
    )
    settings = (tmp_path / "new" / "datasetkit.toml").read_text("utf-8")
    assert settings.endswith('"video_2.mp4" = "he"\n"late.mp4" = "he"\n"part.mp4" = "she"\n')
    assert 'absent_in = ["video_4.mp4"]' in settings
    assert cli("lint", tmp_path / "new", "--select", "D,L,I,V,K", "--strict").code == 0


@pytest.mark.parametrize("own", ["video_2.mp4,0,4,two,no,too dark", "video_2.mp4,0,2,broken"])
def test_only_the_named_file_counts(cli: Cli, folder: Path, tmp_path: Path, own: str) -> None:
    write_cuts(folder, own)
    (tmp_path / "mine.csv").write_text(f"{HEADER}video_2.mp4,1,2,part,yes,\nvideo_4.mp4,0,1,four,no,\n")
    ran = cli("fix", folder, "--cuts", tmp_path / "mine.csv", "-o", tmp_path / "new")
    assert ran.code == 0
    clips = [line["video_path"] for line in lines(tmp_path / "new")]
    assert clips[:4] == ["video_0.mp4", "video_1.mp4", "part.mp4", "video_3.mp4"]
    assert "video_4.mp4" not in clips
    assert not (tmp_path / "new" / "cuts.csv").exists()


def test_prompts_of_what_is_not_kept_are_left_as_they_are(cli: Cli, folder: Path) -> None:
    effect = EFFECT.partition("absent_in")[0]
    (folder / "datasetkit.toml").write_text(effect.replace("begins", "falls on her/him"), "utf-8")
    write_cuts(folder, "video_1.mp4,0,2,one,no,")
    (folder / "cuts.csv.old").write_text(HEADER, "utf-8")
    assert cli("normalize", folder, "--append").out.startswith(f"{folder}  19 prompts")
    assert "cuts.csv.old" not in cli("lint", folder).out


def test_a_dry_run_says_what_would_be_cut(cli: Cli, folder: Path) -> None:
    file = write_cuts(folder, "video_2.mp4,1,2,part,yes,")
    before = content(folder)
    ran = cli("fix", folder, "--cuts", file, "--diff")
    assert ran.code == 1
    assert "video_2.mp4 → part.mp4: keeps 1.00–3.00 s of 4.00 s, first frame taken from it" in ran.out
    assert content(folder) == before


def test_a_window_may_become_a_zip(cli: Cli, folder: Path, tmp_path: Path) -> None:
    file = write_cuts(folder, "video_2.mp4,1,2,part,yes,")
    assert cli("fix", folder, "--cuts", file, "-o", tmp_path / "new.zip").code == 0
    with ZipFile(tmp_path / "new.zip") as archive:
        assert {"part.mp4", "part_first.jpg"} <= set(archive.namelist())


def test_captions_that_nobody_accepted_stay_so_when_cut(cli: Cli, folder: Path, tmp_path: Path) -> None:
    prompt = lines(folder)[2]["prompt"]
    journal = json.dumps({"written": "video_2.mp4", "caption": prompt})
    (folder / "captions.journal.jsonl").write_text(journal, "utf-8")
    assert "P612" in cli("lint", folder).out
    file = write_cuts(folder, "video_2.mp4,0,2,one,yes,", "video_2.mp4,2,2,two,yes,")
    cli("fix", folder, "--cuts", file, "-o", tmp_path / "new")
    findings = json.loads(cli("lint", tmp_path / "new", "--format", "json").out)["datasets"][0]["findings"]
    assert [one["line"] for one in findings if one["code"] == "P612"] == [3, 4]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (("video_2.mp4,3,1.07,part,yes,",), "part, video_2.mp4: the window ends at 4.07 s, but the clip is"),
        (("video_99.mp4,0,1,part,yes,",), "part: no line names the clip video_99.mp4. Did you mean video_9.mp4?"),
        (("video_2.mp4,1,2,video_3,yes,",), "video_3: the dataset has another video_3.mp4; choose another name"),
        (("video_0.mp4,0,1,x,yes,", "video_2.mp4,1,x,part,yes,"), 'line 3: seconds is "x"'),
        (("video_5.mp4,0,1,part,yes,",), "part: video_5.mp4 can't be read"),
        (
            ("video_2.mp4,1,0.01,part,yes,",),
            "can't make part.mp4: the window of 0.01 s at 1.00 s is shorter than a frame",
        ),
    ],
)
def test_cuts_that_do_not_fit_are_refused(
    cli: Cli, folder: Path, tmp_path: Path, rows: tuple[str, ...], words: str
) -> None:
    (folder / "video_5.mp4").write_bytes(b"\0\0\0\x18ftypisom" + b"x" * 99)
    ran = cli("fix", folder, "--cuts", write_cuts(folder, *rows), "-o", tmp_path / "new")
    assert ran.code == 2
    assert words in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set"]


def test_in_place_nothing_is_cut(cli: Cli, folder: Path) -> None:
    ran = cli("fix", folder, "--cuts", write_cuts(folder, "video_2.mp4,1,2,part,yes,"))
    assert ran.code == 2
    assert "yours are never changed" in ran.err
    assert "-o" in ran.err


def test_a_file_that_can_not_be_used_stops_every_command(cli: Cli, folder: Path, tmp_path: Path) -> None:
    write_cuts(folder, "video_2.mp4,1,2,part,maybe,")
    for command in (("lint", folder), ("fix", folder), ("build", folder, "-o", tmp_path / "out.zip")):
        ran = cli(*command)
        assert ran.code == 2
        assert 'cuts.csv can\'t be used: line 2: keep is "maybe"; write yes or no' in ran.err
