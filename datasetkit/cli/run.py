"""`datasetkit run`: from a dataset to videos, with one confirmation."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.options import files
from datasetkit.cli.place import endpoint_of, place_options
from datasetkit.cli.remote import confirm, looking_options, service, yes_option
from datasetkit.cli.runs import faults_of, line_of, plan_run, quoted_prices, read_run, run_options
from datasetkit.cli.terminal import bars, note
from datasetkit.errors import DatasetkitError
from datasetkit.findings import Severity
from datasetkit.report.columns import plural
from datasetkit.training.parameters import request
from datasetkit.training.plan import TrainingPlan, obstacles
from datasetkit.training.prices import generation_prices, training_prices
from datasetkit.training.runfile import RunFile, now, open_run, read_run_file

if TYPE_CHECKING:
    from datasetkit.modelstudio.endpoint import Endpoint

STEPS = ("upload", "train", "previews", "export", "deploy", "generate")


@click.command(name="run")
@click.argument("dataset", shell_complete=files, type=click.Path(path_type=Path))
@run_options
@click.option("--image", "images", multiple=True, metavar="FILE|URL", help="Make a video from this first frame.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The run's folder.")
@click.option("--until", type=click.Choice(STEPS), default=STEPS[-1], help="Stop after this step.")
@click.option("--checkpoint", metavar="NAME", help="Export and deploy this checkpoint.")
@click.option("--last-checkpoint", is_flag=True, help="Deploy the last checkpoint, without an export.")
@click.option(
    "--from", "earlier", type=click.Path(path_type=Path), metavar="OLD_DIR", help="Compare with an earlier run."
)
@yes_option
@looking_options
@place_options
def command(dataset: Path, *, images: tuple[str, ...], output: Path, yes: bool, **options: Any) -> int:
    """Go the whole way: build, upload, train, preview, deploy, generate.

    The estimated cost of everything is shown once, and you are asked once. Whatever interrupts it: run the same command
    again, and it goes on, as DIR keeps what was done. Without a checkpoint it stops at the previews for you to choose.
    Exits with 1 if the service fails; run again, it shows the new cost and asks.

    \b
    Example:
      datasetkit run money_rain --model wan2.2-i2v-flash --image woman.jpg -o rain_run
      datasetkit run money_rain --model wan2.2-i2v-flash --image woman.jpg -o rain_run --checkpoint checkpoint-200
    """
    from datasetkit.cli.running import go
    from datasetkit.modelstudio.endpoint import read_key

    if options["checkpoint"] and options["last_checkpoint"]:
        raise click.UsageError("Choose --checkpoint NAME or --last-checkpoint.")
    endpoint = endpoint_of(options, dataset)
    read_key(os.environ)
    with open_run(output) as run:
        if not run.values:
            run.begin(run=secrets.token_hex(4))
        zips = _built([dataset, *([options["validation"]] if options["validation"] else [])], output, options)
        plan = _plan(zips, options, endpoint.region)
        _identify(run, plan, images, endpoint, zips)
        if options["earlier"]:
            _compare(run, options["earlier"])
        if "confirmed" not in run.values:
            _foresee(dataset, plan, images, options["until"])
        _confirm(run, plan, len(images), endpoint.region, yes=yes)
        with service(options, dataset) as client:
            return go(run, client, dataset, zips, images, options)


def _built(datasets: Sequence[Path], folder: Path, options: dict[str, Any]) -> list[Path]:
    """The zips of the sets: those that are zips already, else built into the run's folder."""
    from datasetkit.pack.building import build

    zips = []
    for role, dataset in zip(("training", "validation"), datasets, strict=False):
        target = folder / f"{role}.zip"
        if dataset.is_file():
            zips.append(dataset)
            continue
        with bars() as progress:
            how = {name: options[name] for name in ("model", "kind", "ignore", "config")}
            built = build(dataset, target, force=True, role=role, progress=progress, **how)
        if not built.outputs:
            raise DatasetkitError(f"{dataset} has errors", f"See them: datasetkit lint {dataset}")
        zips.append(target)
    return zips


