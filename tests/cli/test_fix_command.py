"""What `fix` fixes, what it leaves, and that nothing of the user's is touched."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import builders
import numpy as np
import pytest
from conftest import Cli, line
from PIL import Image
from scenes import Picture, barred, encode, pan

BROKEN = Path(__file__).parents[2] / "sample_data" / "broken"
CASES = tomllib.loads((BROKEN / "expected.toml").read_text("utf-8"))
# what no edit can know: which of two files it was, what is missing, what the author meant
UNFIXED = {
    *("D101", "D104", "D105", "D106", "D107", "D108", "D109", "D110", "I301", "K504", "L204", "L205", "L206", "L207"),
    *("L208", "L211", "L212", "L213", "P603", "P606", "P608", "P609", "P610", "P612", "S708", "V401", "V402", "V408"),
    *("S706", "S707", "S709", "S711", "S712", "V403", "V416"),
}
SWAPPED = "K502-first-frame-mismatch-swapped"
UNCERTAIN = {
    *("L201-encoding", "L202-not-json-cut-off", "L209-file-not-found", "L210-path-form-outside"),
    "P601-trigger-missing-everywhere",
}
UNFIXABLE = [case for case in CASES if CASES[case]["code"] in UNFIXED - {"S707", "S708"} or case in UNCERTAIN]
FIXED = [case for case, told in CASES.items() if told["code"] not in UNFIXED and case not in {*UNCERTAIN, SWAPPED}]


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", FIXED)
def test_a_broken_case_is_fixed_for_good(cli: Cli, tmp_path: Path, case: str) -> None:
    code, options = CASES[case]["code"], [*CASES[case]["options"], "--ignore", CASES[case].get("ignore", "S")]
    source, made = tmp_path / "set", tmp_path / "made"
    shutil.copytree(BROKEN / case, source)
    before = content(source)
    planned = cli("fix", source, "--diff", "--unsafe", "--select", code, *options, "-o", made)
    assert planned.code == 1
    assert not made.exists()
    ran = cli("fix", source, "--unsafe", "--select", code, *options, "-o", made)
    assert ran.out == planned.out
    assert content(source) == before
    assert code not in cli("lint", made, *options).out
    again = cli("fix", made, "--unsafe", "--select", code, *options, "-o", tmp_path / "again")
    assert "nothing to fix" in again.err
    assert not (tmp_path / "again").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"set", "made"}


@pytest.mark.parametrize("case", [case for case in UNFIXABLE if not case.endswith(".zip")])
def test_a_folder_that_takes_a_human_is_left(cli: Cli, tmp_path: Path, case: str) -> None:
    shutil.copytree(BROKEN / case, tmp_path / "set")
    before = content(tmp_path / "set")
    ran = cli("fix", tmp_path / "set", "--unsafe", *CASES[case]["options"], "--select", CASES[case]["code"])
    assert "nothing to fix" in ran.err
    assert content(tmp_path / "set") == before


@pytest.mark.parametrize("case", [case for case in UNFIXABLE if case.endswith(".zip")])
def test_a_zip_that_takes_a_human_is_left(cli: Cli, tmp_path: Path, case: str) -> None:
    shutil.copy(BROKEN / case, tmp_path / "set.zip")
    ran = cli("fix", tmp_path / "set.zip", "--unsafe", "--select", CASES[case]["code"], "-o", tmp_path / "new.zip")
    assert "nothing to fix" in ran.err
    assert content(tmp_path) == {"set.zip": (BROKEN / case).read_bytes()}


def test_frames_that_may_be_swapped_are_listed_and_left(cli: Cli, tmp_path: Path) -> None:
    shutil.copytree(BROKEN / SWAPPED, tmp_path / "set")
    before = content(tmp_path / "set")
    for options in (["--diff"], ["-o", tmp_path / "new"]):
        ran = cli("fix", tmp_path / "set", "--unsafe", "--select", "K,V", "--ignore", "S", *options)
        assert (ran.out, ran.code) == ("", 0)
        assert ran.err.count("skipped: data.jsonl:") == 2
        assert "image_01.png isn't the first frame of video_01.mp4; it is the first frame of video_02.mp4" in ran.err
        assert "If the two are swapped, correct the lines" in ran.err
    assert content(tmp_path / "set") == before
    assert not (tmp_path / "new").exists()


def filmed(folder: Path, *clips: list[Picture], images: Sequence[int] = ()) -> Path:
    """A set of these clips; ``images`` gives for each sample the clip whose first frame it names, by default its own.

    Its clips are shorter than two seconds, so V408 is left out.
    """
    folder.mkdir()
    (folder / "datasetkit.toml").write_text('ignore = { S701 = "few", V408 = "short", P = "no effect" }\n')
    for number, pictures in enumerate(clips):
        encode(folder / f"video_{number}.mp4", pictures)
        Image.fromarray(pictures[0]).save(folder / f"image_{number}.png")
    names = images or range(len(clips))
    lines = (line(n, f"video_{n}.mp4", f"image_{image}.png") + "\n" for n, image in enumerate(names))
    (folder / "data.jsonl").write_text("".join(lines))
    return folder


def test_bars_and_still_parts_go_at_once_and_the_frame_is_taken_again(cli: Cli, tmp_path: Path) -> None:
    moving, black = pan((96, 64), 1, 30), np.zeros((64, 96, 3), np.uint8)
    pictures = [black] * 12 + barred(moving, rows=(10, 10)) + barred([moving[-1]] * 18, rows=(10, 10))
    folder, new = filmed(tmp_path / "set", pictures), tmp_path / "new"
    ran = cli("fix", folder, "--unsafe", "-o", new)
    assert "video_0.mp4: keeps 0.50–1.7" in ran.out
    assert " of 2.50 s, crops 96×64 to 96×44 at 0,10\n" in ran.out
    assert re.search("image_0.png: .*first frame of video_0.mp4", ran.out)
    assert "V41" not in cli("lint", new).out
    with Image.open(new / "image_0.png") as image:
        assert image.size == (96, 44)


def test_a_still_part_in_the_middle_stays_and_does_not_keep_the_end_from_being_trimmed(
    cli: Cli, tmp_path: Path
) -> None:
    first, second = pan((96, 64), 1, 24), pan((96, 64), 1, 48)[24:]
    pictures = [*first, *[first[-1]] * 24, *second, *[second[-1]] * 30]
    ran = cli("fix", filmed(tmp_path / "set", pictures), "--unsafe", "-o", tmp_path / "new")
    assert "skipped" not in ran.err
    assert ran.out.count("keeps 0.00–2.9") == 1
    left = cli("lint", tmp_path / "new").out
    assert left.count("V415") == 1
    assert "frozen from 0.9" in left


def test_bars_stay_where_the_frame_is_of_another_clip_and_can_not_be_taken_again(cli: Cli, tmp_path: Path) -> None:
    clips = [barred(pan((96, 64), seed, 30), rows=(10, 10)) for seed in (1, 2)]
    folder, new = filmed(tmp_path / "set", *clips, images=(1, 0)), tmp_path / "new"
    ran = cli("fix", folder, "--unsafe", "--select", "V414", "-o", new)
    assert ran.out == ""
    assert ran.err.count("V414 black-bars, video_") == 2
    assert ran.err.count("this fix would cause another problem: K501 frame-shape, image_") == 2
    assert not new.exists()


def test_clips_of_another_rate_get_the_usual_one(cli: Cli, tmp_path: Path) -> None:
    folder, new = filmed(tmp_path / "set", *(pan((96, 64), seed, 48) for seed in range(3))), tmp_path / "new"
    quick = pan((96, 64), 1, 60)
    encode(folder / "video_1.mp4", quick, rate=60)
    Image.fromarray(quick[0]).save(folder / "image_1.png")
    options = ("--unsafe", "--select", "S710", "-o", new)
    assert "S710" in cli("lint", folder).out
    assert cli("fix", folder, "--unsafe", "--diff").out == ""
    ran = cli("fix", folder, *options)
    assert ran.out == "video_1.mp4: 24 in place of 60 fps (drops frames, keeps the length)\n"
    assert "S710" not in cli("lint", new).out
    assert {path for path in content(new) if content(new)[path] != content(folder)[path]} == {"video_1.mp4"}


def test_two_datasets_are_fixed_one_at_a_time(cli: Cli) -> None:
    ran = cli("fix", BROKEN / "S708-effect-differs")
    assert (ran.code, "holds 2 datasets" in ran.err) == (2, True)


def test_advice_is_fixed_only_by_its_whole_code(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    builders.clip(folder / "video_0.mp4", codec="libvpx-vp9", frames=40, size=(96, 64))
    for select in ((), ("--select", "V"), ("--select", "L,V41")):
        ran = cli("fix", folder, *select, "-o", tmp_path / "new")
        assert "nothing to fix" in ran.err
        assert not (tmp_path / "new").exists()
    assert "to fix advice, add --select V411" in cli("fix", folder, "--diff").err
    assert cli("fix", folder, "--select", "V411", "-o", tmp_path / "new").code == 0
    assert "V411" not in cli("lint", tmp_path / "new").out


def test_lines_are_fixed_in_place_and_media_left_alone(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    file = folder / "data.jsonl"
    good = file.read_bytes()
    file.write_bytes(good.replace(b"image_3.jpg", b"image_3.jpeg").replace(b'4.mp4"}', b'4.mp4",}', 1))
    before = content(folder)
    assert cli("fix", folder, "--diff").code == 1
    assert content(folder) == before
    ran = cli("fix", folder)
    assert ran.code == 0
    assert content(folder) == before | {"data.jsonl": good}
    assert cli("fix", folder).err == "nothing to fix\n"
    file.write_bytes(b"\xef\xbb\xbf" + good)
    assert cli("fix", folder, "--select", "L201").code == 0
    assert file.read_bytes() == good


def test_media_are_fixed_only_in_a_new_folder(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder, new = tmp_path / "set", tmp_path / "new"
    shutil.copytree(clean, folder)
    builders.clip(folder / "video_1.mp4", frames=112, size=(64, 96), seed=1)
    before = content(folder)
    options = ("--unsafe", "--model", "wan2.2-i2v-flash")
    refused = cli("fix", folder, *options)
    assert refused.code == 2
    assert "video_1.mp4, line 2 (V407 video-too-long)" in refused.err
    safe = cli("fix", folder, "--model", "wan2.2-i2v-flash")
    assert (safe.code, "V407 can only be fixed with --unsafe" in safe.err) == (1, True)
    assert "nothing to fix" not in safe.err
    selected = cli("fix", folder, "--model", "wan2.2-i2v-flash", "--select", "V407", "--diff")
    assert "V407 can only be fixed with --unsafe" in selected.err
    inside = cli("fix", folder, *options, "-o", folder / "new")
    assert (inside.code, "inside" in inside.err) == (2, True)
    assert cli("fix", folder, *options, "-o", new).code == 0
    assert content(folder) == before
    made = content(new)
    assert {path for path in made if made[path] != before[path]} == {"video_1.mp4"}
    assert cli("fix", folder, *options, "-o", new).code == 2


def test_a_new_folder_shares_no_file_with_the_old_one(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder, new = tmp_path / "set", tmp_path / "new"
    shutil.copytree(clean, folder)
    builders.jpeg(folder / "image_1.jpg", (96, 64), orientation=6)
    before = content(folder)
    assert cli("fix", folder, "-o", new).code == 0
    for path in before:
        assert (new / path).stat().st_ino != (folder / path).stat().st_ino
        with (new / path).open("r+b") as file:
            file.write(b"edited")
    assert content(folder) == before


def test_a_trimmed_clip_says_what_it_keeps(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder, new = tmp_path / "set", tmp_path / "new"
    shutil.copytree(clean, folder)
    builders.clip(folder / "video_0.mp4", frames=112, size=(96, 64))
    builders.clip(folder / "video_1.mp4", frames=96, size=(64, 96))
    options = ("--unsafe", "--model", "wan2.2-i2v-flash", "-o", new)
    for out in (cli("fix", folder, *options, "--diff").out, cli("fix", folder, *options).out):
        assert "video_0.mp4: keeps 0.00–5.00 s of 7.00 s" in out
        assert "video_1.mp4: keeps 0.00–5.00 s of 6.00 s" in out


def test_the_new_folder_names_the_model_that_it_was_fixed_for(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder, new = tmp_path / "set", tmp_path / "new"
    shutil.copytree(clean, folder)
    (folder / "datasetkit.toml").write_text('# Ours.\nmodel = "wan2.5-i2v-preview"  # cheap\nrole = "training"\n')
    builders.clip(folder / "video_1.mp4", frames=112, size=(64, 96))
    assert cli("fix", folder, "--unsafe", "--model", "wan2.2-i2v-flash", "-o", new).code == 0
    settled = (new / "datasetkit.toml").read_text()
    assert settled == '# Ours.\nmodel = "wan2.2-i2v-flash"  # cheap\nrole = "training"\n'
    assert "for wan2.2-i2v-flash" in cli("lint", new).out


OPENED = """
import sys
from collections import Counter
opened = Counter()
def count(event, details):
    if event == "open" and str(details[0]).endswith((".mp4", ".jpg")):
        opened[details[0]] += 1
