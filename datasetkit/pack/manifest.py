"""What a build wrote, and the manifest beside it that says so. Its shape is in schemas/build.schema.json."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datasetkit import __version__
from datasetkit.files import refuse_existing
from datasetkit.findings import Finding, Ignored
from datasetkit.pack.layout import Layout
from datasetkit.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Output:
    """A zip or folder that was written, and its layout. ``sha256`` is the zip's, in hex; None for a folder."""

    path: Path
    layout: Layout = field(repr=False)
    sha256: str | None

    @property
    def samples(self) -> int:
        """How many samples it holds."""
        return self.layout.samples

    @property
    def bytes(self) -> int:
        """The size of the zip, or the sum of a folder's files."""
        return self.layout.size if self.sha256 else self.layout.content_size


def manifest(output: Output, verdict: Verdict) -> dict[str, Any]:
    """What was built from a dataset and what was found in it, as JSON values.

    Findings that the build has fixed are left out, and those on samples in the other zip of a split. It depends on
    nothing but the input: no time, no folder.
    """
    layout, media = output.layout, {file.source for file in output.layout.media}
    return {
        "datasetkit": __version__,
        "file": output.path.name,
        "kind": layout.kind.value,
        "role": layout.role.value,
        "model": verdict.model.id if verdict.model else None,
        "samples": layout.samples,
        "dropped": [one.record for one in verdict.dataset.dropped],
        "bytes": output.bytes,
        "sha256": output.sha256,
        "renamed": layout.renames,
        "ignored": [entry for i in verdict.ignored for entry in _ignored(i, layout.renames)],
        "findings": [
            _finding(f) for f in verdict.findings if not f.fixed_by_build and _concerns(f, layout.lines, media)
        ],
    }


def manifest_text(output: Output, verdict: Verdict) -> bytes:
    """The manifest as it is written."""
    text = json.dumps(manifest(output, verdict), ensure_ascii=False, indent=2) + "\n"
    # A file name that isn't UTF-8 holds lone surrogates; backslashreplace writes them as JSON's own escapes.
    return text.encode("utf-8", "backslashreplace")


def manifest_path(built: Path) -> Path:
    """Where the manifest of a zip or folder is: beside it, `.json` added to its name."""
    return built.with_name(f"{built.name}.json")


def refuse_manifest(built: Path, *, force: bool) -> None:
    """Raise DatasetkitError if something other than a manifest is in its place (``force`` replaces a file)."""
    target = manifest_path(built)
    refuse_existing(target, force=force or _is_manifest(target))


def _is_manifest(path: Path) -> bool:
    try:
        value = json.loads(path.read_bytes()) if path.is_file() else None
    except (OSError, ValueError, RecursionError):  # what can't be read or isn't JSON isn't ours
        return False
    return isinstance(value, dict) and {"datasetkit", "file", "findings"} <= value.keys()


def _ignored(ignored: Ignored, renames: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """An entry of what was ignored; one for some files gives the names that these have in the zip."""
    if ":" not in ignored.code:
        yield {"code": ignored.code, "count": ignored.count, "reason": ignored.reason}
        return
    found = [(f.code, f.medium or f.where.path) for f in ignored.findings if f.medium or f.where.line]
    for (code, path), count in Counter(found).items():
        yield {"code": f"{code}:{renames.get(path, path)}", "count": count, "reason": ignored.reason}


def _concerns(finding: Finding, lines: Container[int], media: Container[str]) -> bool:
    """Whether a finding is about what was built: the set, or one of its lines or media."""
    return finding.medium in media if finding.medium else finding.where.line is None or finding.where.line in lines


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
