"""The real models and limits, which every other test takes from facts.json."""

from __future__ import annotations

import datetime

import pinned
import pytest

from datasetkit import spec
from datasetkit.findings import Basis

REAL = pinned.real("models.json")
FACTS = [*REAL["limits"].values(), *REAL["heuristics"].values(), REAL["fine_tuned"]]
FACTS += [fact for model in REAL["models"] for key, fact in model.items() if key != "id"]
TRAINING = pinned.real("training.json")
PARTS = ("hyper_parameters", "rules", "prices", "generation", "generation_rules")
RUN_FACTS = [TRAINING["default_resolution"], TRAINING["other_models"]]
RUN_FACTS += [fact for part in PARTS for fact in TRAINING[part].values()]
CAPTIONS = pinned.real("captions.json")
CAPTION_FACTS = [fact for part in ("request", "guards", "effect") for fact in CAPTIONS[part].values()]
CAPTION_FACTS.append(CAPTIONS["servers"])


@pytest.fixture(autouse=True)
def unpinned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spec, "document", pinned.real)


def test_the_models_and_limits_can_be_read() -> None:
    assert [model.id for model in spec.models.__wrapped__()] == [model["id"] for model in REAL["models"]]
    assert spec.limits.__wrapped__().image_side > 0


def test_every_fact_names_its_basis_its_source_and_the_day_it_was_checked() -> None:
    documents = ((FACTS, REAL), (RUN_FACTS, TRAINING), (CAPTION_FACTS, CAPTIONS))
    for fact, sources in [(fact, document["sources"]) for facts, document in documents for fact in facts]:
        assert fact["basis"] in list(Basis)
        assert fact["source"] in sources
        assert datetime.date.fromisoformat(fact["checked"]) <= datetime.date.max
