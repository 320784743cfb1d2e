"""What `fix` mends, what it leaves, and that nothing of the user's is touched."""

import json
import shutil
import tomllib
from fractions import Fraction
from pathlib import Path

import builders
import pytest
from conftest import Cli, line

BROKEN = Path(__file__).parents[2] / "sample_data" / "broken"
CASES = tomllib.loads((BROKEN / "expected.toml").read_text("utf-8"))
# what no edit can know: which of two it was, what is missing, what was meant
UNFIXED = {
    *("D101", "D104", "D105", "D106", "D107", "D108", "D109", "D110", "I301", "K504", "L204", "L205", "L206", "L207"),
    *("L208", "L211", "L212", "L213", "P603", "P606", "P608", "P609", "P610", "S708", "V401", "V402", "V408"),
}
UNCERTAIN = {"L201-encoding", "L202-not-json-cut-off", "L209-file-not-found", "L210-path-form-outside"}
FIXED = [case for case, told in CASES.items() if told["code"] not in UNFIXED and case not in UNCERTAIN]


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", FIXED)
def test_a_broken_case_is_mended_for_good(cli: Cli, tmp_path: Path, case: str) -> None:
    code, options = CASES[case]["code"], [*CASES[case]["options"], "--ignore", "S"]
    source, made = tmp_path / "set", tmp_path / "made"
    shutil.copytree(BROKEN / case, source)
    before = content(source)
    planned = cli("fix", source, "--diff", "--unsafe", *options, "-o", made)
    assert planned.code == 1
    assert not made.exists()
    ran = cli("fix", source, "--unsafe", *options, "-o", made)
    assert ran.out == planned.out
    assert content(source) == before
    assert code not in cli("lint", made, *options).out
    again = cli("fix", made, "--unsafe", "--select", code, *options, "-o", tmp_path / "again")
    assert "nothing to fix" in again.err
    assert not (tmp_path / "again").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"set", "made"}


@pytest.mark.parametrize("case", [case for case in CASES if CASES[case]["code"] in UNFIXED or case in UNCERTAIN])
def test_what_takes_a_human_is_left(cli: Cli, tmp_path: Path, case: str) -> None:
    if case.endswith(".zip") or case.startswith("S708"):
        return
    shutil.copytree(BROKEN / case, tmp_path / "set")
    before = content(tmp_path / "set")
    ran = cli("fix", tmp_path / "set", "--unsafe", *CASES[case]["options"], "--select", CASES[case]["code"])
    assert "nothing to fix" in ran.err
    assert content(tmp_path / "set") == before


def test_lines_are_mended_in_place_and_media_left_alone(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    file = folder / "data.jsonl"
    good = file.read_bytes()
    file.write_bytes(
        b"\xef\xbb\xbf" + good.replace(b"image_3.jpg", b"image_3.jpeg").replace(b'4.mp4"}', b'4.mp4",}', 1)
    )
    before = content(folder)
    assert cli("fix", folder, "--diff").code == 1
    assert content(folder) == before
    ran = cli("fix", folder)
    assert ran.code == 0
    assert content(folder) == before | {"data.jsonl": good}
    assert cli("fix", folder).err == "nothing to fix\n"


def test_media_are_mended_only_in_a_new_folder(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    builders.clip(folder / "video_1.mp4", frames=112, size=(64, 96))
    before = content(folder)
    options = ("--unsafe", "--model", "wan2.2-i2v-flash")
    refused = cli("fix", folder, *options)
    assert refused.code == 2
    assert "video_1.mp4 (V407 video-too-long)" in refused.err
    assert cli("fix", folder, "--model", "wan2.2-i2v-flash").code == 1  # trimming is not safe
    inside = cli("fix", folder, *options, "-o", folder / "new")
    assert (inside.code, "inside" in inside.err) == (2, True)
    assert cli("fix", folder, *options, "-o", tmp_path / "new").code == 0
    assert content(folder) == before
    made = content(tmp_path / "new")
    assert {path for path in made if made[path] != before[path]} == {"video_1.mp4"}
    assert (tmp_path / "new" / "video_2.mp4").stat().st_nlink == 2
    assert cli("fix", folder, *options, "-o", tmp_path / "new").code == 2


def test_a_zip_is_mended_in_a_new_zip(cli: Cli, clean: Path, tmp_path: Path) -> None:
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


def test_what_a_conversion_brings_to_light_is_mended_too(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    (folder / "video_1.mp4").unlink()
    builders.clip(folder / "video_1.webm", codec="libvpx-vp9", frames=112, size=(64, 96))
    lines = (folder / "data.jsonl").read_text().replace("video_1.mp4", "video_1.webm")
    (folder / "data.jsonl").write_text(lines)
    ran = cli("fix", folder, "--unsafe", "--model", "wan2.2-i2v-flash", "-o", tmp_path / "new")
    assert ran.code == 0
    assert "at most 5 s" in ran.out
    assert cli("lint", tmp_path / "new", "--model", "wan2.2-i2v-flash").code == 0


def test_a_fix_that_brings_a_new_finding_is_left_out(cli: Cli, clean: Path, tmp_path: Path) -> None:
    """The frame of two clips of different shapes can be right for one of them only."""
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    with (folder / "data.jsonl").open("a") as file:
        builders.clip(folder / "wide.mp4", frames=40, size=(128, 32))
        file.write(line(99, "wide.mp4", "image_0.jpg") + "\n")
    before = content(folder)
    ran = cli("fix", folder, "-o", tmp_path / "new")
    assert "left out: K501 frame-shape, data.jsonl: it would bring K501" in ran.err
    assert not (tmp_path / "new").exists()
    assert content(folder) == before


def test_what_can_not_be_made_is_told(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    (folder / "image_1.jpg").write_bytes(b"GIF89a broken")
    ran = cli("fix", folder, "-o", tmp_path / "new")
    assert ran.code == 1
    assert "left out: I302 image-format, image_1.jpg: it can't be read as an image" in ran.err
    assert not (tmp_path / "new").exists()


def test_every_line_that_names_a_lost_file_is_mended_at_once(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    (folder / "data.jsonl").write_text(
        "".join(line(n, f"video_{n}.mp4", "image_0.jpeg") + "\n" for n in range(0, 20, 2))
    )
    assert cli("fix", folder, "--select", "L209").code == 0
    named = [json.loads(text)["first_frame_path"] for text in (folder / "data.jsonl").read_text().splitlines()]
    assert named == ["image_0.jpg"] * 10


def test_prompts_are_mended_as_normalize_would(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    file = folder / "data.jsonl"
    file.write_text(file.read_text().replace("The video begins showing person 3", "The  video begins showing person 3"))
    assert cli("fix", folder, "--select", "P607").code == 0
    assert file.read_text() == (clean / "data.jsonl").read_text()


def test_an_unknown_code_is_refused(cli: Cli, clean: Path) -> None:
    assert "no rule has the code X9" in cli("fix", clean, "--select", "X9").err


def test_uneven_clips_become_steady(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    times = [Fraction(n, 16) + Fraction(n % 3, 40) for n in range(40)]
    builders.clip(folder / "video_0.mp4", times=times, frames=40, size=(96, 64))
    assert cli("fix", folder, "-o", tmp_path / "new").code == 0
    assert "V410" not in cli("lint", tmp_path / "new").out
