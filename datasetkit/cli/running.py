"""The steps of `datasetkit run`, each of which goes on where it was interrupted."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from datasetkit.cli.deploy import require_deployment
from datasetkit.cli.effect import aigc_config, only_dataset
from datasetkit.cli.generate import fetch_video
from datasetkit.cli.previewing import save_previews
from datasetkit.cli.remote import pace_of
from datasetkit.cli.requesting import described, video_request
from datasetkit.cli.terminal import bars, echo, note
from datasetkit.cli.watching import export, watch
from datasetkit.errors import DatasetkitError
from datasetkit.files import replace_file
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.deployments import (
    create_deployment,
    deployment_request,
    find_deployment,
    list_deployments,
)
from datasetkit.modelstudio.jobs import create_job, find_job, list_jobs
from datasetkit.modelstudio.polling import wait
from datasetkit.modelstudio.upload import upload_zip
from datasetkit.modelstudio.videos import find_task, list_tasks, submit
from datasetkit.printable import Printable, as_json
from datasetkit.training.runfile import RunFile, now


def go(
    run: RunFile,
    client: Client,
    dataset: Path,
    zips: Sequence[Path],
    images: Sequence[str],
    options: dict[str, Any],
) -> int:
    """Go on with the run of ``dataset``, packed in ``zips``, as far as the options say; the exit code.

    What was made last is printed.
    """
    until = options["until"]
    _upload(run, client, zips)
    if until == "upload":
        return _stop(*run.step("upload")["files"])
    if not _train(run, client, options):
        return 1
    if until == "train":
        return _stop(run.step("train")["model"])
    chosen = options["checkpoint"] or options["last_checkpoint"]
    if not chosen or until == "previews":
        return _choose(run, client)
    model = _model(run, client, options)
    if until == "export":
        return _stop(model)
    deployed = _deploy(run, client, model, dataset, options)
    if until == "deploy" or not images:
        return _stop(deployed)
    made = [_generate(run, client, deployed, number, image, options) for number, image in enumerate(images, 1)]
    return 0 if all(made) else 1


def _stop(*results: str) -> int:
    for result in results:
        echo(Printable(result))
    return 0


def _upload(run: RunFile, client: Client, zips: Sequence[Path]) -> None:
    if "done" in run.step("upload"):
        return
    ids = []
    for path in zips:
        with bars() as progress:
            ids.append(upload_zip(path, client, progress=progress).file_id)
    run.note("upload", files=ids, done=now())


def _train(run: RunFile, client: Client, options: dict[str, Any]) -> bool:
    """Train; False, with a note, if the job failed: it is put aside, and the next run begins another."""
    if run.step("train").get("status") == "SUCCEEDED":
        return True
    ids = run.step("upload")["files"]
    body = run.values["request"] | {"training_file_ids": ids[:1]}
    body |= {"validation_file_ids": ids[1:]} if ids[1:] else {}
    folder = re.sub(r"\W", "_", run.folder.resolve().name)[:40]
    body["job_name"] = f"{folder}-{run.values['run']}-{len(run.values['earlier']) + 1}"

    def find(known: Collection[str]) -> str | None:
        job = find_job(client, body, known)
        return job.id if job else None

    client.start(client.pace.limit)
    job_id = run.once(
        "train",
        lambda: [job.id for job in list_jobs(client)],
        find,
        lambda known: create_job(client, body, known).id,
    )
    every, limit = pace_of("job", options, client)
    with bars() as progress:
        job = watch(client, job_id, every=every, limit=limit, progress=progress)
    run.note("train", status=job.status, tokens=job.tokens, done=now())
    if job.status == "SUCCEEDED":
        run.note("train", model=job.made_model or job.id)
        return True
    note(f"{job.id} ended as {job.status}" + (f"; the platform says: {job.failure}" if job.failure else ""))
    note("  run the same command again to begin another training: it shows the cost and asks")
    run.give_up("train")
    return False


def _choose(run: RunFile, client: Client) -> int:
    """Put the previews into the run's folder, for a person to choose a checkpoint."""
    try:
        client.start(client.pace.limit)
        page = save_previews(client, run.step("train")["id"], run.folder / "previews")
    except DatasetkitError as error:
        note(f"no previews: {error}. {error.next_step}")
        note("next: the same command with --last-checkpoint")
        return 0
    note("next: the same command with --checkpoint NAME, or with --last-checkpoint")
    return _stop(str(page)) if page else 0


