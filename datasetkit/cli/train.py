"""`datasetkit train`: jobs on the service."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from datasetkit.cli.choosing import checkpoints_command, export_command
from datasetkit.cli.place import place_options
from datasetkit.cli.previewing import previews_command
from datasetkit.cli.remote import confirm, form_option, job_argument, looking_options, pace_of, service, yes_option
from datasetkit.cli.starting import start_command
from datasetkit.cli.terminal import bars, echo, note
from datasetkit.errors import DatasetkitError
from datasetkit.printable import Printable, as_json
from datasetkit.report.columns import plural, table


@click.group(name="train")
def command() -> None:
    """Start, watch and stop training jobs; list and export their checkpoints.

    \b
    Example:
      datasetkit train start money_rain.zip --model wan2.2-i2v-flash --region singapore
    """


command.add_command(start_command)


@command.command("status")
@job_argument
@place_options
@form_option
def status_command(job_id: str, *, form: str, **options: Any) -> None:
    """Show the state of a job.

    \b
    Example:
      datasetkit train status ft-202511111122-ab12
    """
    from datasetkit.cli.watching import describe, require_job

    with service(options) as client:
        job = require_job(client, job_id)
    if form == "json":
        echo(as_json(asdict(job)))
        return
    facts: dict[str, str | None] = {
        "status": describe(job.status),
        "name": job.name,
        "model": job.model,
        "makes": job.made_model,
        "created": job.created,
        "ended": job.ended,
    }
    facts |= {"tokens": None if job.tokens is None else f"{job.tokens:,}", "failure": job.failure}
    for line in table([("job", job.id), *((name, value) for name, value in facts.items() if value)]):
        echo(line)


@command.command("watch")
@job_argument
@looking_options
@place_options
def watch_command(job_id: str, **options: Any) -> int:
    """Watch a job to its end, and print the model that it made.

    States and log lines go to stderr. You can stop watching and start again at any time; a lost network is no harm.
    Exits with 1 if the job fails or is cancelled.

    \b
    Example:
      datasetkit train watch ft-202511111122-ab12
    """
    from datasetkit.cli.watching import watch

    with service(options) as client, bars() as progress:
        every, limit = pace_of("job", options, client)
        job = watch(client, job_id, every=every, limit=limit, progress=progress)
    if job.status == "SUCCEEDED":
        echo(Printable(job.made_model or job.id))
        return 0
    note(f"{job.id} ended as {job.status}" + (f"; the platform says: {job.failure}" if job.failure else ""))
    if job.status == "FAILED":
        note(f"  The log may say more: datasetkit train logs {job.id}")
    return 1


@command.command("logs")
@job_argument
@place_options
def logs_command(job_id: str, **options: Any) -> None:
    """Print the whole log of a job.

    \b
    Example:
      datasetkit train logs ft-202511111122-ab12
    """
    from datasetkit.modelstudio.jobs import log_lines

    with service(options) as client:
        for line in log_lines(client, job_id):
            echo(Printable(line))


@command.command("stop")
@job_argument
@yes_option
@place_options
def stop_command(job_id: str, *, yes: bool, **options: Any) -> None:
    """Stop a job. What it has trained so far is paid for.

    \b
    Example:
      datasetkit train stop ft-202511111122-ab12
    """
    from datasetkit.cli.watching import require_job
    from datasetkit.modelstudio.jobs import cancel_job

    with service(options) as client:
        if not yes:
            job = require_job(client, job_id)
            confirm(f"Stop {job.id} ({job.name}, {job.status})?", "nothing was stopped")
            client.start(client.pace.limit)
        cancel_job(client, job_id)
    echo(Printable(job_id))


@command.command("rm")
@job_argument
@yes_option
@place_options
def remove_command(job_id: str, *, yes: bool, **options: Any) -> None:
    """Delete a job.

    \b
    Example:
      datasetkit train rm ft-202511111122-ab12
    """
    from datasetkit.cli.watching import require_job
    from datasetkit.modelstudio.jobs import delete_job

    with service(options) as client:
        if not yes:
            job = require_job(client, job_id)
            confirm(f"Delete {job.id} ({job.name}, {job.status}) for good?", "nothing was deleted")
            client.start(client.pace.limit)
        if not delete_job(client, job_id):
            raise DatasetkitError(f"the service has no job {job_id}", "List them: datasetkit train ls")
    echo(Printable(job_id))


@command.command("ls")
@place_options
@form_option
def list_command(*, form: str, **options: Any) -> None:
    """List all jobs, as the service does.

    \b
    Example:
      datasetkit train ls --region singapore
    """
    from datasetkit.modelstudio.endpoint import fact
    from datasetkit.modelstudio.jobs import list_jobs

    with service(options) as client:
        jobs = list(list_jobs(client))
    if form == "json":
        echo(as_json({"jobs": [asdict(job) for job in jobs]}))
        return
    rows = [(job.id, job.status, job.model or "?", job.created or "?", job.name or "?") for job in jobs]
    for line in table([("job", "status", "model", "created", "name"), *rows]) if rows else ():
        echo(line)
    counted = sum(job.counts for job in jobs)
    echo(Printable(f"{plural(len(jobs), 'job')}; {counted} of {fact('jobs_high')} allowed are running or succeeded"))


command.add_command(checkpoints_command)
command.add_command(export_command)
command.add_command(previews_command)
