"""`datasetkit generate`: a video from a deployed model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit import __version__
from datasetkit.cli.place import place_options
from datasetkit.cli.remote import confirm, following, looking_options, pace_of, service, yes_option
from datasetkit.cli.requesting import described, require_running, video_request
from datasetkit.cli.runs import quoted_prices
from datasetkit.cli.terminal import bars, echo, note
from datasetkit.errors import DatasetkitError
from datasetkit.files import refuse_existing, replace_file
from datasetkit.printable import Printable, as_json
from datasetkit.training.prices import generation_prices

if TYPE_CHECKING:
    from datasetkit.modelstudio.client import Client
    from datasetkit.modelstudio.videos import Task, VideoRequest


@click.command(name="generate")
@click.argument("deployment_id", metavar="ID")
@click.option("--image", metavar="FILE|URL", help="The first frame.")
@click.option("--last", metavar="FILE|URL", help="The last frame, for models that take one.")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="OUT.mp4", help="The new video."
)
@click.option("--resolution", metavar="NAME", help="480P, 720P or 1080P, as the model can; 720P by default.")
@click.option("--duration", type=click.IntRange(min=1), metavar="SECONDS", help="The length, as the model can.")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="The same seed makes a similar video.")
@click.option("--prompt", metavar="TEXT", help="Only for deployments that use the prompt of the request.")
@click.option("--task", "task_id", metavar="TASK", help="Download the video of a task that was begun before.")
@yes_option
@looking_options
@place_options
def command(deployment_id: str, *, output: Path, task_id: str | None, yes: bool, **options: Any) -> int:
    """Make a video from an image with a deployed model, and download it.

    The price is shown first, and you are asked. A FILE is checked and sent within the request; a URL is passed on.
    OUT.mp4.json says what made the video. Exits with 1 if the service fails to make it.

    \b
    Example:
      datasetkit generate wan2.2-i2v-flash-ft-202511111122-ab12 --image woman.jpg -o rain.mp4 --region singapore
    """
    if (options["image"] is None) is (task_id is None):
        raise click.UsageError("Give a first frame with --image, or a task that was begun with --task.")
    record = output.with_name(f"{output.name}.json")
    for path in (output, record):
        refuse_existing(path, force=False)
    with service(options) as client:
        made: dict[str, Any] = {"datasetkit": __version__, "deployment": deployment_id}
        if task_id is None:
            request, frames = video_request(deployment_id, require_running(client, deployment_id), options)
            _ask(client, request, yes=yes)
            task_id = _begin(client, request, output)
            made |= described(request, frames)
        every, limit = pace_of("task", options, client)
        task = finished_task(client, task_id, every=every, limit=limit)
        if task.status != "SUCCEEDED":
            note(f"task {task.id} ended as {task.status}" + (f": {task.failure}" if task.failure else ""))
            return 1
        save_video(client, task, output)
    replace_file(record, (as_json(made | {"task": task_id}, ascii_only=False) + "\n").encode())
    echo(Printable(str(output)))
    return 0


def _ask(client: Client, request: VideoRequest, *, yes: bool) -> None:
    region = client.endpoint.region
    prices = generation_prices(request.base, 1, region, resolution=request.resolution, seconds=request.seconds)
    note(f"a video of {request.seconds} s at {request.resolution}: {quoted_prices(prices)}")
    if not yes:
        confirm("Make it?", "no video was made")


def _begin(client: Client, request: VideoRequest, output: Path) -> str:
    from datasetkit.modelstudio.videos import list_tasks, submit

    client.start(client.pace.limit)
    task = submit(client, request, [task.id for task in list_tasks(client, request.model)])
    again = following("generate", request.model, "--task", task.id, "-o", str(output))
    note(f"task {task.id} by {request.path}; if this stops: {again}")
    return task.id


def finished_task(client: Client, task_id: str, *, every: float, limit: float) -> Task:
    """Wait until a task has ended, well or badly. Raises DatasetkitError."""
    from datasetkit.modelstudio.polling import wait
    from datasetkit.modelstudio.videos import show_task

    return wait(client, lambda: show_task(client, task_id), lambda task: task.finished, every=every, limit=limit)


def save_video(client: Client, task: Task, output: Path) -> None:
    """Download the video of a task that has succeeded.

    If the link has expired, a fresh one is asked for, once. Raises DatasetkitError.
    """
    from datasetkit.modelstudio.answers import ServiceError
    from datasetkit.modelstudio.download import download
    from datasetkit.modelstudio.videos import show_task

    with bars() as progress:
        try:
            download(_link(task), output, client, verify=_verify, progress=progress)
        except ServiceError as fault:
            if fault.status != 403:
                raise
            download(_link(show_task(client, task.id)), output, client, verify=_verify, progress=progress)


def _link(task: Task) -> str:
    if task.video_url:
        return task.video_url
    raise DatasetkitError(f"task {task.id} is {task.status} without a video", "Look at it in the console.")


def _verify(path: Path) -> None:
    from datasetkit.media.previews import require_video

    found = require_video(path)
    note(f"{found.width}×{found.height}, {float(found.seconds):.2f} s, {found.frames} frames")
