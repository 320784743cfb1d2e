"""Waiting for the service, with notes about what it does: jobs to their end, exports, deployments, videos."""

from __future__ import annotations

import re

from datasetkit.cli.terminal import note
from datasetkit.errors import DatasetkitError
from datasetkit.model import Progress
from datasetkit.modelstudio.checkpoints import Checkpoint, export_checkpoint, list_checkpoints
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import fact
from datasetkit.modelstudio.jobs import Job, log_lines, show_job
from datasetkit.modelstudio.polling import wait

_STATES = {
    "PENDING": "it waits to start",
    "QUEUING": "it waits for another job: the platform runs one at a time",
    "RUNNING": "it trains, which takes hours",
    "CANCELING": "it is being stopped",
}
_EPOCH = re.compile(r"['\"]epoch['\"]: ([0-9]+(?:\.[0-9]+)?)")


def watch(client: Client, job_id: str, *, every: float, limit: float, progress: Progress) -> Job:
    """Follow a job to its end: new states and log lines as notes, epochs as progress. Raises DatasetkitError."""
    status, read = "", 0

    def look() -> Job:
        nonlocal status, read
        job = require_job(client, job_id)
        if job.status != status:
            status = job.status
            note(f"{job_id}: {describe(status)}")
        for line in log_lines(client, job_id, read):
            read += 1
            note(f"  {line}")
            _advance(job, line, progress)
        return job

    return wait(client, look, lambda job: job.finished, every=every, limit=limit)


def require_job(client: Client, job_id: str) -> Job:
    """A job that must be there. Raises DatasetkitError if it isn't."""
    if job := show_job(client, job_id):
        return job
    raise DatasetkitError(f"the service has no job {job_id}", "List them: datasetkit train ls")


def describe(status: str) -> str:
    """A job's state, with what it means where that isn't plain."""
    return f"{status}, {_STATES[status]}" if status in _STATES else status


def _advance(job: Job, line: str, progress: Progress) -> None:
    """Show the epoch that a line of the log names. What the log of a video model looks like isn't documented."""
    found, total = _EPOCH.search(line), job.hyper_parameters.get("n_epochs")
    if found and isinstance(total, int) and float(found[1]) <= total:
        progress("training", int(float(found[1])), total)


def export(client: Client, job_id: str, checkpoint: str, name: str, *, every: float, limit: float) -> str:
    """Export a checkpoint, unless it is exported already: the name of the model that can be deployed.

    Raises DatasetkitError if the job has no such checkpoint, or for a name that the platform wouldn't take.
    """
    begin_export(client, job_id, checkpoint, name)
    row = follow_export(client, job_id, checkpoint, every=every, limit=limit)
    if row.model is None:
        raise DatasetkitError(f"the export of {checkpoint} failed", "Try again, or export another checkpoint.")
    return row.model


def begin_export(client: Client, job_id: str, checkpoint: str, name: str) -> None:
    """Ask for the export of a checkpoint, unless it is exported already. Raises DatasetkitError as `export` does."""
    if not re.fullmatch(fact("display_name"), name):
        raise DatasetkitError(f"{name!r} can't be a name", "Use letters, digits, _ and -.")
    if not _row(client, job_id, checkpoint).exported:
        export_checkpoint(client, job_id, checkpoint, name)
        note(f"{checkpoint} is being exported as {name}")


def follow_export(client: Client, job_id: str, checkpoint: str, *, every: float, limit: float) -> Checkpoint:
    """The checkpoint as soon as it is exported, or its export has failed. Raises DatasetkitError."""

    def ended(row: Checkpoint) -> bool:
        return row.exported or row.status == "FAILED"

    return wait(client, lambda: _row(client, job_id, checkpoint), ended, every=every, limit=limit)


def _row(client: Client, job_id: str, checkpoint: str) -> Checkpoint:
    found = list_checkpoints(client, job_id)
    for row in found:
        if row.name == checkpoint:
            return row
    names = ", ".join(row.name for row in found) or "none yet"
    raise DatasetkitError(f"{job_id} has no {checkpoint}", f"Its checkpoints: {names}.")
