"""The command to run after `lint`: it can be pasted, and repeats the options that `lint` was given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from datasetkit import spec
from datasetkit.cli.options import given
from datasetkit.findings import Finding, Severity
from datasetkit.model import Dataset, Expected, Source
from datasetkit.report.columns import quoted
from datasetkit.report.text import path_of
from datasetkit.verdict import Verdict


def next_command(verdicts: Sequence[Verdict]) -> str:
    """The command for the first dataset that something can be done about; empty if there is none."""
    for verdict in verdicts:
        if arguments := [*_init(verdict.dataset), *_fix(verdict)]:
            return " ".join(map(quoted, ("datasetkit", *arguments)))
    return ""


def _init(dataset: Dataset) -> Iterator[str]:
    """How a dataset is made from a folder of raw clips."""
    clips = spec.limits().suffixes(Expected.VIDEO)
    raw = any(Path(file.path).suffix.lower() in clips for file in dataset.files)
    if dataset.annotations is None and dataset.source is Source.FOLDER and raw and not dataset.near:
        folder = Path(dataset.name)
        beside = folder if folder.name not in ("", "..") else Path("..", folder.resolve().name)
        yield from ("init", _argument(dataset.name), "-o", _argument(f"{beside}_dataset"), *given("model", "kind"))


def _fix(verdict: Verdict) -> Iterator[str]:
    """How the findings can be fixed: errors and warnings, or if there are none, advice."""
    fixable = [finding for finding in verdict.findings if finding.fixable and not finding.mended]
    weighty = [finding for finding in fixable if finding.severity > Severity.ADVICE]
    if not fixable:
        return
    yield from ("fix", _argument(path_of(verdict.dataset)))
    yield from given("model", "kind", "role", "target_seconds", "ignore", "config")
    yield from given("select") if weighty else ("--select", ",".join(_codes(fixable)))
    if not any(finding.safe for finding in weighty or fixable):
        yield "--unsafe"
    yield "--diff"


def _codes(findings: Sequence[Finding]) -> list[str]:
    return sorted({finding.code for finding in findings})


def _argument(path: str) -> str:
    return f"./{path}" if path.startswith("-") else path  # else it would be taken for an option
