"""`datasetkit prompts export|import`: there and back, and what a spreadsheet makes of it."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from drafted import prompts_of

from datasetkit import check
from datasetkit.cli import run

Drafts = Callable[..., Path]
Caption = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("name", ["prompts.csv", "prompts.jsonl"])
def test_there_and_back_changes_nothing_and_accepts(
    name: str, drafts: Drafts, caption: Caption, tmp_path: Path
) -> None:
    folder, file = drafts(3), tmp_path / name
    caption(folder, "--write", "--sample", "video_0.mp4", "--sample", "video_2.mp4")
    before = (folder / "data.jsonl").read_bytes()
    assert run(["prompts", "export", str(folder), str(file)]) == 0
    text = file.read_text("utf-8-sig")
    rows = [*csv.DictReader(text.splitlines())] if name.endswith("csv") else [*map(json.loads, text.splitlines())]
    assert [row["state"] for row in rows] == ["unreviewed", "draft", "unreviewed"]
    assert [row["prompt"] for row in rows] == prompts_of(folder)
    assert [row["person"] for row in rows] == ["she", "", "he"]
    assert run(["prompts", "import", str(folder), str(file)]) == 0
    assert [found.code for found in check(folder, depth="header").findings].count("P612") == 2
    assert run(["prompts", "import", str(folder), str(file), "--write"]) == 0
    assert (folder / "data.jsonl").read_bytes() == before
    assert "P612" not in [found.code for found in check(folder, depth="header").findings]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_spreadsheets_changes_come_back(separator: str, drafts: Drafts, tmp_path: Path) -> None:
    folder, file = drafts(2), tmp_path / "prompts.csv"
    rows = [["state", "prompt", "file", "person"], ["", 'A "tall" man, and a dog;\twaiting.', "video_1.mp4", "He"]]
    with file.open("w", encoding="utf-8-sig", newline="") as table:
        csv.writer(table, delimiter=separator).writerows(rows)
    assert run(["prompts", "import", str(folder), str(file)]) == 1
    assert run(["prompts", "import", str(folder), str(file), "--write"]) == 0
    assert prompts_of(folder)[1] == 'A "tall" man, and a dog;\twaiting.'
    assert prompts_of(folder)[0].startswith("[")
    assert tomllib.loads((folder / "datasetkit.toml").read_text())["effect"]["persons"] == {"video_1.mp4": "he"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,text\na,b\n", "no columns file and prompt"),
        ("", "no columns file and prompt"),
        ("file,prompt\nvideo_8.mp4,A man.\n", "no line names video_8.mp4"),
        ("file,prompt\nvideo_0.mp4,\n", "row 1 lacks a file or a prompt"),
        ("file,prompt,person\nvideo_0.mp4,A man.,him\n", '"him" is not a person'),
        ("file,prompt\nvideo_0.mp4,A man.\nimage_0.jpg,A woman.\n", "two prompts"),
    ],
)
def test_a_table_that_cannot_be_used(
    text: str, said: str, drafts: Drafts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, file = drafts(1), tmp_path / "prompts.csv"
    file.write_text(text)
    before = (folder / "data.jsonl").read_bytes()
    assert run(["prompts", "import", str(folder), str(file), "--write"]) == 2
    assert said in capsys.readouterr().err
    assert (folder / "data.jsonl").read_bytes() == before


def test_an_export_replaces_nothing_unasked(drafts: Drafts, tmp_path: Path) -> None:
    folder, file = drafts(1), tmp_path / "prompts.csv"
    file.write_text("mine")
    assert run(["prompts", "export", str(folder), str(file)]) == 2
    assert file.read_text() == "mine"
    assert run(["prompts", "export", str(folder), str(file), "--force"]) == 0