def _model(run: RunFile, client: Client, options: dict[str, Any]) -> str:
    """The model to deploy: the last checkpoint's, or the chosen one, exported. A choice that was made stays."""
    if options["last_checkpoint"]:
        return str(run.step("train")["model"])
    job_id, checkpoint = run.step("train")["id"], options["checkpoint"]
    step = run.step("export")
    if step.get("id") == checkpoint and "model" in step:
        return str(step["model"])
    every, limit = pace_of("export", options, client)
    client.start(client.pace.limit)
    model = export(client, job_id, checkpoint, f"{job_id}-{checkpoint}", every=every, limit=limit)
    run.note("export", id=checkpoint, model=model, done=now())
    return model


def _deploy(run: RunFile, client: Client, model: str, dataset: Path, options: dict[str, Any]) -> str:
    """Deploy the model with the effect of the dataset, and wait until it runs. Raises DatasetkitError."""
    name = f"deploy {model}"

    def find(known: Collection[str]) -> str | None:
        one = find_deployment(client, model, known)
        return one.id if one else None

    def create(known: Collection[str]) -> str:
        body = deployment_request(model, aigc_config(only_dataset(str(dataset))))
        return create_deployment(client, body, known).id

    client.start(client.pace.limit)
    deployed = run.once(name, lambda: [one.id for one in list_deployments(client)], find, create)
    if "done" not in run.step(name):
        every, limit = pace_of("deployment", options, client)
        one = wait(
            client,
            lambda: require_deployment(client, deployed),
            lambda one: one.failed or one.status == "RUNNING",
            every=every,
            limit=limit,
        )
        if one.failed:
            run.give_up(name)
            raise DatasetkitError(
                f"{deployed} is {one.status}: {one.failure or 'no reason is given'}", "See the console."
            )
        run.note(name, done=now())
    return deployed


def _generate(run: RunFile, client: Client, deployed: str, number: int, image: str, options: dict[str, Any]) -> bool:
    """Make a video from one image into the run's folder; False, with a note, if the service didn't."""
    name = f"generate {number} {deployed}"
    stem = PurePosixPath(urlsplit(image).path if "://" in image else Path(image).as_posix()).stem
    target = run.folder / deployed / f"{number}-{stem}.mp4"
    if "done" in run.step(name):
        _stop(str(target))
        return True
    client.start(client.pace.limit)

    def find(known: Collection[str]) -> str | None:
        task = find_task(client, deployed, known)
        return task.id if task else None

    def create(known: Collection[str]) -> str:
        wanted = dict.fromkeys(("last", "resolution", "duration", "seed", "prompt")) | {"image": image}
        request, frames = video_request(client, deployed, wanted)
        record = described(request, frames) | {"deployment": deployed}
        target.parent.mkdir(exist_ok=True)
        replace_file(target.with_name(f"{target.name}.json"), (as_json(record, ascii_only=False) + "\n").encode())
        return submit(client, request, known).id

    task_id = run.once(name, lambda: [task.id for task in list_tasks(client, deployed)], find, create)
    every, limit = pace_of("task", options, client)
    if not target.exists() and not fetch_video(client, task_id, target, every=every, limit=limit):
        run.give_up(name)
        return False
    run.note(name, path=f"{deployed}/{target.name}", done=now())
    _stop(str(target))
    return True
