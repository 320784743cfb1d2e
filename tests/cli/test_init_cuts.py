"""`init` by a cuts.csv: the windows of raw takes become samples."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from zipfile import ZipFile

import av
import builders
import pytest
from conftest import Cli
from PIL import Image, ImageChops, ImageStat

from datasetkit.prompts.slots import DRAFT_MARK

HEADER = "clip,start,seconds,name,keep,reason\n"


def lines(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "data.jsonl").read_text("utf-8").splitlines()]


def frames(clip: Path) -> list[Image.Image]:
    with av.open(str(clip)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def difference(one: Image.Image, other: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other)).mean)


def nearest(image: Image.Image, among: list[Image.Image]) -> int:
    return min(range(len(among)), key=lambda number: difference(image, among[number]))


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    builders.clip(folder / "a.mp4", frames=96, seed=1)
    builders.clip(folder / "deep" / "b b.webm", codec="libvpx-vp9", frames=64, rate=Fraction(30000, 1001), seed=2)
    builders.clip(folder / "c.mp4", frames=40, seed=3)
    return folder


def write_cuts(raw: Path, *rows: str) -> None:
    (raw / "cuts.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows), "utf-8")


def test_windows_become_samples_with_their_own_frames(cli: Cli, raw: Path, tmp_path: Path) -> None:
    write_cuts(raw, "a.mp4,0,2,start,yes,", "a.mp4,2.5,2,pour,,moves", "deep/b b.webm,0.5005,1.001,walk,1,")
    (raw / "captions.csv").write_text("clip,caption\npour,A man pours.\nwalk,A woman walks.\n", "utf-8")
    ran = cli("init", raw, "-o", tmp_path / "new", "--kind", "kf2v", "--frames", "png")
    assert ran.code == 0
    assert [(line["video_path"], line["prompt"]) for line in lines(tmp_path / "new")] == [
        ("start.mp4", DRAFT_MARK),
        ("pour.mp4", "A man pours."),
        ("c.mp4", DRAFT_MARK),
        ("walk.mp4", "A woman walks."),
    ]
    for words in (
        "pour.mp4: keeps 2.50–4.50 s of 6.00 s of a.mp4",
        "walk.mp4: keeps 0.50–1.50 s of 2.1",
        "not cut, as cuts.csv has no window of (1):\n    c.mp4",
    ):
        assert words in ran.out
    before = {"pour": frames(raw / "a.mp4")[40:72], "walk": frames(raw / "deep" / "b b.webm")[15:45]}
    for name, expected in before.items():
        made = frames(tmp_path / "new" / f"{name}.mp4")
        assert len(made) == len(expected)
        for which, frame in (("first", 0), ("last", -1)):
            assert difference(made[frame], expected[frame]) < 6
            with Image.open(tmp_path / "new" / f"{name}_{which}.png") as grabbed:
                assert nearest(grabbed, made) == frame % len(made)
    assert cli("lint", tmp_path / "new", "--select", "L,I,K").code == 0


def test_a_given_frame_is_only_used_where_its_clip_starts(cli: Cli, raw: Path, tmp_path: Path) -> None:
    write_cuts(raw, "a.mp4,0,2,start,yes,", "a.mp4,3,2,late,yes,", "c.mp4,0.5,2,c,yes,")
    builders.png(raw / "a.png", seed=9)
    builders.png(raw / "c.png", seed=9)
    ran = cli("init", raw, "-o", tmp_path / "new")
    with Image.open(raw / "a.png") as given, Image.open(tmp_path / "new" / "start_first.png") as first:
        assert difference(first, given) == 0
    assert {"late_first.jpg", "c_first.jpg"} <= {path.name for path in (tmp_path / "new").iterdir()}
    assert "c.png: shows the start of c.mp4, where none of its windows starts" in ran.out


def test_rows_that_can_not_be_followed_are_listed(cli: Cli, raw: Path, tmp_path: Path) -> None:
    write_cuts(
        raw,
        "a.mp4,3,3.2,beyond,yes,",
        "a.mp4,4,2.06,nearly,yes,",
        "c.mp4,9,1,after,yes,",
        "lost.mp4,0,1,lost,yes,",
        "deep/b b.webm,0,2,dark,no,too dark",
    )
    ran = cli("init", raw, "-o", tmp_path / "new")
    assert ran.code == 0
    assert [line["video_path"] for line in lines(tmp_path / "new")] == ["nearly.mp4"]
    for words in (
        "nearly.mp4: keeps 4.00–6.00 s of 6.00 s",
        "a.mp4, beyond: the window ends at 6.20 s, but the clip is 6.00 s long",
        "c.mp4, after: the window ends at 10.00 s, but the clip is 2.50 s long",
        "cuts.csv, lost: there is no clip lost.mp4",
        "left out by cuts.csv (1):\n    deep/b b.webm, dark: too dark",
    ):
        assert words in ran.out
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "data.jsonl",
        "datasetkit.toml",
        "nearly.mp4",
        "nearly_first.jpg",
    ]


def test_a_file_elsewhere_takes_the_place_of_the_folders_own(cli: Cli, raw: Path, tmp_path: Path) -> None:
    write_cuts(raw, "a.mp4,0,2,own,yes,")
    other = raw / "deep" / "other.csv"
    other.write_text(f"{HEADER}c.mp4,0,2,theirs,yes,\na.mp4,0,1,a,no,\ndeep/b b.webm,0,1,b,no,\n", "utf-8")
    (raw / "cuts.csv.old").write_text(HEADER, "utf-8")
    ran = cli("init", raw, "-o", tmp_path / "new", "--cuts", other)
    assert "cuts.csv.old: not read; name it with --cuts" in ran.out
    assert [line["video_path"] for line in lines(tmp_path / "new")] == ["theirs.mp4"]
    assert "cuts.csv: not read; name it with --cuts" in ran.out
    assert "other.csv" not in ran.out
    assert cli("init", raw, "-o", tmp_path / "again", "--cuts", raw / "cuts.csv").code == 0
    assert "own.mp4" in {path.name for path in (tmp_path / "again").iterdir()}


def test_persons_follow_the_windows(cli: Cli, raw: Path, tmp_path: Path) -> None:
    write_cuts(raw, "a.mp4,0,2,one,yes,", "a.mp4,2,2,two,yes,")
    persons = '"a.mp4" = "she"\n"two" = "he"\n'
    text = f'[effect]\ntrigger = "x1"\ntext = "she/he x1 runs"\n[effect.persons]\n{persons}'
    (raw / "datasetkit.toml").write_text(text, "utf-8")
    assert cli("init", raw, "-o", tmp_path / "new").code == 0
    written = (tmp_path / "new" / "datasetkit.toml").read_text("utf-8")
    assert '"one.mp4" = "she"' in written
    assert '"two.mp4" = "he"' in written


def test_windows_in_a_zip_of_raw_clips_are_cut(cli: Cli, raw: Path, tmp_path: Path) -> None:
    write_cuts(raw, "c.mp4,0.5,2,c,yes,")
    with ZipFile(tmp_path / "raw.zip", "w") as archive:
        for name in ("c.mp4", "cuts.csv"):
            archive.write(raw / name, name)
    ran = cli("init", tmp_path / "raw.zip", "-o", tmp_path / "new")
    assert "c.mp4: keeps 0.50–2.50 s of 2.50 s of c.mp4" in ran.out


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        (b"a.mp4,x,2,a,yes,\nc.mp4,0,0,c,yes,\n", (), ('line 2: start is "x"', 'line 3: seconds is "0"')),
        (b"a.mp4,0,2,\xff,yes,\n", (), ("is not UTF-8",)),
        (b"a.mp4,0,2,a,no,\nc.mp4,0,2,c,no,\ndeep/b b.webm,0,2,b,no,\n", (), ("keeps no clip", "keep=yes")),
        (b"a.mp4,0,2,a,yes,\n", ("--no-convert",), ("Leave out --no-convert",)),
        (b"a.mp4,0,2,a,yes,\n", ("--cuts", "lost.csv"), ("can't read lost.csv",)),
        (b"a.mp4,9,2,a,yes,\nc.mp4,9,2,c,yes,\ndeep/b b.webm,9,2,b,yes,\n", (), ("none of the 3", "Correct cuts.csv")),
    ],
)
def test_cuts_that_can_not_be_used_are_refused(
    cli: Cli, raw: Path, tmp_path: Path, rows: bytes, options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    (raw / "cuts.csv").write_bytes(HEADER.encode() + rows)
    ran = cli("init", raw, "-o", tmp_path / "new", *options)
    assert ran.code == 2
    assert all(word in ran.err for word in words)
    assert not (tmp_path / "new").exists()
