"""`datasetkit plan` as people run it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from platform_examples import FIRST_FRAME_JOB, example

from datasetkit.cli import run

ROOT = Path(__file__).parents[2]
TRAINING, VALIDATION = (str(ROOT / "sample_data" / "i2v" / role) for role in ("training", "validation"))


def values(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["plan", TRAINING, "--format", "json", *arguments]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_request_of_the_platforms_guide(capsys: pytest.CaptureFixture[str]) -> None:
    assert values(capsys, "--model", "wan2.6-i2v")["request"] == example(FIRST_FRAME_JOB)


def test_options_reach_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    options = "--epochs 200 --batch-size 3 --learning-rate 1e-5 --split 0.75 --max-validation 4 --eval-epochs 40"
    options += " --max-pixels 20000 --save-limit 6 --lora-rank 16 --lora-alpha 64"
    assert values(capsys, "--model", "wan2.6-i2v", *options.split())["request"]["hyper_parameters"] == {
        "n_epochs": 200,
        "batch_size": 3,
        "learning_rate": 1e-5,
        "split": 0.75,
        "max_split_val_dataset_sample": 4,
        "eval_epochs": 40,
        "max_pixels": 20000,
        "save_total_limit": 6,
        "lora_rank": 16,
        "lora_alpha": 64,
    }


def test_a_validation_set_is_counted_instead_of_a_split(capsys: pytest.CaptureFixture[str]) -> None:
    found = values(capsys, "--model", "wan2.6-i2v", "--validation", VALIDATION)
    assert found["training"]["low"] == found["samples"]
    assert found["validation"]["low"] > 0
    assert found["request"]["validation_file_ids"]
    assert "split" not in found["request"]["hyper_parameters"]


def test_the_model_may_come_from_the_zip_or_the_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zipped = tmp_path / "set.zip"
    assert run(["build", TRAINING, "-o", str(zipped), "--model", "wan2.5-i2v-preview"]) == 0
    capsys.readouterr()
    assert run(["plan", str(zipped), "--region", "singapore"]) == 0
    out = capsys.readouterr().out
    assert "wan2.5-i2v-preview" in out
    assert "in singapore (prices of 2026-" in out
    assert "in beijing" not in out


def test_the_table_has_every_number_and_the_advice_of_later_pages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", TRAINING, "--model", "wan2.2-i2v-flash", "--generate", "3"]) == 0
    out = capsys.readouterr().out
    for label in ("samples", "steps", "checkpoints", "training", "previews", "generation", "deployment"):
        assert f"\n  {label} " in out
    assert "later pages of the platform: 50" in out
    assert "--split 0.75" in out.splitlines()[-1]


def test_comparison(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", TRAINING, "--compare"]) == 0
    models = [line.split()[0] for line in capsys.readouterr().out.splitlines()[2:]]
    assert models == ["wan2.7-i2v", "wan2.6-i2v", "wan2.5-i2v-preview", "wan2.2-i2v-flash"]
    assert [one["model"] for one in values(capsys, "--compare")["plans"]] == models


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--model", "qwen3-14b"], 2, "text or vision model"),
        (["--model", "cosyvoice-v3-flash"], 2, "speech"),
        (["--model", "wan2.7-image-pro"], 2, "images"),
        (["--model", "wan3.0-i2v"], 2, "can fine-tune"),
        (["--model", "wan2.6-i2v", "--split", "1"], 2, "between 0 and 1"),
        (["--model", "wan2.6-i2v", "--split", "1/0"], 2, "between 0 and 1"),
        (["--model", "wan2.6-i2v", "--epochs", "0"], 2, "--epochs"),
        (["--model", "wan2.6-i2v", "--region", "singapur"], 2, "Did you mean singapore?"),
        (["--model", "wan2.6-i2v", "--lora-rank", "24"], 1, "error: lora_rank is 24"),
    ],
)
def test_what_cannot_be_planned(arguments: list[str], code: int, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", TRAINING, *arguments]) == code
    assert says in "".join(capsys.readouterr())


def test_without_a_model_there_is_nothing_to_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = tmp_path / "set"
    shutil.copytree(TRAINING, bare, ignore=shutil.ignore_patterns("datasetkit.toml"))
    assert run(["plan", str(bare)]) == 2
    assert "--compare" in capsys.readouterr().err


def test_a_set_with_errors_would_fail(capsys: pytest.CaptureFixture[str]) -> None:
    broken = str(ROOT / "sample_data" / "broken" / "V401-video-unreadable")
    assert run(["plan", broken, "--model", "wan2.6-i2v"]) == 1
    assert "See them: datasetkit lint" in capsys.readouterr().out


def test_options_that_would_be_ignored_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", TRAINING, "--compare", "--model", "wan2.6-i2v"]) == 2
    assert "leave out --model" in capsys.readouterr().err
    assert run(["plan", TRAINING, "--model", "wan2.6-i2v", "--validation", VALIDATION, "--split", "0.9"]) == 2
    assert "--split divides the training set" in capsys.readouterr().err


def test_a_folder_of_raw_clips_gets_the_command_that_makes_a_dataset(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = tmp_path / "raw takes"
    raw.mkdir()
    shutil.copy(Path(TRAINING) / "video_01.mp4", raw)
    for command in (["plan", str(raw), "--compare"], ["plan", str(raw), "--model", "wan2.6-i2v"]):
        assert run(command) == 2
        err = capsys.readouterr().err
        assert "not a dataset: it has no data.jsonl" in err
        assert "datasetkit init" in err


def test_a_set_with_errors_is_shown_by_a_command_that_judges_it_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faulty = tmp_path / "faulty"
    shutil.copytree(TRAINING, faulty)
    (faulty / "video_01.mp4").unlink()
    assert run(["plan", str(faulty), "--model", "wan2.6-i2v"]) == 1
    assert f"datasetkit lint {faulty} --model wan2.6-i2v" in capsys.readouterr().out
