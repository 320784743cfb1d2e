"""`datasetkit lint`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from datasetkit.cli.judging import verdicts
from datasetkit.cli.options import judging_options
from datasetkit.cli.placing import place
from datasetkit.findings import Severity
from datasetkit.pack.target import replacing
from datasetkit.report import text
from datasetkit.report.formats import FORMATS, load


@click.command(name="lint")
@click.argument("paths", nargs=-1, metavar="PATH...", required=True, type=click.Path())
@judging_options
@click.option("--select", multiple=True, metavar="CODES", help="Judge by these codes or prefixes only: D,V407.")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@click.option("--all", "every", is_flag=True, help="Show every finding, however often its code repeats.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", help="For people or machines.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the format to a file; stdout is the text report.",
)
def command(
    paths: tuple[str, ...], *, strict: bool, every: bool, form: str, output: Path | None, **options: Any
) -> int:
    """Check dataset folders and zips; change nothing.

    Each PATH is a folder or zip with a data.jsonl, or a folder of such folders.

    \b
    Example:
      datasetkit lint money_rain --model wan2.2-i2v-flash
      datasetkit lint money_rain --format sarif --output lint.sarif
    """
    started = time.monotonic()
    readable = form == "text" or output is not None
    judged = []
    for path in paths:
        for verdict in verdicts(path, options):
            judged.append(verdict)
            if readable:
                click.echo(text.render(verdict, every=every))
    if readable:
        click.echo(text.summary(judged, time.monotonic() - started))
    if output or not readable:
        _write(load(form)(place(judged)), output)
    worst = max((finding.severity for verdict in judged for finding in verdict.findings), default=Severity.ADVICE)
    return int(worst >= (Severity.WARNING if strict else Severity.ERROR))


def _write(report: str, output: Path | None) -> None:
    if output is None:
        click.echo(report, nl=bool(report))
        return
    # a file name that isn't UTF-8 holds lone surrogates
    content = (click.unstyle(report) + "\n" * bool(report)).encode("utf-8", "backslashreplace")
    with replacing(output, size=len(content), force=True) as temporary:
        temporary.write_bytes(content)
