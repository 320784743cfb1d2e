import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import builders
import pytest
from conftest import Cli, line
from jsonschema import Draft202012Validator

from datasetkit import spec
from datasetkit.model import Dataset, Image, Video
from datasetkit.scan.datasets import open_tree, scan


def read(path: Path) -> Dataset:
    tree = open_tree(str(path))
    ((dataset, _),) = scan(tree)
    tree.close()
    return dataset


def facts(dataset: Dataset) -> list[tuple[object, ...]]:
    """What a sample says and shows, whatever its files are called."""
    return [
        (sample.record["prompt"], *((r.where.field, *_shown(r.medium)) for r in sample.references))
        for sample in dataset.samples
    ]


def _shown(medium: object) -> tuple[object, ...]:
    assert isinstance(medium, Image | Video)
    length = medium.seconds if isinstance(medium, Video) else None
    return medium.size, medium.width, medium.height, length


def test_a_messy_folder_builds_into_a_clean_zip_at_the_first_try(cli: Cli, messy: Path, tmp_path: Path) -> None:
    ran = cli("build", messy, "-o", tmp_path / "out.zip", "--verify")
    assert ran.code == 0
    for code in ("L201", "L210", "D104", "D105", "D107", "D108"):
        assert code in ran.err
    assert "error" not in ran.err
    assert ran.out.startswith(f"{tmp_path / 'out.zip'}  ")
    assert ran.out.endswith("  20 samples\n")
    again = cli("lint", tmp_path / "out.zip", "--strict")
    assert again.code == 0
    assert "no problems found" in again.out


def test_scanning_what_was_built_gives_the_same_samples(cli: Cli, messy: Path, tmp_path: Path) -> None:
    cli("build", messy, "-o", tmp_path / "out.zip")
    assert facts(read(tmp_path / "out.zip")) == facts(read(messy))


def test_building_twice_and_building_what_was_unpacked_gives_equal_bytes(cli: Cli, messy: Path, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        cli("build", messy, "-o", tmp_path / name)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    cli("build", tmp_path / "unpacked", "-o", tmp_path / "c.zip")
    cli("build", tmp_path / "a.zip", "-o", tmp_path / "d.zip")
    assert len({(tmp_path / name).read_bytes() for name in ("a.zip", "b.zip", "c.zip", "d.zip")}) == 1


def test_a_zip_that_was_refused_can_be_built_from(cli: Cli, messy: Path, tmp_path: Path) -> None:
    shutil.make_archive(str(tmp_path / "refused"), "zip", messy.parent, messy.name)
    refused = cli("lint", tmp_path / "refused.zip")
    assert refused.code == 1
    assert "D101" in refused.out
    assert cli("build", tmp_path / "refused.zip", "-o", tmp_path / "out.zip").code == 0
    assert cli("lint", tmp_path / "out.zip", "--strict").code == 0


def test_errors_stop_it_and_an_ignored_code_does_not(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    (folder / "data.jsonl").write_text((folder / "data.jsonl").read_text() + "{broken\n")
    ran = cli("build", folder, "-o", tmp_path / "out.zip")
    assert ran.code == 1
    assert "L202" in ran.err
    assert ran.err.endswith("not built: fix the errors above, then build again\n")
    assert ran.out == ""
    assert not (tmp_path / "out.zip").exists()
    assert cli("build", folder, "-o", tmp_path / "out.zip", "--ignore", "L202").code == 0
    manifest = json.loads((tmp_path / "out.zip.json").read_text())
    assert manifest["ignored"] == [{"code": "L202", "count": 1, "reason": "--ignore"}]
    assert manifest["samples"] == 20


def test_where_an_error_can_be_fixed_the_command_for_it_is_named(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    builders.clip(folder / "video_0.mp4", frames=200, size=(64, 64))
    ran = cli("build", folder, "-o", tmp_path / "out.zip", "--model", "wan2.2-i2v-flash")
    assert ran.code == 1
    fix = f"next: datasetkit fix {folder} --model wan2.2-i2v-flash --unsafe -o {folder}_fixed --diff"
    assert ran.err.splitlines()[-2:] == ["not built: fix the errors above, then build again", fix]


def test_the_manifest_says_what_was_written(cli: Cli, messy: Path, tmp_path: Path) -> None:
    ran = cli("build", messy, "-o", tmp_path / "out.zip", "--format", "json")
    beside = json.loads((tmp_path / "out.zip.json").read_text("utf-8"))
    Draft202012Validator(spec.document("build.schema.json")).validate(beside)
    assert json.loads(ran.out) == [{"path": str(tmp_path / "out.zip"), **beside}]
    assert beside["bytes"] == (tmp_path / "out.zip").stat().st_size
    assert beside["renamed"]["第0个.mp4"] == "video_0.mp4"
    assert beside["findings"] == []


def test_hold_out_writes_a_second_zip(cli: Cli, clean: Path, tmp_path: Path) -> None:
    ran = cli("build", clean, "-o", tmp_path / "out.zip", "--hold-out", "25%")
    assert ran.code == 0
    training, validation = read(tmp_path / "out.zip"), read(tmp_path / "out-validation.zip")
    assert (len(training.samples), len(validation.samples)) == (15, 5)
    assert all("video_path" not in sample.record for sample in validation.samples)
    assert not any(file.path.endswith(".mp4") for file in validation.files)
    prompts = {str(sample.record["prompt"]) for sample in (*training.samples, *validation.samples)}
    assert len(prompts) == 20
    assert (tmp_path / "out-validation.zip.json").exists()


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ("2", "leaves 2 of 20 samples for validation"),
        ("12", "leaves 8 of 20 samples for training"),
        ("x", "can't be 'x'"),
    ],
)
def test_a_side_that_would_be_too_small_is_refused(
    cli: Cli, clean: Path, tmp_path: Path, held: str, message: str
) -> None:
    ran = cli("build", clean, "-o", tmp_path / "out.zip", "--hold-out", held)
    assert ran.code == 2
    assert message in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_laid_out_like_the_zip(cli: Cli, messy: Path, tmp_path: Path) -> None:
    cli("build", messy, "-o", tmp_path / "out.zip")
    assert cli("build", messy, "-o", tmp_path / "out", "--dir").code == 0
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            path.relative_to(tmp_path / "out").as_posix(): path.read_bytes() for path in (tmp_path / "out").rglob("*")
        }


