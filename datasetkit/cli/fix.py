"""`datasetkit fix`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from datasetkit import spec
from datasetkit.cli.init import refuse_inside
from datasetkit.cli.judging import only_judge, tracked
from datasetkit.cli.options import files, judging_options
from datasetkit.errors import DatasetkitError
from datasetkit.files import new_folder, refuse_existing, remove_stale, replace_file, scratch
from datasetkit.findings import Finding, Severity
from datasetkit.model import Source
from datasetkit.pack.archive import pack
from datasetkit.pack.layout import lay_out
from datasetkit.repair.making import Results
from datasetkit.repair.mending import Judge, Mended, Wants, mend_lines, mend_media, touches_media
from datasetkit.repair.plan import plan
from datasetkit.report import text
from datasetkit.report.columns import printable
from datasetkit.scan.datasets import read_annotations
from datasetkit.scan.tree import Tree
from datasetkit.verdict import read_settings


@click.command(name="fix")
@click.argument("path", shell_complete=files)
@click.option("-o", "--output", metavar="DIR|ZIP", type=click.Path(path_type=Path), help="The new folder, or NEW.zip.")
@click.option("--unsafe", is_flag=True, help="Change content too: trim what is too long.")
@click.option("--select", multiple=True, metavar="CODES", help="Mend these codes or prefixes only: L,V409.")
@click.option("--diff", is_flag=True, help="Print what would change; write nothing, exit with 1 if anything would.")
@judging_options
def command(
    path: str, *, output: Path | None, unsafe: bool, select: tuple[str, ...], diff: bool, **options: Any
) -> int:
    """Mend what has a known remedy; media only in a new folder.

    Lines and prompts are mended in place, in one step. Where media would change, -o names a new folder for the whole
    set (or a new zip): yours are never overwritten. The result is linted first; a fix that doesn't keep its promise
    is left out and said.

    \b
    Example:
      datasetkit fix money_rain --diff
      datasetkit fix money_rain -o money_rain_fixed --unsafe
    """
    selected = tuple(read_settings({"select": select}).select)
    with only_judge(path, options) as (verdict, tree, judge):

        def wants(finding: Finding) -> bool:
            chosen = not selected or finding.code.startswith(selected)
            return bool(finding.fix) and chosen and (unsafe or finding.safe)

        before = read_annotations(tree) if verdict.dataset.annotations else b""
        lined = mend_lines(Mended(tree, verdict), judge, wants)
        media = [f for f in lined.verdict.findings if wants(f) and touches_media(f) and f not in lined.left]
        if output is None and all(finding.mended for finding in media):
            media = []  # left to build
        if diff:
            return _diff(lined, media)
        if not lined.done and not media:
            click.echo("nothing to fix", err=True)
            if tree.source is Source.FOLDER:
                remove_stale(Path(path))  # a run that was killed after its work was done may have left one
            _tell(lined)
            return _code(lined)
        mended = _in_place(lined, tree, before, media) if output is None else _anew(lined, path, output, judge, wants)
    _tell(mended)
    click.echo(text.render(mended.verdict), err=True)
    return _code(mended)


def _diff(lined: Mended, media: Sequence[Finding]) -> int:
    made = plan((edit for finding in media for edit in finding.fix), lined.verdict.dataset)
    _tell(Mended(lined.tree, lined.verdict, (*lined.done, *made.describe()), lined.left))
    if media:
        click.echo(f"-o DIR is needed: {_media(media)}", err=True)
    return int(bool(lined.done or made))


def _in_place(lined: Mended, tree: Tree, before: bytes, media: Sequence[Finding]) -> Mended:
    if media:
        raise DatasetkitError(f"media would change, which -o DIR takes: {_media(media)}", "Give -o, or --select L,P.")
    if tree.source is Source.ZIP:
        raise DatasetkitError(f"{tree.name} is a zip, which is never changed", "Give -o DIR or -o NEW.zip.")
    file = Path(str(tree.locate(spec.limits().annotations_name)))
    if read_annotations(tree) != before:
        raise DatasetkitError(f"{file} changed while it was being mended", "Run this again.")
    replace_file(file, read_annotations(lined.tree))
    return lined


def _anew(lined: Mended, path: str, output: Path, judge: Judge, wants: Wants) -> Mended:
    refuse_inside(output, path)
    with ExitStack() as stack:
        zipped = output.suffix.lower() == ".zip"
        if zipped:
            refuse_existing(output, force=False)
        stage = stack.enter_context(scratch(output) if zipped else new_folder(output))
        mended = mend_media(lined, judge, wants, stage, _bar)
        if not mended.done:
            _tell(mended)
            raise click.exceptions.Exit(_code(mended))  # nothing is put in place
        if zipped:
            _zip(mended, output)
    return mended


def _zip(mended: Mended, output: Path) -> None:
    verdict = mended.verdict
    if verdict.count(Severity.ERROR):
        click.echo(text.render(verdict), err=True)
        raise DatasetkitError(
            f"{output} not written: errors are left that no fix removes", "Give -o DIR, and mend them."
        )
    layout = lay_out(verdict.dataset.samples, verdict.assumed.kind, verdict.assumed.role, verdict.dataset.files)
    pack(layout, mended.tree, output)


def _bar(results: Results, count: int) -> Results:
    return tracked(results, count, "media")


def _media(findings: Sequence[Finding]) -> str:
    return ", ".join(f"{printable(f.medium or 'the set')} ({f.code} {f.name})" for f in findings)


def _tell(mended: Mended) -> None:
    """What was done, what could not be kept, and what was left out."""
    for line in mended.done:
        click.echo(printable(line))
    for path, note in mended.notes:
        click.echo(f"note: {printable(path)}: {printable(note)}", err=True)
    for finding, reason in mended.left.items():
        place = printable(finding.medium or finding.where.path or "the set")
        click.echo(f"left out: {finding.code} {finding.name}, {place}: {printable(reason)}", err=True)


def _code(mended: Mended) -> int:
    return int(mended.verdict.count(Severity.ERROR) > 0)
