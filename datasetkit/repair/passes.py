"""Fixes tried, judged, and kept if they work: one that leaves its finding, or brings a new one, is skipped.

Every pass is checked before the next, because a line that can now be read, or a clip that is now an MP4, may reveal
more to fix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from datasetkit import spec
from datasetkit.edits import MediaEdit
from datasetkit.findings import Finding
from datasetkit.media.outcome import Failed, Made, Outcome
from datasetkit.model import Progress
from datasetkit.repair.effects import blamed
from datasetkit.repair.lines import edit_lines
from datasetkit.repair.making import make_media
from datasetkit.repair.overlay import Overlay
from datasetkit.repair.plan import Plan, Step, plan
from datasetkit.scan.datasets import read_annotations
from datasetkit.scan.tree import Tree
from datasetkit.verdict import Verdict

_PASSES = 6


@dataclass(frozen=True, slots=True)
class Repaired:
    """How far fixing has got: the files as they are now, the verdict on them, what was done, and what was skipped.

    ``notes`` name media that lost something in conversion; ``skipped`` gives the reason for each finding.
    """

    tree: Tree
    verdict: Verdict
    done: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    skipped: Mapping[Finding, str] = field(default_factory=dict)


def repair(
    start: Repaired,
    judge: Callable[[Tree], Verdict],
    wants: Callable[[Finding], bool],
    work: Path,
    progress: Progress | None = None,
) -> Repaired:
    """Carry out the fixes of the findings that ``wants`` chooses. The files of ``start`` stay as they are.

    Media are made in folders below ``work``. Raises DatasetkitError if they can't be written.
    """
    now = start
    for number in range(_PASSES):
        folder, chosen = work / str(number), _chosen(now, wants)
        wanted = plan((edit for finding in chosen for edit in finding.fix), now.verdict.dataset)
        outcomes = make_media(wanted.media, now.tree, folder, progress)
        done = wanted.without({step for step, outcome in outcomes.items() if isinstance(outcome, Failed)})
        unmade = _unmade(chosen, outcomes)
        if not done and not unmade:
            break
        now = replace(now, skipped={**now.skipped, **unmade})
        if done:
            fixed = [one for one in chosen if one not in unmade and done.refused.isdisjoint(one.fix)]
            now = _judged(now, judge, done, fixed, overlay(now.tree, done, folder), outcomes)
    return now


def touches_media(finding: Finding) -> bool:
    """Whether a finding's fix makes a new medium."""
    return any(isinstance(edit, MediaEdit) for edit in finding.fix)


def _chosen(now: Repaired, wants: Callable[[Finding], bool]) -> list[Finding]:
    skipped = {_identity(finding) for finding in now.skipped}
    return [finding for finding in now.verdict.findings if wants(finding) and _identity(finding) not in skipped]


def _identity(finding: Finding) -> tuple[str, str, str | None]:
    """What stays the same when lines move and other findings are fixed."""
    return finding.code, finding.message, finding.where.field


def _unmade(findings: Iterable[Finding], outcomes: Mapping[Step, Outcome]) -> dict[Finding, str]:
    """The findings whose medium can't be made, with the reason."""
    reasons = {step.edit.path: outcome.reason for step, outcome in outcomes.items() if isinstance(outcome, Failed)}
    edits = ((finding, edit) for finding in findings for edit in finding.fix if isinstance(edit, MediaEdit))
    return {finding: reasons[edit.path] for finding, edit in edits if edit.path in reasons}


def overlay(tree: Tree, done: Plan, folder: Path) -> Overlay:
    """The tree after the plan, with the new media from ``folder``."""
    new: dict[str, Path | bytes] = {step.path: folder / step.path for step in done.media}
    if done.lines:
        new[spec.limits().annotations_name] = edit_lines(read_annotations(tree), done.lines)
    return Overlay(tree, new, frozenset(step.edit.path for step in done.media))


def _judged(
    now: Repaired,
    judge: Callable[[Tree], Verdict],
    done: Plan,
    fixed: Sequence[Finding],
    tree: Overlay,
    outcomes: Mapping[Step, Outcome],
) -> Repaired:
    """The dataset as ``tree`` has it; unchanged if a fix made it worse, with the fixes responsible skipped."""
    verdict = judge(tree)
    if bad := blamed(now.verdict, verdict, fixed, done.lines):
        return replace(now, skipped={**now.skipped, **bad})
    made = ((step, outcome) for step, outcome in outcomes.items() if isinstance(outcome, Made))
    notes = ((step.path, note) for step, outcome in made for note in outcome.notes)
    return Repaired(tree, verdict, (*now.done, *done.describe(now.verdict.dataset)), (*now.notes, *notes), now.skipped)