def _plan(zips: Sequence[Path], options: dict[str, Any], region: str | None) -> TrainingPlan:
    """The run, with what stands in its way on stderr. Raises DatasetkitError if it would fail."""
    other = zips[1] if len(zips) > 1 else None
    material, verdicts = read_run(zips[:1], {**options, "validation": other})
    model = verdicts[0].settings.model
    if model is None:
        raise DatasetkitError("no model is chosen", "Add --model ID; `datasetkit models` lists them.")
    plan = plan_run(model, material, options)
    found = [*faults_of(verdicts), *obstacles(plan, region)]
    for one in found:
        note(line_of(one))
    if any(one.severity is Severity.ERROR for one in found):
        raise DatasetkitError("the training would fail", "Correct what is said above; nothing was sent.")
    return plan


def _identify(
    run: RunFile, plan: TrainingPlan, images: Sequence[str], endpoint: Endpoint, zips: Sequence[Path]
) -> None:
    """Note what the run is, or make sure that it is still the same. Raises DatasetkitError if it isn't."""
    values = {
        "base_url": endpoint.base_url,
        "digest": _digest(zips),
        "request": request(plan.name, plan.material.kind, plan.hyper, []),
        "images": [image.partition("?")[0] for image in images],
    }
    run.set(**values | run.values)
    for name, value in values.items():
        if run.values[name] != value:
            what = {"digest": "the dataset has", "images": "the images have"}.get(name, f"the {name} has")
            raise DatasetkitError(
                f"{what} changed since the run in {run.folder} was begun",
                f"Begin a second attempt in a new folder: -o NEW_DIR --from {run.folder}",
            )


def _foresee(dataset: Path, plan: TrainingPlan, images: Sequence[str], until: str) -> None:
    """Find out now what would otherwise fail after hours of training. Raises DatasetkitError."""
    from datasetkit.cli.effect import aigc_config, only_dataset
    from datasetkit.cli.requesting import frame_to_send
    from datasetkit.modelstudio.videos import generation

    if STEPS.index(until) >= STEPS.index("deploy"):
        aigc_config(only_dataset(str(dataset)))
    for image in images:
        frame_to_send(image, generation(plan.model.id))


def _digest(zips: Sequence[Path]) -> str:
    """The SHA-256 of the zips; those that datasetkit builds are the same for the same content."""
    import hashlib

    digest = hashlib.sha256()
    for path in zips:
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _compare(run: RunFile, folder: Path) -> None:
    """Show what differs from an earlier run, and what that run's training cost."""
    other = read_run_file(folder)
    before, after = ({**values["request"], **values["request"]["hyper_parameters"]} for values in (other, run.values))
    for name in sorted((before.keys() | after.keys()) - {"hyper_parameters"}):
        if before.get(name) != after.get(name):
            note(f"  {name}: {before.get(name)} in {folder}, {after.get(name)} now")
    if other["digest"] != run.values["digest"]:
        note(f"  the dataset differs from that of {folder}")
    for step in [*other["earlier"], other["steps"].get("train", {})]:
        if step.get("tokens") is not None:
            note(f"  {step['id']} in {folder} used {step['tokens']:,} tokens and ended as {step['status']}")


def _confirm(run: RunFile, plan: TrainingPlan, videos: int, region: str | None, *, yes: bool) -> None:
    """Show the cost of the whole run, and ask, unless that was confirmed before. Raises DatasetkitError if it isn't."""
    if "confirmed" in run.values:
        return
    parts = []
    if run.step("train").get("status") != "SUCCEEDED":
        parts.append(f"training at most {quoted_prices(training_prices(plan.model.id, plan.tokens, region))}")
        previews = quoted_prices(generation_prices(plan.model.id, plan.previews, region))
        parts.append(f"previews, if they are billed, {previews}")
    if videos:
        parts.append(f"{plural(videos, 'video')} {quoted_prices(generation_prices(plan.model.id, videos, region))}")
    estimate = "; ".join(parts)
    for part in parts:
        note(part)
    if not yes:
        confirm("Go the whole way?", "nothing was sent")
    run.set(estimate=estimate, confirmed=now())
    note(f"the run is kept in {run.folder}; run the same command again to go on")
