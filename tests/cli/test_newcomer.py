"""A newcomer's path: 60 captions without an effect, and the commands of docs/effect.md, typed as they stand there."""

import csv
import json
import re
import shlex
from pathlib import Path

import builders
import pytest
from conftest import Cli

ROOT = Path(__file__).parents[2]
CAPTIONS = (ROOT / "tests" / "prompts" / "newcomer_captions.txt").read_text("utf-8").splitlines()


def commands() -> list[list[str]]:
    """The `datasetkit` commands of the page's section, behind the one that makes the dataset."""
    page = (ROOT / "docs" / "effect.md").read_text("utf-8")
    section = page.partition("## From captions to a clean set")[2].partition("\n## ")[0]
    typed = [
        shlex.split(line.partition(" | ")[0]) for line in re.findall(r"^\$ datasetkit (.*)$", section, re.MULTILINE)
    ]
    return [[word for word in words if word != "2>&1"] for words in typed if words[0] != "init"]


@pytest.fixture
def captioned(tmp_path: Path) -> Path:
    """A training set of the captions, each with a clip and an image of its own."""
    folder = tmp_path / "money_rain"
    folder.mkdir()
    rows = []
    for number, caption in enumerate(CAPTIONS):
        names = f"video_{number:02}.mp4", f"image_{number:02}.jpg"
        size = (64, 96) if number % 2 else (96, 64)
        builders.clip(folder / names[0], frames=32 + number % 20, size=size, seed=number)
        builders.jpeg(folder / names[1], size, seed=number)
        rows.append(json.dumps({"prompt": caption, "first_frame_path": names[1], "video_path": names[0]}))
    (folder / "data.jsonl").write_text("\n".join(rows) + "\n", "utf-8")
    (folder / "datasetkit.toml").write_text('model = "wan2.2-i2v-flash"  # ours\n')
    return folder


def test_the_page_leads_from_captions_to_a_clean_set(
    cli: Cli, captioned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(captioned.parent)
    assert "P601" in cli("lint", "money_rain").out
    for words in commands():
        if "--answers" in words:
            fill_in(Path("who.csv"))
        ran = cli(*words)
        assert ran.code in (0, 1), (words, ran)
    ran = cli("lint", "money_rain", "--strict")
    assert ran.code == 0, ran.out
    assert "no problems found" in ran.out
    assert cli("normalize", "money_rain", "--append").out == "money_rain  60 prompts: 0 to change, 0 skipped\n"
    prompts = [json.loads(row)["prompt"] for row in (captioned / "data.jsonl").read_text("utf-8").splitlines()]
    assert all(prompt.startswith(caption.rstrip(".")) for prompt, caption in zip(prompts, CAPTIONS, strict=True))
    assert (captioned / "datasetkit.toml").read_text("utf-8").startswith('model = "wan2.2-i2v-flash"  # ours\n')
    assert cli("build", "money_rain", "-o", "money_rain.zip").code == 0
    assert "no problems found" in cli("lint", "money_rain.zip", "--model", "wan2.2-i2v-flash", "--strict").out


def test_a_set_of_people_and_things_builds_into_a_zip_without_a_finding(
    cli: Cli, captioned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The zip holds no datasetkit.toml, so its effect is inferred, "it" and "they" included."""
    monkeypatch.chdir(captioned.parent)
    text = "Then the s86b5p rain begins, bills pour down on her/him/them/it and soon cover her/him/them/it."
    cli("effect", "money_rain", "--trigger", "s86b5p", "--text", text, "--write")
    cli("normalize", "money_rain", "--append", "--write", "--ask", "who.csv")
    fill_in(Path("who.csv"), "it")
    assert "60 prompts" in cli("normalize", "money_rain", "--append", "--write", "--answers", "who.csv").out
    assert {"her", "him", "them", "it"} == {
        json.loads(row)["prompt"].split()[-1].rstrip(".")
        for row in (captioned / "data.jsonl").read_text("utf-8").splitlines()
    }
    assert cli("build", "money_rain", "-o", "money_rain.zip").code == 0
    ran = cli("lint", "money_rain.zip", "--model", "wan2.2-i2v-flash", "--strict")
    assert "effect s86b5p inferred" in ran.out
    assert "no problems found" in ran.out


def fill_in(table: Path, person: str = "") -> None:
    """Answer every question, as a person would in a spreadsheet."""
    rows = list(csv.DictReader(table.read_text("utf-8-sig").splitlines()))
    for row in rows:
        row["person"] = person or row["candidates"].partition("/")[0]
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