def test_an_existing_target_is_kept_unless_forced(cli: Cli, clean: Path, tmp_path: Path) -> None:
    (tmp_path / "out.zip").write_text("mine")
    ran = cli("build", clean, "-o", tmp_path / "out.zip")
    assert ran.code == 2
    assert "with --force" in ran.err
    assert (tmp_path / "out.zip").read_text() == "mine"
    assert cli("build", clean, "-o", tmp_path / "out.zip", "--force").code == 0


def test_several_datasets_are_not_one_zip(cli: Cli, clean: Path, tmp_path: Path) -> None:
    for name in ("train", "valid"):
        shutil.copytree(clean, tmp_path / "root" / name)
    ran = cli("build", tmp_path / "root", "-o", tmp_path / "out.zip")
    assert ran.code == 2
    assert "holds 2 datasets: train/, valid/" in ran.err
    assert f"Name one of them, such as {tmp_path}/root/valid" in ran.err


def test_one_of_several_datasets_in_a_zip_is_judged_and_built(cli: Cli, clean: Path, tmp_path: Path) -> None:
    for name in ("train", "valid"):
        shutil.copytree(clean, tmp_path / "root" / name)
    two = Path(shutil.make_archive(str(tmp_path / "two"), "zip", tmp_path / "root"))
    headings = [row.split("  ")[0] for row in cli("lint", two).out.splitlines() if " set (" in row]
    assert headings == [f"{two}/train", f"{two}/valid"]
    refused = cli("build", two, "-o", tmp_path / "out.zip")
    assert f"Name one of them, such as {two}/valid" in refused.err
    judged = cli("lint", f"{two}/valid/")
    assert next(row for row in judged.out.splitlines() if " set (" in row).startswith(f"{two}/valid  ")
    assert "/train" not in judged.out
    assert cli("build", f"{two}/valid", "-o", tmp_path / "out.zip").code == 0
    assert facts(read(tmp_path / "out.zip")) == facts(read(clean))
    nowhere = cli("lint", f"{two}/test")
    assert nowhere.code == 2
    assert f"there is no folder test in {two}" in nowhere.err


