"""The findings counted by code, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from datasetkit.printable import Printable, as_json, lines
from datasetkit.report.columns import table
from datasetkit.rules import REGISTRY
from datasetkit.verdict import Verdict


def render(verdicts: Sequence[Verdict]) -> Printable:
    """A row for each code that was found, the most frequent first; ``[*]`` marks what `datasetkit fix` can fix."""
    rows = [(f"{row['count']:,}", row["code"], "[*]" if row["fixable"] else "", row["name"]) for row in _rows(verdicts)]
    legend = ["[*] fixable with `datasetkit fix`"] if any(row[2] for row in rows) else []
    return lines([*(table(rows) if rows else []), *map(Printable, legend)])


def render_json(verdicts: Sequence[Verdict]) -> Printable:
    """The same as a JSON array, in the shape of ``statistics`` in schemas/report.schema.json."""
    return as_json(_rows(verdicts))


def _rows(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    fixable = {finding.code for finding in findings if finding.fixable}
    counts = sorted(Counter(finding.code for finding in findings).items(), key=lambda item: (-item[1], item[0]))
    return [
        {"code": code, "name": REGISTRY[code].name, "count": count, "fixable": code in fixable}
        for code, count in counts
    ]
