"""Commands to run next: they can be pasted, and repeat the options of the command that suggests them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, count
from pathlib import Path

from datasetkit.cli.options import given
from datasetkit.edits import MediaEdit
from datasetkit.findings import Finding, Severity
from datasetkit.footage import Depth
from datasetkit.model import Dataset, Source
from datasetkit.report.columns import argument, quoted
from datasetkit.report.text import path_of
from datasetkit.rules import REGISTRY
from datasetkit.verdict import Verdict
from datasetkit.windows import NAME


def next_command(verdicts: Sequence[Verdict]) -> str:
    """The command for the first dataset that something can be done about; empty if there is none."""
    for verdict in verdicts:
        if arguments := [*_init(verdict), *_fix(verdict)] or [*_build(verdict)]:
            return _typed(*arguments)
    return ""


def fix_command(verdict: Verdict, findings: Sequence[Finding]) -> str:
    """The command that fixes these findings of a verdict and no others; empty where none of them can be fixed."""
    fixable = [finding for finding in findings if finding.fixable and not finding.fixed_by_build]
    if not fixable:
        return ""
    selected = ("--select", ",".join(_codes(fixable)))
    unsafe = ["--unsafe"] * (not any(finding.safe for finding in fixable))
    return _typed(
        "fix", argument(path_of(verdict.dataset)), *_as_judged(), *selected, *unsafe, *_output(verdict, fixable)
    )


def build_command(verdict: Verdict) -> str:
    """The command that builds a set in a folder that has no errors; empty for others."""
    dataset = verdict.dataset
    if dataset.source is Source.ZIP or not dataset.samples or verdict.count(Severity.ERROR):
        return ""
    return _typed("build", argument(dataset.name), "-o", _beside(dataset, ".zip"), *_as_judged())


def init_command(raw: str, cuts: Path | None = None) -> str:
    """The command that makes a dataset of a folder of raw clips, cut by that file."""
    named = ("--cuts", argument(str(cuts))) if cuts else ()
    return _typed("init", argument(raw), *named, "-o", _free(Path(raw), "_dataset"), *given("model"))


def windows_command(dataset: str) -> str:
    """The command that cuts the clips of a dataset by its cuts.csv into a new one."""
    file = argument(str(Path(dataset, NAME)))
    return _typed("fix", argument(dataset), "-o", _free(Path(dataset), "_cut"), "--cuts", file, *_as_judged())


def cut_command(raw: str) -> str:
    """The command that proposes which seconds of raw clips to keep."""
    return _typed("cut", argument(raw), *given("seconds", "model"))


def picks_command(pool: str, picks: Path) -> str:
    """The command that takes the clips that picks.csv keeps."""
    return _typed("select", argument(pool), "--picks", str(picks), "-o", _free(picks.absolute().parent, "_2"))


def report_command(verdicts: Sequence[Verdict]) -> str:
    """The command that shows pictures of what was found, where any of it was seen in pictures; else empty."""
    if raw := next((verdict for verdict in verdicts if verdict.raw), None):
        return _typed("view", argument(raw.dataset.name), *given("model"))
    found = {finding.code for verdict in verdicts for finding in verdict.findings}
    if not any(REGISTRY[code].depth > Depth.HEADER for code in found):
        return ""
    places = dict.fromkeys(argument(path_of(verdict.dataset)) for verdict in verdicts)
    return _typed("report", *places, "-o", "report.html", *_as_judged())


def _typed(*arguments: str) -> str:
    return " ".join(map(quoted, ("datasetkit", *arguments)))


def _as_judged() -> Iterator[str]:
    return given("model", "kind", "role", "target_seconds", "ignore", "config", "depth")


def _output(verdict: Verdict, findings: Sequence[Finding]) -> Iterator[str]:
    """Where a fix of those findings writes, if media change."""
    if any(isinstance(edit, MediaEdit) for finding in findings for edit in finding.fix):
        yield from ("-o", _beside(verdict.dataset, "_fixed"))


def _init(verdict: Verdict) -> Iterator[str]:
    """How a dataset is made from a folder of raw clips: windows are chosen first, where clips need one."""
    from datasetkit.intake.judging import CUT, is_raw

    dataset = verdict.dataset
    if verdict.raw and any(one.name in CUT and not one.where.field for one in verdict.findings):  # it has no window
        yield from ("cut", argument(dataset.name), *given("model"))
    elif is_raw(dataset):
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
    if not fixable or (not weighty and verdict.count(Severity.ERROR)):  # advice can wait while errors are left
        return
    yield from ("fix", argument(path_of(verdict.dataset)))
    yield from _as_judged()
    yield from given("select") if weighty else ("--select", ",".join(_codes(fixable)))
    if not any(finding.safe for finding in weighty or fixable):
        yield "--unsafe"
    yield from _output(verdict, weighty or fixable)
    yield "--diff"


def _beside(dataset: Dataset, ending: str) -> str:
    """A new folder beside a dataset's folder or zip, of a name that isn't taken."""
    return _free(Path(dataset.name).with_suffix("") if dataset.source is Source.ZIP else Path(dataset.name), ending)


def _free(place: Path, ending: str) -> str:
    """A new name beside a place, of its own name and an ending, that isn't taken."""
    place = place if place.name not in ("", "..") else Path("..", place.resolve().name)
    name = f"{place.name}{ending}"
    names = chain([name], (f"{name}_{number}" for number in count(2)))
    return argument(str(next(new for each in names if not (new := place.with_name(each)).exists())))


def _codes(findings: Sequence[Finding]) -> list[str]:
    return sorted({finding.code for finding in findings})
