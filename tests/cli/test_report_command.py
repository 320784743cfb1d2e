"""`datasetkit report`, `build --report`, and the line of `lint` that offers it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import jsonschema
import pytest
from conftest import Cli, line
from PIL import Image

from datasetkit import spec
from datasetkit.cli.page import write_page
from datasetkit.errors import DatasetkitError
from datasetkit.footage import Thumbnail
from datasetkit.model import Image as ImageFacts
from datasetkit.report.visual.gathering import gather
from datasetkit.report.visual.values import VisualReport
from datasetkit.verdict import Verdict, check


@pytest.fixture
def faulty(clean: Path, tmp_path: Path) -> Path:
    """An image that is missing, and one that shows another clip's first frame."""
    folder = tmp_path / "faulty"
    shutil.copytree(clean, folder)
    lines = (folder / "data.jsonl").read_text().splitlines()
    lines[3] = line(3, "video_3.mp4", "image_3.jpeg")
    (folder / "data.jsonl").write_text("\n".join(lines))
    shutil.copy(folder / "image_9.jpg", folder / "image_7.jpg")
    return folder


def pictures(page: str) -> int:
    return len(re.findall(r'<image [^>]*href="data:image/webp;base64,\w', page))


def test_it_writes_a_page_with_every_sample(cli: Cli, clean: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    ran = cli("report", clean, "-o", page, "--model", "wan2.2-i2v-flash")
    assert (ran.code, ran.out, ran.err) == (0, f"{page}\n", "")
    text = page.read_text("utf-8")
    assert text.count("<article") == 20
    assert pictures(text) == 3 * 20
    assert f"datasetkit build {clean} -o {clean}.zip --model wan2.2-i2v-flash" in text


def test_errors_are_its_exit_code_and_the_page_is_written(cli: Cli, faulty: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text("an older one")
    assert cli("report", faulty, "-o", page).code == 1
    text = page.read_text("utf-8")
    assert "Not ready: 1 error blocks the build." in text
    assert f"datasetkit fix {faulty} --select L209" in text
    assert "K502" in text


def test_a_page_needs_a_name(cli: Cli, clean: Path) -> None:
    ran = cli("report", clean)
    assert ran.code == 2
    assert "-o report.html" in ran.err


def test_sets_are_shown_and_compared_together(cli: Cli, clean: Path, tmp_path: Path) -> None:
    validation = tmp_path / "validation"
    validation.mkdir()
    shutil.copy(clean / "image_2.jpg", validation / "asked.jpg")
    sample = {"prompt": "A man. Then the s86b5p rain begins.", "first_frame_path": "asked.jpg"}
    (validation / "data.jsonl").write_text(json.dumps(sample))
    page = tmp_path / "report.html"
    cli("report", clean, validation, "-o", page)
    text = page.read_text("utf-8")
    assert "<h1>2 datasets</h1>" in text
    assert "Looks the same" in text
    assert "asked.jpg is in the training set too, as image_2.jpg" in text


def test_the_same_as_json(cli: Cli, faulty: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    printed = cli("report", faulty, "--format", "json")
    written = cli("report", faulty, "--format", "json", "-o", file)
    assert (printed.code, written.code, written.out) == (1, 1, f"{file}\n")
    assert file.read_text("utf-8") == printed.out
    value = json.loads(printed.out)
    jsonschema.validate(value, spec.document("visual-report.schema.json"))
    assert value["sets"][0]["cards"][0]["line"] == 4


@pytest.mark.parametrize("name", ["data.jsonl", "video_3.mp4"])
def test_a_file_of_the_dataset_is_never_replaced(cli: Cli, faulty: Path, name: str) -> None:
    before = (faulty / name).read_bytes()
    ran = cli("report", faulty, "-o", faulty / name)
    assert (ran.code, name in ran.err) == (2, True)
    assert (faulty / name).read_bytes() == before


def test_lint_offers_it_where_findings_were_seen_in_pictures(cli: Cli, faulty: Path, clean: Path) -> None:
    last = cli("lint", faulty, "--model", "wan2.2-i2v-flash").err.splitlines()[-1]
    assert last == f"look: datasetkit report {faulty} -o report.html --model wan2.2-i2v-flash"
    assert "look:" not in cli("lint", faulty, "--select", "L").err
    assert "look:" not in cli("lint", clean, "--depth", "header").err


def test_build_writes_it_beside_the_zip(cli: Cli, clean: Path, tmp_path: Path) -> None:
    ran = cli("build", clean, "-o", tmp_path / "set.zip", "--report")
    assert ran.code == 0
    assert f"report: {tmp_path / 'set.html'}" in ran.err
    text = (tmp_path / "set.html").read_text("utf-8")
    assert f"datasetkit upload {tmp_path / 'set.zip'}" in text
    assert pictures(text) == 60


def test_build_writes_it_where_errors_keep_the_zip_from_being_written(cli: Cli, faulty: Path, tmp_path: Path) -> None:
    assert cli("build", faulty, "-o", tmp_path / "set.zip", "--report").code == 1
    assert not (tmp_path / "set.zip").exists()
    assert "Not ready" in (tmp_path / "set.html").read_text("utf-8")


def test_build_shows_what_it_packs_where_it_shrinks(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "packed"
    assert cli("build", clean, "-o", folder, "--dir", "--report", "--shrink", "1").code == 0
    assert pictures((tmp_path / "packed.html").read_text("utf-8")) == 60


@pytest.fixture
def large(clean: Path) -> tuple[VisualReport, Verdict]:
    """A report whose pictures are larger than a page may be."""
    random = Random(0)

    def filled(medium: object) -> object:
        size = int(spec.thresholds("thumbnails")["page_bytes"] / 20)
        big = Thumbnail(random.randbytes(size), 16, 9)
        return replace(medium, thumbnail=big) if isinstance(medium, ImageFacts) else medium

    verdict = check(clean)
    samples = tuple(
        replace(one, references=tuple(replace(r, medium=filled(r.medium)) for r in one.references))
        for one in verdict.dataset.samples
    )
    verdict = replace(verdict, dataset=replace(verdict.dataset, lines=samples))
    return gather([verdict], lambda *_: "", [""]), verdict


def linked(page: Path) -> Iterator[Path]:
    for address in re.findall(r'<image [^>]*href="([^"]*)"', page.read_text("utf-8")):
        yield page.parent / address


def test_the_pictures_of_a_very_large_page_lie_beside_it(large: tuple[VisualReport, Verdict], tmp_path: Path) -> None:
    report, verdict = large
    page = tmp_path / "report.html"
    for _ in range(2):
        write_page(report, page, [verdict])
        assert page.stat().st_size < 1_000_000
        files = set(linked(page))
        assert len(files) == 20
        assert files == set((tmp_path / "report_pictures").iterdir())
        assert {one.name for one in tmp_path.iterdir()} == {"report.html", "report_pictures"}


def test_a_folder_with_other_files_is_left_alone(large: tuple[VisualReport, Verdict], tmp_path: Path) -> None:
    report, verdict = large
    folder = tmp_path / "report_pictures"
    folder.mkdir()
    Image.new("RGB", (1, 1)).save(folder / "holiday.webp")
    with pytest.raises(DatasetkitError, match="report_pictures holds other files"):
        write_page(report, tmp_path / "report.html", [verdict])
    assert [one.name for one in folder.iterdir()] == ["holiday.webp"]
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize("command", [("report", "-o"), ("lint", "--output"), ("report", "--format", "json", "-o")])
def test_no_medium_is_replaced_by_a_report(cli: Cli, clean: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    clip = tmp_path / "take.mp4"
    shutil.copy(clean / "video_1.mp4", clip)
    before = clip.read_bytes()
    name, *options = command
    ran = cli(name, clean, *options, clip)
    assert (ran.code, "take.mp4 is an MP4 video" in ran.err) == (2, True)
    assert clip.read_bytes() == before


def test_a_folder_that_is_no_dataset_is_said(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = cli("report", tmp_path / "empty", "-o", tmp_path / "page.html")
    assert ran.code == 1
    assert "is not a dataset: it has no data.jsonl" in ran.err
