"""From files to findings: what only scan and rules together can show."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import builders
import pytest

from datasetkit.config import Settings
from datasetkit.findings import Finding
from datasetkit.scan.datasets import open_tree, scan
from datasetkit.verdict import judge_dataset


def judge(folder: Path) -> list[Finding]:
    tree = open_tree(str(folder))
    ((judged, _),) = scan(tree)
    return list(judge_dataset(judged, Settings(ignore={"S": "small on purpose", "V408": "short on purpose"})).findings)


def write(folder: Path, *lines: Mapping[str, object] | str) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    (folder / "data.jsonl").write_text("\n".join(texts) + "\n", "utf-8")
    return folder


def line(first: str, clip: str | None = None, **more: str) -> dict[str, str]:
    return {"prompt": f"of {first}", "first_frame_path": first} | ({"video_path": clip} if clip else {}) | more


def test_a_clip_of_one_line_is_no_frame_of_another(tmp_path: Path) -> None:
    for number in (1, 2):
        builders.clip(tmp_path / f"video_{number}.mp4", seed=number)
    builders.jpeg(tmp_path / "image_1.jpg")
    write(tmp_path, line("image_1.jpg", "video_1.mp4"), line("video_1.mp4", "video_2.mp4"))
    assert [(f.code, f.where.line, f.where.field) for f in judge(tmp_path)] == [("I302", 2, "first_frame_path")]


@pytest.mark.parametrize(
    ("there", "lines", "expected"),
    [
        pytest.param(
            ["image_1.jpeg"],
            [line("image_1.jpg")],
            [("L209", "did you mean image_1.jpeg?")],
            id="another extension in the folder than in the line",
        ),
        pytest.param(
            ["image_1_first.jpg", "image_1_last.png"],
            [line("image_1_first.jpg", last_frame_path="image_1_last.jpg")],
            [("L209", "did you mean image_1_last.png?")],
            id="a PNG in the folder, a JPEG in the line",
        ),
        pytest.param(
            ["image_1.jpg", "video_2.mov"],
            [line("image_1.jpg")],
            [("D104", "video_2.mov isn't used by any line")],
            id="a clip without a line",
        ),
        pytest.param(
            ["image_1.jpg"],
            ['{ "prompt": "a man", "first_frame_path": "image_1.jpg", }'],
            [("L202", "a comma before the closing bracket")],
            id="a comma at the end of the object",
        ),
    ],
)
def test_mistakes_that_the_guide_itself_makes(
    tmp_path: Path, there: list[str], lines: list[dict[str, str] | str], expected: list[tuple[str, str]]
) -> None:
    write_as = {".jpeg": builders.jpeg, ".jpg": builders.jpeg, ".png": builders.png, ".mov": builders.clip}
    for name in there:
        write_as[Path(name).suffix](tmp_path / name)
    findings = judge(write(tmp_path, *lines))
    assert [f.code for f in findings] == [code for code, _ in expected]
    assert all(part in f.message for f, (_, part) in zip(findings, expected, strict=True))


def test_chinese_names_and_a_mark_and_odd_paths_are_all_mended(tmp_path: Path) -> None:
    builders.jpeg(tmp_path / "第1个.jpg", seed=1)
    builders.jpeg(tmp_path / "my photo.jpg", seed=2)
    (tmp_path / "notes.txt").write_text("later", "utf-8")
    write(tmp_path, line("./第1个.jpg"), "", line("my photo.jpg"))
    text = (tmp_path / "data.jsonl").read_bytes()
    (tmp_path / "data.jsonl").write_bytes(b"\xef\xbb\xbf" + text)
    findings = judge(tmp_path)
    assert {f.code for f in findings} == {"L201", "L203", "L210", "D105", "D107"}
    assert all(f.fixed_by_build for f in findings)


def test_a_folder_of_raw_clips_and_a_zip_in_a_zip_are_no_datasets_yet(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    builders.clip(tmp_path / "clips" / "take 1.mov")
    assert "`datasetkit init`" in judge(tmp_path)[0].message
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.writestr("sets/inner.zip", b"PK")
    assert "inside sets/inner.zip" in judge(tmp_path / "outer.zip")[0].message


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("x.mp4", "there is no file x.mp4"),
        (".", "the path names the folder itself, not a file in it"),
        ("x.mp4/..", "the path names the folder itself, not a file in it"),
    ],
)
def test_a_folder_is_no_clip(tmp_path: Path, named: str, message: str) -> None:
    builders.jpeg(tmp_path / "a.jpg")
    (tmp_path / "x.mp4").mkdir()
    findings = judge(write(tmp_path, line("a.jpg", named)))
    assert [(f.code, f.message) for f in findings] == [("L209", message)]
