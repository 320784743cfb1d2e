"""What fixes did to a dataset's findings: which are still there, which are new, and which fix caused them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from datasetkit.edits import DropLine, LineEdit, SetField, SetLine
from datasetkit.findings import Finding, Severity
from datasetkit.footage import Depth
from datasetkit.model import BrokenLine, Dataset, Image, Medium, Video
from datasetkit.rules.registry import REGISTRY
from datasetkit.verdict import Verdict

Key = tuple[str, int | None, str | None]


def blamed(before: Verdict, after: Verdict, fixed: Sequence[Finding], edits: Sequence[LineEdit]) -> dict[Finding, str]:
    """The fixes that didn't remove their finding, or caused a new one, each with the reason.

    Only errors and warnings count as new, and only on lines that could be read in full before: on others they were
    hidden until now. So was what only a decoded clip shows: cutting or converting it doesn't cause that.
    """
    left = Counter(_key(finding, finding.where.line) for finding in after.findings)
    left.subtract(_key(finding, _moved(finding.where.line, edits)) for finding in before.findings)
    moved = {finding: _key(finding, _moved(finding.where.line, edits)) for finding in fixed}
    left.update(moved.values())
    reasons = {finding: "the problem is still there afterwards" for finding, key in moved.items() if left[key] > 0}
    for new in _new(before, after, edits):
        causes = [finding for finding, key in moved.items() if key[1] == new.where.line]
        about = {new.medium, *(value for value in new.data.values() if isinstance(value, str))}
        causes = causes or [finding for finding in fixed if _named(finding) & about] or list(fixed)
        reasons |= dict.fromkeys(causes, f"this fix would cause another problem: {new.code} {new.name}, {new.message}")
    return reasons


def _named(finding: Finding) -> set[str]:
    """The files that lines name once the finding is fixed."""
    return {edit.value for edit in finding.fix if isinstance(edit, SetField)}


def _new(before: Verdict, after: Verdict, edits: Sequence[LineEdit]) -> Iterator[Finding]:
    known = {_key(finding, _moved(finding.where.line, edits)) for finding in before.findings}
    readable = set(_readable(before.dataset, edits))
    complete = len(readable) == len(before.dataset.lines)
    for finding in after.findings:
        line = finding.where.line
        comparable = complete if line is None else line in readable
        comparable = comparable and REGISTRY[finding.code].depth < Depth.FULL
        if finding.severity > Severity.ADVICE and _key(finding, line) not in known and comparable:
            yield finding


def _key(finding: Finding, line: int | None) -> Key:
    return finding.code, line, finding.where.field


def _readable(before: Dataset, edits: Sequence[LineEdit]) -> Iterator[int | None]:
    """The lines, as numbered afterwards, that were records before and whose media could be read, and seen."""
    for line in before.lines:
        if not isinstance(line, BrokenLine) and all(_is_known(r.medium, before.depth) for r in line.references):
            yield _moved(line.where.line, edits)


def _is_known(medium: Medium, depth: Depth) -> bool:
    """Whether a medium could be read to that depth; of media that are too large only the headers are read."""
    if isinstance(medium, Image):
        return depth == Depth.HEADER or medium.signature is not None
    return isinstance(medium, Video) and (depth == Depth.HEADER or medium.seen is not None)


def _moved(line: int | None, edits: Iterable[LineEdit]) -> int | None:
    """A line's number after the edits."""
    if line is None:
        return None
    moved = line
    for edit in edits:
        if isinstance(edit, DropLine) and edit.line < line:
            moved -= 1
        elif isinstance(edit, SetLine) and (edit.last or edit.line) < line:
            moved += edit.text.count("\n") - ((edit.last or edit.line) - edit.line)
    return moved
