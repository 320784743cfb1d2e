"""The media of a plan, made below a folder: clips one by one on all cores, then images side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from datasetkit.edits import Convert, GrabFrame, Reencode
from datasetkit.errors import DatasetkitError
from datasetkit.media.outcome import Failed, Outcome
from datasetkit.repair.plan import Step
from datasetkit.scan.reading import workers
from datasetkit.scan.tree import Tree

Results = Iterable[tuple[Step, Outcome]]
Track = Callable[[Results, int], Results]


def plainly(results: Results, _count: int) -> Results:
    """Track nothing."""
    return results


def make_media(steps: Sequence[Step], tree: Tree, target: Path, track: Track = plainly) -> list[tuple[Step, Outcome]]:
    """Make the media of ``steps`` below ``target``; what can't be made leaves nothing there.

    Frames are taken from the clips that were made here, else from the tree's. ``track`` is handed the results as
    they come and their number, and passes them on. Raises DatasetkitError where ``target`` can't be written.
    """
    return list(track(_results(steps, tree, target), len(steps)))


def _results(steps: Sequence[Step], tree: Tree, target: Path) -> Iterator[tuple[Step, Outcome]]:
    clips: dict[str, Path | Failed] = {}
    for step in steps:
        if isinstance(step.edit, Reencode):
            outcome = _make(step, tree, target, clips)
            clips[step.edit.path] = outcome if isinstance(outcome, Failed) else target / step.path
            yield step, outcome
    others = [step for step in steps if not isinstance(step.edit, Reencode)]
    with workers() as pool:
        yield from zip(others, pool.map(lambda step: _make(step, tree, target, clips), others), strict=True)


def _make(step: Step, tree: Tree, target: Path, clips: Mapping[str, Path | Failed]) -> Outcome:
    place = target / step.path
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatasetkitError(
            f"can't write {place}: {error.strerror}", "Check the space and the names there."
        ) from error
    try:
        return _dispatch(step, tree, place, clips)
    except OSError as error:
        return Failed(f"it can't be opened: {error.strerror or error}")


def _dispatch(step: Step, tree: Tree, place: Path, clips: Mapping[str, Path | Failed]) -> Outcome:
    # av and Pillow are felt where they are loaded, and most plans need neither
    match step.edit:
        case Reencode() as edit:
            from datasetkit.media.clips import edit_clip

            with _located(tree, edit.path) as source:
                return edit_clip(source, place, edit)
        case Convert() as edit:
            from datasetkit.media.stills import edit_image

            with tree.open(edit.path) as stream:
                return edit_image(stream, place, edit)
        case GrabFrame() as edit:
            from datasetkit.media.grabbing import grab

            made = clips.get(edit.clip)
            if isinstance(made, Failed):
                return Failed(f"{edit.clip} could not be made: {made.reason}")
            if made is not None:
                return grab(str(made.absolute()), place, edit.which)
            with _located(tree, edit.clip) as source:
                return grab(source, place, edit.which)


@contextmanager
def _located(tree: Tree, path: str) -> Iterator[str | BinaryIO]:
    place = tree.locate(path)
    try:
        yield place
    finally:
        if not isinstance(place, str):
            place.close()
