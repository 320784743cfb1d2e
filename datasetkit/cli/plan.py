"""`datasetkit plan`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import click

from datasetkit import spec
from datasetkit.cli.options import WholeNumber, files
from datasetkit.cli.runs import COLOURS, faults_of, line_of, plan_run, quoted_prices, read_run, run_options
from datasetkit.cli.terminal import echo
from datasetkit.findings import Severity
from datasetkit.printable import Printable, as_json, styled
from datasetkit.report.columns import plural, table
from datasetkit.training.arithmetic import Span, rule
from datasetkit.training.parameters import advised_later, request
from datasetkit.training.plan import Obstacle, TrainingPlan, obstacles
from datasetkit.training.prices import generation_prices, training_prices, usual_video
from datasetkit.training.values import plan_values


@click.command(name="plan")
@click.argument("path", metavar="PATH|ZIP", shell_complete=files, type=click.Path(path_type=Path))
@run_options
@click.option("--generate", type=WholeNumber(min=1), metavar="N", help="Also price N generated videos.")
@click.option("--region", metavar="NAME", help="Prices of this region only: singapore or beijing.")
@click.option("--compare", is_flag=True, help="Compare all models that can train this set.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="text: tables; json: also the request that creates the job.",
)
def command(path: Path, *, generate: int | None, region: str | None, compare: bool, form: str, **options: Any) -> int:
    """Work out steps, checkpoints and costs of a training run; send nothing.

    Prices are estimates from the platform's lists of the day that is shown. Exits with 1 if the run would fail.

    \b
    Example:
      datasetkit plan money_rain --model wan2.2-i2v-flash
      datasetkit plan money_rain --compare
    """
    if compare and options["model"]:
        raise click.UsageError("--compare shows all models; leave out --model.")
    material, verdicts = read_run([path], options)
    verdict, faulty = verdicts[0], list(faults_of(verdicts))
    place = _region(region or verdict.settings.region)
    if compare:
        names = [model.id for model in spec.models() if material.kind in model.kinds]
    elif verdict.settings.model:
        names = [verdict.settings.model]
    else:
        raise click.UsageError("Choose a model with --model ID, or see all with --compare.")
    plans = {plan: (*faulty, *obstacles(plan, place)) for plan in (plan_run(name, material, options) for name in names)}
    if form == "json":
        values = [plan_values(plan, found, place, generate) for plan, found in plans.items()]
        echo(as_json({"plans": values} if compare else values[0], ascii_only=False))
    else:
        _show(verdict.dataset.name, plans, place, generate, compare=compare)
    return int(all(any(one.severity is Severity.ERROR for one in found) for found in plans.values()))


def _region(name: str | None) -> str | None:
    from datasetkit.modelstudio.endpoint import find_region

    return find_region(name) if name else None


def _show(
    name: str,
    plans: dict[TrainingPlan, tuple[Obstacle, ...]],
    region: str | None,
    generate: int | None,
    *,
    compare: bool,
) -> None:
    plan, found = next(iter(plans.items()))
    seconds = float(sum(plan.material.seconds))
    title = f"{name}: {plural(plan.material.samples, 'sample')} ({plan.material.kind}), {seconds:.1f} s of clips"
    echo(styled(Printable(title), bold=True))
    rows = _comparison(plans, region) if compare else [*_facts(plan, region, generate)]
    _table(rows)
    if not compare:
        echo(Printable(""))
        _table([*_parameters(plan)])
        for one in found:
            echo(line_of(one))


def _table(rows: Sequence[Sequence[str]]) -> None:
    for line in table(rows, margin="  "):
        echo(Printable(line.rstrip()))


def _facts(plan: TrainingPlan, region: str | None, generate: int | None) -> Iterator[tuple[str, str]]:
    """What is known of a run, a label and a text each."""
    hyper, (resolution, seconds) = plan.hyper, usual_video(plan.model.id)
    source = "split off" if plan.material.validation is None else "in a set of their own"
    kept, video = hyper.effective("save_total_limit"), f"{seconds} s at {resolution}"
    yield "model", plan.name
    yield "samples", f"{_span(plan.training)} for training; {_span(plan.validation)} for validation, {source}"
    yield "steps", f"{_span(plan.steps)}; at least {rule('steps_low')} are recommended, {plan.least_epochs} epochs"
    yield "checkpoints", f"{_span(plan.checkpoints)}, one every {hyper.eval_epochs} epochs; the latest {kept} are kept"
    yield "training", f"at most {_cost(plan, plan.tokens, region)}"
    for saving in plan.savings():
        yield f"  with {saving.change}", _cost(plan, saving.tokens, region)
    previews = quoted_prices(generation_prices(plan.model.id, plan.previews, region))
    yield "previews", f"{plural(plan.previews, 'video')}; if they are billed, {previews} for {video} each"
    if generate:
        yield "generation", f"{quoted_prices(generation_prices(plan.model.id, generate, region))} for {video} each"
    yield "deployment", "free"


def _cost(plan: TrainingPlan, tokens: Fraction, region: str | None) -> str:
    return f"{ceil(tokens):,} tokens, {quoted_prices(training_prices(plan.model.id, tokens, region))}"


def _span(span: Span) -> str:
    return f"{span.low:,}" if span.low == span.high else f"{span.low:,} to {span.high:,}"


def _parameters(plan: TrainingPlan) -> Iterator[tuple[str, ...]]:
    """The hyper-parameters beside what else is known of each."""
    yield "hyper-parameter", "value", ""
    low, high = plan.model.pixels_low, plan.model.pixels_high
    for name, value in request(plan.name, plan.material.kind, plan.hyper, [])["hyper_parameters"].items():
        advised = None if name == "task_type" else advised_later(plan.model, name)
        remark = f"later pages of the platform: {advised}" if advised else ""
        yield name, str(value), f"from {low} to {high}" if name == "max_pixels" else remark


def _comparison(plans: dict[TrainingPlan, tuple[Obstacle, ...]], region: str | None) -> Sequence[Sequence[str]]:
    rows = [("model", "batch_size", "steps", "enough epochs", "tokens", "training", "")]
    for plan, found in plans.items():
        wrong = ", ".join(plural(n, str(s)) for s in COLOURS if (n := sum(one.severity is s for one in found)))
        prices = quoted_prices(training_prices(plan.model.id, plan.tokens, region))
        numbers = (str(plan.hyper.batch_size), _span(plan.steps), str(plan.least_epochs), f"{ceil(plan.tokens):,}")
        rows.append((plan.name, *numbers, prices, wrong))
    return rows
