"""Builds a zip from a dataset: checks it, plans the zip, writes it and its manifest. Or a folder like the zip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Unpack

from datasetkit import spec
from datasetkit.config import Options
from datasetkit.errors import DatasetkitError
from datasetkit.files import put_in_place, refuse_existing, require_room, scratch
from datasetkit.findings import Finding, Severity
from datasetkit.footage import Depth
from datasetkit.model import Dataset, Progress, Role, Where
from datasetkit.pack.archive import compare, write_archive
from datasetkit.pack.folder import refuse_filled, removed_on_failure, write_folder
from datasetkit.pack.holdout import held_count
from datasetkit.pack.holdout import hold_out as split
from datasetkit.pack.layout import Layout, lay_out
from datasetkit.pack.manifest import Output, manifest_path, manifest_text, refuse_manifest
from datasetkit.pack.parts import in_parts
from datasetkit.repair.shrink import Shrunk
from datasetkit.repair.shrink import shrink as shrink_media
from datasetkit.rules.archive import size_problem
from datasetkit.rules.engine import ignore
from datasetkit.rules.registry import REGISTRY
from datasetkit.scan.folder import folder_tree
from datasetkit.scan.tree import Tree
from datasetkit.verdict import AnyPath, Verdict, media_facts, open_dataset, read_settings, refuse_own_file

_TOO_LARGE = "D103"  # the rule on the size of a zip


@dataclass(frozen=True, slots=True)
class Build:
    """What was judged and written. Where the verdict has errors, nothing was written and ``outputs`` is empty.

    ``outputs`` holds the zip or folder and, if samples were held out, the one for validation. ``shrunk`` says what was
    scaled down; it is None without ``shrink``.
    """

    verdict: Verdict
    outputs: tuple[Output, ...] = ()
    shrunk: Shrunk | None = None


def build(
    path: AnyPath,
    output: AnyPath,
    *,
    hold_out: int | str | None = None,
    parts: bool = False,
    shrink: float | None = None,
    folder: bool = False,
    verify: bool = False,
    force: bool = False,
    pictures: bool = False,
    progress: Progress | None = None,
    **options: Unpack[Options],
) -> Build:
    """Write the zip ``output`` from the one dataset of a folder or zip, with a manifest beside it, NAME.zip.json.

    ``hold_out``, a number of samples or a percentage such as "10%", splits off NAME-validation.zip. ``parts`` writes
    NAME-1.zip, NAME-2.zip and so on in the place of a zip that the service would find too large. ``shrink`` scales
    media down to that many times the pixels that training sees. ``folder`` writes a folder instead of a zip. ``verify``
    reads every byte back. ``force`` replaces zips. ``pictures`` gives the verdict's media pictures for people. The
    other options say what to judge by; ``select`` is not used, as every rule has to be checked. ``progress`` is called
    as media are read and files written.

    All outputs appear at the end, or none does. Raises DatasetkitError if they exist or can't be written, if a
    file changes meanwhile, if too few samples are on a side of a split, and as `check` does.
    """
    if shrink is not None and not shrink >= 1:  # nan is neither
        raise DatasetkitError(f"--shrink must be 1 or more, but is {shrink:g}", "Give a factor such as 2.")
    target = Path(output)
    if parts and folder:
        raise DatasetkitError("only zips are split into parts, not folders", "Leave out --parts or --dir.")
    targets = _targets(target, hold_out, folder=folder, force=force)
    settings = replace(read_settings(options), select=())
    shrunk = None
    with ExitStack() as stack:
        store = stack.enter_context(media_facts(options))
        opened = open_dataset(
            path, settings, build=True, depth=Depth.FULL, pictures=pictures, progress=progress, store=store
        )
        verdict, tree = stack.enter_context(opened)
        if shrink:
            work = stack.enter_context(scratch(target))
            verdict, tree, shrunk = shrink_media(verdict, tree, shrink, work, progress, store, pictures=pictures)
        if parts:
            verdict = replace(verdict, findings=tuple(one for one in verdict.findings if one.code != _TOO_LARGE))
        if verdict.count(Severity.ERROR):
            return Build(verdict, (), shrunk)
        layouts = dict(zip(targets, _layouts(verdict, hold_out), strict=True))
        if parts:
            layouts = dict(_split(layouts, verdict.dataset))
        verdict = _judge_sizes(verdict, layouts)
        if verdict.count(Severity.ERROR):
            return Build(verdict, (), shrunk)
        outputs = write(layouts, verdict, tree, folder=folder, verify=verify, force=force, progress=progress)
    return Build(verdict, outputs, shrunk)


def _targets(target: Path, hold_out: int | str | None, *, folder: bool, force: bool) -> list[Path]:
    """The zips or folders to write. What can't be written or used is refused before media are read."""
    if target.name in ("", ".."):
        raise DatasetkitError(f"the output {target} has no file name", "Give a name, such as money_rain.zip.")
    if not folder and target.suffix.lower() != ".zip":
        raise DatasetkitError(
            f"the output {target} doesn't end in .zip", f"Write {target.stem}.zip, or a folder: --dir."
        )
    targets = [target]
    if hold_out is not None:
        held_count(hold_out, 1)
        targets.append(target.with_stem(f"{target.stem}-validation"))
    for each in targets:
        _refuse(each, folder=folder, force=force)
    return targets


