"""A dataset with the windows of its clips cut out: the new media, and the lines and settings that follow them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from datasetkit import config, spec
from datasetkit.caption import journal
from datasetkit.edits import GrabFrame
from datasetkit.errors import DatasetkitError
from datasetkit.media.outcome import Failed, Made, Outcome
from datasetkit.model import Dataset, Progress
from datasetkit.repair.cutting import CutPlan, CutSample
from datasetkit.repair.declaring import rename_in_effect
from datasetkit.repair.lines import replace_value
from datasetkit.repair.making import make_media
from datasetkit.repair.overlay import Overlay
from datasetkit.repair.passes import Repaired
from datasetkit.repair.plan import Step
from datasetkit.scan.datasets import read_annotations
from datasetkit.scan.tree import Tree
from datasetkit.verdict import Verdict
from datasetkit.windows import NAME

_BOM = b"\xef\xbb\xbf"


def cut_out(
    cuts: CutPlan,
    start: Repaired,
    judge: Callable[[Tree], Verdict],
    work: Path,
    progress: Progress | None = None,
) -> Repaired:
    """The dataset with its windows cut out, the new media made below ``work``.

    Raises DatasetkitError if a medium can't be made.
    """
    tree, dataset = start.tree, start.verdict.dataset
    steps = dict.fromkeys(step for sample in cuts.samples for step in sample.steps.values())
    outcomes = make_media(sorted(steps, key=lambda step: isinstance(step.edit, GrabFrame)), tree, work, progress)
    notes = tuple(_notes(outcomes))
    gone = cuts.gone(dataset)
    new: dict[str, Path | bytes] = {step.path: work / step.path for step in steps}
    new[spec.limits().annotations_name] = _lines(cuts, read_annotations(tree))
    new |= _followers(cuts, dataset, tree, gone)
    changed = Overlay(tree, new, gone)
    return Repaired(changed, judge(changed), tuple(cuts.changes()), notes)


def _notes(outcomes: Mapping[Step, Outcome]) -> Iterator[tuple[str, str]]:
    for step, outcome in outcomes.items():
        match outcome:
            case Failed():
                raise DatasetkitError(f"can't make {step.path}: {outcome.reason}", f"Correct {NAME}.")
            case Made():
                yield from ((step.path, note) for note in outcome.notes)


def _lines(cuts: CutPlan, data: bytes) -> bytes:
    """data.jsonl with a line for each window in the place of its source, and without the samples that are left out."""
    lines: list[bytes | None] = [*data.removeprefix(_BOM).split(b"\n")]
    several: dict[int, list[bytes]] = defaultdict(list)
    for sample in cuts.samples:
        several[sample.source.line].append(_line(lines[sample.source.line - 1] or b"", sample))
    for number, cut in several.items():
        lines[number - 1] = b"\n".join(cut)
    for one in cuts.dropped:
        lines[one.line - 1] = None
    return b"\n".join(line for line in lines if line is not None)


def _line(line: bytes, sample: CutSample) -> bytes:
    for field, step in sample.steps.items():
        line = replace_value(line, field, step.path, sample.source.line)
    return line


def _followers(cuts: CutPlan, dataset: Dataset, tree: Tree, gone: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    """The other files that name media: the settings say who the subjects are, the journal what nobody has accepted."""
    renamed: dict[str, list[str]] = defaultdict(list)
    for sample in cuts.samples:
        for path in dict.fromkeys(reference.medium.path for reference in sample.source.references):
            if path in gone:
                renamed[path].append(sample.steps["video_path"].path)
    files = {file.path for file in tree.files}
    if config.NAME in files:
        with tree.open(config.NAME) as file:
            yield config.NAME, rename_in_effect(file.read().decode("utf-8-sig"), renamed).encode()
    unreviewed = [
        journal.written_line(new, dataset.unreviewed[old])
        for old, several in renamed.items()
        if old in dataset.unreviewed
        for new in several
    ]
    if unreviewed:
        with tree.open(journal.NAME) as file:
            yield journal.NAME, file.read().rstrip(b"\n") + b"\n" + b"".join(unreviewed)
