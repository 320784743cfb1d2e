"""What a run costs in all."""

from fractions import Fraction

from datasetkit import spec
from datasetkit.model import Kind
from datasetkit.training.costs import Cost, in_all, run_costs
from datasetkit.training.parameters import parameters
from datasetkit.training.plan import Material, TrainingPlan
from datasetkit.training.prices import Price


def plan(name: str) -> TrainingPlan:
    model = spec.find_model(name)
    material = Material(Kind.I2V, 20, (Fraction(5),) * 20)
    return TrainingPlan(name, model, material, parameters(model, {}, validation=False))


def test_parts_are_summed_by_region_and_currency() -> None:
    costs = [
        Cost("a", "", (Price("x", "CNY", Fraction(1), "2026-02-01"), Price("y", "USD", Fraction(2), "2026-02-01"))),
        Cost("b", "", (Price("x", "CNY", Fraction(3), "2026-01-01"), Price("y", "CNY", Fraction(4), "2026-01-01"))),
    ]
    assert in_all(costs) == (
        Price("x", "CNY", Fraction(4), "2026-01-01"),
        Price("y", "USD", Fraction(2), "2026-02-01"),
        Price("y", "CNY", Fraction(4), "2026-01-01"),
    )


def test_only_what_is_still_to_be_paid_is_counted() -> None:
    usual = {"resolution": "720P", "seconds": 5}
    parts = [cost.part for cost in run_costs(plan("wan2.2-i2v-flash"), "beijing", training=True, videos=2, **usual)]
    assert parts == ["training", "previews", "videos"]
    [videos] = run_costs(plan("wan2.2-i2v-flash"), "beijing", training=False, videos=2, **usual)
    assert [price.amount for price in videos.prices] == [Fraction("0.2") * 5 * 2]
    assert run_costs(plan("wan2.2-i2v-flash"), "beijing", training=False, videos=0, **usual) == []


def test_the_whole_of_a_run() -> None:
    costs = run_costs(plan("wan2.2-i2v-flash"), "beijing", training=True, videos=1, resolution="480P", seconds=5)
    [price] = in_all(costs)
    tokens = Fraction(20 * 5 * 262144 * 400, 1024)
    assert price.amount == tokens / 1000 * Fraction("0.06") + 8 * 2 * 5 * Fraction("0.2") + 5 * Fraction("0.1")
