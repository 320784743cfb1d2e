"""A plan carried out: lines in place, or a new dataset with media made and everything else as it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from datasetkit import spec
from datasetkit.edits import LineEdit, SetField
from datasetkit.errors import DatasetkitError
from datasetkit.files import PREFIX, replace_file
from datasetkit.media.outcome import Failed, Outcome
from datasetkit.repair.lines import edit_lines
from datasetkit.repair.making import Track, make_media, plainly
from datasetkit.repair.plan import Plan, Step
from datasetkit.scan.tree import Tree


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of each medium that was to be made."""

    results: tuple[tuple[Step, Outcome], ...] = ()

    @property
    def failed(self) -> tuple[tuple[Step, Failed], ...]:
        """The steps that could not be carried out, each with its reason; the medium is as it was."""
        return tuple((step, outcome) for step, outcome in self.results if isinstance(outcome, Failed))

    @property
    def notes(self) -> Iterator[tuple[str, str]]:
        """What could not be kept as it was: the new medium's path, and a sentence."""
        for step, outcome in self.results:
            if not isinstance(outcome, Failed):
                yield from ((step.path, note) for note in outcome.notes)


def apply(plan: Plan, tree: Tree, target: Path, track: Track = plainly) -> Applied:
    """Write the dataset of ``tree`` to the empty folder ``target`` as ``plan`` wants it.

    Media that stay as they are become hard links, or copies where the file system or a symbolic link forbids
    that; everything else is copied. A medium that can't be made stays as it was, and so do the lines that would
    have named its successor. ``track``: see `make_media`. Raises DatasetkitError where ``target`` can't be written
    or a file of the tree can't be read.
    """
    applied = Applied(tuple(make_media(plan.media, tree, target, track)))
    failed = {step.path: step.edit.path for step, _ in applied.failed}
    left = {step.edit.path for step in plan.media if step.path not in failed}
    annotations = spec.limits().annotations_name
    for file in tree.files:
        if file.path not in left | {annotations} and PREFIX not in file.path:
            _bring(tree, file.path, target / file.path)
    if any(file.path == annotations for file in tree.files):
        unnamed = {path for path, before in failed.items() if path != before}
        _write_lines(tree, annotations, _without(plan.lines, unnamed), target)
    return applied


def apply_in_place(plan: Plan, annotations: Path) -> None:
    """Carry out the plan's lines in data.jsonl itself, in one step. Raises DatasetkitError."""
    try:
        data = annotations.read_bytes()
    except OSError as error:
        raise DatasetkitError(f"can't read {annotations}: {error.strerror}", "Check its permissions.") from error
    edited = edit_lines(data, plan.lines)
    if edited != data:
        replace_file(annotations, edited)


def _without(edits: Sequence[LineEdit], unnamed: Container[str]) -> list[LineEdit]:
    """The edits but for those that name a medium that was not made."""
    return [edit for edit in edits if not (isinstance(edit, SetField) and edit.value in unnamed)]


def _write_lines(tree: Tree, name: str, edits: Sequence[LineEdit], target: Path) -> None:
    try:
        with tree.open(name) as stream:
            data = stream.read()
        (target / name).write_bytes(edit_lines(data, edits))
    except OSError as error:
        raise _stuck(name, error) from error


def _bring(tree: Tree, path: str, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        place = tree.locate(path)
        if isinstance(place, str):
            _link(Path(place), target)
        else:
            with place:
                _copy(place, target)
    except OSError as error:
        raise _stuck(path, error) from error


def _link(source: Path, target: Path) -> None:
    """A hard link to a medium that lies there itself; a copy of git-annex's links and of what people edit in place."""
    if target.suffix.lower() in spec.limits().media_extensions and not source.is_symlink():
        try:
            os.link(source, target)
            return
        except OSError:  # another file system, or one without hard links: copying tells whatever else is wrong
            pass
    shutil.copy2(source, target)


def _copy(source: BinaryIO, target: Path) -> None:
    with target.open("xb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def _stuck(path: str, error: OSError) -> DatasetkitError:
    return DatasetkitError(f"can't copy {path}: {error.strerror or error}", "Check the space and the permissions.")
