"""Verdicts made into what the report to look at shows. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from datasetkit import __version__
from datasetkit.findings import Finding, Severity
from datasetkit.model import Sample
from datasetkit.report.columns import plural
from datasetkit.report.text import checked_as, path_of
from datasetkit.report.visual.cards import card, picture_of
from datasetkit.report.visual.overview import overview
from datasetkit.report.visual.remarks import FixCommand, groups, remark
from datasetkit.report.visual.values import LookAlikes, SampleCard, SetReport, VisualReport
from datasetkit.verdict import Verdict


def gather(verdicts: Sequence[Verdict], fix: FixCommand, following: Sequence[str]) -> VisualReport:
    """The report on ``verdicts``.

    ``fix`` gives the command that fixes some of a verdict's findings. ``following`` are the commands to run next, one
    a verdict, empty where there is none.
    """
    sets = tuple(_set(number, verdicts, fix, after) for number, after in enumerate(following))
    names = {remark.code: remark.name for one in sets for card in one.cards for remark in card.remarks}
    return VisualReport(__version__, sets, tuple(sorted(names.items())))


def _set(number: int, verdicts: Sequence[Verdict], fix: FixCommand, following: str) -> SetReport:
    verdict = verdicts[number]
    dataset = verdict.dataset
    keys = {sample.line: f"set{number + 1}-line{sample.line}" for sample in dataset.samples}
    places = {finding: tuple(_places(finding, dataset.samples, keys)) for finding in verdict.findings}
    return SetReport(
        name=path_of(dataset),
        checked_as=checked_as(verdict),
        samples=len(dataset.samples),
        bytes=dataset.size,
        blocked=verdict.count(Severity.ERROR) > 0,
        counts={str(severity): verdict.count(severity) for severity in reversed(Severity)},
        command=following,
        overview=overview(verdict),
        groups=tuple(groups(verdict, places, fix)),
        alike=tuple(_alike(verdict, verdicts, places, fix)),
        cards=tuple(_cards(verdict, keys, places, fix)),
        notes=tuple(_notes(verdict)),
    )


def _places(finding: Finding, samples: Sequence[Sample], keys: Mapping[int, str]) -> Iterator[str]:
    """The keys of the samples that a finding is about: by its line, or by the media that its data names."""
    if key := keys.get(finding.where.line or 0):
        yield key
        return
    named = {path for name in ("clips", "like") for path in _paths(finding, name)}
    for sample in samples:
        if named and not named.isdisjoint(one.medium.path for one in sample.references):
            yield keys[sample.line]


def _paths(finding: Finding, name: str) -> tuple[str, ...]:
    value = finding.data.get(name)
    return tuple(map(str, value)) if isinstance(value, tuple | list) else ()


def _cards(
    verdict: Verdict, keys: Mapping[int, str], places: Mapping[Finding, tuple[str, ...]], fix: FixCommand
) -> list[SampleCard]:
    """The samples' cards, worst first."""
    by_key: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding, found_at in places.items():
        for key in found_at:
            by_key[key].append(finding)
    reviewed = {one.prompt.where.line: one for one in verdict.review.prompts}
    made = []
    for sample in verdict.dataset.samples:
        found = sorted(by_key[keys[sample.line]], key=lambda finding: (-finding.severity, finding.code))
        remarks = [remark(finding, verdict, fix) for finding in found]
        counts = tuple(-sum(one.severity is severity for one in found) for severity in reversed(Severity))
        made.append((counts, sample.line, card(keys[sample.line], sample, reviewed.get(sample.line), found, remarks)))
    return [one for _, _, one in sorted(made, key=lambda item: item[:2])]


def _alike(
    verdict: Verdict, verdicts: Sequence[Verdict], places: Mapping[Finding, tuple[str, ...]], fix: FixCommand
) -> Iterator[LookAlikes]:
    """What looks the same, side by side: in this set, or in one that it was compared with."""
    own = {one.medium.path: one.medium for one in verdict.dataset.references}
    others = [one for other in verdicts if other is not verdict for one in other.dataset.references]
    elsewhere = {one.medium.path: one.medium for one in others}
    for finding in verdict.findings:
        if like := _paths(finding, "like"):
            subject = [one.medium for one in verdict.dataset.references if one.where == finding.where]
            known = elsewhere if subject else own
            pictures = map(picture_of, [*subject, *(known[path] for path in like if path in known)])
            yield LookAlikes(remark(finding, verdict, fix), tuple(pictures), places[finding])


def _notes(verdict: Verdict) -> Iterator[str]:
    for ignored in verdict.ignored:
        yield f"ignored: {ignored.code}, {plural(ignored.count, 'finding')} ({ignored.reason})"
    if verdict.skipped and verdict.dataset.samples:
        yield f"not checked at this depth: {', '.join(verdict.skipped)}"
