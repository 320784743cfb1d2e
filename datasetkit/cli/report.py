"""`datasetkit report`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from datasetkit import spec
from datasetkit.cli.options import cache_options, files, judging, judging_options
from datasetkit.cli.terminal import bars, echo, note
from datasetkit.printable import Printable
from datasetkit.report.text import path_of


@click.command(name="report")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=files)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="The file to write.")
@judging_options
@cache_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "json"]),
    default="html",
    show_default=True,
    help="A page to look at, or the same as JSON, without its pictures.",
)
def command(paths: tuple[str, ...], *, output: Path | None, form: str, **options: Any) -> int:
    """Write a page with pictures of every sample and what was found.

    Each PATH is a folder or zip with a data.jsonl, or a folder of such folders. Name the training and the validation
    set together to compare them. Every frame is decoded. The page is one file: open it in a browser, or send it by
    mail.

    \b
    Example:
      datasetkit report money_rain -o report.html --model wan2.2-i2v-flash
      datasetkit report money_rain money_rain_validation -o report.html
      datasetkit report money_rain --format json
    """
    if form == "html" and output is None:
        raise click.UsageError("Name the page to write, such as -o report.html.")
    from datasetkit.cli.page import refuse_report, visual, write_file, write_page
    from datasetkit.findings import Severity
    from datasetkit.report.visual import as_json
    from datasetkit.verdict import check_all

    if output:
        refuse_report(output)
    judged = judging({**options, "depth": options.get("depth") or "full"})
    with bars() as progress:
        verdicts = check_all(*paths, pictures=form == "html", progress=progress, **judged)
    report = visual(verdicts)
    if output is None:
        echo(as_json.render(report))
    elif form == "json":
        write_file(as_json.render(report).encode() + b"\n", output, verdicts)
    else:
        write_page(report, output, verdicts)
    if output is not None:
        echo(Printable(str(output)))
    for verdict in verdicts:
        if verdict.dataset.annotations is None:
            note(f"{path_of(verdict.dataset)} is not a dataset: it has no {spec.limits().annotations_name}")
    return int(any(verdict.count(Severity.ERROR) for verdict in verdicts))
