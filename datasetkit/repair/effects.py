"""What a plan did to a dataset's findings: which are gone, which are new, and which fix is to blame. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from datasetkit.edits import DropLine, LineEdit, SetLine
from datasetkit.findings import Finding, Severity
from datasetkit.model import BrokenLine, Dataset, Image, Video
from datasetkit.verdict import Verdict

Key = tuple[str, int | None, str | None]


def blamed(before: Verdict, after: Verdict, fixed: Sequence[Finding], edits: Sequence[LineEdit]) -> dict[Finding, str]:
    """The fixes that did not remove their finding or brought a new one, each with the reason.

    Only errors and warnings count as new, and only where the dataset could be judged before: what stood behind a
    line or medium that couldn't be read has come to light, not into being.
    """
    there = {_key(finding, finding.where.line) for finding in after.findings}
    moved = {finding: _key(finding, _moved(finding.where.line, edits)) for finding in fixed}
    reasons = {finding: "it is still found afterwards" for finding, key in moved.items() if key in there}
    for new in _brought(before, after, edits):
        guilty = [finding for finding, key in moved.items() if key[1] == new.where.line] or fixed
        reasons |= dict.fromkeys(guilty, f"it would bring {new.code} {new.name}: {new.message}")
    return reasons


def _brought(before: Verdict, after: Verdict, edits: Sequence[LineEdit]) -> Iterator[Finding]:
    known = {_key(finding, _moved(finding.where.line, edits)) for finding in before.findings}
    revealed = set(_revealed(before.dataset, edits))
    for finding in after.findings:
        line = finding.where.line
        hidden = line in revealed or (line is None and revealed)
        if finding.severity > Severity.ADVICE and _key(finding, line) not in known and not hidden:
            yield finding


def _key(finding: Finding, line: int | None) -> Key:
    return finding.code, line, finding.where.field


def _revealed(before: Dataset, edits: Sequence[LineEdit]) -> Iterator[int | None]:
    """The lines, as numbered afterwards, that could not be judged in full before."""
    for edit in edits:
        if isinstance(edit, SetLine):
            start = _moved(edit.line, edits) or edit.line
            yield from range(start, start + edit.text.count("\n") + 1)
    for line in before.lines:
        if isinstance(line, BrokenLine) or not all(isinstance(r.medium, Image | Video) for r in line.references):
            yield _moved(line.where.line, edits)


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
