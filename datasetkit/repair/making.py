"""The media of a plan, made below a folder: clips one by one on all cores, then images side by side."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from datasetkit.edits import Convert, GrabFrame, Reencode
from datasetkit.errors import DatasetkitError
from datasetkit.media.outcome import Failed, Made, Outcome
from datasetkit.model import Progress
from datasetkit.repair.plan import Step
from datasetkit.rules.archive import ARCHIVES
from datasetkit.scan.reading import workers
from datasetkit.scan.tree import Tree

_FICLONE = 0x40049409  # linux/fs.h: share a file's blocks with another file until either is changed


def make_media(
    steps: Sequence[Step], tree: Tree, target: Path, progress: Progress | None = None, *, convert: bool = True
) -> dict[Step, Outcome]:
    """Make the media of ``steps`` below ``target``; what can't be made leaves nothing there.

    Frames are taken from the clips that were made here, else from the tree's. Without ``convert`` only frames are
    taken, and all else is copied. Raises OSError or DatasetkitError if ``target`` can't be written.
    """
    outcomes: dict[Step, Outcome] = {}
    for step, outcome in _results(steps, tree, target, convert=convert):
        outcomes[step] = outcome
        if progress:
            progress("converting", len(outcomes), len(steps))
    return outcomes


def copy_file(tree: Tree, path: str, target: Path) -> None:
    """Copy a tree's file: as a reflink if the file system can, never as a hard link. Raises DatasetkitError."""
    try:
        with tree.open(path) as source:
            copy_stream(source, target)
    except OSError as error:
        raise uncopied(path, error) from error


def copy_stream(source: BinaryIO, target: Path) -> None:
    """Copy the bytes of an open file, as a reflink if the file system can, to a new one. Raises OSError."""
    with target.open("xb") as copy:
        if not _reflinked(source, copy):
            shutil.copyfileobj(source, copy, 1 << 20)


def uncopied(path: str, error: OSError) -> DatasetkitError:
    """The error for a file that can't be copied."""
    message = f"can't copy {path}: {error.strerror or error}"
    return DatasetkitError(message, "Check the space and the permissions.")


def refuse_output(output: Path, source: str, *, zipped: bool = False) -> None:
    """Raise DatasetkitError if ``output`` can't be a new folder beside ``source``, or where ``zipped`` a new zip."""
    refuse_inside(output, source)
    suffix = output.suffix.lower()
    if suffix in ARCHIVES and not (zipped and suffix == ".zip"):
        raise DatasetkitError(
            f"this makes a folder, not a file like {output}", "Name a folder; `datasetkit build` makes zips."
        )
    if os.path.lexists(output):
        raise DatasetkitError(f"{output} already exists", "Choose another name, or remove it first.")


def refuse_inside(output: Path, source: str) -> None:
    """Raise DatasetkitError if ``output`` is ``source`` or lies in it."""
    root, place = Path(source).resolve(), output.resolve()
    if place == root:
        raise DatasetkitError(f"{output} is what to read from, which must not be changed", "Name another folder.")
    if root.is_dir() and place.is_relative_to(root):
        raise DatasetkitError(f"{output} is inside {source}, which must not be changed", "Name a folder next to it.")


def _reflinked(source: BinaryIO, copy: BinaryIO) -> bool:
    if sys.platform != "linux":
        return False
    import fcntl

    try:
        fcntl.ioctl(copy.fileno(), _FICLONE, source.fileno())
    except OSError:  # another file system, one that has no reflinks, or a stream without a file
        return False
    return True


def _results(steps: Sequence[Step], tree: Tree, target: Path, *, convert: bool) -> Iterator[tuple[Step, Outcome]]:
    clips: dict[Reencode, Path | Failed] = {}
    for step in steps:
        if isinstance(step.edit, Reencode):
            outcome = _make(step, tree, target, clips, convert=convert)
            clips[step.edit] = outcome if isinstance(outcome, Failed) else target / step.path
            yield step, outcome
    others = [step for step in steps if not isinstance(step.edit, Reencode)]
    with workers() as pool:
        made = pool.map(lambda step: _make(step, tree, target, clips, convert=convert), others)
        yield from zip(others, made, strict=True)


def _make(step: Step, tree: Tree, target: Path, clips: Mapping[Reencode, Path | Failed], *, convert: bool) -> Outcome:
    place = target / step.path
    place.parent.mkdir(parents=True, exist_ok=True)
    if not convert and not isinstance(step.edit, GrabFrame):
        copy_file(tree, step.edit.path, place)
        return Made(same=True)
    try:
        return _dispatch(step, tree, place, clips)
    except OSError as error:
        return Failed(f"it can't be opened: {error.strerror or error}")


def _dispatch(step: Step, tree: Tree, place: Path, clips: Mapping[Reencode, Path | Failed]) -> Outcome:
    # most plans need neither av nor Pillow, and both are slow to load
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

            made = clips[step.clip] if step.clip else None
            if isinstance(made, Failed):
                return Failed(f"{edit.clip} could not be made: {made.reason}")
            with _located(tree, edit.clip) if made is None else nullcontext(str(made.absolute())) as source:
                return grab(source, place, edit.which)


def _located(tree: Tree, path: str) -> AbstractContextManager[str | BinaryIO]:
    place = tree.locate(path)
    return nullcontext(place) if isinstance(place, str) else place