sys.addaudithook(count)
from datasetkit.cli import run
code = run(sys.argv[1:])
print(len(opened), max(opened.values()))
sys.exit(code)
"""


def test_fixing_lines_reads_no_medium_more_often_than_lint_does(clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    file = folder / "data.jsonl"
    file.write_text(file.read_text().replace("image_3.jpg", "image_3.jpeg").replace('4.mp4"}', '4.mp4",}'))
    opened = []
    for command, path in (("lint", clean), ("fix", folder)):
        argv = [sys.executable, "-c", OPENED, command, path, "--no-cache"]
        ran = subprocess.run(argv, capture_output=True, text=True, check=True)
        opened.append(ran.stdout.splitlines()[-1])
    assert opened[0].startswith("40 ")
    assert opened[1] == opened[0]
    assert file.read_text() == (clean / "data.jsonl").read_text()


def test_a_zip_is_fixed_in_a_new_zip(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder, old = tmp_path / "set", tmp_path / "old.zip"
    shutil.copytree(clean, folder)
    builders.jpeg(folder / "image_1.jpg", (96, 64), orientation=6)
    assert cli("build", folder, "-o", old).code == 0
    before = old.read_bytes()
    assert cli("fix", old).code == 2
    assert cli("fix", old, "-o", tmp_path / "new.zip").code == 0
    assert old.read_bytes() == before
    assert "I305" not in cli("lint", tmp_path / "new.zip").out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.zip", "old.zip", "old.zip.json", "set"]


def test_what_a_conversion_reveals_is_fixed_too(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    (folder / "video_1.mp4").unlink()
    builders.clip(folder / "video_1.webm", codec="libvpx-vp9", frames=112, size=(64, 96))
    lines = (folder / "data.jsonl").read_text().replace("video_1.mp4", "video_1.webm")
    (folder / "data.jsonl").write_text(lines)
    ran = cli("fix", folder, "--unsafe", "--model", "wan2.2-i2v-flash", "-o", tmp_path / "new")
    assert ran.code == 0
    assert "keeps 0.00–5.00 s of 7.00 s" in ran.out
    assert cli("lint", tmp_path / "new", "--model", "wan2.2-i2v-flash").code == 0


def test_a_fix_that_causes_a_new_finding_is_skipped(cli: Cli, clean: Path, tmp_path: Path) -> None:
    """The frame of two clips of different shapes can be right for one of them only."""
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    with (folder / "data.jsonl").open("a") as file:
        builders.clip(folder / "wide.mp4", frames=40, size=(128, 32))
        file.write(line(99, "wide.mp4", "image_0.jpg") + "\n")
    before = content(folder)
    ran = cli("fix", folder, "--unsafe", "-o", tmp_path / "new")
    assert "K501 frame-shape: this fix would cause another problem: K501" in ran.err
    assert not (tmp_path / "new").exists()
    assert content(folder) == before


def test_a_good_fix_is_kept_beside_one_that_causes_a_finding(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    lines = (folder / "data.jsonl").read_text().splitlines(keepends=True)
    lines[2] = lines[2].replace("video_2.mp4", r"C:\\clips\\video_2.mp4")  # is fixed
    lines[5] = lines[5].replace("video_5.mp4", "Video_6.mp4")  # would then be a duplicate of the next line
    (folder / "data.jsonl").write_text("".join(lines))
    ran = cli("fix", folder)
    assert "L209" in ran.err
    assert "skipped: L210" not in ran.err
    after = (folder / "data.jsonl").read_text().splitlines(keepends=True)
    assert after[2] == lines[2].replace(r"C:\\clips\\", "")
    assert after[5] == lines[5]


def test_what_can_not_be_made_is_reported(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    (folder / "image_1.jpg").write_bytes(b"GIF89a broken")
    ran = cli("fix", folder, "-o", tmp_path / "new")
    assert ran.code == 1
    assert "skipped: data.jsonl:2 I302 image-format, image_1.jpg: not an image that can be read: a GIF image" in ran.err
    assert not (tmp_path / "new").exists()


def test_every_line_that_names_a_lost_file_is_fixed_at_once(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    (folder / "data.jsonl").write_text(
        "".join(line(n, f"video_{n}.mp4", "image_0.jpeg") + "\n" for n in range(0, 20, 2))
    )
    assert cli("fix", folder, "--select", "L209").code == 0
    named = [json.loads(text)["first_frame_path"] for text in (folder / "data.jsonl").read_text().splitlines()]
    assert named == ["image_0.jpg"] * 10


def test_a_link_to_a_folder_leaves_good_lines_alone(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder / "clips")
    (folder / "clips" / "data.jsonl").unlink()
    (folder / "backup").symlink_to("clips")
    lines = (line(n, f"clips/video_{n}.mp4", f"clips/image_{n}.jpg") + "\n" for n in range(20))
    (folder / "data.jsonl").write_text("".join(lines))
    assert "nothing to fix" in cli("fix", folder).err


def test_prompts_are_fixed_as_normalize_would(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    file = folder / "data.jsonl"
    file.write_text(file.read_text().replace("The video begins showing person 3", "The  video begins showing person 3"))
    assert cli("fix", folder, "--select", "P607").code == 0
    assert file.read_text() == (clean / "data.jsonl").read_text()


def test_an_unknown_code_is_refused(cli: Cli, clean: Path) -> None:
    assert "no rule code starts with X9" in cli("fix", clean, "--select", "X9").err


def test_uneven_clips_become_steady(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    times = [Fraction(n, 16) + Fraction(n % 3, 40) for n in range(40)]
    builders.clip(folder / "video_0.mp4", times=times, frames=40, size=(96, 64))
    assert cli("fix", folder, "--select", "V410", "-o", tmp_path / "new").code == 0
    assert "V410" not in cli("lint", tmp_path / "new").out


@pytest.mark.parametrize("place", ["{}/outside.jpg", "../outside.jpg"])
def test_a_frame_outside_of_the_set_is_never_written(cli: Cli, tmp_path: Path, place: str) -> None:
    folder, outside = tmp_path / "set", builders.jpeg(tmp_path / "outside.jpg", seed=5)
    builders.clip(folder / "a.mp4", frames=112)
    builders.jpeg(folder / "a.jpg")
    (folder / "data.jsonl").write_text(line(1, "a.mp4", "a.jpg", last_frame_path=place.format(tmp_path)) + "\n")
    before = outside.read_bytes()
    ran = cli("fix", folder, "--unsafe", "--model", "wan2.2-kf2v-flash", "--ignore", "S,P", "-o", tmp_path / "new")
    assert "a.mp4: keeps 0.00–5.00 s of 7.00 s" in ran.out
    assert outside.read_bytes() == before
    assert sorted(content(tmp_path / "new")) == ["a.jpg", "a.mp4", "data.jsonl"]


def test_what_is_no_dataset_says_what_to_do(cli: Cli, clean: Path, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    shutil.copy(clean / "video_1.mp4", tmp_path / "raw")
    ran = cli("fix", tmp_path / "raw")
    assert ran.code == 1
    assert "nothing to fix automatically; `datasetkit lint" in ran.err
    assert "datasetkit init" in ran.err


def test_an_output_that_is_not_written_is_named(cli: Cli, clean: Path, tmp_path: Path) -> None:
    ran = cli("fix", clean, "-o", tmp_path / "new")
    assert (ran.code, "new was not written" in ran.err) == (0, True)


def test_an_archive_of_another_format_is_refused(cli: Cli, clean: Path, tmp_path: Path) -> None:
    ran = cli("fix", clean, "-o", tmp_path / "new.rar")
    assert (ran.code, "new.rar" in ran.err) == (2, True)
