"""The report that people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from click import style

from datasetkit.findings import Finding, Severity, Verdict
from datasetkit.report.columns import align, plural, printable, size
from datasetkit.report.places import Placed

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.ADVICE: "cyan"}
_SHOWN = 5  # findings of one code; the rest are counted


def report(placed: Sequence[Placed]) -> str:
    """All verdicts, every finding, and the summary without the time it took."""
    verdicts = [p.verdict for p in placed]
    return "\n".join([*(render(verdict, every=True) for verdict in verdicts), summary(verdicts)])


def render(verdict: Verdict, *, every: bool = False) -> str:
    """One dataset's report: what it was judged as, its findings, what was ignored. ``every`` shows all findings."""
    lines = [_heading(verdict)]
    shown, left = _cut(verdict.findings, every=every)
    lines += ["  " + line for line in _table(shown)]
    lines += [f"  … and {count} more {code}; --all shows them" for code, count in left.items()]
    lines += [f"  ignored: {i.code} ×{i.count} ({printable(i.reason)})" for i in verdict.ignored]
    return "\n".join(lines)


def summary(verdicts: Sequence[Verdict], seconds: float | None = None) -> str:
    """The last line: how many findings of each severity, and how long it took where that is to be told."""
    counts = Counter(finding.severity for verdict in verdicts for finding in verdict.findings)
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}
    told = [plural(counts[severity], word) for severity, word in words.items() if counts[severity]]
    found = ", ".join(told) or "nothing found"
    sets = f" in {len(verdicts)} datasets" if len(verdicts) > 1 else ""
    took = "" if seconds is None else f", {seconds:.1f} s"
    return f"{found}{sets}{took}"


def _heading(verdict: Verdict) -> str:
    dataset, assumed = verdict.dataset, verdict.assumed
    name = style(printable(dataset.name), bold=True)
    if dataset.annotations is None:
        return f"{name}  not a dataset, {size(dataset.size)}"
    origin = assumed.kind_from
    if assumed.role_from != assumed.kind_from:
        origin = f"kind {assumed.kind_from}, role {assumed.role_from}"
    model = f", for {verdict.model.id}" if verdict.model else ""
    samples = plural(len(dataset.samples), "sample")
    taught = verdict.taught
    effect = f", effect {taught.effect.trigger} inferred" if taught.effect and taught.inferred else ""
    return f"{name}  {assumed.kind} {assumed.role} set ({origin}){model}, {samples}, {size(dataset.size)}{effect}"


def _cut(findings: Sequence[Finding], *, every: bool) -> tuple[list[Finding], Counter[str]]:
    seen: Counter[str] = Counter()
    shown = []
    for finding in findings:
        seen[finding.code] += 1
        if every or seen[finding.code] <= _SHOWN:
            shown.append(finding)
    return shown, Counter({code: count - _SHOWN for code, count in seen.items() if count > _SHOWN and not every})


def _table(findings: Sequence[Finding]) -> Iterator[str]:
    rows = [
        (
            _place(finding),
            finding.where.field or "",
            str(finding.severity),
            f"{finding.code} {finding.name}",
            _said(finding),
        )
        for finding in findings
    ]
    for finding, (place, field, severity, rule, message) in zip(findings, align(rows) if rows else (), strict=True):
        coloured = style(severity, fg=_COLOURS[finding.severity])
        yield f"{place}  {field}  {coloured}  {rule}  {message}"


def _place(finding: Finding) -> str:
    where = finding.where
    path = printable(where.path) or "the set"
    return f"{path}:{where.line}" if where.line else path


def _said(finding: Finding) -> str:
    return printable(finding.message) + (" (build mends it)" if finding.mended else "")
