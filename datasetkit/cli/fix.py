"""`datasetkit fix`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from datasetkit.cli.options import files, judging, judging_options
from datasetkit.cli.terminal import bars, echo, note, width
from datasetkit.findings import Severity
from datasetkit.printable import Printable
from datasetkit.repair.fix import Fixed, fix
from datasetkit.report import text


@click.command(name="fix")
@click.argument("path", shell_complete=files)
@click.option("-o", "--output", metavar="DIR|ZIP", type=click.Path(path_type=Path), help="The new folder, or NEW.zip.")
@click.option("--unsafe", is_flag=True, help="Allow fixes that change content, such as trimming long clips.")
@click.option("--select", multiple=True, metavar="CODES", help="Fix only these codes or prefixes: L,V409.")
@click.option("--diff", is_flag=True, help="Print what would change, write nothing; exit with 1 if anything would.")
@judging_options
def command(path: str, *, output: Path | None, unsafe: bool, diff: bool, **options: Any) -> int:
    """Fix what can be fixed; media only in a new folder.

    Lines and prompts are fixed in place, in one step. If media have to change, name a new folder (or a new zip) for
    the whole dataset with -o: your own files are never overwritten. Fixes that don't work are skipped and reported.
    Advice is fixed only if you select its code: --select V410.

    \b
    Example:
      datasetkit fix money_rain --diff
      datasetkit fix money_rain -o money_rain_fixed --unsafe
    """
    with bars() as progress:
        fixed = fix(path, output=output, unsafe=unsafe, dry_run=diff, progress=progress, **judging(options))
    _show(fixed)
    if not options["select"]:
        _show_optional(fixed)
    if diff:
        if fixed.media and output is None:
            note("the changes to media need a new folder: -o DIR")
        return int(bool(fixed.changes))
    if fixed.written:
        note(text.render(fixed.verdict, width=width(sys.stderr)))
    return int(fixed.verdict.count(Severity.ERROR) > 0)


def _show(fixed: Fixed) -> None:
    """The changes on stdout; on stderr what was lost in conversion and what was skipped."""
    for change in fixed.changes:
        echo(Printable(change))
    for path, loss in fixed.notes:
        note(f"note: {path}: {loss}")
    for finding, reason in fixed.skipped:
        note(f"skipped: {finding.code} {finding.name}, {finding.medium or finding.where.path or 'the set'}: {reason}")
    if not fixed.changes and not fixed.skipped:
        note("nothing to fix")


def _show_optional(fixed: Fixed) -> None:
    """Name the options that would fix more."""
    chosen = {*fixed.media, *(finding for finding, _ in fixed.skipped)}
    others = [one for one in fixed.verdict.findings if one.fix and not one.mended and one not in chosen]
    unsafe = sorted({finding.code for finding in others if not finding.safe})
    advice = sorted({finding.code for finding in others if finding.severity is Severity.ADVICE and finding.safe})
    if unsafe:
        note(f"--unsafe would fix {', '.join(unsafe)}")
    if advice:
        note(f"--select {','.join(advice)} would fix advice")
