"""Findings as the report to look at shows them: with what removes them, and the command for that."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from datasetkit.edits import MediaEdit
from datasetkit.findings import Finding, Severity
from datasetkit.model import Medium
from datasetkit.prompts.review import PromptFlaw
from datasetkit.prompts.worddiff import word_changes
from datasetkit.repair.wording import describe_medium
from datasetkit.report.text import place_of
from datasetkit.report.visual.values import Remark, RemarkGroup, TextRun
from datasetkit.rules import REGISTRY
from datasetkit.verdict import Verdict

_CONTEXT = 8  # words beside each change in a prompt; the card has the whole prompt

FixCommand = Callable[[Verdict, Sequence[Finding]], str]
"""Gives the command that fixes some findings of a verdict; empty where there is none."""


def remark(finding: Finding, verdict: Verdict, command: FixCommand) -> Remark:
    """One finding."""
    media = {one.medium.path: one.medium for one in verdict.dataset.references}
    return Remark(
        finding.code,
        finding.name,
        str(finding.severity),
        place_of(finding),
        finding.message,
        _remedy(finding, media) or _paragraph(finding.code, "Remedy"),
        command(verdict, [finding]),
        tuple(_diff(finding, verdict)),
    )


def groups(verdict: Verdict, cards: Mapping[Finding, Sequence[str]], command: FixCommand) -> Iterator[RemarkGroup]:
    """A verdict's findings by code, the worst and most frequent first. ``cards`` has the keys of each one's cards."""
    by_code: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in verdict.findings:
        by_code[finding.code].append(finding)
    for code, found in sorted(by_code.items(), key=lambda item: (-_worst(item[1]), -len(item[1]), item[0])):
        worst = remark(max(found, key=lambda finding: finding.severity), verdict, command)
        keys = dict.fromkeys(key for finding in found for key in cards.get(finding, ()))
        yield RemarkGroup(worst, len(found), _paragraph(code, "Why"), tuple(keys))


def _worst(findings: Sequence[Finding]) -> Severity:
    return max(finding.severity for finding in findings)


def _paragraph(code: str, label: str) -> str:
    """A labelled paragraph of a rule's page."""
    found = re.search(rf"^{label}:\s*(.*?)(?=^[A-Z]\w+:|\Z)", REGISTRY[code].doc, re.DOTALL | re.MULTILINE)
    text = " ".join(found[1].split()) if found else ""
    return text[:1].upper() + text[1:]


def _remedy(finding: Finding, media: Mapping[str, Medium]) -> str:
    """What `build` or a fix would do; nothing where a person has to."""
    if finding.fixed_by_build:
        return "`build` fixes this"
    steps = [(edit, media.get(edit.path)) for edit in finding.fix if isinstance(edit, MediaEdit)]
    words = dict.fromkeys(words for edit, medium in steps for words in describe_medium(edit, medium))
    return f"`fix`: {', '.join(words)}" if words else "`fix` corrects the line" if finding.fixable else ""


def _diff(finding: Finding, verdict: Verdict) -> Iterator[TextRun]:
    """What changes in the prompt's effect, where a finding is about that."""
    flaw = next((one for one in verdict.review.flaws if one.wanted and _is_about(finding, one)), None)
    if flaw:
        yield from (TextRun(words, change.value) for change, words in word_changes(flaw.seen, flaw.wanted, _CONTEXT))


def _is_about(finding: Finding, flaw: PromptFlaw) -> bool:
    return finding.name == flaw.type and finding.where == flaw.where
