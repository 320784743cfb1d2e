"""The steps of `datasetkit run`: how each is made, found again, and waited for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasetkit.cli.deploy import follow_deployment
from datasetkit.cli.options import judging
from datasetkit.cli.previewing import save_previews
from datasetkit.cli.remote import following, pace_of
from datasetkit.cli.requesting import SentFrame
from datasetkit.cli.run_file import RunFile
from datasetkit.cli.run_terms import is_zip
from datasetkit.cli.starting import require_free, uploaded
from datasetkit.cli.terminal import bars, note
from datasetkit.cli.watching import begin_export, follow_export, watch
from datasetkit.errors import DatasetkitError
from datasetkit.model import Role
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.deployments import (
    create_deployment,
    deployment_request,
    find_deployment,
    list_deployments,
    live_deployment,
)
from datasetkit.modelstudio.jobs import create_job, find_job, list_jobs
from datasetkit.modelstudio.native import search
from datasetkit.modelstudio.videos import VideoRequest
from datasetkit.training.parameters import request
from datasetkit.training.plan import TrainingPlan
from datasetkit.training.record import StepRecord
from datasetkit.training.steps import Ended, RunStep, do
from datasetkit.verdict import Verdict


@dataclass(frozen=True, slots=True)
class RunContext:
    """All that the steps of a run work with. ``sets`` are the training set, and the validation set if there is one."""

    client: Client
    file: RunFile
    folder: Path
    options: Mapping[str, Any]
    plan: TrainingPlan
    sets: Sequence[tuple[Path, Verdict]]
    aigc_config: Mapping[str, Any]
    videos: Sequence[tuple[VideoRequest, Mapping[str, SentFrame]]]

    def pace(self, what: str) -> dict[str, float]:
        """How often and how long to look at ``what``; the time limit of requests begins anew."""
        every, limit = pace_of(what, dict(self.options), self.client)
        self.restart()
        return {"every": every, "limit": limit}

    def restart(self) -> None:
        """Let the time limit of requests begin anew."""
        self.client.start(self.client.pace.limit)


def zips_of(run: RunContext, number: int) -> list[Path]:
    """The zips of a set: those that it is built into, once, in the run's folder. A zip is sent as it is."""
    path, _ = run.sets[number]
    if is_zip(path):
        return [path]
    name = "build-validation" if number else "build"
    step = RunStep(name, lambda _known: " ".join(_build(run, number)), lambda names: Ended(names))
    return [run.folder / zip_name for zip_name in do(step, run.file).split()]


def _build(run: RunContext, number: int) -> list[str]:
    """Build a set into zips in the run's folder, several if one would be too large: their names, without spaces."""
    from datasetkit.pack.building import build

    path, role = run.sets[number][0], Role.VALIDATION if number else Role.TRAINING
    target = run.folder / f"{_name_of(path)}{'-validation' if number else ''}.zip"
    with bars() as progress:
        how = judging({**run.options, "role": role})
        built = build(path, target, parts=True, force=True, progress=progress, **how)
    if not built.outputs:
        raise DatasetkitError(f"no zip can be built from {path}", f"See why: datasetkit build {path} -o {target}")
    for output in built.outputs:
        note(f"built {output.path}")
    return [output.path.name for output in built.outputs]


def upload_step(run: RunContext, number: int, path: Path, part: int) -> RunStep:
    """Make sure that the service has a set's zip: its file id."""

    def create(_known: Sequence[str]) -> str:
        if not path.exists():  # the folder was copied without its zips
            _build(run, number)
        run.restart()
        return uploaded(path, run.sets[number][1], run.client)

    name = "upload-validation" if number else "upload"
    return RunStep(f"{name}-{part}", create, lambda file_id: Ended(file_id))


