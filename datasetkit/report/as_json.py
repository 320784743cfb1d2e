"""The report for programs, in the shape of schemas/report.schema.json."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from datasetkit import __version__
from datasetkit.findings import Finding, Severity
from datasetkit.printable import Printable, as_json
from datasetkit.report.places import Placed
from datasetkit.report.rawfiles import as_objects


def report(placed: Sequence[Placed]) -> Printable:
    """All verdicts as one JSON object, in ASCII: a name that isn't UTF-8 stays what it is."""
    counts = {str(severity): sum(p.verdict.count(severity) for p in placed) for severity in reversed(Severity)}
    return as_json({"datasetkit": __version__, "counts": counts, "datasets": [_dataset(p) for p in placed]})


def _dataset(placed: Placed) -> dict[str, Any]:
    verdict = placed.verdict
    dataset, assumed = verdict.dataset, verdict.assumed
    return {
        "name": dataset.name,
        "path": placed.path or ".",
        "source": dataset.source.value,
        "is_dataset": dataset.annotations is not None,
        "kind": assumed.kind.value,
        "kind_from": assumed.kind_from,
        "role": assumed.role.value,
        "role_from": assumed.role_from,
        "model": verdict.model.id if verdict.model else None,
        "samples": len(dataset.samples),
        "raw": as_objects(verdict.raw),
        "dropped": [one.record for one in dataset.dropped],
        "bytes": dataset.size,
        "depth": dataset.depth.name.lower(),
        "findings": _findings(verdict.findings, placed),
        "ignored": [
            {"code": i.code, "reason": i.reason, "findings": _findings(i.findings, placed)} for i in verdict.ignored
        ],
        "skipped": list(verdict.skipped),
    }


def _findings(findings: Iterable[Finding], placed: Placed) -> list[dict[str, Any]]:
    return [_finding(finding, placed) for finding in findings]


def _finding(finding: Finding, placed: Placed) -> dict[str, Any]:
    place, medium = placed.place(finding), placed.medium(finding)
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "basis": finding.basis.value,
        "message": finding.message,
        "path": place.path or ".",
        "entry": place.entry,
        "line": place.line,
        "field": finding.where.field,
        "medium": (medium.entry or medium.path) if medium else None,
        "fixed_by_build": finding.fixed_by_build,
        "fixable": finding.fixable,
        "safe": finding.safe if finding.fixable else None,
        "data": dict(finding.data),
    }
