"""A dataset made of raw clips: media brought in, frames taken, lines and a configuration written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from datasetkit import spec
from datasetkit.edits import GrabFrame, Which
from datasetkit.errors import DatasetkitError
from datasetkit.intake.raw import Start, grabbed
from datasetkit.media.outcome import Failed, Made, Outcome
from datasetkit.model import Kind, Role
from datasetkit.prompts.placeholders import DRAFT_MARK
from datasetkit.repair.making import Track, make_media, plainly
from datasetkit.repair.plan import Step
from datasetkit.scan.folder import folder_tree
from datasetkit.scan.tree import Tree

_FIELDS = {Which.FIRST: "first_frame_path", Which.LAST: "last_frame_path"}


@dataclass(frozen=True, slots=True)
class Begun:
    """What became of raw clips: the samples that were made, and each medium with its outcome.

    ``left`` names the clips that no sample could be made of, with the reason.
    """

    samples: tuple[Start, ...]
    results: tuple[tuple[Step, Outcome], ...]
    left: tuple[tuple[str, str], ...]

    @property
    def drafted(self) -> tuple[str, ...]:
        """The clips without a caption."""
        return tuple(start.clip.path for start in self.samples if start.pair.caption is None)


def start_dataset(
    starts: Sequence[Start], kind: Kind, tree: Tree, target: Path, *, convert: bool = True, track: Track = plainly
) -> Begun:
    """Write the media and data.jsonl of a training set to the empty folder ``target``.

    A frame that was given and can't be read is taken from its clip. Without ``convert`` clips and given frames are
    copied as they are. ``track``: see `make_media`. Raises DatasetkitError where ``target`` can't be written.
    """
    make = make_media if convert else _copy
    results = make([start.clip for start in starts], tree, target, track)
    there = _without_failed(starts, results)
    given = [step for start in there for step in start.frames if not isinstance(step.edit, GrabFrame)]
    results += make(given, tree, target)
    unreadable = {step.path for step, outcome in results if isinstance(outcome, Failed)}
    there = [_grabbing(start, unreadable) for start in there]
    grabs = [step for start in there for step in start.frames if isinstance(step.edit, GrabFrame)]
    grabs_made = make_media(grabs, folder_tree(target, target.name), target, track)
    results += grabs_made
    whole = _without_failed(there, grabs_made)
    _drop({start.clip.path for start in there} - {start.clip.path for start in whole}, there, target)
    _write(target / spec.limits().annotations_name, "".join(_lines(whole, kind)))
    return Begun(tuple(whole), tuple(results), tuple(_left(starts, results)))


def _copy(steps: Sequence[Step], tree: Tree, target: Path, track: Track = plainly) -> list[tuple[Step, Outcome]]:
    return list(track(((step, _copied(tree, step, target / step.path)) for step in steps), len(steps)))


def _copied(tree: Tree, step: Step, target: Path) -> Outcome:
    try:
        source = tree.open(step.edit.path)
    except OSError as error:
        return Failed(f"it can't be opened: {error.strerror or error}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with source, target.open("xb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
    except OSError as error:
        raise _unwritten(target, error) from error
    return Made(same=True)


def _without_failed(starts: Iterable[Start], results: Iterable[tuple[Step, Outcome]]) -> list[Start]:
    failed = {step.path for step, outcome in results if isinstance(outcome, Failed)}
    return [start for start in starts if failed.isdisjoint((start.clip.path, *(step.path for step in start.frames)))]


def _grabbing(start: Start, unreadable: set[str]) -> Start:
    """The sample with frames taken from the clip in the place of those that can't be read."""
    frames = []
    for which, step in zip(Which, start.frames, strict=False):
        path = str(Path(step.path).with_suffix(".jpg").as_posix())
        frames.append(grabbed(start.clip.path, which, path) if step.path in unreadable else step)
    return replace(start, frames=tuple(frames))


def _drop(clips: set[str], starts: Iterable[Start], target: Path) -> None:
    """Remove the media of samples that came to nothing; they were written by this very run."""
    for start in starts:
        if start.clip.path in clips:
            for step in (start.clip, *start.frames):
                (target / step.path).unlink(missing_ok=True)


def _lines(starts: Iterable[Start], kind: Kind) -> Iterator[str]:
    order = spec.fields(kind, Role.TRAINING)
    for start in starts:
        frames = {_FIELDS[which]: step.path for which, step in zip(Which, start.frames, strict=False)}
        values = {"prompt": start.pair.caption or DRAFT_MARK, "video_path": start.clip.path, **frames}
        yield json.dumps({field: values[field] for field in order}, ensure_ascii=False) + "\n"


def _left(starts: Iterable[Start], results: Iterable[tuple[Step, Outcome]]) -> Iterator[tuple[str, str]]:
    reasons = {step.path: outcome.reason for step, outcome in results if isinstance(outcome, Failed)}
    for start in starts:
        grabs = [step.path for step in start.frames if isinstance(step.edit, GrabFrame)]
        reason = next((reasons[path] for path in (start.clip.path, *grabs) if path in reasons), None)
        if reason:
            yield start.pair.clip, reason


def write_configuration(path: Path, kind: Kind, model: str | None) -> None:
    """Write a datasetkit.toml that says what the set is for, with the rest in comments to be filled in."""
    named = f"model = {json.dumps(model)}" if model else f'# model = "{_example(kind)}"  # see `datasetkit models`'
    _write(path, _CONFIGURATION.format(model=named, kind=kind, role=Role.TRAINING))


_CONFIGURATION = """\
# What this dataset is for. `datasetkit config` prints what is in force; it is never packed.
{model}
kind = "{kind}"
role = "{role}"
# target_seconds = 5  # the length of the videos that you want; longer clips are then warned of

# The effect that every sample teaches: one rare trigger word in one text, the same in all prompts.
# [effect]
# trigger = "s86b5p"
# text = "Then the s86b5p effect begins, ..., she/he ..."
"""


def _example(kind: Kind) -> str:
    return next(model.id for model in spec.models() if kind in model.kinds)


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode("utf-8", "backslashreplace"))  # half a surrogate pair, as JSON escapes it
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> DatasetkitError:
    return DatasetkitError(
        f"can't write {path.name}: {error.strerror or error}", "Check the space and the permissions."
    )
