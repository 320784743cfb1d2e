"""GitHub workflow commands: a line a finding, shown at the place in the pull request.

Escaping follows https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts. GitHub shows ten
annotations of each level a step; the SARIF format has no such limit.
"""

from __future__ import annotations

from collections.abc import Sequence

from datasetkit.findings import Finding, Severity
from datasetkit.report.columns import printable
from datasetkit.report.places import Placed

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}
_IN_MESSAGES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = _IN_MESSAGES | str.maketrans({":": "%3A", ",": "%2C"})


def report(placed: Sequence[Placed]) -> str:
    """A workflow command for each finding; nothing where nothing was found."""
    return "\n".join(_command(finding, p) for p in placed for finding in p.verdict.findings)


def _command(finding: Finding, placed: Placed) -> str:
    place = placed.place(finding)
    properties = {"file": place.path or "."}
    inside = ""
    if place.entry is None and place.line:
        properties["line"] = str(place.line)
    elif place.entry:
        inside = f"{printable(place.entry)}:{place.line}" if place.line else printable(place.entry)
    properties["title"] = f"{finding.code} {finding.name}"
    said = ",".join(f"{key}={value.translate(_IN_PROPERTIES)}" for key, value in properties.items())
    parts = (inside, finding.where.field or "", printable(finding.message))
    message = ": ".join(part for part in parts if part) + (" (build mends it)" if finding.mended else "")
    return f"::{_COMMANDS[finding.severity]} {said}::{message.translate(_IN_MESSAGES)}"
