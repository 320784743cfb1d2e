"""`datasetkit deploy`: fine-tuned models that can make videos."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.effect import aigc_config, only_dataset
from datasetkit.cli.options import files
from datasetkit.cli.place import place_options
from datasetkit.cli.remote import confirm, following, form_option, looking_options, pace_of, service, yes_option
from datasetkit.cli.terminal import echo, note
from datasetkit.errors import DatasetkitError
from datasetkit.printable import Printable, as_json
from datasetkit.report.columns import plural, table

if TYPE_CHECKING:
    from datasetkit.modelstudio.client import Client
    from datasetkit.modelstudio.deployments import Deployment
    from datasetkit.modelstudio.jobs import Job

_deployment = click.argument("deployment_id", metavar="ID")


@click.group(name="deploy")
def command() -> None:
    """Deploy fine-tuned models; list and delete deployments.

    \b
    Example:
      datasetkit deploy start wan2.2-i2v-flash-ft-202511111122-ab12 --effect money_rain.zip
    """


@command.command("start")
@click.argument("model")
@click.option("--effect", metavar="DATASET", shell_complete=files, help="The zip or folder whose effect was trained.")
@click.option(
    "--prompt",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take the aigc_config from this JSON file, as `effect --deployment` prints it.",
)
@place_options
def start_command(model: str, *, effect: str | None, prompt: Path | None, **options: Any) -> None:
    """Deploy a model with the effect text that it was trained on, and print the id.

    MODEL is what `train watch` or `train export` printed. If DATASET is the zip that was uploaded, it must be the one
    that the model was trained on. Deployment is free; only generated videos cost money.

    \b
    Example:
      datasetkit deploy start wan2.2-i2v-flash-ft-202511111122-ab12 --effect money_rain.zip --region singapore
    """
    from datasetkit.modelstudio.deployments import (
        create_deployment,
        deployment_request,
        list_deployments,
        live_deployment,
    )

    if (effect is None) is (prompt is None):
        raise click.UsageError("Say what the effect is: --effect DATASET, or --prompt FILE.")
    config = _from_file(prompt) if prompt else aigc_config(only_dataset(effect))
    with service(options) as client:
        if effect:
            _compare(client, model, Path(effect))
        before = list(list_deployments(client))
        there = live_deployment(before, model)
        if there:
            note(f"{model} is deployed already, with the effect text that it was given then")
        made = there or create_deployment(client, deployment_request(model, config), [one.id for one in before])
    echo(Printable(made.id))
    note(f"next: {following('deploy', 'watch', made.id)}")


def _from_file(path: Path) -> dict[str, Any]:
    """The aigc_config in a file. Raises DatasetkitError if it holds none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetkitError(f"can't read {path}: {error}", "It must hold the JSON of an aigc_config.") from None
    config = found.get("aigc_config", found) if isinstance(found, dict) else found
    wanted = {"use_input_prompt": bool, "prompt": str, "lora_prompt_default": str}
    if not isinstance(config, dict) or {name: type(value) for name, value in config.items()} != wanted:
        step = f"It must have {', '.join(wanted)}: see `datasetkit effect DATASET --deployment`."
        raise DatasetkitError(f"{path} holds no aigc_config", step)
    return config


def _compare(client: Client, model: str, dataset: Path) -> None:
    """Note where it can't be known whether ``model`` was trained on ``dataset``; raise DatasetkitError if it wasn't."""
    from datasetkit.modelstudio.zips import OpenZip, read_receipt

    job, receipt = _maker(client, model), read_receipt(dataset, note)
    if job is None or not job.files or receipt is None:
        reason = "no job of this account made it" if job is None else f"there is no receipt beside {dataset}"
        note(f"not checked whether {model} was trained on {dataset}: {reason}")
        return
    with OpenZip(dataset) as content:
        changed = content.sha256 != receipt.sha256
    if changed or receipt.file_id not in job.files:
        held = "changed since it was uploaded" if changed else f"is {receipt.file_id}"
        raise DatasetkitError(
            f"{model} was trained on {', '.join(job.files)}, but {dataset} {held}",
            "Name the zip that it was trained on, or give the text yourself with --prompt FILE.",
        )


