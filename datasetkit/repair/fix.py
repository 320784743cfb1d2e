"""`fix`: what can be fixed in a dataset, fixed: lines in place, media in a new folder or zip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from os import fspath
from pathlib import Path
from typing import Unpack

from datasetkit import config, spec
from datasetkit.config import Options
from datasetkit.edits import MediaEdit
from datasetkit.errors import DatasetkitError
from datasetkit.files import new_folder, remove_stale, replace_file, scratch
from datasetkit.findings import Finding, Severity
from datasetkit.model import Progress, Source
from datasetkit.pack.archive import pack
from datasetkit.pack.layout import lay_out
from datasetkit.repair.cutset import cut_out
from datasetkit.repair.cutting import cutting, plan_cuts
from datasetkit.repair.declaring import declare_model
from datasetkit.repair.making import refuse_output
from datasetkit.repair.overlay import Overlay
from datasetkit.repair.passes import Repaired, repair, touches_media
from datasetkit.repair.plan import plan
from datasetkit.scan.cuts import own_windows, windows_in
from datasetkit.scan.datasets import read_annotations
from datasetkit.scan.tree import Tree
from datasetkit.verdict import AnyPath, Verdict, judge_again, media_facts, open_dataset, read_settings
from datasetkit.windows import Window

_SHOWN = 5  # fixes listed in an error
_NEW_FOLDER = "Give a new folder with -o, or fix only data.jsonl with --select L,P."


@dataclass(frozen=True, slots=True)
class Fixed:
    """What `fix` did, or would do.

    ``written`` is the file, folder or zip that it wrote, None if nothing changed. ``changes`` has a line for each
    medium or field; an edit that can't be undone says what it keeps. ``notes`` name media that lost something in
    conversion. ``skipped`` gives the findings whose fix doesn't work, each with the reason; ``media`` those whose fix
    makes a new medium. ``verdict`` is the one on the dataset as fixed; of a dry run, with its lines fixed alone.
    ``uncut`` are the windows in the dataset's own cuts.csv that were not cut.
    """

    verdict: Verdict
    written: Path | None
    changes: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    skipped: tuple[tuple[Finding, str], ...]
    media: tuple[Finding, ...]
    uncut: tuple[Window, ...] = ()


def fix(
    path: AnyPath,
    *,
    output: AnyPath | None = None,
    cuts: AnyPath | None = None,
    unsafe: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    **options: Unpack[Options],
) -> Fixed:
    """Fix the one dataset of a folder or zip: its lines in place, or everything in the new folder or zip ``output``.

    First each window of the file ``cuts`` becomes a sample of its own, and the dataset's own cuts.csv counts for
    nothing. Fixes that don't work are skipped and reported.
    ``unsafe`` allows fixes that change content, such as trimming. ``select`` limits what is fixed; advice is fixed only
    if its whole code is selected. The other options say what to check by. A ``dry_run`` writes nothing.

    Raises DatasetkitError if media would change and there is no ``output``, if that exists or can't be written, if the
    cuts can't be used, and as `check` does.
    """
    settings = read_settings(options)
    source, target = fspath(path), Path(output) if output else None
    _refuse(target, source, cuts=bool(cuts) and not dry_run)
    windows = windows_in(Path(cuts)) if cuts else ()
    with (
        media_facts(options) as store,
        open_dataset(
            source, replace(settings, select=()), build=True, progress=progress, store=store, own_cuts=not cuts
        ) as (verdict, tree),
        scratch(target) if target and not dry_run else nullcontext(Path()) as work,
    ):

        def judge(changed: Tree) -> Verdict:
            return judge_again(changed, verdict, progress=progress, store=store)

        left = () if cuts else cutting(own_windows(tree), verdict.dataset)
        wanted, start = _Wanted(tuple(settings.select), unsafe, left), Repaired(tree, verdict)
        if cuts:
            planned = plan_cuts(windows, verdict.dataset, sdr=unsafe)
            if dry_run:
                return wanted.fixed(replace(start, done=tuple(planned.changes())))
            start = cut_out(planned, start, judge, work / "cuts", progress)
        before = read_annotations(tree) if verdict.dataset.annotations else b""
        lined = repair(start, judge, wanted.on_lines, Path())
        media = wanted.media(lined)
        if dry_run:
            return wanted.fixed(_with_media(lined, media), None, media)
        if target is None:
            return wanted.fixed(lined, _write_lines(lined, media, tree, before), media)
        repaired = repair(lined, judge, wanted, work, progress)
        if repaired.done:
            _write(repaired, target)
        return wanted.fixed(repaired, target if repaired.done else None, media)


def _refuse(target: Path | None, source: str, *, cuts: bool) -> None:
    if target:
        refuse_output(target, source, zipped=True)
    elif cuts:
        raise DatasetkitError("--cuts makes new clips; yours are never changed", "Give a new folder with -o.")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which findings to fix: those that ``select`` names, with ``unsafe`` also where a fix changes content.

    ``uncut`` are the windows that aren't cut.
    """

    select: tuple[str, ...]
    unsafe: bool
    uncut: tuple[Window, ...]

    def __call__(self, finding: Finding) -> bool:
        return bool(finding.fix) and (self.unsafe or finding.safe) and self._is_selected(finding)

    def on_lines(self, finding: Finding) -> bool:
        """Whether to fix it, and it touches no medium."""
        return self(finding) and not touches_media(finding)

    def media(self, lined: Repaired) -> tuple[Finding, ...]:
        """The findings to fix that touch media."""
        return tuple(one for one in lined.verdict.findings if self(one) and touches_media(one))

    def fixed(self, repaired: Repaired, written: Path | None = None, media: tuple[Finding, ...] = ()) -> Fixed:
        """The result for the caller."""
        found = repaired.verdict.findings if self.unsafe else ()
        swaps = _swaps(finding for finding in found if self._is_selected(finding))
        skipped = (*repaired.skipped.items(), *swaps)
        return Fixed(repaired.verdict, written, repaired.done, repaired.notes, skipped, media, self.uncut)

    def _is_selected(self, finding: Finding) -> bool:
        if finding.severity is Severity.ADVICE:
            return finding.code in self.select
        return not self.select or finding.code.startswith(self.select)


