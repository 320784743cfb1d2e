"""Judge a dataset: walk its parts, hand each to the rules on its type, stamp what they yield. Pure."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from datasetkit import spec
from datasetkit.config import ANYTHING, Settings
from datasetkit.errors import DatasetkitError
from datasetkit.findings import Assumed, Finding, Problem, Severity
from datasetkit.model import Dataset, Kind, Medium, Missing, Role, Sample, Source, Where
from datasetkit.prompts.taught import NOTHING, Taught, read_prompts
from datasetkit.rules import REGISTRY, Context, Rule, prompts
from datasetkit.rules.prompts import Pair
from datasetkit.rules.shape import shape_faults


@dataclass(frozen=True, slots=True)
class Ignored:
    """Findings left out of the verdict, and the reason that was given.

    ``code`` is the entry as written: a code or prefix, with ":PATH" behind it where it holds for some files only.
    """

    code: str
    reason: str
    findings: tuple[Finding, ...]

    @property
    def count(self) -> int:
        """How many findings were left out."""
        return len(self.findings)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that was found in one dataset, in the order of its lines. ``model`` is None if none was named."""

    dataset: Dataset
    assumed: Assumed
    model: spec.ModelSpec | None
    findings: tuple[Finding, ...]
    ignored: tuple[Ignored, ...] = ()
    skipped: tuple[str, ...] = ()
    taught: Taught = NOTHING
    wanted: Settings = ANYTHING

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(finding.severity is severity for finding in self.findings)


def lint(dataset: Dataset, wanted: Settings, *, build: bool = False) -> Verdict:
    """Judge one dataset. ``build`` says that a zip will be written from it, which mends some findings.

    Raises DatasetkitError for a model that doesn't exist.
    """
    model = spec.find_model(wanted.model) if wanted.model else None
    assumed = assume(dataset, wanted, model)
    rules = [rule for rule in REGISTRY.values() if _selected(rule.code, wanted.select)]
    context = _context(dataset, wanted, assumed, model, rules, build=build)
    findings = sorted(_judge(context, rules), key=_order)
    kept, ignored = _ignore(findings, wanted.ignore)
    skipped = tuple(rule.code for rule in rules if rule.needs > dataset.depth)
    return Verdict(dataset, assumed, model, tuple(kept), ignored, skipped, context.taught, wanted)