def _maker(client: Client, model: str) -> Job | None:
    """The job that made a model, or the checkpoint that it was exported from."""
    from datasetkit.modelstudio.jobs import list_jobs

    made = ((job, job.made_model) for job in list_jobs(client))
    return next((job for job, name in made if name and (model == name or model.startswith(f"{name}-"))), None)


@command.command("status")
@_deployment
@place_options
@form_option
def status_command(deployment_id: str, *, form: str, **options: Any) -> None:
    """Show the state of a deployment.

    \b
    Example:
      datasetkit deploy status wan2.2-i2v-flash-ft-202511111122-ab12
    """
    with service(options) as client:
        one = require_deployment(client, deployment_id)
    if form == "json":
        echo(as_json(asdict(one)))
        return
    for line in table([(name, value) for name, value in asdict(one).items() if value]):
        echo(line)


def require_deployment(client: Client, deployment_id: str) -> Deployment:
    """A deployment that must be there. Raises DatasetkitError if it isn't."""
    from datasetkit.modelstudio.deployments import show_deployment

    if one := show_deployment(client, deployment_id):
        return one
    raise DatasetkitError(f"the service has no deployment {deployment_id}", "List them: datasetkit deploy ls")


@command.command("watch")
@_deployment
@looking_options
@place_options
def watch_command(deployment_id: str, **options: Any) -> int:
    """Wait until a deployment runs, and print its id.

    That takes 5 to 10 minutes. Exits with 1 if the deployment fails.

    \b
    Example:
      datasetkit deploy watch wan2.2-i2v-flash-ft-202511111122-ab12
    """
    with service(options) as client:
        every, limit = pace_of("deployment", options, client)
        one = follow_deployment(client, deployment_id, every=every, limit=limit)
    if one.failed:
        note(f"{one.id} won't run" + (f"; the platform says: {one.failure}" if one.failure else ""))
        return 1
    echo(Printable(one.id))
    note(f"next: {following('generate', one.id, '--image', 'FILE', '-o', 'OUT.mp4')}")
    return 0


def follow_deployment(client: Client, deployment_id: str, *, every: float, limit: float) -> Deployment:
    """Follow a deployment until it runs or has failed, with new states as notes. Raises DatasetkitError."""
    from datasetkit.modelstudio.polling import wait

    status = ""

    def look() -> Deployment:
        nonlocal status
        one = require_deployment(client, deployment_id)
        if one.status != status:
            status = one.status
            note(f"{deployment_id}: {status}")
        return one

    return wait(client, look, lambda one: one.failed or one.status == "RUNNING", every=every, limit=limit)


@command.command("rm")
@_deployment
@yes_option
@place_options
def remove_command(deployment_id: str, *, yes: bool, **options: Any) -> None:
    """Delete a deployment. The model stays, and can be deployed again.

    \b
    Example:
      datasetkit deploy rm wan2.2-i2v-flash-ft-202511111122-ab12
    """
    from datasetkit.modelstudio.deployments import delete_deployment

    with service(options) as client:
        if not yes:
            one = require_deployment(client, deployment_id)
            confirm(f"Delete the deployment {one.id} ({one.status})?", "nothing was deleted")
            client.start(client.pace.limit)
        if not delete_deployment(client, deployment_id):
            raise DatasetkitError(f"the service has no deployment {deployment_id}", "List them: datasetkit deploy ls")
    echo(Printable(deployment_id))


@command.command("ls")
@place_options
@form_option
def list_command(*, form: str, **options: Any) -> None:
    """List all deployments.

    \b
    Example:
      datasetkit deploy ls --region singapore
    """
    from datasetkit.modelstudio.deployments import list_deployments

    with service(options) as client:
        found = list(list_deployments(client))
    if form == "json":
        echo(as_json({"deployments": [asdict(one) for one in found]}))
        return
    rows = [(one.id, one.status, one.base_model or "?", one.created or "?") for one in found]
    for line in table([("id", "status", "base model", "created"), *rows]) if rows else ():
        echo(line)
    echo(Printable(plural(len(found), "deployment")))
