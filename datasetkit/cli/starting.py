"""`datasetkit train start`."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.place import endpoint_of, place_options
from datasetkit.cli.remote import confirm, following, service, yes_option
from datasetkit.cli.runs import faults_of, line_of, plan_run, quoted_prices, read_run, run_options
from datasetkit.cli.terminal import bars, echo, note, width
from datasetkit.errors import DatasetkitError
from datasetkit.findings import Severity
from datasetkit.printable import Printable
from datasetkit.report import text
from datasetkit.report.columns import argument, quoted
from datasetkit.training.parameters import request
from datasetkit.training.plan import TrainingPlan, obstacles
from datasetkit.training.prices import training_prices

if TYPE_CHECKING:
    from datasetkit.modelstudio.client import Client
    from datasetkit.modelstudio.jobs import Job
    from datasetkit.verdict import Verdict


@click.command("start")
@click.argument("zips", nargs=-1, metavar="ZIP...", required=True, type=click.Path(path_type=Path))
@run_options
@click.option("--name", metavar="NAME", help="The job's name; by default made from the zip's name and the request.")
@yes_option
@place_options
def start_command(zips: tuple[Path, ...], *, name: str | None, yes: bool, **options: Any) -> int:
    """Start a training job, and print its id.

    The zips are checked first, and uploaded unless they are on the service already. Then you see the price, and are
    asked. Several ZIPs are trained on together.

    \b
    Example:
      datasetkit train start money_rain.zip --validation money_rain-validation.zip --model wan2.2-i2v-flash
    """
    from datasetkit.modelstudio.endpoint import read_key
    from datasetkit.modelstudio.jobs import create_job, list_jobs

    files = [*zips, *([options["validation"]] if options["validation"] else [])]
    _require_zips(files)
    endpoint = endpoint_of(options, zips[0].parent)
    read_key(os.environ)  # a missing key is reported before the minutes that reading takes
    planned = checked_plan(zips, options, endpoint.region)
    if planned is None:
        note("nothing was sent")
        return 1
    plan, verdicts = planned
    with service(options, zips[0].parent) as client:
        ids = _uploaded(files, verdicts, client)
        body = request(plan.name, plan.material.kind, plan.hyper, ids[: len(zips)], ids[len(zips) :])
        body["job_name"] = name or _job_name(zips[0], body)
        client.start(client.pace.limit)
        jobs = list(list_jobs(client))
        _refuse_double(jobs, body["job_name"])
        prices = quoted_prices(training_prices(plan.model.id, plan.tokens, endpoint.region))
        note(f"{plan.name}: at most {int(plan.tokens):,} tokens, {prices}")
        if not yes:
            confirm("Start the training?", "no job was started")
        client.start(client.pace.limit)  # the time that the answer took doesn't count
        job = create_job(client, body, [job.id for job in jobs])
    echo(Printable(job.id))
    note(f"next: {following('train', 'watch', job.id)}")
    return 0


def _require_zips(paths: Sequence[Path]) -> None:
    for path in paths:
        if path.is_dir():
            words = quoted(argument(str(path))), quoted(argument(f"{path.resolve().name}.zip"))
            step = f"Build it first: datasetkit build {words[0]} -o {words[1]}"
            raise DatasetkitError(f"{path} is a folder, not a zip", step)
        if not path.is_file():
            raise DatasetkitError(f"there is no zip called {path}", "Give the zip that `datasetkit build` wrote.")


def checked_plan(
    sets: Sequence[Path], options: Mapping[str, Any], region: str | None
) -> tuple[TrainingPlan, list[Verdict]] | None:
    """The run and the verdicts on its sets, with what was found on stderr; None if the run would fail."""
    material, verdicts = read_run(sets, options)
    for verdict in verdicts:
        if verdict.findings:
            note(text.render(verdict, width=width(sys.stderr)))
    model = verdicts[0].settings.model
    if model is None:
        raise DatasetkitError("no model is chosen", "Add --model ID; `datasetkit models` lists them.")
    plan = plan_run(model, material, options)
    found = [*faults_of(verdicts), *obstacles(plan, region)]
    for one in found:
        note(line_of(one))
    return None if any(one.severity is Severity.ERROR for one in found) else (plan, verdicts)


def _uploaded(paths: Sequence[Path], verdicts: Sequence[Verdict], client: Client) -> list[str]:
    """The file ids of zips, of which each is on the service afterwards."""
    return [uploaded(path, verdict, client) for path, verdict in zip(paths, verdicts, strict=True)]


def uploaded(path: Path, verdict: Verdict, client: Client) -> str:
    """The file id of a zip that is on the service afterwards."""
    from datasetkit.modelstudio.upload import Interrupted, upload_zip

    ignored = sorted({each.code for each in verdict.ignored})
    try:
        with bars() as progress:
            return upload_zip(path, client, ignored=ignored, progress=progress).file_id
    except Interrupted as stop:
        note(str(stop))
        raise


def _job_name(path: Path, body: dict[str, Any]) -> str:
    """A name that is the same for the same request: run twice, the same command starts one job."""
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return f"{path.stem[:40]}-{digest[:8]}"


def _refuse_double(jobs: Sequence[Job], name: str) -> None:
    """Raise DatasetkitError if the same job was started before, or there are as many jobs as there may be."""
    for job in jobs:
        if job.name == name and job.counts:
            raise DatasetkitError(
                f"this job was started before: {job.id} ({job.status})",
                f"Watch it: datasetkit train watch {job.id}. To train the same again, add --name with another name.",
            )
    require_free(jobs)


def require_free(jobs: Sequence[Job]) -> None:
    """Raise DatasetkitError if there are as many jobs as there may be."""
    from datasetkit.modelstudio.endpoint import fact

    if sum(job.counts for job in jobs) >= fact("jobs_high"):
        raise DatasetkitError(
            f"{fact('jobs_high')} jobs are running or have succeeded, as many as the platform allows",
            "Delete one that you no longer need: datasetkit train ls, datasetkit train rm JOB",
        )
