"""What `build --shrink` does first: a copy of the set, no larger than training has a use for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from datasetkit import spec
from datasetkit.cli.judging import tracked
from datasetkit.edits import shrunk
from datasetkit.errors import DatasetkitError
from datasetkit.files import scratch
from datasetkit.repair.apply import apply
from datasetkit.repair.making import Results
from datasetkit.repair.plan import plan
from datasetkit.report.columns import plural, printable, size
from datasetkit.scan.folder import folder_tree
from datasetkit.scan.tree import Tree
from datasetkit.verdict import Verdict


@contextmanager
def shrunken(
    verdict: Verdict, tree: Tree, judge: Callable[[Tree], Verdict], factor: float, output: Path
) -> Iterator[tuple[Verdict, Tree]]:
    """The verdict on the set with its clips and frames scaled down to ``factor`` times the model's max_pixels.

    It lies beside ``output`` while the block lasts. Without a model the largest max_pixels of the kind's models
    counts. Raises DatasetkitError where it can't be written.
    """
    models = [verdict.model] if verdict.model else [m for m in spec.models() if verdict.assumed.kind in m.kinds]
    limit = int(max(model.max_pixels for model in models) * factor)
    made = plan(shrunk(verdict.dataset, limit), verdict.dataset)
    if not made.media:
        click.echo(f"nothing to shrink: no medium has more than {limit:,} pixels", err=True)
        yield verdict, tree
        return
    with scratch(output) as stage:
        applied = apply(made, tree, stage, _bar)
        for step, outcome in applied.failed:
            raise DatasetkitError(
                f"{printable(step.edit.path)} can't be shrunk: {outcome.reason}", "Mend or remove it."
            )
        after = folder_tree(stage, tree.name)
        judged = judge(after)
        saved = _media_bytes(verdict) - _media_bytes(judged)
        click.echo(f"shrunk {plural(len(made.media), 'file')} to {limit:,} pixels: {_saving(saved)}", err=True)
        yield judged, after


def _bar(results: Results, count: int) -> Results:
    return tracked(results, count, "shrinking")


def _media_bytes(verdict: Verdict) -> int:
    sizes = {file.path: file.size for file in verdict.dataset.files}
    named = {reference.medium.path for sample in verdict.dataset.samples for reference in sample.references}
    return sum(sizes.get(path, 0) for path in named)


def _saving(saved: int) -> str:
    return f"{size(saved)} saved" if saved >= 0 else f"{size(-saved)} more than before, as they were coded more tightly"
