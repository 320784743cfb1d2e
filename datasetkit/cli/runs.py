"""The options that describe a training run, for every command that plans or starts one; and the run they describe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from datasetkit import spec
from datasetkit.cli.options import Number, WholeNumber, judging, judging_options
from datasetkit.cli.suggesting import next_command
from datasetkit.cli.terminal import bars
from datasetkit.cli.upload import as_built
from datasetkit.config import merge
from datasetkit.errors import DatasetkitError
from datasetkit.findings import Severity
from datasetkit.footage import Depth
from datasetkit.model import Role, Video
from datasetkit.printable import Printable, joined, styled
from datasetkit.report.columns import argument, plural, quoted
from datasetkit.report.text import path_of
from datasetkit.spec import find_model
from datasetkit.training.parameters import HyperParameters, parameters
from datasetkit.training.plan import Material, Obstacle, TrainingPlan
from datasetkit.training.prices import Price
from datasetkit.verdict import Verdict, compare, open_dataset, read_settings

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
_COUNT = WholeNumber(min=1)


def _share(_context: click.Context, _parameter: click.Parameter, text: str | None) -> Fraction | None:
    try:
        share = None if text is None else Fraction(text)
    except (ValueError, ZeroDivisionError):
        share = Fraction(0)
    if share is None or 0 < share < 1:
        return share
    raise click.BadParameter(f"{text!r} is not a number between 0 and 1")


_RUN = [
    click.option("--validation", type=click.Path(path_type=Path), metavar="PATH", help="The validation set."),
    click.option("--epochs", "n_epochs", type=_COUNT, metavar="N", help="n_epochs: passes over the training set."),
    click.option("--batch-size", type=_COUNT, metavar="N", help="batch_size: samples in a training step."),
    click.option(
        "--learning-rate", type=Number(min=0, min_open=True), metavar="X", help="learning_rate, such as 2e-5."
    ),
    click.option("--split", callback=_share, metavar="X", help="split: the share to train on, such as 0.9."),
    click.option(
        "--max-validation",
        "max_split_val_dataset_sample",
        type=_COUNT,
        metavar="N",
        help="max_split_val_dataset_sample: samples to split off at most.",
    ),
    click.option("--eval-epochs", type=_COUNT, metavar="N", help="eval_epochs: epochs between two checkpoints."),
    click.option("--max-pixels", type=_COUNT, metavar="N", help="max_pixels: pixels of a frame in training."),
    click.option(
        "--save-limit", "save_total_limit", type=_COUNT, metavar="N", help="save_total_limit: checkpoints kept."
    ),
    click.option("--lora-rank", type=_COUNT, metavar="N", help="lora_rank, a power of 2."),
    click.option("--lora-alpha", type=_COUNT, metavar="N", help="lora_alpha, a power of 2."),
]


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that describe a run: what to check the set as, then the hyper-parameters."""
    for option in reversed(_RUN):
        command = option(command)
    return judging_options(command, role=False)


def read_run(paths: Sequence[Path], options: Mapping[str, Any]) -> tuple[Material, list[Verdict]]:
    """What would be trained on, from sets that are trained on together; and the verdicts, the validation set's last."""
    if options["validation"] and options["split"]:
        raise click.UsageError("--split divides the training set; leave it out where --validation gives another set.")
    training = [_verdict(path, options, Role.TRAINING) for path in paths]
    other = _verdict(options["validation"], options, Role.VALIDATION) if options["validation"] else None
    samples = [sample for verdict in training for sample in verdict.dataset.samples]
    clips = (sample.medium("video_path") for sample in samples)
    material = Material(
        kind=training[0].assumed.kind,
        samples=len(samples),
        seconds=tuple(clip.seconds for clip in clips if isinstance(clip, Video)),
        validation=None if other is None else len(other.dataset.samples),
    )
    return material, compare([*training, other] if other else training)


def line_of(obstacle: Obstacle) -> Printable:
    """An obstacle in a line."""
    severity = styled(Printable(str(obstacle.severity)), fg=COLOURS[obstacle.severity])
    remedy = f". {obstacle.remedy}" if obstacle.remedy else ""
    return joined([severity, Printable(f": {obstacle.message}{remedy}")])


def quoted_prices(prices: Sequence[Price]) -> str:
    """Prices as estimates, with the day of the lists."""
    if not prices:
        return "no price is known"
    return f"about {', '.join(map(str, prices))} (prices of {prices[0].checked})"


def plan_run(name: str, material: Material, options: Mapping[str, Any]) -> TrainingPlan:
    """The run of ``material`` with the model called ``name``. Raises DatasetkitError if there is none."""
    model = find_model(name)
    chosen = {field.name: options[field.name] for field in fields(HyperParameters)}
    hyper = parameters(model, chosen, validation=material.validation is not None)
    return TrainingPlan(name, model, material, hyper)


def _verdict(path: Path, options: Mapping[str, Any], role: Role) -> Verdict:
    settings = read_settings(judging({**options, "role": role}))
    settings = merge(replace(settings, origin={**settings.origin, "role": "from the command"}), as_built(path))
    with bars() as progress, open_dataset(path, settings, depth=Depth.HEADER, progress=progress) as (verdict, _):
        require_dataset(verdict)
        return verdict


def require_dataset(verdict: Verdict) -> None:
    """Raise DatasetkitError for a folder or zip that holds no dataset."""
    if verdict.dataset.annotations is None:
        following = next_command([verdict])
        step = f"First make one: {following}" if following else "Give the dataset's own folder or zip."
        message = f"{path_of(verdict.dataset)} is not a dataset: it has no {spec.limits().annotations_name}"
        raise DatasetkitError(message, step)


def faults_of(verdicts: Sequence[Verdict]) -> Iterator[Obstacle]:
    """The sets that have errors."""
    for verdict in verdicts:
        if count := verdict.count(Severity.ERROR):
            name, model = verdict.dataset.name, verdict.settings.model
            words = ["datasetkit", "lint", argument(name), *(["--model", model] if model else [])]
            see = f"See them: {' '.join(map(quoted, words))}"
            yield Obstacle(Severity.ERROR, f"{name} has {plural(count, 'error')}", see)
