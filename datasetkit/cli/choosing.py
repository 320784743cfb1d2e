"""`datasetkit train checkpoints` and `export`: from a finished job to a model that can be deployed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from datasetkit.cli.place import place_options
from datasetkit.cli.remote import form_option, job_argument, looking_options, pace_of, service
from datasetkit.cli.terminal import echo, note
from datasetkit.printable import Printable, as_json
from datasetkit.report.columns import table


@click.command("checkpoints")
@job_argument
@place_options
@form_option
def checkpoints_command(job_id: str, *, form: str, **options: Any) -> None:
    """List the checkpoints of a job.

    \b
    Example:
      datasetkit train checkpoints ft-202511111122-ab12
    """
    from datasetkit.modelstudio.checkpoints import list_checkpoints

    with service(options) as client:
        found = list_checkpoints(client, job_id)
    if form == "json":
        echo(as_json({"checkpoints": [asdict(one) for one in found]}))
        return
    rows = [(one.name, one.expires or "?", one.model or "not exported") for one in found]
    for line in table([("checkpoint", "expires", "model"), *rows]) if rows else ():
        echo(line)
    if not rows:
        note(f"{job_id} has no checkpoints yet")


@click.command("export")
@job_argument
@click.argument("checkpoint")
@click.option("--name", metavar="NAME", help="What the console calls the model: letters, digits, _ and -.")
@looking_options
@place_options
def export_command(job_id: str, checkpoint: str, *, name: str | None, **options: Any) -> None:
    """Make a model of a checkpoint, and print its name.

    That name is what `deploy start` takes.

    \b
    Example:
      datasetkit train export ft-202511111122-ab12 checkpoint-200 --name money_rain_200
    """
    from datasetkit.cli.watching import export

    with service(options) as client:
        every, limit = pace_of("export", options, client)
        model = export(client, job_id, checkpoint, name or f"{job_id}-{checkpoint}", every=every, limit=limit)
    echo(Printable(model))
