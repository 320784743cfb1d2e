"""What a build leaves beside its zip, and prints for machines. Its shape is in schemas/build.schema.json."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from datasetkit import __version__
from datasetkit.files import new_file, refuse_existing
from datasetkit.findings import Finding, Ignored
from datasetkit.pack.archive import Built
from datasetkit.verdict import Verdict


def manifest(built: Built, verdict: Verdict) -> dict[str, Any]:
    """What was built from a dataset and what was found in it, as JSON values.

    Findings that the build mended are left out, and those on samples that are in the other zip of a split.
    It depends on nothing but the input: no time, no folder.
    """
    return {
        "datasetkit": __version__,
        "file": built.path.name,
        "kind": built.kind.value,
        "role": built.role.value,
        "model": verdict.model.id if verdict.model else None,
        "samples": built.samples,
        "bytes": built.bytes,
        "sha256": built.sha256,
        "md5": built.md5,
        "renamed": dict(built.renames),
        "ignored": [entry for i in verdict.ignored for entry in _ignored(i, built.renames)],
        "findings": [_finding(f) for f in verdict.findings if not f.mended and _concerns(f, built)],
    }


def write_manifest(built: Built, verdict: Verdict) -> Path:
    """Write the manifest beside what was built, `.json` added to its name, and return its path.

    Replaces what is there: `refuse_manifest` asks beforehand. Raises DatasetkitError where it can't be written.
    """
    # A file name that isn't UTF-8 holds lone surrogates; backslashreplace writes them as JSON's own escapes.
    text = json.dumps(manifest(built, verdict), ensure_ascii=False, indent=2) + "\n"
    content = text.encode("utf-8", "backslashreplace")
    target = _beside(built.path)
    with new_file(target, size=len(content), force=True) as temporary:
        temporary.write_bytes(content)
    return target


def _ignored(ignored: Ignored, renames: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """An entry of what was ignored; one for some files is told by the names that they have in the zip."""
    if ":" not in ignored.code:
        yield {"code": ignored.code, "count": ignored.count, "reason": ignored.reason}
        return
    placed = [(f.code, f.medium or f.where.path) for f in ignored.findings if f.medium or f.where.line]
    for (code, path), count in Counter(placed).items():
        yield {"code": f"{code}:{renames.get(path, path)}", "count": count, "reason": ignored.reason}


def refuse_manifest(built: Path, *, force: bool) -> None:
    """Raise DatasetkitError where something else than a manifest stands in its place (``force`` replaces a file)."""
    target = _beside(built)
    refuse_existing(target, force=force or _is_manifest(target))


def _beside(built: Path) -> Path:
    return built.with_name(f"{built.name}.json")


def _is_manifest(path: Path) -> bool:
    try:
        value = json.loads(path.read_bytes()) if path.is_file() else None
    except (OSError, ValueError, RecursionError):  # what can't be read or is no JSON isn't ours
        return False
    return isinstance(value, dict) and {"datasetkit", "file", "findings"} <= value.keys()


def _concerns(finding: Finding, built: Built) -> bool:
    """Whether a finding is about what was built: the set, or a line or medium that is in it."""
    mine = finding.where.line is None or finding.where.line in built.lines
    return finding.medium in built.sources if finding.medium else mine


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "basis": finding.basis.value,
        "path": finding.where.path,
        "line": finding.where.line,
        "field": finding.where.field,
        "medium": finding.medium,
        "message": finding.message,
    }