def train_step(run: RunContext, training: Sequence[str], validation: Sequence[str] = ()) -> RunStep:
    """Create the job and watch it to its end: the model's name."""
    body = request(run.plan.name, run.plan.material.kind, run.plan.hyper, training, validation)
    body["job_name"] = job_name(run)
    client = run.client

    def known() -> list[str]:
        run.restart()
        jobs = list(list_jobs(client))
        require_free(jobs)
        return [job.id for job in jobs]

    def find(lost: StepRecord) -> str | None:
        run.restart()
        job = search(client, lambda: find_job(client, body, lost.known))
        return job.id if job else None

    def create(known: Sequence[str]) -> str:
        run.restart()
        job_id = create_job(client, body, known).id
        note(f"job {job_id}")
        return job_id

    def wait(job_id: str) -> Ended:
        with bars() as progress:
            job = watch(client, job_id, progress=progress, **run.pace("job"))
        if job.status == "SUCCEEDED" and job.made_model is None:
            raise DatasetkitError(f"{job_id} has succeeded, but names no model", "Look at it in the console.")
        if job.status == "FAILED":
            note(f"the log may say more: {following('train', 'logs', job_id)}")
        return Ended(job.made_model if job.status == "SUCCEEDED" else None, job.tokens, job.status, job.failure)

    return RunStep("train", create, wait, known, find)


def job_name(run: RunContext) -> str:
    """The job's name: the set's, the run's id and, after a job that failed, a number."""
    record = run.file.record
    attempt = 1 + sum(each.step == "train" for each in record.failed)
    return f"{_name_of(run.sets[0][0])[:40]}-{record.run}" + (f"-{attempt}" if attempt > 1 else "")


def _name_of(path: Path) -> str:
    """A dataset's name, in the characters that the platform recommends for files."""
    place = path.resolve()
    name = place.stem if is_zip(place) else place.parent.name if place.is_file() else place.name
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name)


def previews_step(run: RunContext, job_id: str) -> RunStep:
    """Download the previews of all checkpoints: the page that shows them."""

    def wait(_id: str) -> Ended:
        run.restart()
        page = save_previews(run.client, job_id, run.folder / "previews")
        if page is None:
            raise DatasetkitError(
                f"{job_id} has no previews yet", "Run the same command again later, or add --last-checkpoint."
            )
        return Ended(str(page.relative_to(run.folder)))

    return RunStep("previews", lambda _known: job_id, wait)


def export_step(run: RunContext, job_id: str, checkpoint: str) -> RunStep:
    """Export a checkpoint: the name of the model that can be deployed."""

    def create(_known: Sequence[str]) -> str:
        run.restart()
        begin_export(run.client, job_id, checkpoint, f"{job_id}-{checkpoint}")
        return checkpoint

    def find(_lost: StepRecord) -> str | None:
        """Ask again, as the list doesn't show what is being exported; the name, which is unique, is refused then."""
        try:
            return create(())
        except ServiceError as fault:
            if fault.status not in (400, 409):
                raise
            note(f"{fault}; the export may have been begun before")
            return checkpoint

    def wait(_id: str) -> Ended:
        row = follow_export(run.client, job_id, checkpoint, **run.pace("export"))
        return Ended(row.model, status=row.status)

    return RunStep("export", create, wait, find=find)


def deploy_step(run: RunContext, model: str) -> RunStep:
    """Deploy a model with the effect text, and wait until it runs: the deployment's id."""
    client = run.client

    def known() -> list[str]:
        run.restart()
        return [one.id for one in list_deployments(client)]

    def find(lost: StepRecord) -> str | None:
        run.restart()
        one = search(client, lambda: find_deployment(client, model, lost.known))
        return one.id if one else None

    def create(known: Sequence[str]) -> str:
        run.restart()
        if there := live_deployment(list_deployments(client), model):
            note(f"{model} is deployed already, with the effect text that it was given then")
            return there.id
        return create_deployment(client, deployment_request(model, run.aigc_config), known).id

    def wait(deployment_id: str) -> Ended:
        one = follow_deployment(client, deployment_id, **run.pace("deployment"))
        return Ended(None if one.failed else one.id, status=one.status, failure=one.failure)

    return RunStep("deploy", create, wait, known, find)
