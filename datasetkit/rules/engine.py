"""Hand every part of a dataset to the rules on its type, and turn the problems they report into findings. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePath
from types import MappingProxyType

from datasetkit import spec
from datasetkit.config import Settings
from datasetkit.findings import Assumed, Finding, Ignored, Problem, Severity
from datasetkit.model import Dataset, Kind, Medium, Missing, Outside, Role, Sample, Source, Where
from datasetkit.prompts.review import NOTHING, review_prompts
from datasetkit.rules import REGISTRY, Context, DatasetPair, Rule
from datasetkit.rules.shape import shape_faults

Part = tuple[object, Where, str | None]
"""A part of a dataset, the place that a finding on it points at, and the medium that it is about."""


def selected(settings: Settings) -> list[Rule]:
    """The rules that the settings select: all of them where ``select`` is empty."""
    return [rule for rule in REGISTRY.values() if not settings.select or rule.code.startswith(tuple(settings.select))]


def prepare(dataset: Dataset, settings: Settings, rules: Sequence[Rule], *, build: bool) -> Context:
    """What the rules may know. ``build`` says that a zip will be written from the dataset.

    Raises DatasetkitError for a model that doesn't exist.
    """
    model = spec.find_model(settings.model) if settings.model else None
    assumed = assume(dataset, settings, model)
    about_prompts = any(rule.needs == "prompts" for rule in rules)
    return Context(
        dataset=dataset,
        missing=_missing(dataset),
        assumed=assumed,
        models=(model,) if model else tuple(m for m in spec.models() if assumed.kind in m.kinds),
        named=model is not None,
        limits=spec.limits(),
        target_seconds=settings.target_seconds,
        review=review_prompts(dataset.samples, settings.effect) if about_prompts else NOTHING,
        to_build=build or dataset.source is Source.FOLDER,
    )


def assume(dataset: Dataset, settings: Settings, model: spec.ModelSpec | None) -> Assumed:
    """The kind and role to check by: the ones that are set, else what most lines say, else what the model trains."""
    samples = dataset.samples
    kind = Kind.KF2V if _most(samples, "last_frame_path") else Kind.I2V
    role = Role.TRAINING if _most(samples, "video_path") else Role.VALIDATION
    kind_from = role_from = "from its lines"
    if not samples:
        kind, kind_from = (model.kinds[0], f"from {model.id}") if model else (kind, "assumed")
        role, role_from = Role.TRAINING, "assumed"
    if settings.kind:
        kind, kind_from = settings.kind, _origin(settings, "kind")
    if settings.role:
        role, role_from = settings.role, _origin(settings, "role")
    having = sum("last_frame_path" in sample.record for sample in samples)
    return Assumed(kind, role, kind_from, role_from, mixed=0 < having < len(samples))


def judge(context: Context, rules: Sequence[Rule], pair: DatasetPair | None = None) -> list[Finding]:
    """What the rules find in a dataset: line by line, then in the whole set; or in a ``pair``, what pair rules find."""
    able = [rule for rule in rules if rule.depth <= context.dataset.depth]
    parts: Iterable[Part] = _parts(context) if pair is None else [(pair, Where(""), None)]
    return sorted(_apply(parts, context, able), key=_order)


def ignore(findings: Sequence[Finding], entries: Mapping[str, str]) -> tuple[tuple[Finding, ...], tuple[Ignored, ...]]:
    """The findings that stay, and those that an entry of ``Settings.ignore`` leaves out; the most specific counts."""
    kept: list[Finding] = []
    left_out: dict[str, list[Finding]] = defaultdict(list)
    ranked = sorted(entries, key=_specificity, reverse=True)
    for finding in findings:
        entry = next((entry for entry in ranked if _covers(entry, finding)), None)
        (kept if entry is None else left_out[entry]).append(finding)
    return tuple(kept), tuple(Ignored(entry, entries[entry], tuple(left)) for entry, left in left_out.items())


def _missing(dataset: Dataset) -> dict[str, list[Where]]:
    """The places that name each missing file."""
    places: dict[str, list[Where]] = defaultdict(list)
    for reference in dataset.references:
        if isinstance(reference.medium, Missing):
            places[reference.medium.path].append(reference.where)
    return places


def _most(samples: Sequence[Sample], field: str) -> bool:
    having = sum(field in sample.record for sample in samples)
    return having * 2 >= len(samples) and having > 0


def _origin(settings: Settings, key: str) -> str:
    origin = settings.origin.get(key, "as set")
    named = origin == "as set" or origin.startswith("--")
    return origin if named else f"from {PurePath(origin).name}"  # a file goes by its name alone


def _apply(parts: Iterable[Part], context: Context, rules: Sequence[Rule]) -> Iterator[Finding]:
    by_type: dict[type, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_type[rule.on].append(rule)
    for subject, where, medium in parts:
        for rule in by_type.get(type(subject), ()):
            for problem in rule.check(subject, context):
                yield _finding(rule, problem, where, medium, context)


def _parts(context: Context) -> Iterator[Part]:
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
    yield from ((flaw, flaw.where, None) for flaw in context.review.flaws)
    yield from _media(dataset)


def _media(dataset: Dataset) -> Iterator[Part]:
    """Every reference, and every medium once, at the first line that names it.

    A file that a hazard kept from being opened isn't missing as well.
    """
    refused = {hazard.path for hazard in dataset.hazards}
    seen: set[Medium] = set()  # by value: the same path may suit one field and not another
    for reference in dataset.references:
        medium = reference.medium
        path = None if isinstance(medium, Outside) else medium.path
        yield reference, reference.where, path
        if medium not in seen and not (isinstance(medium, Missing) and medium.path in refused):
            seen.add(medium)
            yield medium, reference.where, path


def _finding(rule: Rule, problem: Problem, where: Where, medium: str | None, context: Context) -> Finding:
    fixed_by_build = problem.fixed_by_build and context.to_build
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=Severity.ADVICE if fixed_by_build else problem.severity or rule.severity,
        basis=rule.basis,
        where=problem.where or where,
        message=problem.message,
        fixed_by_build=fixed_by_build,
        medium=medium,
        fix=problem.fix,
        safe=problem.safe,
        data=MappingProxyType({k: tuple(v) if isinstance(v, list) else v for k, v in problem.data.items()}),
    )


def _order(finding: Finding) -> tuple[bool, int, str]:
    return finding.where.line is None, finding.where.line or 0, finding.code


def _specificity(entry: str) -> tuple[bool, int, int]:
    """An entry for some files is more specific than one for all files, and longer codes and paths than shorter ones."""
    prefix, _, path = entry.partition(":")
    return bool(path), len(prefix), len(path)


def _covers(entry: str, finding: Finding) -> bool:
    prefix, _, pattern = entry.partition(":")
    path = finding.medium or finding.where.path
    if not finding.code.startswith(prefix):
        return False
    return not pattern or (path != "" and (path == pattern or fnmatchcase(path, pattern)))
