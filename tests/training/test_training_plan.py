"""What a plan finds out before it costs anything."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from datasetkit.findings import Severity
from datasetkit.model import Kind
from datasetkit.spec import find_model
from datasetkit.training.parameters import parameters
from datasetkit.training.plan import Material, TrainingPlan, obstacles
from datasetkit.training.prices import generation_prices, training_prices


def planned(
    samples: int, model: str = "wan2.6-i2v", *, validation: int | None = None, kind: Kind = Kind.I2V, **chosen: Any
) -> TrainingPlan:
    material = Material(kind, samples, (Fraction(3),) * samples, validation)
    base = find_model(model)
    return TrainingPlan(model, base, material, parameters(base, chosen, validation=validation is not None))


def found(plan: TrainingPlan, region: str | None = None) -> list[str]:
    return [f"{one.severity}: {one.message}. {one.remedy}" for one in obstacles(plan, region)]


def test_a_good_run_has_no_obstacles() -> None:
    assert found(planned(40, validation=5)) == []
    assert found(planned(100)) == []


def test_samples_and_steps_are_counted_both_ways() -> None:
    plan = planned(25)
    assert plan.validation == (2, 3)
    assert plan.training == (22, 23)
    assert plan.steps == (400 * 11, 400 * 13), "22 after the split, 25 before it"
    assert plan.least_epochs == 73
    assert planned(5, validation=3).least_epochs == 267


def test_previews_are_one_a_checkpoint_and_validation_sample() -> None:
    assert planned(100).previews == 8 * 5


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (planned(100, kind=Kind.KF2V), "error: wan2.6-i2v doesn't train kf2v sets"),
        (planned(40, validation=0), "error: no sample is left for validation"),
        (planned(0), "error: no sample is left to train on"),
        (planned(100, lora_rank=24), "error: lora_rank is 24"),
        (planned(100, n_epochs=10, batch_size=4), "warning: 240 steps are fewer than the 800"),
        (planned(40, validation=2), "warning: a validation set of 2 with batch_size 2 may fail"),
        (planned(2, validation=3), "warning: 2 training samples with batch_size 2 may fail"),
        (planned(100, eval_epochs=40, save_total_limit=4), "warning: only the latest 4 of 10 checkpoints"),
        (planned(100, eval_epochs=401), "warning: there may be no checkpoint"),
    ],
)
def test_what_would_go_wrong_is_said(plan: TrainingPlan, message: str) -> None:
    assert [line for line in found(plan) if line.startswith(message)]


@pytest.mark.parametrize("samples", [20, 21, 33, 49, 60])
@pytest.mark.parametrize("model", ["wan2.6-i2v", "wan2.2-i2v-flash"])
def test_the_remedy_for_a_small_split_works(samples: int, model: str) -> None:
    line = next((one.remedy for one in obstacles(planned(samples, model)) if "validation samples" in one.message), "")
    chosen: dict[str, Any] = {}
    if line:
        words = line.split()
        chosen["split"] = Fraction(words[words.index("--split") + 1])
        if "--max-validation" in words:
            chosen["max_split_val_dataset_sample"] = int(words[words.index("--max-validation") + 1])
    assert not [one for one in found(planned(samples, model, **chosen)) if "validation samples" in one]


def test_fewer_than_enough_steps_name_enough_epochs() -> None:
    plan = planned(12, n_epochs=20)
    [advice] = [one.remedy for one in obstacles(plan) if "steps" in one.message]
    assert advice == f"--epochs {plan.least_epochs} is enough."
    assert not [one for one in found(planned(12, n_epochs=plan.least_epochs)) if "steps" in one]


def test_an_earlier_fine_tune_keeps_its_rank_and_alpha() -> None:
    earlier = "wan2.6-i2v-ft-202511111122-ab12"
    assert found(planned(100, earlier)) == []
    assert found(planned(100, earlier, lora_rank=32)) == []
    assert "lora_rank 64 must be what" in found(planned(100, earlier, lora_rank=64))[0]
    assert "lora_alpha 16 must be what" in found(planned(100, earlier, lora_alpha=16))[0]
    assert found(planned(100, lora_rank=64)) == []


def test_a_region_that_does_not_train_the_model() -> None:
    assert found(planned(100), "singapore") == []
    [warning] = obstacles(planned(100), "beijing")
    assert warning.severity is Severity.WARNING
    assert "singapore" in warning.remedy


def test_tokens_and_what_saves_some() -> None:
    plan = planned(100)
    assert plan.tokens == 300 * 36 * 400
    assert [(saving.change, saving.tokens) for saving in plan.savings()] == [
        ("max_pixels 16384", 300 * 16 * 400),
        ("clips of at most 2 s", 200 * 36 * 400),
    ]
    assert planned(100, max_pixels=16_384).tokens == 300 * 16 * 400


def test_prices_have_a_region_a_currency_and_a_day() -> None:
    [price] = training_prices("wan2.6-i2v", Fraction(432_000))
    assert str(price) == "34.56 USD in singapore"
    assert price.checked
    assert training_prices("wan2.6-i2v", Fraction(1000), "beijing") == ()
    assert {price.region for price in training_prices("wan2.2-kf2v-flash", Fraction(1000))} == {"singapore", "beijing"}
    [price] = generation_prices("wan2.5-i2v-preview", 3, "beijing", resolution="480P", seconds=10)
    assert (price.amount, price.currency) == (9, "CNY")
