"""`datasetkit models`."""

from __future__ import annotations

import click

from datasetkit import spec
from datasetkit.cli.terminal import echo
from datasetkit.printable import Printable, as_json
from datasetkit.report.columns import table


@click.command(name="models")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="text: a table; json: every limit with its source.",
)
def command(form: str) -> None:
    """List the models that can be fine-tuned, and their limits.

    seconds: the longest clip. batch_size: samples per training step. max_pixels: the pixels of a frame in training.
    The JSON has every limit that datasetkit enforces, with its source and the day it was checked.

    \b
    Example:
      datasetkit models --format json
    """
    if form == "json":
        echo(as_json(spec.document("models.json"), ascii_only=False))
        return
    heading = ("model", "kinds", "seconds", "batch_size", "max_pixels", "regions")
    rows = [
        (m.id, ", ".join(m.kinds), f"≤ {m.seconds}", str(m.batch_size), str(m.max_pixels), ", ".join(m.regions))
        for m in spec.models()
    ]
    for row in [*table([heading, *rows]), Printable("")]:
        echo(row)
    echo(Printable(f"Checked {spec.document('models.json')['checked']}; sources: datasetkit models --format json"))
