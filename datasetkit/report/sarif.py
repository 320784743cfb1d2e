"""SARIF 2.1.0, as code hosts and editors read it. Section numbers are those of the OASIS standard."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from datasetkit import __version__
from datasetkit.findings import Finding, Severity
from datasetkit.model import Sample
from datasetkit.printable import Printable, as_json
from datasetkit.report.places import Location, Placed
from datasetkit.report.text import remedy
from datasetkit.rules import REGISTRY, Rule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}
_FINGERPRINT = "datasetkit/v1"
_ROOT = "%SRCROOT%"


def report(placed: Sequence[Placed]) -> Printable:
    """All verdicts as one run. Ignored findings are suppressed results, each with its reason (3.35)."""
    results = [result for p in placed for result in _results(p)]
    codes = sorted({result["ruleId"] for result in results})
    driver = {
        "name": "datasetkit",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_descriptor(REGISTRY[code]) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [result | {"ruleIndex": codes.index(result["ruleId"])} for result in results],
    }
    return as_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.doc.splitlines()[0]},
        "help": {"text": rule.doc},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"basis": rule.basis.value},
    }


def _results(placed: Placed) -> Iterator[dict[str, Any]]:
    """A result for each finding, ignored or not. Its fingerprint doesn't change when lines are added above it."""
    verdict = placed.verdict
    records = {line.where.line: line.record for line in verdict.dataset.lines if isinstance(line, Sample)}
    reported = [(finding, None) for finding in verdict.findings]
    ignored = [(finding, entry.reason) for entry in verdict.ignored for finding in entry.findings]
    seen: Counter[str] = Counter()
    for finding, reason in [*reported, *ignored]:
        subject = finding.medium if finding.medium is not None else records.get(finding.where.line)
        key = [finding.code, placed.path, finding.where.path, finding.where.field, subject]
        identity = json.dumps(key, sort_keys=True)
        seen[identity] += 1
        digest = hashlib.sha256(f"{identity}{seen[identity]}".encode()).hexdigest()[:32]
        yield _result(finding, placed, digest) | {"suppressions": _suppressions(reason)}


def _result(finding: Finding, placed: Placed, digest: str) -> dict[str, Any]:
    """A result (3.27)."""
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": Printable(finding.message + remedy(finding))},
        "locations": [_location(placed.place(finding), finding.where.field)],
        "partialFingerprints": {_FINGERPRINT: digest},
        "properties": {"fixable": finding.fixable, "data": dict(finding.data)},
    }
    medium = placed.medium(finding)
    if medium and medium.entry is None and placed.is_there(finding):
        about = {"message": {"text": "the file that it is about"}}
        result["relatedLocations"] = [{"id": 1} | _location(medium, None) | about]
    return result


def _suppressions(reason: str | None) -> list[dict[str, str]]:
    """Why a host shouldn't show a result; an empty list means "not suppressed", a missing one "unknown"."""
    if reason is None:
        return []
    return [{"kind": "external", "status": "accepted", "justification": Printable(reason)}]


def _location(place: Location, field: str | None) -> dict[str, Any]:
    """A location (3.28). The inside of a zip is a logical location, as no viewer opens a line there."""
    physical: dict[str, Any] = {"artifactLocation": _artifact(place.path)}
    if place.entry is None and place.line:
        physical["region"] = {"startLine": place.line}
    line = f":{place.line}" if place.line else ""
    names = [f"{place.entry}{line}" if place.entry else "", field or ""]
    logical = [{"fullyQualifiedName": Printable("/".join(filter(None, names)))}] if any(names) else []
    return {"physicalLocation": physical} | ({"logicalLocations": logical} if logical else {})


def _artifact(path: str) -> dict[str, str]:
    """Where a file is (3.4): relative to the root, or a file URI if the path is absolute."""
    uri = quote(path.encode("utf-8", "surrogateescape"))
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    if path[1:3] == ":/":  # a Windows drive
        return {"uri": f"file:///{uri}"}
    return {"uri": uri, "uriBaseId": _ROOT}
