"""Fine-tuning jobs: create, show, list, cancel, delete, read the log."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import fact
from datasetkit.modelstudio.native import (
    address,
    create,
    failure,
    identifier,
    look_up,
    number,
    output,
    pages,
    text,
    unusable,
)

_JOBS = "fine-tunes"


@dataclass(frozen=True, slots=True)
class Job:
    """A fine-tuning job as the service describes it, or None if it doesn't say. All texts are the service's.

    ``made_model`` is the model that training makes, which some services name before it exists. ``files`` are the ids
    of the training files. ``tokens`` are those that are billed. Times are as the service writes them, without a zone.
    ``failure`` is the service's reason; empty if it gives none.
    """

    id: str
    status: str
    name: str | None = None
    model: str | None = None
    made_model: str | None = None
    files: tuple[str, ...] = ()
    hyper_parameters: Mapping[str, object] = field(default_factory=dict, hash=False)
    created: str | None = None
    ended: str | None = None
    tokens: int | None = None
    failure: str = ""

    @property
    def finished(self) -> bool:
        """Whether its state is final."""
        return self.status in ("SUCCEEDED", "FAILED", "CANCELED")

    @property
    def counts(self) -> bool:
        """Whether it counts towards the number of jobs that a user may have."""
        return self.status not in ("FAILED", "CANCELED", "CANCELING")


def create_job(client: Client, body: Mapping[str, Any], known: Collection[str]) -> Job:
    """Create a job, once. ``known`` are the ids of the jobs that there were: another that fits is a lost request's.

    Raises DatasetkitError; after a lost answer also if several new jobs fit.
    """
    url = address(client, _JOBS)
    return create(client, lambda: _job(client.post(url, json=body), client), lambda: find_job(client, body, known))


def find_job(client: Client, body: Mapping[str, Any], known: Collection[str]) -> Job | None:
    """The job that a lost request has made. The name decides, else model and files, as not all services keep it.

    Raises DatasetkitError if several jobs fit.
    """
    fresh = [job for job in list_jobs(client) if job.id not in known]
    wanted = (body["model"], set(body["training_file_ids"]))
    same = [job for job in fresh if job.name == body.get("job_name")]
    fitting = same or [job for job in fresh if (job.model, set(job.files)) == wanted]
    if len(fitting) > 1:
        ids = ", ".join(job.id for job in fitting)
        raise DatasetkitError(f"the answer was lost, and several new jobs fit: {ids}", "See them: datasetkit train ls")
    return fitting[0] if fitting else None


def show_job(client: Client, job_id: str) -> Job | None:
    """One job; None if the service has no such job."""
    answer = look_up(client, "GET", address(client, _JOBS, "{}", ids=[job_id]))
    return None if answer is None else _job(answer, client)


def list_jobs(client: Client) -> Iterator[Job]:
    """All jobs, in the service's order. Rows without a usable id are skipped."""
    found = pages(client, address(client, _JOBS), "jobs", fact("native_page"))
    return (job for row in found if (job := _read(row)))


def cancel_job(client: Client, job_id: str) -> None:
    """Ask that a job be stopped. Raises ServiceError, with status 404 if there is no such job."""
    client.ask("POST", address(client, _JOBS, "{}", "cancel", ids=[job_id]))


def delete_job(client: Client, job_id: str) -> bool:
    """Delete a job; False if the service has no such job."""
    return look_up(client, "DELETE", address(client, _JOBS, "{}", ids=[job_id])) is not None


def log_lines(client: Client, job_id: str, skip: int = 0) -> Iterator[str]:
    """The lines of a job's log after the first ``skip``, in order. Raises ServiceError for a log without end."""
    url, most, count = address(client, _JOBS, "{}", "logs", ids=[job_id]), fact("log_lines"), 0
    while True:
        page = output(client.ask("GET", url, {"offset": skip + count, "line": most}), client)
        lines = page.get("logs")
        if not isinstance(lines, list):
            raise unusable(client, "answered without a log")
        yield from map(str, lines)
        count += len(lines)
        if len(lines) < most:
            return
        if count >= fact("listed_files") * most:
            raise ServiceError(f"the log of {job_id} is longer than {count:,} lines", "Read it in the console.")


def _job(answer: Mapping[str, Any], client: Client) -> Job:
    if job := _read(output(answer, client)):
        return job
    raise unusable(client, "answered with a job that has no usable id")


def _read(row: Mapping[str, Any]) -> Job | None:
    """A job's record; None if it has no usable id."""
    job_id = identifier(row.get("job_id"))
    hyper = row.get("hyper_parameters")
    if job_id is None:
        return None
    return Job(
        id=job_id,
        status=text(row.get("status")) or "UNKNOWN",
        name=text(row.get("job_name")),
        model=text(row.get("model")),
        made_model=identifier(row.get("finetuned_output")),
        files=_files(row),
        hyper_parameters=hyper if isinstance(hyper, dict) else {},
        created=text(row.get("create_time")),
        ended=text(row.get("end_time")),
        tokens=number(row.get("usage")),
        failure=failure(row),
    )


def _files(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the training files, which newer services give as data sets and leave out of the older list."""
    sets, ids = row.get("training_datasets"), row.get("training_file_ids")
    found = [each.get("file_id") for each in sets if isinstance(each, dict)] if isinstance(sets, list) else []
    found += ids if isinstance(ids, list) else []
    return tuple(dict.fromkeys(each for each in found if isinstance(each, str)))
