"""A job's checkpoints, the preview videos made with them, and their export to a model that can be deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import fact
from datasetkit.modelstudio.native import address, identifier, number, pages, rows, text

_JOBS = "fine-tunes"
_NOT_HERE = "The platform documents this API for Beijing only. In other regions use the console: Model tuning."


class NoCheckpointsError(DatasetkitError):
    """The service has no checkpoint API, or doesn't let us use it."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A saved state of training. ``model`` is the deployable model that it was exported to; None before that.

    ``step`` is the number in its name: epochs or steps, the platform doesn't say. Times are the service's.
    """

    name: str
    step: int | None
    status: str
    model: str | None
    created: str | None
    expires: str | None

    @property
    def exported(self) -> bool:
        """Whether it can be deployed."""
        return self.status == "SUCCEEDED" and self.model is not None


@dataclass(frozen=True, slots=True)
class Preview:
    """A video that a checkpoint made of a validation sample. The links are signed and expire: they aren't shown."""

    prompt: str
    video_url: str = field(repr=False)
    first_frame_url: str | None = field(default=None, repr=False)
    last_frame_url: str | None = field(default=None, repr=False)


def list_checkpoints(client: Client, job_id: str) -> list[Checkpoint]:
    """The checkpoints of a job, first to last. Raises NoCheckpointsError if the API is missing or the job is."""
    found = rows(_ask(client, "checkpoints", job_id), "output", client)
    read = (_checkpoint(row) for row in found)
    return sorted((one for one in read if one), key=lambda one: one.step or 0)


def previewed(client: Client, job_id: str) -> list[str]:
    """The names of the checkpoints that there are previews of."""
    found = rows(_ask(client, "validation-results", job_id), "output", client)
    return [name for row in found if (name := identifier(row.get("checkpoint")))]


def list_previews(client: Client, job_id: str, checkpoint: str) -> Iterator[Preview]:
    """The previews of one checkpoint, with fresh links, in the service's order."""
    url = address(client, _JOBS, "{}", "validation-details", "{}", ids=[job_id, checkpoint])
    for row in pages(client, url, "list", fact("task_page")):
        if isinstance(video := row.get("video_path"), str):
            prompt = row.get("prompt")
            frames = (row.get(name) for name in ("first_frame_path", "last_frame_path"))
            first, last = (frame if isinstance(frame, str) else None for frame in frames)
            yield Preview(prompt if isinstance(prompt, str) else "", video, first, last)


def export_checkpoint(client: Client, job_id: str, checkpoint: str, name: str) -> None:
    """Ask for the export of a checkpoint, once, under a display ``name``. `list_checkpoints` shows when it is done.

    A lost answer is no error, as that list shows whether it was heard. Raises ServiceError.
    """
    url = address(client, _JOBS, "{}", "export", "{}", ids=[job_id, checkpoint])
    try:
        answer = client.ask("GET", url, {"model_name": name}, attempts=1)
    except ServiceError as fault:
        if not fault.uncertain:
            raise
        client.note(f"{fault}; the list of checkpoints will show whether the export began")
        return
    if answer.get("output") is not True:
        raise ServiceError(f"{client.endpoint.host} didn't begin the export of {checkpoint}", "Try again later.")


def _ask(client: Client, what: str, job_id: str) -> dict[str, Any]:
    try:
        return client.ask("GET", address(client, _JOBS, "{}", what, ids=[job_id]))
    except ServiceError as fault:
        if fault.status not in (403, 404, 405):
            raise
        raise NoCheckpointsError(f"no {what} of {job_id}: {fault}", _NOT_HERE) from None


def _checkpoint(row: Mapping[str, Any]) -> Checkpoint | None:
    name = identifier(row.get("checkpoint"))
    if name is None:
        return None
    return Checkpoint(
        name,
        number(row.get("step")),
        text(row.get("status")) or "UNKNOWN",
        identifier(row.get("model_name")),
        text(row.get("create_time")),
        text(row.get("expire_time")),
    )
