"""GitHub workflow commands: one line per finding, shown at its place in the pull request.

GitHub shows ten annotations of each level a step; the SARIF format has no such limit.
"""

from __future__ import annotations

from collections.abc import Sequence

from datasetkit.findings import Finding, Severity
from datasetkit.printable import Printable, lines, workflow_command
from datasetkit.report.places import Placed
from datasetkit.report.text import remedy

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def report(placed: Sequence[Placed]) -> Printable:
    """A workflow command for each finding; nothing if nothing was found."""
    return lines(_command(finding, p) for p in placed for finding in p.verdict.findings)


def _command(finding: Finding, placed: Placed) -> Printable:
    place = placed.place(finding)
    properties = {"file": place.path or "."}
    inside = place.entry or ""
    if place.entry is None and place.line:
        properties["line"] = str(place.line)
    elif place.entry and place.line:
        inside += f":{place.line}"
    properties["title"] = f"{finding.code} {finding.name}"
    parts = (inside, finding.where.field or "", finding.message)
    message = ": ".join(part for part in parts if part) + remedy(finding)
    return workflow_command(_COMMANDS[finding.severity], properties, message)
