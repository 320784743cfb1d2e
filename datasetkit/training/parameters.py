"""A job's hyper-parameters: their defaults, what is wrong with them, and the request that they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Any

from datasetkit import spec
from datasetkit.model import Kind
from datasetkit.training.arithmetic import least_eval_epochs, rule

Number = int | float | Fraction


@dataclass(frozen=True, slots=True)
class HyperParameters:
    """The hyper-parameters in the order of the API reference; None is left to the platform."""

    n_epochs: int
    batch_size: int
    learning_rate: float
    split: Fraction | None
    max_split_val_dataset_sample: int | None
    eval_epochs: int
    max_pixels: int
    save_total_limit: int | None
    lora_rank: int | None
    lora_alpha: int | None

    def effective(self, name: str) -> Any:
        """The value of one of them, or the platform's default where it is left to the platform."""
        value = getattr(self, name)
        return default(name) if value is None else value


def fact(name: str) -> Mapping[str, Any]:
    """What training.json says of one hyper-parameter: default, later, power_of_two."""
    found: Mapping[str, Any] = spec.document("training.json")["hyper_parameters"][name]["value"]
    return found


def default(name: str) -> Any:
    """The platform's default of a hyper-parameter that doesn't depend on the model."""
    value = fact(name)["default"]
    return Fraction(value) if name == "split" else float(value) if isinstance(value, str) else value


def parameters(model: spec.ModelSpec, chosen: Mapping[str, Any], *, validation: bool) -> HyperParameters:
    """The ``chosen`` hyper-parameters, completed as in the platform's own examples.

    For another number of epochs there are as many checkpoints as in the examples. With a ``validation`` set of its own
    nothing is split off. None in ``chosen`` is not chosen.
    """
    given = {name: value for name, value in chosen.items() if value is not None}
    n_epochs = given.get("n_epochs", default("n_epochs"))
    usual = HyperParameters(
        n_epochs=n_epochs,
        batch_size=model.batch_size,
        learning_rate=default("learning_rate"),
        split=None if validation else default("split"),
        max_split_val_dataset_sample=None,
        eval_epochs=ceil(Fraction(n_epochs * default("eval_epochs"), default("n_epochs"))),
        max_pixels=model.max_pixels,
        save_total_limit=None,
        lora_rank=None,
        lora_alpha=None,
    )
    return replace(usual, **given)


def request(
    model: str, kind: Kind, hyper: HyperParameters, training: Sequence[str], validation: Sequence[str] = ()
) -> dict[str, Any]:
    """The body that creates the job for the files with these ids, in the platform's order of keys."""
    values: dict[str, Any] = {name: _plain(value) for name, value in asdict(hyper).items() if value is not None}
    if spec.find_model(model).id in rule("task_type_models"):
        values = {"task_type": str(kind)} | values
    files = {"training_file_ids": list(training)} | ({"validation_file_ids": list(validation)} if validation else {})
    return {"model": model, **files, "training_type": rule("training_type"), "hyper_parameters": values}


def faults(model: spec.ModelSpec, hyper: HyperParameters) -> Iterator[str]:
    """What the platform would refuse. Numbers are positive, and split is between 0 and 1."""
    for name, value in asdict(hyper).items():
        if value is not None and fact(name).get("power_of_two") and value & (value - 1):
            yield f"{name} is {value}; it must be a power of 2, such as 16, 32 or 64"
    if not model.pixels_low <= hyper.max_pixels <= model.pixels_high:
        yield f"max_pixels is {hyper.max_pixels}; {model.id} accepts {model.pixels_low} to {model.pixels_high}"
    if hyper.eval_epochs < (least := least_eval_epochs(hyper.n_epochs)):
        yield f"eval_epochs is {hyper.eval_epochs}; with n_epochs {hyper.n_epochs} the least is {least}"


def advised_later(model: spec.ModelSpec, name: str) -> Any:
    """What later pages of the platform use instead of the default; None if they say nothing else."""
    later = fact(name).get("later")
    return later.get(model.id) if isinstance(later, Mapping) else later


def _plain(value: Number) -> int | float:
    return float(value) if isinstance(value, Fraction) else value
