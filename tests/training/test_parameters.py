"""Requests are the platform's own; what it would refuse is named."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from platform_examples import FIRST_AND_LAST_FRAME_JOB, FIRST_FRAME_JOB, REFERENCE_JOB, example

from datasetkit.model import Kind
from datasetkit.spec import find_model
from datasetkit.training.parameters import advised_later, faults, parameters, request

FULL = {"max_split_val_dataset_sample": 5, "save_total_limit": 10, "lora_rank": 32, "lora_alpha": 32}


def wrong(model: str, **chosen: Any) -> list[str]:
    found = find_model(model)
    return list(faults(found, parameters(found, chosen, validation=False)))


@pytest.mark.parametrize(
    ("text", "kind", "chosen"),
    [(FIRST_FRAME_JOB, Kind.I2V, {}), (FIRST_AND_LAST_FRAME_JOB, Kind.KF2V, {}), (REFERENCE_JOB, Kind.I2V, FULL)],
    ids=["first frame", "first and last frames", "API reference"],
)
def test_the_platforms_own_requests(text: str, kind: Kind, chosen: dict[str, int]) -> None:
    printed = example(text)
    hyper = parameters(find_model(printed["model"]), chosen, validation=False)
    made = request(printed["model"], kind, hyper, printed["training_file_ids"])
    assert json.dumps(made) == json.dumps(printed), "values and their order"


def test_a_validation_set_takes_the_place_of_the_split() -> None:
    hyper = parameters(find_model("wan2.6-i2v"), {}, validation=True)
    made = request("wan2.6-i2v", Kind.I2V, hyper, ["file-1", "file-2"], ["file-3"])
    assert made["training_file_ids"] == ["file-1", "file-2"]
    assert made["validation_file_ids"] == ["file-3"]
    assert "split" not in made["hyper_parameters"]


@pytest.mark.parametrize(
    ("model", "kind", "task_type"),
    [
        ("wan2.7-i2v", Kind.KF2V, "kf2v"),
        ("wan2.7-i2v-ft-202511111122-ab12", Kind.I2V, "i2v"),
        ("wan2.2-kf2v-flash", Kind.KF2V, None),
    ],
)
def test_only_a_model_of_both_kinds_is_told_which(model: str, kind: Kind, task_type: str | None) -> None:
    hyper = parameters(find_model(model), {}, validation=False)
    made = request(model, kind, hyper, ["file-1"])
    assert made["model"] == model
    assert made["hyper_parameters"].get("task_type") == task_type


@pytest.mark.parametrize(("epochs", "interval"), [(400, 50), (800, 100), (267, 34), (50, 7), (1, 1)])
def test_other_epochs_have_as_many_checkpoints(epochs: int, interval: int) -> None:
    hyper = parameters(find_model("wan2.6-i2v"), {"n_epochs": epochs}, validation=False)
    assert hyper.eval_epochs == interval
    assert wrong("wan2.6-i2v", n_epochs=epochs) == []


def test_what_the_platform_would_refuse() -> None:
    assert wrong("wan2.6-i2v") == []
    assert "16384 to 36864" in wrong("wan2.6-i2v", max_pixels=262_144)[0]
    assert "16384 to 36864" in wrong("wan2.6-i2v", max_pixels=16_383)[0]
    assert "power of 2" in wrong("wan2.6-i2v", lora_rank=24)[0]
    assert "power of 2" in wrong("wan2.6-i2v", lora_alpha=33)[0]
    assert wrong("wan2.6-i2v", lora_rank=16, lora_alpha=64) == []
    assert "the least is 40" in wrong("wan2.6-i2v", eval_epochs=39)[0]
    assert wrong("wan2.6-i2v", eval_epochs=40) == []


def test_later_pages_differ() -> None:
    assert advised_later(find_model("wan2.6-i2v"), "n_epochs") == 50
    assert advised_later(find_model("wan2.5-i2v-preview"), "batch_size") == 4
    assert advised_later(find_model("wan2.6-i2v"), "batch_size") is None
    assert advised_later(find_model("wan2.6-i2v"), "max_pixels") is None


def test_a_fraction_stays_exact_until_it_is_sent() -> None:
    hyper = parameters(find_model("wan2.6-i2v"), {"split": Fraction("0.85")}, validation=False)
    assert hyper.split == Fraction(17, 20)
    assert request("wan2.6-i2v", Kind.I2V, hyper, ["f"])["hyper_parameters"]["split"] == 0.85
