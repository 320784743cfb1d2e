"""A dataset mended: the fixes of its findings tried, judged, and kept where they do what they promise.

Lines first, in memory; then media, in folders of a stage. Each pass is judged before the next, as a line that can be
read or a clip that is an MP4 at last may show what else is to be fixed. The number of passes is bounded.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from datasetkit.edits import Convert, Edit, GrabFrame, Reencode, SetField
from datasetkit.findings import Finding
from datasetkit.repair.apply import Applied, apply
from datasetkit.repair.effects import blamed
from datasetkit.repair.lines import edit_lines
from datasetkit.repair.making import Track, plainly
from datasetkit.repair.plan import Plan, plan
from datasetkit.repair.relined import Relined
from datasetkit.scan.datasets import read_annotations
from datasetkit.scan.folder import folder_tree
from datasetkit.scan.tree import Tree
from datasetkit.verdict import Verdict

Judge = Callable[[Tree], Verdict]
Wants = Callable[[Finding], bool]

_PASSES = 6


@dataclass(frozen=True, slots=True)
class Mended:
    """Where a dataset has got to: its tree and the verdict on it, what was done, and which fixes were left out."""

    tree: Tree
    verdict: Verdict
    done: tuple[str, ...] = ()
    left: dict[Finding, str] = field(default_factory=dict)
    notes: tuple[tuple[str, str], ...] = ()


def mend_lines(start: Mended, judge: Judge, wants: Wants) -> Mended:
    """Carry out the fixes that touch data.jsonl alone; the tree's files stay as they are. Raises DatasetkitError."""
    now, left = start, dict(start.left)
    for _ in range(_PASSES):
        chosen = [finding for finding in _wanted(now, wants, left) if not touches_media(finding)]
        made = plan(_edits(chosen), now.verdict.dataset)
        if not made.lines:
            break
        tree = Relined(start.tree, edit_lines(read_annotations(now.tree), made.lines))
        verdict = judge(tree)
        bad = blamed(now.verdict, verdict, _carried_out(chosen, made), made.lines)
        left |= bad
        if not bad:
            now = Mended(tree, verdict, (*now.done, *made.describe()), left)
    return Mended(now.tree, now.verdict, now.done, left)


def mend_media(start: Mended, judge: Judge, wants: Wants, stage: Path, track: Track = plainly) -> Mended:
    """Carry out the fixes that touch media, and write the whole dataset to the empty folder ``stage``.

    Folders are made beside ``stage`` on the way. Raises DatasetkitError where they can't be written.
    """
    now, left = start, dict(start.left)
    place = stage
    for number in range(_PASSES):
        chosen = _wanted(now, wants, left)
        made = plan(_edits(chosen), now.verdict.dataset)
        if not made.media:
            break
        folder = stage.with_name(f"{stage.name}-{number}")
        folder.mkdir()
        applied = apply(made, now.tree, folder, track)
        tree = folder_tree(folder, start.tree.name)
        verdict = judge(tree)
        failed = _failed(chosen, applied)
        kept = [finding for finding in _carried_out(chosen, made) if finding not in failed]
        bad = blamed(now.verdict, verdict, kept, made.lines)
        left |= bad | failed
        if bad:
            shutil.rmtree(folder)
            continue
        done = (*now.done, *_without_failed(made, applied).describe()) if kept else now.done
        now, place = Mended(tree, verdict, done, left, (*now.notes, *applied.notes)), folder
    if place is stage:
        apply(Plan(), now.tree, stage)
    else:
        stage.rmdir()
        place.rename(stage)
    return Mended(folder_tree(stage, start.tree.name), now.verdict, now.done, left, now.notes)


def touches_media(finding: Finding) -> bool:
    """Whether a finding's fix makes a medium anew."""
    return any(isinstance(edit, Reencode | Convert | GrabFrame) for edit in finding.fix)


def _wanted(now: Mended, wants: Wants, left: Iterable[Finding]) -> list[Finding]:
    known = {_identity(finding) for finding in left}
    return [finding for finding in now.verdict.findings if wants(finding) and _identity(finding) not in known]


def _identity(finding: Finding) -> tuple[str, str, str | None]:
    """What stays when lines move and other findings are mended."""
    return finding.code, finding.message, finding.where.field


def _edits(findings: Iterable[Finding]) -> list[Edit]:
    return [edit for finding in findings for edit in finding.fix]


def _carried_out(findings: Iterable[Finding], made: Plan) -> list[Finding]:
    refused = {refused.edit for refused in made.refused}
    return [finding for finding in findings if refused.isdisjoint(finding.fix)]


def _without_failed(made: Plan, applied: Applied) -> Plan:
    failed = {step.path for step, _ in applied.failed}
    lines = [edit for edit in made.lines if not (isinstance(edit, SetField) and edit.value in failed)]
    return Plan(tuple(lines), tuple(step for step in made.media if step.path not in failed))


def _failed(findings: Sequence[Finding], applied: Applied) -> dict[Finding, str]:
    reasons = {step.edit.path: outcome.reason for step, outcome in applied.failed}
    return {
        finding: reasons[edit.path]
        for finding in findings
        for edit in finding.fix
        if isinstance(edit, Reencode | Convert | GrabFrame) and edit.path in reasons
    }
