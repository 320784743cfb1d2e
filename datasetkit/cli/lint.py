"""`datasetkit lint`."""

from __future__ import annotations

import time
from typing import Any

import click

from datasetkit.cli.judging import verdicts
from datasetkit.cli.options import judging_options
from datasetkit.findings import Severity
from datasetkit.report import text


@click.command(name="lint")
@click.argument("paths", nargs=-1, metavar="PATH...", required=True)
@judging_options
@click.option("--select", multiple=True, metavar="CODES", help="Judge by these codes or prefixes only: D,V407.")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@click.option("--all", "every", is_flag=True, help="Show every finding, however often its code repeats.")
def command(paths: tuple[str, ...], *, strict: bool, every: bool, **options: Any) -> int:
    """Check dataset folders and zips; change nothing.

    Each PATH is a folder or zip with a data.jsonl, or a folder of such folders.

    \b
    Example:
      datasetkit lint money_rain --model wan2.2-i2v-flash
    """
    started = time.monotonic()
    judged = []
    for path in paths:
        for verdict in verdicts(path, options):
            judged.append(verdict)
            click.echo(text.render(verdict, every=every))
    click.echo(text.summary(judged, time.monotonic() - started))
    worst = max((finding.severity for verdict in judged for finding in verdict.findings), default=Severity.ADVICE)
    return int(worst >= (Severity.WARNING if strict else Severity.ERROR))
