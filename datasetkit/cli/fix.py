"""`datasetkit fix`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from datasetkit.cli.options import cache_options, files, judging, judging_options
from datasetkit.cli.terminal import bars, echo, note, width
from datasetkit.findings import Severity
from datasetkit.printable import Printable
from datasetkit.repair.fix import Fixed, fix
from datasetkit.report import text
from datasetkit.report.columns import argument, plural, quoted
from datasetkit.verdict import read_settings


@click.command(name="fix")
@click.argument("path", shell_complete=files)
@click.option("-o", "--output", metavar="DIR|ZIP", type=click.Path(path_type=Path), help="The new folder, or NEW.zip.")
@click.option(
    "--unsafe",
    is_flag=True,
    help="Allow fixes that change content: trim, crop, take frames again, convert frame rates and HDR.",
)
@click.option("--cuts", metavar="FILE", type=click.Path(path_type=Path), help="Cut clips by a cuts.csv; needs -o.")
@click.option("--select", multiple=True, metavar="CODES", help="Fix only these codes or prefixes: L,V409.")
@click.option(
    "--diff",
    is_flag=True,
    help="Print what would change, old → new; write nothing. Exit with 1 if anything would change.",
)
@judging_options
@cache_options
def command(path: str, *, output: Path | None, cuts: Path | None, unsafe: bool, diff: bool, **options: Any) -> int:
    """Fix a dataset's problems; change media only in a new copy.

    Lines and prompts are fixed in place, in one step. If clips or images have to change, name a new folder (or a
    new zip) for the whole dataset with -o: your own files are never overwritten. Fixes that don't work are skipped and
    reported. With --cuts each window of the file (clip, start, seconds) first becomes a sample with its own frames and
    the same prompt. Frames that may be swapped are listed, never replaced. Advice is fixed only if you select its code:
    --select V410.

    \b
    Example:
      datasetkit fix money_rain --diff
      datasetkit fix money_rain -o money_rain_fixed --unsafe
      datasetkit fix money_rain -o money_rain_cut --cuts money_rain/cuts.csv
    """
    with bars() as progress:
        fixed = fix(path, output=output, cuts=cuts, unsafe=unsafe, dry_run=diff, progress=progress, **judging(options))
    _show(fixed)
    _show_optional(fixed, tuple(read_settings(judging(options)).select))
    errors = fixed.verdict.count(Severity.ERROR)
    rendered = bool(fixed.written or errors) and not diff
    for line in text.left_out(fixed.verdict.dataset) if not (rendered or cuts) else ():
        note(f"note: {line}")
    if diff:
        if fixed.media and output is None:
            note("these changes need a new folder: add -o DIR")
        if fixed.media:
            note("changes to clips and images are checked when they are made; those that don't work are skipped")
        return int(bool(fixed.changes))
    if fixed.written:
        note(f"wrote {fixed.written}")
    if rendered:
        note(text.render(fixed.verdict, width=width(sys.stderr)))
    elif output:
        note(f"{output} was not written; build {path} itself")
    return int(errors > 0)


def _show(fixed: Fixed) -> None:
    """The changes on stdout; on stderr what was lost in conversion and what was skipped."""
    for change in fixed.changes:
        echo(Printable(change))
    if fixed.uncut:
        windows = plural(len(fixed.uncut), "window")
        note(f"note: cuts.csv has {windows} that fix doesn't cut; --cuts FILE -o DIR does")
    for path, loss in fixed.notes:
        note(f"note: {path}: {loss}")
    for finding, reason in fixed.skipped:
        medium = f", {finding.medium}" if finding.medium else ""
        note(f"skipped: {text.place_of(finding)} {finding.code} {finding.name}{medium}: {reason}")


def _show_optional(fixed: Fixed, select: tuple[str, ...]) -> None:
    """Name the options that would fix more of what is selected, or say that there is nothing to fix."""
    nothing = not fixed.changes and not fixed.skipped
    chosen = {*fixed.media, *(finding for finding, _ in fixed.skipped)}
    others = [one for one in fixed.verdict.findings if one.fix and not one.fixed_by_build and one not in chosen]
    selected = [one for one in others if not select or one.code.startswith(select)]
    unsafe = sorted({finding.code for finding in selected if not finding.safe})
    advice = sorted({finding.code for finding in others if finding.severity is Severity.ADVICE and finding.safe})
    if unsafe:
        codes = ", ".join(unsafe)
        note(f"{codes} can only be fixed with --unsafe" if nothing else f"--unsafe would fix {codes}")
    elif nothing:
        found = [one for one in fixed.verdict.findings if not one.fixed_by_build]
        lint = f"datasetkit lint {quoted(argument(text.path_of(fixed.verdict.dataset)))}"
        listed = f" automatically; `{lint}` lists {plural(len(fixed.verdict.findings), 'problem')}"
        only_advice = bool(advice) and not select and all(one.severity is Severity.ADVICE for one in found)
        note("nothing to fix" + (" except advice" if only_advice else listed if found else ""))
    if advice and not select:
        note(f"to fix advice{' too' * (not nothing)}, add --select {','.join(advice)}")