def _refuse(target: Path, *, folder: bool, force: bool) -> None:
    if folder:
        refuse_filled(target)
    else:
        refuse_existing(target, force=force, hint="Choose another name, or replace it with --force.")
    refuse_manifest(target, force=force)


def _layouts(verdict: Verdict, held: int | str | None) -> Iterator[Layout]:
    dataset, kind, role = verdict.dataset, verdict.assumed.kind, verdict.assumed.role
    if not dataset.samples:
        raise DatasetkitError(
            f"{dataset.name} has no samples to build from", "Check it without --ignore, and fix what is found."
        )
    if held is None:
        yield lay_out(dataset.samples, kind, role, dataset.files)
        return
    if role is Role.VALIDATION:
        raise DatasetkitError(
            f"{dataset.name} is a validation set, so --hold-out makes no sense", "Leave it out, or use --role training."
        )
    batch = verdict.model.batch_size if verdict.model else max(model.batch_size for model in spec.models())
    least = max(spec.limits().samples_low, batch + 1)
    training, validation = split(dataset.samples, held, least_training=least, least_validation=batch + 1)
    yield lay_out(training, kind, Role.TRAINING, dataset.files)
    yield lay_out(validation, kind, Role.VALIDATION, dataset.files)


def _split(layouts: Mapping[Path, Layout], dataset: Dataset) -> Iterator[tuple[Path, Layout]]:
    """The layouts by their paths, each that is too large as several that are numbered from 1."""
    most = spec.limits().archive_bytes.warn
    for target, layout in layouts.items():
        if layout.size <= most:
            yield target, layout
            continue
        samples = [sample for sample in dataset.samples if sample.line in layout.lines]
        pack = partial(lay_out, kind=layout.kind, role=layout.role, files=dataset.files)
        for number, part in enumerate(in_parts(samples, most, pack), 1):
            yield target.with_stem(f"{target.stem}-{number}"), part


def _judge_sizes(verdict: Verdict, layouts: Mapping[Path, Layout]) -> Verdict:
    """The verdict, plus an error for each zip whose headers push it over the limit; before, only files were counted."""
    rule, limits = REGISTRY[_TOO_LARGE], spec.limits()
    judged = ((target.name, size_problem(layout.size, limits)) for target, layout in layouts.items())
    found = [
        Finding(rule.code, rule.name, Severity.ERROR, rule.basis, Where(""), f"{name}: {problem.message}")
        for name, problem in judged
        if problem and problem.severity is Severity.ERROR
    ]
    kept, _ = ignore(found, verdict.settings.ignore)
    return replace(verdict, findings=(*verdict.findings, *kept))


def write(
    layouts: Mapping[Path, Layout],
    verdict: Verdict,
    tree: Tree,
    *,
    folder: bool = False,
    verify: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> tuple[Output, ...]:
    """Write zips or folders, by their paths in one folder, and their manifests; all appear at the end.

    A zip that is replaced loses its manifest first, so that no zip is ever beside the manifest of another. Raises
    DatasetkitError as `build` does; then nothing has changed.
    """
    for target in layouts:
        refuse_own_file(target, verdict.dataset)
    with scratch(next(iter(layouts))) as work, removed_on_failure() as made:
        require_room(next(iter(layouts)), sum(layout.size for layout in layouts.values()))
        outputs, targets = [], {}
        for number, (target, layout) in enumerate(layouts.items()):
            path, sha256 = work / f"{number}.zip", None
            if folder:
                write_folder(layout, tree, target, made, progress)
                if verify:
                    compare(layout, tree, folder_tree(target, target.name).open)
            else:
                sha256 = write_archive(layout, tree, path, verify=verify, progress=progress)
                targets[path] = target
            outputs.append(Output(target, layout, sha256))
        manifests = {work / f"{number}.json": manifest_path(output.path) for number, output in enumerate(outputs)}
        for path, output in zip(manifests, outputs, strict=True):
            path.write_bytes(manifest_text(output, verdict))
        for target in targets.values():
            _refuse(target, folder=folder, force=force)  # it may have appeared meanwhile
        put_in_place(targets | manifests, outdated=manifests.values())
    return tuple(outputs)
