"""`datasetkit run`: the whole way from a dataset to videos."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.effect import aigc_config, only_dataset
from datasetkit.cli.options import files
from datasetkit.cli.place import endpoint_of, place_options
from datasetkit.cli.remote import looking_options, service, yes_option
from datasetkit.cli.run_terms import agree, first_record, is_zip, require_same, subject_of
from datasetkit.cli.runs import run_options
from datasetkit.cli.starting import checked_plan
from datasetkit.cli.terminal import echo, note
from datasetkit.errors import DatasetkitError
from datasetkit.printable import Printable
from datasetkit.training.steps import STAGES, StepFailedError, choose, do

if TYPE_CHECKING:
    from datasetkit.cli.requesting import SentFrame
    from datasetkit.cli.run_steps import RunContext
    from datasetkit.modelstudio.client import Client
    from datasetkit.modelstudio.videos import VideoRequest
    from datasetkit.training.plan import TrainingPlan
    from datasetkit.verdict import Verdict

_LAST = "last"
_TOO_LARGE = "D103"  # the rule on the size of a zip


@click.command(name="run")
@click.argument("dataset", shell_complete=files, type=click.Path(path_type=Path))
@click.option("--image", "images", multiple=True, metavar="FILE|URL", help="A first frame; once for each video.")
@click.option("--last", "lasts", multiple=True, metavar="FILE|URL", help="The last frame of each --image, in order.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The run's folder.")
@click.option("--until", type=click.Choice(STAGES[:-1]), help="Stop after this step.")
@click.option("--checkpoint", metavar="NAME", help="Export and deploy this checkpoint, such as checkpoint-200.")
@click.option("--last-checkpoint", is_flag=True, help="Deploy the job's own result, without previews and export.")
@click.option(
    "--from",
    "old",
    type=click.Path(path_type=Path),
    metavar="OLD_DIR",
    help="Say what differs from that run, and what it cost.",
)
@click.option("--resolution", metavar="NAME", help="Of the videos: 480P, 720P or 1080P, as the model can.")
@click.option("--duration", type=click.IntRange(min=1), metavar="SECONDS", help="The length of the videos.")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="The same seed makes similar videos.")
@run_options
@yes_option
@looking_options
@place_options
def command(dataset: Path, *, output: Path, until: str | None, yes: bool, **options: Any) -> int:
    """Build, upload, train, deploy and make videos, all in one command.

    You are asked once, with the whole estimated price. Everything is noted in DIR/datasetkit.run.json: if the run
    stops, the same command goes on there, and makes nothing twice. Without --checkpoint or --last-checkpoint it stops
    at the previews, for you to choose. Exits with 1 if a step fails on the service.

    \b
    Example:
      datasetkit run money_rain --model wan2.2-i2v-flash --image woman.jpg -o first_run --region singapore
    """
    from datasetkit.modelstudio.endpoint import read_key

    choice = _choice(options)
    endpoint = endpoint_of(options, dataset)
    read_key(os.environ)  # a missing key is reported before the minutes that reading takes
    if not is_zip(dataset):  # it is built into as many zips as it takes
        options["ignore"] += (_TOO_LARGE,)
    planned = checked_plan([dataset], options, endpoint.region)
    if planned is None:
        note("nothing was sent")
        return 1
    with service(options, dataset) as client, _opened(client, dataset, output, planned, options, until) as run:
        agree(run, until, yes=yes)
        try:
            for line in _way(run, until, choice):
                echo(Printable(line))
        except StepFailedError as failed:
            note(str(failed))
            note("Run the same command again to repeat this step; it shows what that costs, and asks.")
            return 1
    return 0


def _choice(options: Mapping[str, Any]) -> str | None:
    if options["checkpoint"] and options["last_checkpoint"]:
        raise click.UsageError("Give --checkpoint or --last-checkpoint, not both.")
    if options["lasts"] and len(options["lasts"]) != len(options["images"]):
        raise click.UsageError("Give --last once for each --image, or not at all.")
    return _LAST if options["last_checkpoint"] else options["checkpoint"]


@contextmanager
def _opened(
    client: Client,
    dataset: Path,
    output: Path,
    planned: tuple[TrainingPlan, list[Verdict]],
    options: Mapping[str, Any],
    until: str | None,
) -> Iterator[RunContext]:
    """All that the steps work with, and the run file. What would fail later is found here, before anything is paid."""
    from datasetkit.cli.run_file import open_run
    from datasetkit.cli.run_steps import RunContext

    plan, verdicts = planned
    videos = list(_videos(plan, options))
    effect = aigc_config(only_dataset(str(dataset))) if until in (None, "deploy") else {}
    sets = list(zip([dataset, options["validation"]], verdicts, strict=False))  # there may be no validation set
    subject = subject_of(plan, verdicts, videos)
    with open_run(output, first_record(client, subject, options["old"]), client.pace.now) as file:
        require_same(file, output, client, subject)
        yield RunContext(client, file, output, options, plan, sets, effect, videos)


def _videos(plan: TrainingPlan, options: Mapping[str, Any]) -> Iterator[tuple[VideoRequest, dict[str, SentFrame]]]:
    """The requests for the videos. The model's name is the base's as long as there is no deployment."""
    from datasetkit.cli.requesting import video_request

    lasts = options["lasts"] or [None] * len(options["images"])
    for image, last in zip(options["images"], lasts, strict=True):
        given = {"image": image, "last": last, "prompt": None}
        yield video_request(plan.name, plan.model.id, {**options, **given})


def _way(run: RunContext, until: str | None, choice: str | None) -> list[str]:
    """Go on until the end, or as far as asked: the result of the last step."""
    from datasetkit.cli import run_steps as steps
    from datasetkit.cli.run_videos import make_videos
    from datasetkit.modelstudio.checkpoints import NoCheckpointsError

    file = run.file
    ids = [
        [
            do(steps.upload_step(run, number, path, part), file)
            for part, path in enumerate(steps.zips_of(run, number), 1)
        ]
        for number, _ in enumerate(run.sets)
    ]
    if until == "upload":
        return [file_id for of_set in ids for file_id in of_set]
    model = do(steps.train_step(run, *ids), file)
    job_id = file.record.steps["train"].id or ""
    if until == "train":
        return [model]
    try:
        if choice is None or until == "previews":
            page = do(steps.previews_step(run, job_id), file)
            note("choose a checkpoint there; then run the same command with --checkpoint NAME, or --last-checkpoint")
            return [str(run.folder / page)]
        file.record = choose(file.record, choice)
        if choice != _LAST:
            model = do(steps.export_step(run, job_id, choice), file)
    except NoCheckpointsError as error:
        step = "Choose there, or run the same command again with --last-checkpoint."
        raise DatasetkitError(str(error), f"{error.next_step} {step}") from None
    if until == "export":
        return [model]
    deployment = do(steps.deploy_step(run, model), file)
    return make_videos(run, deployment) if run.videos and until is None else [deployment]