def test_a_target_whose_name_the_client_refuses_is_named(cli: Cli, clean: Path, tmp_path: Path) -> None:
    assert 'rename "我的.zip" before you upload it' in cli("build", clean, "-o", tmp_path / "我的.zip").err


def test_ctrl_c_is_quiet_and_leaves_nothing(clean: Path, tmp_path: Path) -> None:
    """The last clip is a pipe's worth of a gigabyte, so that the signal comes while it is being packed."""
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    lengthen(folder / "video_19.mp4", 900 << 20)
    with being_packed(folder, tmp_path / "out") as process:
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == b""
    assert err.decode().splitlines()[-1] == "interrupted"
    assert b"Traceback" not in err
    assert list((tmp_path / "out").iterdir()) == []


def lengthen(path: Path, size: int) -> None:
    """Put a free box of ``size`` bytes, without any on the disk, behind a clip."""
    with path.open("ab") as file:
        file.write(size.to_bytes(4, "big") + b"free")
        file.truncate(file.tell() - 8 + size)


@contextmanager
def being_packed(folder: Path, out: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A build of ``folder`` in a process of its own, whose temporary is there."""
    out.mkdir()
    command = [sys.executable, "-m", "datasetkit", "build", str(folder), "-o", str(out / "out.zip")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not any(out.iterdir()) and process.poll() is None:
            pass
        yield process


def test_a_clip_that_is_replaced_before_its_turn_stops_it(clean: Path, tmp_path: Path) -> None:
    """Another of the same size, while the first clip is being packed."""
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    lengthen(folder / "video_0.mp4", 400 << 20)
    other = tmp_path / "other.mp4"
    other.write_bytes(bytes((folder / "video_19.mp4").stat().st_size))
    with being_packed(folder, tmp_path / "out") as process:
        other.replace(folder / "video_19.mp4")
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "video_19.mp4 has changed since it was checked" in err.decode()
    assert list((tmp_path / "out").iterdir()) == []


def test_a_line_whose_file_is_missing_can_not_be_ignored_into_a_zip(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    (folder / "data.jsonl").write_text((folder / "data.jsonl").read_text() + line(21, "gone.mp4", "image_1.jpg") + "\n")
    ran = cli("build", folder, "-o", tmp_path / "out.zip", "--ignore", "L209")
    assert ran.code == 2
    assert "there is no file 'gone.mp4' (video_path) in the dataset" in ran.err


def test_a_line_without_its_clip_can_not_be_ignored_into_a_zip(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    bare = json.dumps({"prompt": "a", "first_frame_path": "image_1.jpg"})
    (folder / "data.jsonl").write_text((folder / "data.jsonl").read_text() + bare + "\n")
    ran = cli("build", folder, "-o", tmp_path / "out.zip", "--ignore", "L206")
    assert ran.code == 2
    assert "data.jsonl:21 has no video_path" in ran.err


def test_a_validation_zip_that_is_there_is_seen_before_the_first_is_written(
    cli: Cli, clean: Path, tmp_path: Path
) -> None:
    (tmp_path / "out-validation.zip").write_text("mine")
    assert cli("build", clean, "-o", tmp_path / "out.zip", "--hold-out", "5").code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["out-validation.zip"]


def test_every_rule_is_asked_before_a_zip_is_built(cli: Cli, clean: Path, tmp_path: Path) -> None:
    ran = cli("build", clean, "-o", tmp_path / "out.zip", "--select", "V")
    assert ran.code == 2
    assert "No such option '--select'" in ran.err or "No such option: --select" in ran.err


@pytest.mark.parametrize("name", ["data.jsonl", "video_1.mp4"])
def test_force_does_not_take_a_file_of_the_dataset(cli: Cli, clean: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    ran = cli("build", folder, "-o", folder / name, "--force")
    assert ran.code == 2
    assert "doesn't end in .zip" in ran.err
    assert (folder / name).read_bytes() == (clean / name).read_bytes()


@pytest.mark.parametrize("output", [".", "..", "/"])
def test_what_is_built_needs_a_name(cli: Cli, clean: Path, output: str) -> None:
    ran = cli("build", clean, "-o", output, "--dir", "--hold-out", "5")
    assert ran.code == 2
    assert f"the output {output} has no file name" in ran.err


def test_a_validation_folder_that_is_there_is_seen_before_the_first_is_written(
    cli: Cli, clean: Path, tmp_path: Path
) -> None:
    (tmp_path / "out-validation" / "mine").mkdir(parents=True)
    ran = cli("build", clean, "-o", tmp_path / "out", "--dir", "--hold-out", "5")
    assert ran.code == 2
    assert "out-validation already exists and isn't an empty folder" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["out-validation"]


def test_nothing_can_not_be_ignored_into_an_empty_zip(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    ran = cli("build", tmp_path / "set", "-o", tmp_path / "out.zip", "--ignore", "D101")
    assert ran.code == 2
    assert "has no samples to build from" in ran.err
    assert not (tmp_path / "out.zip").exists()


def test_a_file_where_the_manifest_of_a_folder_would_be_is_kept(cli: Cli, clean: Path, tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("mine")
    ran = cli("build", clean, "-o", tmp_path / "out", "--dir")
    assert ran.code == 2
    assert "out.json already exists" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_each_zip_of_a_split_has_its_own_findings(cli: Cli, clean: Path, tmp_path: Path) -> None:
    """Every clip is longer than wanted; a validation zip has no clips."""
    cli("build", clean, "-o", tmp_path / "out.zip", "--hold-out", "5", "--target-seconds", "1")
    left = [json.loads((tmp_path / f"{name}.zip.json").read_text())["findings"] for name in ("out", "out-validation")]
    assert [sum(f["code"] == "V419" for f in findings) for findings in left] == [15, 0]


@pytest.mark.parametrize(("ignored", "code"), [((), 1), (("--ignore", "D103"), 0), (("--ignore", "D"), 0)])
def test_the_exact_size_alone_may_forbid_a_zip(
    cli: Cli, clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ignored: tuple[str, ...], code: int
) -> None:
    """The limit lies between the sum of the files, which lint judges, and the zip with its headers."""
    files = sum(file.size for file in read(clean).files)
    limits = replace(spec.limits(), archive_bytes=spec.Thresholds(high=files + 100, warn=files + 100))
    monkeypatch.setattr(spec, "limits", lambda: limits)
    ran = cli("build", clean, "-o", tmp_path / "out.zip", *ignored)
    assert ran.code == code
    assert ("D103 archive-too-large  out.zip: the zip is" in ran.err) is bool(code)
    assert ("not built" in ran.err) is bool(code)


def test_a_set_that_is_too_large_becomes_several_zips(
    cli: Cli, clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = sum(file.size for file in read(clean).files) * 2 // 3
    limits = replace(spec.limits(), archive_bytes=spec.Thresholds(high=most, warn=most))
    monkeypatch.setattr(spec, "limits", lambda: limits)
    assert cli("build", clean, "-o", tmp_path / "out.zip").code == 1
    ran = cli("build", clean, "-o", tmp_path / "out.zip", "--parts", "--hold-out", "5")
    assert ran.code == 0, ran.err
    assert "D103" not in ran.err
    zips = sorted(path.name for path in tmp_path.glob("*.zip"))
    assert zips == ["out-1.zip", "out-2.zip", "out-validation.zip"]
    assert [line.split("/")[-1].split()[0] for line in ran.out.splitlines()] == zips
    counts = [json.loads((tmp_path / f"{name}.json").read_text())["samples"] for name in zips]
    assert sum(counts) == len(read(clean).samples)
    assert counts[2] == 5
    assert all((tmp_path / name).stat().st_size <= most for name in zips)
    assert "already exists" in cli("build", clean, "-o", tmp_path / "out.zip", "--parts").err


def test_a_set_that_fits_is_one_zip_with_parts_too(cli: Cli, clean: Path, tmp_path: Path) -> None:
    assert cli("build", clean, "-o", tmp_path / "out.zip", "--parts").code == 0
    assert [path.name for path in tmp_path.glob("*.zip")] == ["out.zip"]
    assert "--parts" in cli("build", clean, "-o", tmp_path / "folder", "--dir", "--parts").err


def test_a_zip_has_the_name_of_one(cli: Cli, clean: Path, tmp_path: Path) -> None:
    ran = cli("build", clean, "-o", tmp_path / "set.rar")
    assert ran.code == 2
    assert "doesn't end in .zip" in ran.err
    assert not (tmp_path / "set.rar").exists()
