"""`build --shrink`: a dataset no larger than training has a use for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from datasetkit import spec
from datasetkit.edits import shrunk
from datasetkit.errors import DatasetkitError
from datasetkit.media.outcome import Failed
from datasetkit.model import Progress
from datasetkit.repair.making import make_media
from datasetkit.repair.passes import overlay
from datasetkit.repair.plan import plan
from datasetkit.scan.facts import FactStore
from datasetkit.scan.tree import Tree
from datasetkit.verdict import Verdict, judge_again


@dataclass(frozen=True, slots=True)
class Shrunk:
    """How many media were scaled down to ``max_pixels``, and how many bytes that saves, negative if it costs some.

    ``factor`` is how many times what training uses that is.
    """

    max_pixels: int
    factor: float
    count: int = 0
    saved: int = 0


def shrink(
    verdict: Verdict,
    tree: Tree,
    factor: float,
    work: Path,
    progress: Progress | None = None,
    store: FactStore | None = None,
    *,
    pictures: bool = False,
) -> tuple[Verdict, Tree, Shrunk]:
    """Scale clips and frames down to ``factor`` times the model's max_pixels, into the empty folder ``work``.

    Gives the verdict on the smaller dataset, its tree and what was saved. Without a model, the largest max_pixels of
    the kind's models counts. ``store`` knows the facts of media that were read before. ``pictures`` gives media
    pictures for people. Raises DatasetkitError if a medium can't be scaled or written.
    """
    models = [verdict.model] if verdict.model else [m for m in spec.models() if verdict.assumed.kind in m.kinds]
    limit = int(max(model.max_pixels for model in models) * factor)
    made = plan(shrunk(verdict.dataset, limit), verdict.dataset)
    if not made.media:
        return verdict, tree, Shrunk(limit, factor)
    for step, outcome in make_media(made.media, tree, work, progress).items():
        if isinstance(outcome, Failed):
            raise DatasetkitError(
                f"can't shrink {step.edit.path}: {outcome.reason}", "Replace the file, or remove its line."
            )
    changed = overlay(tree, made, work)
    judged = judge_again(changed, verdict, pictures=pictures, progress=progress, store=store)
    return judged, changed, Shrunk(limit, factor, len(made.media), verdict.dataset.size - judged.dataset.size)
