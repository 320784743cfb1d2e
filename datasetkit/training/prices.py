"""What training and generation cost: estimates from the platform's price lists, each with currency and date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from datasetkit import spec


@dataclass(frozen=True, slots=True)
class Price:
    """An estimate for one region: ``amount`` is in ``currency``, by the price list of the day ``checked``."""

    region: str
    currency: str
    amount: Fraction
    checked: str

    def __str__(self) -> str:
        return f"{float(self.amount):,.2f} {self.currency} in {self.region}"


def training_prices(model: str, tokens: Fraction, region: str | None = None) -> tuple[Price, ...]:
    """What ``tokens`` cost with a base model: in ``region``, else wherever a price is known."""
    return tuple(
        Price(place, prices["currency"], tokens / 1000 * Fraction(prices["per_1000_tokens"][model]), checked)
        for place, prices, checked in _lists("training", region)
        if model in prices["per_1000_tokens"]
    )


def caption_prices(captioner: str, tokens_in: int, tokens_out: int, region: str | None) -> tuple[Price, ...]:
    """What chat completions by a vision-language model cost in ``region``; none where no price is known."""
    return tuple(
        Price(
            place, prices["currency"], _per_million(prices["per_1000000_tokens"][captioner], tokens_in, tokens_out), day
        )
        for place, prices, day in _lists("captions", region)
        if region and captioner in prices["per_1000000_tokens"]
    )


def _per_million(rates: Mapping[str, str], tokens_in: int, tokens_out: int) -> Fraction:
    return (tokens_in * Fraction(rates["in"]) + tokens_out * Fraction(rates["out"])) / 10**6


def usual_video(model: str) -> tuple[str, int]:
    """The resolution of generated videos that every model has, and the base model's usual length in seconds."""
    facts = spec.document("training.json")
    return facts["default_resolution"]["value"], facts["generation"][model]["value"]["default_seconds"]


def generation_prices(
    model: str, videos: int, region: str | None = None, *, resolution: str | None = None, seconds: int | None = None
) -> tuple[Price, ...]:
    """What generated ``videos`` cost with a base model or its fine-tune; of the usual kind where nothing is said."""
    usual_resolution, usual_seconds = usual_video(model)
    resolution, length = resolution or usual_resolution, seconds or usual_seconds
    return tuple(
        Price(place, prices["currency"], videos * length * Fraction(rates[resolution]), checked)
        for place, prices, checked in _lists("generation", region)
        if resolution in (rates := prices["per_second"].get(model, {}))
    )


def _lists(what: str, region: str | None) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Each region's price list with its day, or that of ``region`` alone."""
    fact = spec.document("training.json")["prices"][what]
    for place, prices in fact["value"].items():
        if region in (None, place):
            yield place, prices, fact["checked"]
