"""The command to run after `lint`: it can be pasted, and repeats the options that `lint` was given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from datasetkit import spec
from datasetkit.cli.options import given
from datasetkit.edits import MediaEdit
from datasetkit.findings import Finding, Severity
from datasetkit.model import Dataset, Expected, Source
from datasetkit.report.columns import argument, quoted
from datasetkit.report.text import path_of
from datasetkit.verdict import Verdict


def next_command(verdicts: Sequence[Verdict]) -> str:
    """The command for the first dataset that something can be done about; empty if there is none."""
    for verdict in verdicts:
        if arguments := [*_init(verdict.dataset), *_fix(verdict)] or [*_build(verdict)]:
            return " ".join(map(quoted, ("datasetkit", *arguments)))
    return ""


def _init(dataset: Dataset) -> Iterator[str]:
    """How a dataset is made from a folder of raw clips."""
    clips = spec.limits().suffixes(Expected.VIDEO)
    raw = any(Path(file.path).suffix.lower() in clips for file in dataset.files)
    if dataset.annotations is None and dataset.source is Source.FOLDER and raw and not dataset.near:
        yield from ("init", argument(dataset.name), "-o", _beside(dataset, "_dataset"), *given("model", "kind"))


def _build(verdict: Verdict) -> Iterator[str]:
    """How a set in a folder inside a zip gets to the root of a new one."""
    if any(finding.code == "D101" and verdict.dataset.prefix for finding in verdict.findings):
        target = f"{Path(verdict.dataset.prefix).name}.zip"
        yield from (
            "build",
            argument(path_of(verdict.dataset)),
            "-o",
            argument(target),
            *given("model", "kind", "role"),
        )


def _fix(verdict: Verdict) -> Iterator[str]:
    """How the findings can be fixed: errors and warnings, or if there are none, advice."""
    fixable = [finding for finding in verdict.findings if finding.fixable and not finding.fixed_by_build]
    weighty = [finding for finding in fixable if finding.severity > Severity.ADVICE]
    if not fixable:
        return
    yield from ("fix", argument(path_of(verdict.dataset)))
    yield from given("model", "kind", "role", "target_seconds", "ignore", "config", "depth")
    yield from given("select") if weighty else ("--select", ",".join(_codes(fixable)))
    if not any(finding.safe for finding in weighty or fixable):
        yield "--unsafe"
    if any(isinstance(edit, MediaEdit) for finding in weighty or fixable for edit in finding.fix):
        yield from ("-o", _beside(verdict.dataset, "_fixed"))
    yield "--diff"


def _beside(dataset: Dataset, ending: str) -> str:
    """A new folder beside a dataset's folder or zip."""
    place = Path(dataset.name)
    place = place if place.name not in ("", "..") else Path("..", place.resolve().name)
    return argument(str(place.with_name(place.stem if dataset.source is Source.ZIP else place.name)) + ending)


def _codes(findings: Sequence[Finding]) -> list[str]:
    return sorted({finding.code for finding in findings})
