"""The report that people read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from datasetkit.findings import Finding, Severity
from datasetkit.footage import Depth
from datasetkit.model import Dataset, Source, Video
from datasetkit.printable import Printable, joined, lines, styled, wrapped
from datasetkit.report import rawfiles
from datasetkit.report.columns import align, cells, plural, size
from datasetkit.report.places import Placed
from datasetkit.verdict import Verdict

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.ADVICE: "cyan"}
NOUNS = {
    Severity.ERROR: ("error", "errors"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.ADVICE: ("piece of advice", "pieces of advice"),
}
_DECODED = {
    Depth.HEADER: "no frames decoded",
    Depth.FRAMES: "first and last frames decoded",
    Depth.FULL: "every frame decoded",
}
_BESIDE = 30  # cells; in a narrower column a message goes below its place
_SHOWN = 5  # findings of one code; the rest are counted


def report(placed: Sequence[Placed]) -> Printable:
    """All verdicts, every finding, and the summary without the time it took."""
    verdicts = [p.verdict for p in placed]
    return lines([*(render(verdict, every=True) for verdict in verdicts), Printable(summary(verdicts))])


def render(verdict: Verdict, *, every: bool = False, width: int | None = None) -> Printable:
    """One dataset's report: what it was checked as, its findings, what was ignored.

    ``every`` shows all findings. Lines are wrapped at ``width``, the terminal's, and not at all if that is None.
    """
    counts = Counter(finding.code for finding in verdict.findings)
    rest = [f"  … and {n - _SHOWN:,} more {code}; `lint --all` shows them" for code, n in counts.items() if n > _SHOWN]
    rest = [] if every else rest
    rest += [f"  {line}" for line in left_out(verdict.dataset, every=every)]
    rest += _skipped(verdict)
    rest += [f"  ignored: {i.code} ×{i.count} ({i.reason})" for i in verdict.ignored]
    shown = verdict.findings if every else list(_first(verdict.findings))
    files = (wrapped(line, width, 4) for line in rawfiles.rows(verdict.raw))
    body = [*files, *_table(shown, width), *(wrapped(Printable(line), width, 4) for line in rest)]
    return lines([wrapped(_heading(verdict), width, 2), *body])


def _skipped(verdict: Verdict) -> Iterator[str]:
    """The rules that need more than was decoded, and how to check them."""
    if verdict.skipped and (verdict.dataset.annotations or verdict.raw):
        rules = plural(len(verdict.skipped), "rule needs", "rules need")
        yield f"  {rules} more frames: {', '.join(verdict.skipped)}; `lint --depth full` checks them"


def left_out(dataset: Dataset, *, every: bool = False) -> Iterator[str]:
    """The samples that cuts.csv leaves out, in one line; nothing if there are none."""
    clips = [f"{one.clip} ({one.reason})" if one.reason else one.clip for one in dataset.dropped]
    shown = clips if every else clips[:_SHOWN]
    more = f" and {len(clips) - len(shown):,} more" if len(clips) > len(shown) else ""
    if clips:
        yield f"cuts.csv leaves out {plural(len(clips), 'sample')}: {', '.join(shown)}{more}"


def summary(verdicts: Sequence[Verdict], seconds: float | None = None) -> str:
    """The last line: how many findings of each severity, and how long it took if ``seconds`` is given."""
    counts = Counter(finding.severity for verdict in verdicts for finding in verdict.findings)
    found = ", ".join(plural(counts[severity], *words) for severity, words in NOUNS.items() if counts[severity])
    noun = "datasets" if all(verdict.dataset.annotations for verdict in verdicts) else "paths"
    sets = f" in {len(verdicts)} {noun}" if len(verdicts) > 1 else ""
    took = "" if seconds is None else f", {seconds:.1f} s"
    return f"{found or 'no problems found'}{sets}{took}"


def _first(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The first few findings of each code."""
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.code] += 1
        if seen[finding.code] <= _SHOWN:
            yield finding


def _heading(verdict: Verdict) -> Printable:
    return joined([styled(Printable(path_of(verdict.dataset)), bold=True), Printable(f"  {checked_as(verdict)}")])


def path_of(dataset: Dataset) -> str:
    """A dataset's path as a user may type it, inside a zip too."""
    inside = dataset.prefix if dataset.source is Source.ZIP else ""
    return f"{dataset.name}/{inside}".rstrip("/") if inside else dataset.name


def checked_as(verdict: Verdict) -> str:
    """What a dataset was checked as, and how large it is."""
    dataset, assumed, review = verdict.dataset, verdict.assumed, verdict.review
    if verdict.raw:
        clips = plural(sum(isinstance(file.medium, Video) for file in verdict.raw), "raw clip")
        model = f", for {verdict.model.id}" if verdict.model else ""
        return f"{clips}{model}, {size(dataset.size)}, {_DECODED[dataset.depth]}"
    if dataset.annotations is None:
        return f"not a dataset, {size(dataset.size)}"
    kind_from, role_from = (re.sub("^--", "set with --", each) for each in (assumed.kind_from, assumed.role_from))
    origin = kind_from if kind_from == role_from else f"kind {kind_from}, role {role_from}"
    model = f", for {verdict.model.id}" if verdict.model else ""
    samples = plural(len(dataset.samples), "sample")
    effect = f", effect {review.effect.trigger} inferred" if review.effect and review.inferred else ""
    facts = f"{samples}, {size(dataset.size)}, {_DECODED[dataset.depth]}"
    return f"{assumed.kind} {assumed.role} set ({origin}){model}, {facts}{effect}"


def _table(findings: Sequence[Finding], width: int | None) -> Iterator[Printable]:
    rows = align([_columns(finding) for finding in findings]) if findings else []
    for row in rows:
        start = sum(cells(text) + 2 for text in row[:-1]) + 2  # where the message begins
        if width is None or width - start >= _BESIDE:
            yield wrapped(joined([Printable(""), *row], "  "), width, start)
        else:
            yield lines(wrapped(line, width, 4) for line in _stacked(row))


def _columns(finding: Finding) -> list[Printable]:
    severity = styled(Printable(str(finding.severity)), fg=_COLOURS[finding.severity])
    rule = f"{finding.code} {finding.name}"
    return [
        Printable(place_of(finding)),
        Printable(finding.where.field or ""),
        severity,
        Printable(rule),
        Printable(finding.message + remedy(finding)),
    ]


def _stacked(row: Sequence[Printable]) -> Iterator[Printable]:
    """A finding in lines of its own, for terminals that are too narrow for columns."""
    place, field, severity, rule, message = row
    yield joined([Printable(""), place, field], "  ")
    yield joined([Printable("  "), severity, rule], "  ")
    yield joined([Printable("    "), message])


def place_of(finding: Finding) -> str:
    """The file and line that a finding points at."""
    where = finding.where
    path = where.path or "the set"
    return f"{path}:{where.line}" if where.line else path


def remedy(finding: Finding) -> str:
    """How to remove a finding, in brackets after its message; empty if a person has to do it."""
    if finding.fixed_by_build:
        return " (`build` fixes this)"
    options = f" with {' '.join(finding.fix_options)}" if finding.fix_options else ""
    return f" (fixable{options})" if finding.fixable else ""
