"""Edits made into a plan: merged, each medium with the path it will have, contradictions refused. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from datasetkit import spec
from datasetkit.edits import (
    Convert,
    Edit,
    GrabFrame,
    LineEdit,
    MediaEdit,
    Reencode,
    SetField,
    SetLine,
    Target,
    Which,
    merge,
    target,
)
from datasetkit.model import Dataset, Expected, Sample
from datasetkit.repair.wording import describe_line, describe_medium
from datasetkit.rules.frames import frames_of_other_clips


@dataclass(frozen=True, slots=True)
class Step:
    """One medium to make: its edit, and the path it will have in the new dataset.

    The file at ``edit.path`` is left out of the new dataset if ``path`` differs from it. ``clip`` is the edit of the
    clip that a frame is taken from; without it the clip is as it was.
    """

    edit: MediaEdit
    path: str
    clip: Reencode | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. Clips come before the frames that are taken from them.

    ``refused`` are edits that contradict others or can't be made yet; they may fit once the plan is carried out.
    """

    lines: tuple[LineEdit, ...] = ()
    media: tuple[Step, ...] = ()
    refused: frozenset[Edit] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.lines or self.media)

    def without(self, failed: Collection[Step]) -> Plan:
        """The plan without steps that failed, and without the line edits that name what they would have made."""
        unmade = {step.path for step in failed if step.path != step.edit.path}
        lines = tuple(edit for edit in self.lines if not (isinstance(edit, SetField) and edit.value in unmade))
        return replace(self, lines=lines, media=tuple(step for step in self.media if step not in failed))

    def describe(self, dataset: Dataset) -> Iterator[str]:
        """The plan for people, one line for each medium or field. Says what is kept where an edit can't be undone."""
        media = {reference.medium.path: reference.medium for reference in dataset.references}
        for step in self.media:
            path = step.edit.path if step.path == step.edit.path else f"{step.edit.path} → {step.path}"
            yield f"{path}: {', '.join(describe_medium(step.edit, media.get(step.edit.path))) or 'renamed'}"
        lines = {line.where.line: line for line in dataset.lines}
        yield from (describe_line(edit, lines) for edit in self.lines)


def plan(edits: Iterable[Edit], dataset: Dataset) -> Plan:
    """Merge edits, rename media whose format changes, and take new frames from clips that are cut."""
    refused: set[Edit] = set()
    wanted = _merge(edits, refused)
    wanted = _merge([*wanted, *_frames_of_cut_clips(wanted, dataset)], refused)
    media = [edit for edit in wanted if isinstance(edit, MediaEdit)]
    steps = tuple(sorted(_steps(media, dataset), key=lambda step: isinstance(step.edit, GrabFrame)))
    renamed = {step.edit.path: step.path for step in steps if step.path != step.edit.path}
    fields = [_renamed_value(edit, renamed) for edit in wanted if not isinstance(edit, MediaEdit)]
    merged = _merge([*_renamed_fields(renamed, dataset), *fields], refused)
    lines = [edit for edit in merged if not isinstance(edit, MediaEdit)]
    refused |= set(_unfit(lines, dataset))
    return Plan(tuple(sorted((edit for edit in lines if edit not in refused), key=target)), steps, frozenset(refused))


def _merge(edits: Iterable[Edit], refused: set[Edit]) -> list[Edit]:
    """The edits with those of one target merged; adds those that contradict an earlier one to ``refused``."""
    merged: dict[Target, Edit] = {}
    for edit in edits:
        both = merge(merged.setdefault(target(edit), edit), edit)
        if both is None:
            refused.add(edit)
        else:
            merged[target(edit)] = both
    return list(merged.values())


def _frames_of_cut_clips(edits: Iterable[Edit], dataset: Dataset) -> Iterator[Edit]:
    """New frames for clips whose beginning, end or picture is cut, or whose colours change.

    Only in the place of images of the set itself that aren't frames of other clips.
    """
    cuts = {edit.path: edit for edit in edits if isinstance(edit, Reencode) and _cuts(edit)}
    files = {file.path for file in dataset.files} - (frames_of_other_clips(dataset) if cuts else set())
    for sample in dataset.samples:
        media = {one.where.field: one.medium.path for one in sample.references if one.medium.path in files}
        cut = cuts.get(media.get("video_path", ""))
        if cut and "first_frame_path" in media and (cut.start or cut.crop or cut.sdr):
            yield GrabFrame(media["first_frame_path"], cut.path, Which.FIRST)
        if cut and "last_frame_path" in media:
            yield GrabFrame(media["last_frame_path"], cut.path, Which.LAST)


def _cuts(edit: Reencode) -> bool:
    """Whether a clip's first or last frame changes."""
    return bool(edit.start or edit.crop or edit.sdr) or edit.seconds is not None


def _steps(edits: Collection[MediaEdit], dataset: Dataset) -> Iterator[Step]:
    taken = {file.path.lower() for file in dataset.files}
    clips = {edit.path: edit for edit in edits if isinstance(edit, Reencode)}
    for edit in edits:
        suffix = _suffix(edit)
        path = edit.path if suffix is None else _free(edit.path, suffix, taken)
        taken.add(path.lower())
        yield Step(edit, path, clips.get(edit.clip) if isinstance(edit, GrabFrame) else None)


def _suffix(edit: MediaEdit) -> str | None:
    """The extension that the result needs, or None if the one it has will do."""
    known = spec.limits().extensions
    match edit:
        case Reencode():
            wanted = known["mp4"]
        case GrabFrame():
            wanted = (*known["JPEG"], *known["PNG"])
        case Convert(format=None):
            wanted = (*known["PNG"], *spec.limits().suffixes(Expected.IMAGE))
        case Convert(format=str(name)):
            wanted = known[name]
    suffix = PurePosixPath(edit.path).suffix.lower()
    return None if suffix in wanted else wanted[0]


def _free(path: str, suffix: str, taken: set[str]) -> str:
    bare = PurePosixPath(path).with_suffix("").as_posix()
    number, name = 2, f"{bare}{suffix}"
    while name.lower() in taken:
        number, name = number + 1, f"{bare}_{number}{suffix}"
    return name


def _renamed_fields(renamed: Mapping[str, str], dataset: Dataset) -> Iterator[Edit]:
    for reference in dataset.references:
        path, where = renamed.get(reference.medium.path), reference.where
        if path and where.line and where.field:
            yield SetField(where.line, where.field, path)


def _renamed_value(edit: LineEdit, renamed: Mapping[str, str]) -> LineEdit:
    return replace(edit, value=renamed.get(edit.value, edit.value)) if isinstance(edit, SetField) else edit


def _unfit(edits: Collection[LineEdit], dataset: Dataset) -> Iterator[LineEdit]:
    """The fields that can't be set: on lines that aren't records, or that another edit rewrites."""
    records = {line.where.line for line in dataset.lines if isinstance(line, Sample)}
    records -= {edit.line for edit in edits if isinstance(edit, SetLine)}
    yield from (edit for edit in edits if isinstance(edit, SetField) and edit.line not in records)
