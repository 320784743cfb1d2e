"""What the steps of a run cost together: estimates, summed up where the currency is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from datasetkit.training.plan import TrainingPlan
from datasetkit.training.prices import Price, generation_prices, training_prices


@dataclass(frozen=True, slots=True)
class Cost:
    """A part of what a run costs; without ``prices`` if none is known."""

    part: str
    amount: str
    prices: tuple[Price, ...]


def run_costs(
    plan: TrainingPlan, region: str | None, *, training: bool, videos: int, resolution: str, seconds: int
) -> list[Cost]:
    """What the training with its previews costs, if it is still to be paid, and so many generated ``videos``."""
    model, costs = plan.model.id, []
    if training:
        tokens = f"at most {ceil(plan.tokens):,} tokens"
        costs.append(Cost("training", tokens, training_prices(model, plan.tokens, region)))
        made = f"at most {plan.previews} videos, if they are billed"
        costs.append(Cost("previews", made, generation_prices(model, plan.previews, region)))
    if videos:
        prices = generation_prices(model, videos, region, resolution=resolution, seconds=seconds)
        costs.append(Cost("videos", f"{videos} of {seconds} s at {resolution}", prices))
    return costs


def in_all(costs: Sequence[Cost]) -> tuple[Price, ...]:
    """The sums by region and currency, with the day of the oldest price in them."""
    sums: dict[tuple[str, str], Price] = {}
    for price in (price for cost in costs for price in cost.prices):
        key = price.region, price.currency
        before = sums.get(key)
        sums[key] = (
            price if before is None else Price(*key, before.amount + price.amount, min(before.checked, price.checked))
        )
    return tuple(sorted(sums.values(), key=lambda price: price.region))
