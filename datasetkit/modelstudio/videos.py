"""Videos from a deployed model: the request for one, and the task that makes it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import fact
from datasetkit.modelstudio.native import address, create, failure, identifier, output, pages, text, unusable

_ASYNC = {"X-DashScope-Async": "enable"}  # the service refuses to make a video while the client waits


@dataclass(frozen=True, slots=True)
class Task:
    """A video that is being made. ``video_url`` is a signed link that lives for a day: it isn't shown."""

    id: str
    status: str
    video_url: str | None = field(default=None, repr=False)
    failure: str = ""

    @property
    def finished(self) -> bool:
        """Whether its state is final; the service forgets a task after a day and then calls it UNKNOWN."""
        return self.status in ("SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN")


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """What to make a video of. Images are URLs or `data:` URIs; None leaves it to the platform.

    ``model`` is the deployed model, ``base`` the model that it was trained from.
    """

    model: str
    base: str
    first_frame: str = field(repr=False)
    last_frame: str | None = field(repr=False)
    resolution: str
    seconds: int
    seed: int | None = None
    prompt: str | None = None

    @property
    def path(self) -> str:
        """The path that makes videos of the base model's fine-tunes."""
        return f"services/aigc/{generation(self.base)['path']}"

    @property
    def body(self) -> dict[str, Any]:
        """The body of the request. Raises DatasetkitError for a last frame that the model doesn't take."""
        given: dict[str, Any] = {"prompt": self.prompt} if self.prompt is not None else {}
        parameters: dict[str, Any] = {"resolution": self.resolution, "duration": self.seconds, "prompt_extend": False}
        parameters |= {"seed": self.seed} if self.seed is not None else {}
        return {"model": self.model, "input": given | self._images(), "parameters": parameters}

    def _images(self) -> dict[str, Any]:
        form = generation(self.base)["input"]
        if form == "img_url":
            if self.last_frame is not None:
                raise DatasetkitError(f"{self.base} makes videos from a first frame alone", "Leave out the last frame.")
            return {"img_url": self.first_frame}
        frames = {"first_frame": self.first_frame, "last_frame": self.last_frame}
        images = {name: url for name, url in frames.items() if url is not None}
        if form == "media":
            return {"media": [{"type": name, "url": url} for name, url in images.items()]}
        return {f"{name}_url": url for name, url in images.items()}


def generation(base: str) -> Mapping[str, Any]:
    """How videos are made with fine-tunes of a base model: paths, form of the input, resolutions, seconds, limits."""
    found: Mapping[str, Any] = spec.document("training.json")["generation"][base]["value"]
    return found


def submit(client: Client, request: VideoRequest, known: Collection[str]) -> Task:
    """Begin a video, once. ``known`` are the ids of the tasks that there were: another one is a lost request's.

    Raises DatasetkitError; after a lost answer also if several new tasks fit.
    """
    url, body = address(client, *request.path.split("/")), request.body
    once = partial(client.post, url, json=body, headers=_ASYNC)
    return create(client, lambda: _task(once(), client), lambda: find_task(client, request.model, known))


def find_task(client: Client, model: str, known: Collection[str]) -> Task | None:
    """The task that a lost request has begun. Raises DatasetkitError if several tasks fit: they look alike."""
    fresh = new_tasks(client, model, known)
    if len(fresh) > 1:
        ids = ", ".join(task.id for task in fresh)
        raise DatasetkitError(
            f"the answer was lost, and several new tasks fit: {ids}",
            "See which is yours: datasetkit generate --task ID downloads it.",
        )
    return fresh[0] if fresh else None


def new_tasks(client: Client, model: str, known: Collection[str]) -> list[Task]:
    """The tasks of a deployed model in the last day that aren't ``known``."""
    return [task for task in list_tasks(client, model) if task.id not in known]


def show_task(client: Client, task_id: str) -> Task:
    """One task. One that the service doesn't know, or forgot after a day, is UNKNOWN."""
    return _task(client.ask("GET", address(client, "tasks", "{}", ids=[task_id])), client)


def list_tasks(client: Client, model: str) -> Iterator[Task]:
    """The tasks of a deployed model in the last day."""
    for row in pages(client, address(client, "tasks"), "data", fact("task_page"), model_name=model):
        if task_id := identifier(row.get("task_id")):
            yield Task(task_id, text(row.get("status")) or "UNKNOWN")


def _task(answer: Mapping[str, Any], client: Client) -> Task:
    row = output(answer, client)
    task_id, url = identifier(row.get("task_id")), row.get("video_url")
    if task_id is None:
        raise unusable(client, "answered with a task that has no usable id")
    status = text(row.get("task_status")) or "UNKNOWN"
    return Task(task_id, status, url if isinstance(url, str) else None, failure(row))
