"""A run, thought through before it costs anything: steps, checkpoints, tokens, prices, and what would go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from datasetkit import spec
from datasetkit.findings import Severity
from datasetkit.model import Kind
from datasetkit.training.arithmetic import (
    Span,
    billed_seconds,
    billed_tokens,
    checkpoints,
    least_epochs,
    rule,
    split_off,
    steps,
)
from datasetkit.training.parameters import HyperParameters, default, faults


@dataclass(frozen=True, slots=True)
class Material:
    """What is trained on: the number of training ``samples``, and the length in seconds of each clip that can be read.

    ``validation`` is the number of samples of a validation set, None if there is no such set.
    """

    kind: Kind
    samples: int
    seconds: tuple[Fraction, ...]
    validation: int | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that stands in a run's way, and what to do about it.

    An error would be refused or fail; a warning wastes money, or may fail.
    """

    severity: Severity
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Saving:
    """A change that makes the run cheaper, and the tokens that are billed then."""

    change: str
    tokens: Fraction


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """A run of ``material`` with a model. ``name`` is the model's name as given: it may be an earlier fine-tune's."""

    name: str
    model: spec.ModelSpec
    material: Material
    hyper: HyperParameters

    @property
    def validation(self) -> Span:
        """How many samples are validated with."""
        if self.material.validation is not None:
            return Span(self.material.validation, self.material.validation)
        most = self.hyper.effective("max_split_val_dataset_sample")
        return split_off(self.material.samples, self.hyper.effective("split"), most)

    @property
    def training(self) -> Span:
        """How many samples are trained on."""
        if self.material.validation is not None:
            return Span(self.material.samples, self.material.samples)
        return Span(self.material.samples - self.validation.high, self.material.samples - self.validation.low)

    @property
    def steps(self) -> Span:
        """The training steps: of the samples after the split, and of all: which of them count isn't documented."""
        epochs, batch = self.hyper.n_epochs, self.hyper.batch_size
        return Span(steps(epochs, self.training.low, batch), steps(epochs, self.material.samples, batch))

    @property
    def least_epochs(self) -> int:
        """The fewest epochs that make as many steps as the platform recommends, however it counts."""
        return least_epochs(max(self.training.low, 1), self.hyper.batch_size)

    @property
    def checkpoints(self) -> Span:
        """How many checkpoints are saved."""
        return checkpoints(self.hyper.n_epochs, self.hyper.eval_epochs)

    @property
    def previews(self) -> int:
        """How many preview videos are made at most: one a checkpoint and validation sample."""
        return self.checkpoints.high * self.validation.high

    @property
    def tokens(self) -> Fraction:
        """The tokens that are billed at most: what is split off may not be."""
        return self._tokens(self.model.seconds, self.hyper.max_pixels)

    def savings(self) -> Iterator[Saving]:
        """What would be cheaper: fewer pixels, clips one second shorter than the longest."""
        if (least := self.model.pixels_low) < self.hyper.max_pixels:
            yield Saving(f"max_pixels {least}", self._tokens(self.model.seconds, least))
        longest = max((billed_seconds([each], self.model.seconds) for each in self.material.seconds), default=0)
        if longest > spec.limits().video_seconds_low:
            shorter = longest - 1
            yield Saving(f"clips of at most {shorter} s", self._tokens(shorter, self.hyper.max_pixels))

    def _tokens(self, longest: float, max_pixels: int) -> Fraction:
        return billed_tokens(billed_seconds(self.material.seconds, longest), max_pixels, self.hyper.n_epochs)


def obstacles(plan: TrainingPlan, region: str | None = None) -> Iterator[Obstacle]:
    """What would fail or waste money, errors first."""
    yield from (Obstacle(Severity.ERROR, fault) for fault in faults(plan.model, plan.hyper))
    yield from _unfit(plan)
    if region and region not in plan.model.regions:
        yield Obstacle(
            Severity.WARNING,
            f"the platform's pages don't list {plan.model.id} for fine-tuning in {region}",
            f"They list it in {', '.join(plan.model.regions)}.",
        )
    yield from _small(plan)
    yield from _spent(plan)
    yield from _tuned_before(plan)


def _unfit(plan: TrainingPlan) -> Iterator[Obstacle]:
    kind = plan.material.kind
    if kind not in plan.model.kinds:
        yield Obstacle(
            Severity.ERROR, f"{plan.model.id} doesn't train {kind} sets", "`datasetkit models` lists who does."
        )
    if plan.training.high < 1:
        yield Obstacle(Severity.ERROR, "no sample is left to train on", "Add samples.")
    elif plan.validation.high < 1:
        yield Obstacle(Severity.ERROR, "no sample is left for validation", "Choose a smaller split, or add samples.")


def _small(plan: TrainingPlan) -> Iterator[Obstacle]:
    """Sets that are no larger than a batch: the platform's client warns of jobs that failed so, minutes in."""
    batch, samples = plan.hyper.batch_size, plan.material.samples
    if not rule("more_than_batch") or plan.validation.high < 1:
        return
    if plan.training.low <= batch:
        yield Obstacle(
            Severity.WARNING, f"{plan.training.low} training samples with batch_size {batch} may fail", "Add samples."
        )
    if plan.validation.low <= batch:
        yield Obstacle(
            Severity.WARNING,
            f"a validation set of {plan.validation.low} with batch_size {batch} may fail",
            _larger_validation(plan, samples, batch + 1),
        )


def _larger_validation(plan: TrainingPlan, samples: int, wanted: int) -> str:
    """How to get the ``wanted`` number of validation samples."""
    if plan.material.validation is not None:
        return f"Put at least {wanted} samples into the validation set."
    if samples <= 2 * wanted:
        return f"Make a validation set of at least {wanted} samples: --validation."
    share = Fraction((samples - wanted) * 100 // samples, 100)
    more = plan.hyper.effective("max_split_val_dataset_sample") < wanted
    limit = f" --max-validation {wanted}" if more else ""
    return f"--split {float(share):g}{limit} holds out {ceil(samples * (1 - share))}."


def _spent(plan: TrainingPlan) -> Iterator[Obstacle]:
    hyper, limit = plan.hyper, plan.hyper.effective("save_total_limit")
    if plan.training.high >= 1 and plan.steps.low < rule("steps_low"):
        yield Obstacle(
            Severity.WARNING,
            f"{plan.steps.low:,} steps are fewer than the {rule('steps_low')} that the platform recommends",
            f"--epochs {plan.least_epochs} is enough.",
        )
    if plan.checkpoints.low < 1:
        yield Obstacle(
            Severity.WARNING,
            f"there may be no checkpoint to choose: eval_epochs is {hyper.eval_epochs}, n_epochs {hyper.n_epochs}",
            "Choose fewer eval_epochs.",
        )
    if plan.checkpoints.low > limit:
        yield Obstacle(
            Severity.WARNING,
            f"only the latest {limit} of {plan.checkpoints.low} checkpoints are kept",
            "Choose more eval_epochs, or a greater save_total_limit.",
        )


def _tuned_before(plan: TrainingPlan) -> Iterator[Obstacle]:
    """An earlier fine-tune must keep its rank and alpha; which those were, only its job knows."""
    if not spec.is_fine_tune(plan.name):
        return
    for name in ("lora_rank", "lora_alpha"):
        if (value := plan.hyper.effective(name)) != default(name):
            yield Obstacle(Severity.WARNING, f"{name} {value} must be what {plan.name} was trained with")