def _with_media(lined: Repaired, media: Iterable[Finding]) -> Repaired:
    """The dataset with its lines fixed, and what fixing its media would change."""
    dataset = lined.verdict.dataset
    made = plan((edit for finding in media for edit in finding.fix), dataset)
    return replace(lined, done=(*lined.done, *made.describe(dataset)))


def _swaps(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """The frames that belong to other clips, with what to do about them."""
    for finding in findings:
        match = finding.data.get("match")
        if isinstance(match, Mapping) and match["path"]:
            yield finding, f"{finding.message}. If the two are swapped, correct the lines"


def _write_lines(lined: Repaired, media: tuple[Finding, ...], tree: Tree, before: bytes) -> Path | None:
    """Replace data.jsonl in one step; gives its path, or None if nothing has to change."""
    if media:
        shown = "; ".join(map(_changed, media[:_SHOWN])) + (
            f"; and {len(media) - _SHOWN:,} more" * (len(media) > _SHOWN)
        )
        fixes = "1 fix changes" if len(media) == 1 else f"{len(media):,} fixes change"
        raise DatasetkitError(f"{fixes} clips or images: {shown}", _NEW_FOLDER)
    if tree.source is Source.ZIP:
        if lined.done:
            raise DatasetkitError(f"{tree.name} is a zip, which is never changed", "Give -o DIR or -o NEW.zip.")
        return None
    file = Path(tree.name, spec.limits().annotations_name)
    if not lined.done:
        remove_stale(file.parent)  # what a killed run left behind
        return None
    if read_annotations(tree) != before:
        raise DatasetkitError(f"{file} was changed by another program", "Run this again.")
    replace_file(file, read_annotations(lined.tree))
    return file


def _changed(finding: Finding) -> str:
    """The media that a finding's fix changes, and the line it is on."""
    changed = ", ".join(dict.fromkeys(edit.path for edit in finding.fix if isinstance(edit, MediaEdit)))
    line = f", line {finding.where.line}" if finding.where.line else ""
    return f"{changed}{line} ({finding.code} {finding.name})"


def _write(repaired: Repaired, target: Path) -> None:
    if target.suffix.lower() != ".zip":
        with new_folder(target) as folder:
            Overlay(repaired.tree, _configuration(repaired)).write(folder)
        return
    dataset, assumed = repaired.verdict.dataset, repaired.verdict.assumed
    if errors := [finding for finding in repaired.verdict.findings if finding.severity is Severity.ERROR]:
        count = "1 error remains" if len(errors) == 1 else f"{len(errors):,} errors remain, the first"
        first = errors[0]
        place = f" in {first.where.path}:{first.where.line}" if first.where.line else ""
        message = f"{target} not written: {count}{place}: {first.code} {first.name}, {first.message}"
        raise DatasetkitError(message, "Write a folder with -o DIR, and correct the errors there.")
    pack(lay_out(dataset.samples, assumed.kind, assumed.role, dataset.files), repaired.tree, target)


def _configuration(repaired: Repaired) -> dict[str, bytes]:
    """The new datasetkit.toml, which names the model that the dataset was fixed for; nothing if there isn't one."""
    model = repaired.verdict.settings.model
    if model is None or all(file.path != config.NAME for file in repaired.verdict.dataset.files):
        return {}
    with repaired.tree.open(config.NAME) as stream:
        return {config.NAME: declare_model(stream.read().decode("utf-8-sig"), model).encode()}