def compare(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts, with what can only be told of a validation set beside the training set of its kind."""
    training = {v.assumed.kind: v for v in reversed(verdicts) if v.assumed.role is Role.TRAINING and v.taught.effect}
    return [_compared(verdict, training.get(verdict.assumed.kind)) for verdict in verdicts]


def _compared(verdict: Verdict, training: Verdict | None) -> Verdict:
    wanted, rules = verdict.wanted, [rule for rule in REGISTRY.values() if rule.on is Pair]
    rules = [rule for rule in rules if _selected(rule.code, wanted.select)]
    if verdict.assumed.role is not Role.VALIDATION or training is None or not rules:
        return verdict
    pair = Pair(training.taught, training.dataset.name, verdict.taught)
    context = _context(verdict.dataset, wanted, verdict.assumed, verdict.model, (), build=False)
    found = [_stamp(rule, problem, Where(""), None, context) for rule in rules for problem in rule.check(pair, context)]
    kept, ignored = _ignore(found, wanted.ignore)
    return replace(verdict, findings=(*verdict.findings, *kept), ignored=(*verdict.ignored, *ignored))


def _context(
    dataset: Dataset,
    wanted: Settings,
    assumed: Assumed,
    model: spec.ModelSpec | None,
    rules: Sequence[Rule],
    *,
    build: bool,
) -> Context:
    about_prompts = any(rule.check.__module__ == prompts.__name__ for rule in rules)
    return Context(
        dataset=dataset,
        missing=_missing(dataset),
        assumed=assumed,
        models=(model,) if model else tuple(m for m in spec.models() if assumed.kind in m.kinds),
        named=model is not None,
        limits=spec.limits(),
        target_seconds=wanted.target_seconds,
        taught=read_prompts(dataset.samples, wanted.effect) if about_prompts else NOTHING,
        mending=build or dataset.source is Source.FOLDER,
    )


def _missing(dataset: Dataset) -> dict[str, list[Where]]:
    """Where each path is named that names no file."""
    places: dict[str, list[Where]] = defaultdict(list)
    for reference in (reference for sample in dataset.samples for reference in sample.references):
        if isinstance(reference.medium, Missing):
            places[reference.medium.path].append(reference.where)
    return places


def assume(dataset: Dataset, wanted: Settings, model: spec.ModelSpec | None) -> Assumed:
    """The kind and role to judge by: as wanted, else as most lines say, else as the model says."""
    samples = dataset.samples
    guess = _most(samples, "last_frame_path")
    kind, kind_from = (Kind.KF2V if guess else Kind.I2V), "from its lines"
    if not samples and model:
        kind, kind_from = model.kinds[0], f"from {model.id}"
    role, role_from = (Role.TRAINING if _most(samples, "video_path") else Role.VALIDATION), "from its lines"
    if not samples:
        role, role_from = Role.TRAINING, "assumed"
        kind_from = kind_from if model else "assumed"
    if wanted.kind:
        kind, kind_from = wanted.kind, wanted.origin.get("kind", "as asked")
    if wanted.role:
        role, role_from = wanted.role, wanted.origin.get("role", "as asked")
    having = sum("last_frame_path" in sample.record for sample in samples)
    return Assumed(kind, role, kind_from, role_from, mixed=0 < having < len(samples))


def check_codes(codes: Iterable[str], origin: str) -> None:
    """Raise DatasetkitError for a code or prefix that no rule has; ``origin`` says where it was written.

    What follows a colon is a path and passes.
    """
    names = {rule.name.upper(): rule.code for rule in REGISTRY.values()}
    for code in (entry.partition(":")[0] for entry in codes):
        if not code or not any(known.startswith(code) for known in REGISTRY):
            near = difflib.get_close_matches(code.upper(), [*REGISTRY, *names], 1)
            hint = f"Did you mean {names.get(near[0], near[0])}?" if near else "`datasetkit rule` lists them."
            raise DatasetkitError(f"{origin}: no rule has the code {code}", hint)


def _most(samples: Sequence[Sample], name: str) -> bool:
    having = sum(name in sample.record for sample in samples)
    return having * 2 >= len(samples) and having > 0


def _judge(context: Context, rules: Sequence[Rule]) -> Iterator[Finding]:
    by_type: dict[type, list[Rule]] = defaultdict(list)
    for rule in rules:
        if rule.needs <= context.dataset.depth:
            by_type[rule.on].append(rule)
    for subject, where, medium in _walk(context):
        for rule in by_type.get(type(subject), ()):
            for problem in rule.check(subject, context):
                yield _stamp(rule, problem, where, medium, context)


def _walk(context: Context) -> Iterator[tuple[object, Where, str | None]]:
    """Every part of the dataset with its place."""
    dataset, assumed = context.dataset, context.assumed
    yield dataset, Where(""), None
    for hazard in dataset.hazards:
        yield hazard, Where(hazard.path), None
    if dataset.annotations:
        yield dataset.annotations, Where(dataset.annotations.path), None
    for line in dataset.lines:
        yield line, line.where, None
        if isinstance(line, Sample):
            for fault in shape_faults(line, assumed.kind, assumed.role):
                yield fault, fault.where, None
            if line.prompt:
                yield line.prompt, line.prompt.where, None
    yield from ((flaw, read.prompt.where, None) for read in context.taught.prompts for flaw in read.flaws)
    yield from _walk_media(dataset)


def _walk_media(dataset: Dataset) -> Iterator[tuple[object, Where, str | None]]:
    """Every reference; and every medium once, at the first line that names it.

    What a hazard kept from being opened has been judged as that, and isn't missing as well.
    """
    refused = {hazard.path for hazard in dataset.hazards}
    seen: set[Medium] = set()  # by value: one path may be right in one field and foreign in another
    for reference in (reference for sample in dataset.samples for reference in sample.references):
        medium = reference.medium
        yield reference, reference.where, medium.path
        if medium not in seen and not (isinstance(medium, Missing) and medium.path in refused):
            seen.add(medium)
            yield medium, reference.where, medium.path


def _stamp(rule: Rule, problem: Problem, where: Where, medium: str | None, context: Context) -> Finding:
    mended = problem.mended and context.mending
    severity = Severity.ADVICE if mended else problem.severity or rule.severity
    place = problem.where or where
    identity = (rule.code, rule.name, severity, rule.basis)
    return Finding(*identity, place, problem.message, mended, medium, problem.fix, problem.safe)


def _selected(code: str, prefixes: Sequence[str]) -> bool:
    return not prefixes or any(code.startswith(prefix) for prefix in prefixes)


def _order(finding: Finding) -> tuple[bool, int, str]:
    """Lines first, in their order; then what is about the set as a whole."""
    return finding.where.line is None, finding.where.line or 0, finding.code


def _ignore(findings: Sequence[Finding], ignore: Mapping[str, str]) -> tuple[list[Finding], tuple[Ignored, ...]]:
    kept: list[Finding] = []
    left_out: dict[str, list[Finding]] = defaultdict(list)
    closest = sorted(ignore, key=_closeness, reverse=True)  # the closest reason wins
    for finding in findings:
        entry = next((entry for entry in closest if _covers(entry, finding)), None)
        (kept if entry is None else left_out[entry]).append(finding)
    return kept, tuple(Ignored(entry, ignore[entry], tuple(left)) for entry, left in left_out.items())


def _closeness(entry: str) -> tuple[bool, int, int]:
    """An entry for some files is closer than one for all, and a longer code or path than a shorter."""
    prefix, _, path = entry.partition(":")
    return bool(path), len(prefix), len(path)


def _covers(entry: str, finding: Finding) -> bool:
    prefix, _, pattern = entry.partition(":")
    path = finding.medium or finding.where.path
    if not finding.code.startswith(prefix):
        return False
    return not pattern or (path != "" and (path == pattern or fnmatchcase(path, pattern)))
