"""The report that people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from click import style

from datasetkit.findings import Finding, Severity
from datasetkit.model import Dataset, Source
from datasetkit.report.columns import align, cells, plural, printable, quoted, size, wrap
from datasetkit.report.places import Placed
from datasetkit.verdict import Verdict

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.ADVICE: "cyan"}
_BESIDE = 30  # cells; with less room than that a message goes below its place
_SHOWN = 5  # findings of one code; the rest are counted


def report(placed: Sequence[Placed]) -> str:
    """All verdicts, every finding, and the summary without the time it took."""
    verdicts = [p.verdict for p in placed]
    return "\n".join([*(render(verdict, every=True) for verdict in verdicts), summary(verdicts)])


def render(verdict: Verdict, *, every: bool = False, width: int | None = None) -> str:
    """One dataset's report: what it was judged as, its findings, what was ignored.

    ``every`` shows all findings. ``width`` is the terminal's, whose lines are then broken to hang below their
    beginning; None breaks none.
    """
    shown, left = _cut(verdict.findings, every=every)
    rest = [f"  … and {count} more {code}; --all shows them" for code, count in left.items()]
    rest += [f"  ignored: {i.code} ×{i.count} ({printable(i.reason)})" for i in verdict.ignored]
    lines = [_heading(verdict, width), *_table(shown, width), *(_hang(line, width, 4) for line in rest)]
    return "\n".join(lines)


def summary(verdicts: Sequence[Verdict], seconds: float | None = None) -> str:
    """The last line: how many findings of each severity, and how long it took where that is to be told."""
    counts = Counter(finding.severity for verdict in verdicts for finding in verdict.findings)
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}
    told = [plural(counts[severity], word) for severity, word in words.items() if counts[severity]]
    found = ", ".join(told) or "nothing found"
    sets = f" in {len(verdicts)} datasets" if len(verdicts) > 1 else ""
    took = "" if seconds is None else f", {seconds:.1f} s"
    return f"{found}{sets}{took}{_next(verdicts)}"


def _next(verdicts: Sequence[Verdict]) -> str:
    """What to do about the first dataset in which something can be fixed; what build mends needs nothing."""
    for verdict in verdicts:
        fixable = [finding for finding in verdict.findings if finding.fix and not finding.mended]
        if fixable:
            unsafe = "" if any(finding.safe for finding in fixable) else " --unsafe"
            return f"   next: datasetkit fix {quoted(verdict.dataset.name)}{unsafe} --diff"
    return ""


def _heading(verdict: Verdict, width: int | None) -> str:
    name = printable(_path(verdict.dataset))
    return _hang(f"{name}  {_taken_for(verdict)}", width, 2).replace(name, style(name, bold=True), 1)


def _path(dataset: Dataset) -> str:
    """How the user may spell the dataset's place, inside a zip too."""
    inside = dataset.prefix if dataset.source is Source.ZIP else ""
    return f"{dataset.name}/{inside}".rstrip("/") if inside else dataset.name


def _taken_for(verdict: Verdict) -> str:
    dataset, assumed = verdict.dataset, verdict.assumed
    if dataset.annotations is None:
        return f"not a dataset, {size(dataset.size)}"
    origin = assumed.kind_from
    if assumed.role_from != assumed.kind_from:
        origin = f"kind {assumed.kind_from}, role {assumed.role_from}"
    model = f", for {verdict.model.id}" if verdict.model else ""
    samples = plural(len(dataset.samples), "sample")
    taught = verdict.taught
    effect = f", effect {taught.effect.trigger} inferred" if taught.effect and taught.inferred else ""
    return f"{assumed.kind} {assumed.role} set ({origin}){model}, {samples}, {size(dataset.size)}{effect}"


def _cut(findings: Sequence[Finding], *, every: bool) -> tuple[list[Finding], Counter[str]]:
    seen: Counter[str] = Counter()
    shown = []
    for finding in findings:
        seen[finding.code] += 1
        if every or seen[finding.code] <= _SHOWN:
            shown.append(finding)
    return shown, Counter({code: count - _SHOWN for code, count in seen.items() if count > _SHOWN and not every})


def _table(findings: Sequence[Finding], width: int | None) -> Iterator[str]:
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
    aligned = align(rows) if rows else []
    start = _column(aligned[0]) if aligned else 0
    beside = width is None or width - start >= _BESIDE
    for finding, row in zip(findings, aligned if beside else rows, strict=True):
        severity = style(str(finding.severity), fg=_COLOURS[finding.severity])
        yield _row(row, severity, start, width) if beside else _stack(row, severity, width or 0)


def _column(row: Sequence[str]) -> int:
    """Where the last column begins."""
    return 2 + sum(cells(text) + 2 for text in row[:-1])


def _row(row: Sequence[str], severity: str, start: int, width: int | None) -> str:
    place, field, plain, rule, message = row
    filled = severity + " " * (len(plain) - len(plain.rstrip()))
    lines = wrap(message, width - start) if width else [message]
    return f"  {place}  {field}  {filled}  {rule}  " + ("\n" + " " * start).join(lines)


def _stack(row: Sequence[str], severity: str, width: int) -> str:
    """A finding in lines of its own, for terminals that are too narrow for columns."""
    place, field, plain, rule, message = row
    lines = (f"  {place}  {field}".rstrip(), f"    {plain}  {rule}", f"    {message}")
    where, what, said = (_hang(line, width, 4) for line in lines)
    return "\n".join((where, what.replace(plain, severity, 1), said))


def _hang(line: str, width: int | None, indent: int) -> str:
    """A line broken at ``width`` cells, all but its beginning ``indent`` cells to the right."""
    if width is None:
        return line
    margin = line[: len(line) - len(line.lstrip(" "))]
    first, *rest = wrap(line.lstrip(" "), width - len(margin), width - indent)
    return margin + ("\n" + " " * indent).join(part.rstrip() for part in (first, *rest))


def _place(finding: Finding) -> str:
    where = finding.where
    path = printable(where.path) or "the set"
    return f"{path}:{where.line}" if where.line else path


def _said(finding: Finding) -> str:
    return printable(finding.message) + _remedy(finding)


def _remedy(finding: Finding) -> str:
    if finding.mended:
        return " (build mends it)"
    if not finding.fix:
        return ""
    return " (fix)" if finding.safe else " (fix --unsafe)"
