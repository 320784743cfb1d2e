"""The last steps of `datasetkit run`: a video from each image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from datasetkit import __version__
from datasetkit.cli.generate import finished_task, save_video
from datasetkit.cli.remote import following
from datasetkit.cli.requesting import described
from datasetkit.cli.run_steps import RunContext
from datasetkit.cli.terminal import note
from datasetkit.errors import DatasetkitError
from datasetkit.files import replace_file
from datasetkit.modelstudio.endpoint import fact
from datasetkit.modelstudio.native import search
from datasetkit.modelstudio.videos import list_tasks, new_tasks, submit
from datasetkit.printable import as_json
from datasetkit.training.record import StepRecord
from datasetkit.training.steps import Ended, RunStep, StepFailedError, begin, finish, reopen


def video_path(run: RunContext, number: int) -> Path:
    """Where the video of the ``number``-th image goes, which counts from 1."""
    return run.folder / f"video_{number}.mp4"


def video_step(run: RunContext, deployment_id: str, number: int) -> RunStep:
    """Make a video and download it: its file's name."""
    asked, frames = run.videos[number - 1]
    asked, client, output = replace(asked, model=deployment_id), run.client, video_path(run, number)

    def known() -> list[str]:
        run.restart()
        return [task.id for task in list_tasks(client, deployment_id)]

    def create(known: Sequence[str]) -> str:
        run.restart()
        task_id = submit(client, asked, known).id
        note(f"{output.name}: task {task_id}")
        return task_id

    def wait(task_id: str) -> Ended:
        task = finished_task(client, task_id, **run.pace("task"))
        if task.status != "SUCCEEDED":
            return Ended(None, status=task.status, failure=task.failure)
        run.restart()
        made = {"datasetkit": __version__, "deployment": deployment_id, **described(asked, frames), "task": task_id}
        replace_file(output.with_name(f"{output.name}.json"), (as_json(made, ascii_only=False) + "\n").encode())
        save_video(client, task, output)
        return Ended(output.name)

    find = partial(_lost_video, run, deployment_id, output)
    return RunStep(f"generate-{number}", create, wait, known, find)


def _lost_video(run: RunContext, deployment_id: str, output: Path, lost: StepRecord) -> str | None:
    """The task that a lost request has begun, if exactly one can be it.

    Raises DatasetkitError with the candidates if there are several, StepFailedError if the service no longer knows.
    """
    begun = datetime.strptime(lost.begun, "%Y-%m-%dT%H:%M:%S%z")
    if run.client.pace.now() - begun > timedelta(seconds=fact("task_seconds")):
        raise StepFailedError(
            f"{output.name}: its request was lost, and the service lists tasks for a day only. It may have been billed."
        )
    run.restart()
    fresh = search(run.client, lambda: new_tasks(run.client, deployment_id, lost.known) or None) or []
    if len(fresh) > 1:
        again = following("generate", deployment_id, "--task", "TASK", "-o", str(output))
        raise DatasetkitError(
            f"the answer was lost, and several new tasks fit: {', '.join(task.id for task in fresh)}",
            f"Download the right one, then run the same command again: {again}",
        )
    return fresh[0].id if fresh else None


def make_videos(run: RunContext, deployment_id: str) -> list[str]:
    """Make the videos that aren't in the folder yet: all are begun, then each is waited for. Their paths."""
    steps = [video_step(run, deployment_id, number) for number, _ in enumerate(run.videos, 1)]
    paths = [video_path(run, number) for number, _ in enumerate(run.videos, 1)]
    missing = [step for step, path in zip(steps, paths, strict=True) if not path.exists()]
    for step in missing:
        begin(step, run.file)
    for step in missing:
        reopen(step, run.file)
        finish(step, run.file)
    return [str(path) for path in paths]
