"""A plan for programs: JSON values, with the request that creates the job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import ceil
from typing import Any

from datasetkit.training.arithmetic import rule
from datasetkit.training.parameters import request
from datasetkit.training.plan import Obstacle, TrainingPlan
from datasetkit.training.prices import Price, generation_prices, training_prices


def plan_values(
    plan: TrainingPlan, found: Sequence[Obstacle], region: str | None, videos: int | None
) -> dict[str, Any]:
    """The plan, its prices in ``region`` or wherever they are known, also of so many generated ``videos``.

    Tokens are rounded up; amounts to hundredths. In the request the platform's own placeholders stand for file ids.
    """
    ids, model = rule("placeholders"), plan.model.id
    validation = [] if plan.material.validation is None else [ids["validation"]]
    return {
        "model": plan.name,
        "kind": str(plan.material.kind),
        "samples": plan.material.samples,
        **{name: getattr(plan, name)._asdict() for name in ("training", "validation", "steps", "checkpoints")},
        "least_epochs": plan.least_epochs,
        "previews": plan.previews,
        "tokens": ceil(plan.tokens),
        "savings": [{"change": one.change, "tokens": ceil(one.tokens)} for one in plan.savings()],
        "prices": {
            "training": _values(training_prices(model, plan.tokens, region)),
            "previews": _values(generation_prices(model, plan.previews, region)),
            "generation": _values(generation_prices(model, videos, region)) if videos else [],
        },
        "obstacles": [asdict(one) | {"severity": str(one.severity)} for one in found],
        "request": request(plan.name, plan.material.kind, plan.hyper, [ids["training"]], validation),
    }


def _values(prices: Sequence[Price]) -> list[dict[str, Any]]:
    return [asdict(price) | {"amount": round(float(price.amount), 2)} for price in prices]
