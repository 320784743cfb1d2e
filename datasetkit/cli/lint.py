"""`datasetkit lint`."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.options import cache_options, files, judging, judging_options, staged_options
from datasetkit.cli.staged import chosen, untracked
from datasetkit.cli.terminal import bars, echo, note, width
from datasetkit.printable import Printable, unstyled
from datasetkit.report.columns import quoted
from datasetkit.report.formats import FORMATS, load

if TYPE_CHECKING:
    from datasetkit.config import Options
    from datasetkit.model import Progress
    from datasetkit.verdict import Verdict


@click.command(name="lint")
@click.argument("paths", nargs=-1, metavar="PATH...", shell_complete=files)
@judging_options
@click.option("--select", multiple=True, metavar="CODES", help="Check only these rules (codes or prefixes): D,V407.")
@cache_options
@staged_options
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@click.option("--all", "every", is_flag=True, help="Show every finding, not just the first five of each rule.")
@click.option("--statistics", is_flag=True, help="Count the findings of each code instead of listing them.")
@click.option("--trainer", is_flag=True, help="Also list the clips, with the size that training uses.")
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True, help="The report's format."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the report to FILE in that format, and the text report to stdout.",
)
def command(paths: tuple[str, ...], *, staged: bool, exclude: tuple[str, ...], **options: Any) -> int:
    """Check dataset folders and zips; change nothing.

    Each PATH is a folder or zip with a data.jsonl, a folder of such folders, or a folder of raw clips. Of raw clips it
    lists the facts and what `init` will do; findings are what you have to decide.

    \b
    Example:
      datasetkit lint money_rain --model wan2.2-i2v-flash
      datasetkit lint raw
      datasetkit lint money_rain --format sarif --output lint.sarif
      datasetkit lint --staged
    """
    form, output, statistics = options["form"], options["output"], options["statistics"]
    if statistics and form not in ("text", "json"):
        raise click.UsageError("--statistics works only with --format text or json.")
    looked_at = chosen(paths, exclude, staged=staged)
    if not looked_at and form == "text" and not output:
        echo(Printable("no dataset has changed"))  # and nothing slow is loaded
        return 0
    from datasetkit.findings import Severity

    if output:
        from datasetkit.cli.page import refuse_report

        refuse_report(output)
    started = time.monotonic()
    judged = _judge(looked_at, options, staged=staged)
    if form == "text" or output:
        _show(judged, time.monotonic() - started, options)
    if output:
        _write(_formatted(judged, form, statistics=statistics), output, judged)
    elif form != "text" and (report := _formatted(judged, form, statistics=statistics)):
        echo(report)
    worst = max((finding.severity for verdict in judged for finding in verdict.findings), default=0)
    return int(worst >= (Severity.WARNING if options["strict"] else Severity.ERROR))


def _judge(paths: Sequence[str], options: Mapping[str, Any], *, staged: bool) -> Sequence[Verdict]:
    from datasetkit.verdict import check_all

    hidden = {path: untracked(path) for path in paths} if staged else {}
    depth = {"depth": "frames"} if staged and options["depth"] is None else {}  # a commit shouldn't wait long
    with bars() as progress:
        chosen_options = judging({**options, **depth})
        judged = check_all(*paths, nested=not staged, hidden=hidden, progress=progress, **chosen_options)
        if any(verdict.dataset.annotations is None for verdict in judged):
            judged = tuple(_raw(verdict, progress, chosen_options) for verdict in judged)
    for verdict, absent in zip(judged, hidden.values(), strict=False):
        for path in sorted({reference.medium.path for reference in verdict.dataset.references} & absent):
            missing = f"{verdict.dataset.name}/{path}"
            note(f"note: {missing} isn't in this commit; run `git add {quoted(missing)}`, or add it to .gitignore")
    return judged


def _raw(verdict: Verdict, progress: Progress, options: Options) -> Verdict:
    """The verdict on the clips of a raw folder, in the place of one that says that it is no dataset."""
    from datasetkit.intake.judging import check_raw, is_raw

    return check_raw(verdict, progress=progress, **options) if is_raw(verdict.dataset) else verdict


def _show(judged: Sequence[Verdict], seconds: float, options: Mapping[str, Any]) -> None:
    """The text report on stdout, and on stderr the command to run next."""
    from datasetkit.cli.suggesting import next_command, report_command
    from datasetkit.cli.trainer import clips
    from datasetkit.report import statistics, text

    for verdict in judged:
        if not options["statistics"]:
            echo(text.render(verdict, every=options["every"], width=width(sys.stdout)))
        for row in clips(verdict) if options["trainer"] else ():
            echo(row)
    if options["statistics"] and any(verdict.findings for verdict in judged):
        echo(statistics.render(judged))
    echo(Printable(text.summary(judged, seconds)))
    if following := next_command(judged):
        note(f"next: {following}")
    if looking := report_command(judged):
        note(f"look: {looking}")


def _formatted(judged: Sequence[Verdict], form: str, *, statistics: bool) -> Printable:
    from datasetkit.cli.placing import place
    from datasetkit.report import statistics as counted

    if statistics:
        return counted.render_json(judged) if form == "json" else counted.render(judged)
    return load(form)(place(judged))


def _write(report: Printable, output: Path, judged: Sequence[Verdict]) -> None:
    from datasetkit.cli.page import write_file

    write_file((unstyled(report) + "\n" * bool(report)).encode(), output, judged)
