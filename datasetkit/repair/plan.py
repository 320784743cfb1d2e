"""Edits made into a plan: merged, each medium with the path it will have, contradictions told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from datasetkit import spec
from datasetkit.edits import (
    Convert,
    DropLine,
    Edit,
    GrabFrame,
    LineEdit,
    MediaEdit,
    Reencode,
    SetField,
    SetLine,
    SetPrompt,
    StripBom,
    Target,
    Which,
    merge,
    target,
    wishes,
)
from datasetkit.model import Dataset, Expected, Sample


@dataclass(frozen=True, slots=True)
class Step:
    """One medium to make: its edit, and the path it will have in the new dataset.

    The file at ``edit.path`` does not come along where ``path`` differs from it.
    """

    edit: MediaEdit
    path: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An edit that is left out, and why."""

    edit: Edit
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done: lines in place, media only in a new dataset. Clips come before frames grabbed from them."""

    lines: tuple[LineEdit, ...] = ()
    media: tuple[Step, ...] = ()
    refused: tuple[Refused, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lines or self.media)

    def describe(self) -> Iterator[str]:
        """The plan for people: one line a target, in the order it is carried out."""
        yield from (_step_words(step) for step in self.media)
        yield from (_line_words(edit) for edit in self.lines)
        yield from (f"left out: {_words(refused.edit)} ({refused.reason})" for refused in self.refused)


def plan(edits: Iterable[Edit], dataset: Dataset) -> Plan:
    """Merge edits, name what will be renamed, and keep frames in step with clips that are cut."""
    wanted, refused = _merge([*edits])
    wanted, more = _merge([*wanted, *_follow(wanted, dataset)])
    media = [edit for edit in wanted if isinstance(edit, MediaEdit)]
    steps = tuple(sorted(_steps(media, dataset), key=lambda step: isinstance(step.edit, GrabFrame)))
    renamed = {step.edit.path: step.path for step in steps if step.path != step.edit.path}
    fields = [_renamed_value(edit, renamed) for edit in wanted if not isinstance(edit, MediaEdit)]
    lines, against = _merge([*_renamed_fields(renamed, dataset), *fields])
    kept, unfit = _fit([edit for edit in lines if not isinstance(edit, MediaEdit)], dataset)
    return Plan(tuple(sorted(kept, key=_order)), steps, (*refused, *more, *against, *unfit))


def _merge(edits: Iterable[Edit]) -> tuple[list[Edit], list[Refused]]:
    merged: dict[Target, Edit] = {}
    refused = []
    for edit in edits:
        before = merged.setdefault(target(edit), edit)
        both = merge(before, edit)
        if both is None:
            refused.append(Refused(edit, f"contradicts: {_words(before)}"))
        else:
            merged[target(edit)] = both
    return list(merged.values()), refused


def _follow(edits: Iterable[Edit], dataset: Dataset) -> Iterator[Edit]:
    """Where a clip's beginning, end or picture is cut, its frames are grabbed anew."""
    cuts = {edit.path: edit for edit in edits if isinstance(edit, Reencode)}
    for sample in dataset.samples:
        media = {reference.where.field: reference.medium.path for reference in sample.references}
        cut = cuts.get(media.get("video_path", ""))
        if cut and "first_frame_path" in media and (cut.start or cut.crop):
            yield GrabFrame(media["first_frame_path"], cut.path, Which.FIRST)
        if cut and "last_frame_path" in media and (cut.seconds is not None or cut.start or cut.crop):
            yield GrabFrame(media["last_frame_path"], cut.path, Which.LAST)


def _steps(edits: Iterable[MediaEdit], dataset: Dataset) -> Iterator[Step]:
    taken = {file.path.lower() for file in dataset.files}
    for edit in edits:
        suffix = _suffix(edit)
        path = edit.path if suffix is None else _free(edit.path, suffix, taken)
        taken.add(path.lower())
        yield Step(edit, path)


def _suffix(edit: MediaEdit) -> str | None:
    """The extension that the result needs, or None where the one it has will do."""
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
    bare = PurePosixPath(path).with_suffix("").as_posix() if PurePosixPath(path).suffix else path
    number, name = 2, f"{bare}{suffix}"
    while name.lower() in taken:
        number, name = number + 1, f"{bare}_{number}{suffix}"
    return name


def _renamed_fields(renamed: Mapping[str, str], dataset: Dataset) -> Iterator[Edit]:
    for sample in dataset.samples:
        for reference in sample.references:
            path, where = renamed.get(reference.medium.path), reference.where
            if path and where.line and where.field:
                yield SetField(where.line, where.field, path)


def _renamed_value(edit: Edit, renamed: Mapping[str, str]) -> Edit:
    return replace(edit, value=renamed.get(edit.value, edit.value)) if isinstance(edit, SetField) else edit


def _fit(edits: Iterable[LineEdit], dataset: Dataset) -> tuple[list[LineEdit], list[Refused]]:
    """Fields can be set only on lines that are records, and that no other edit writes anew."""
    records = {line.where.line for line in dataset.lines if isinstance(line, Sample)}
    edits = list(edits)
    whole = {edit.line for edit in edits if isinstance(edit, SetLine)}
    kept: list[LineEdit] = []
    refused = []
    for edit in edits:
        if isinstance(edit, SetField | SetPrompt) and edit.line in whole:
            refused.append(Refused(edit, f"line {edit.line} is written anew; fix it again afterwards"))
        elif isinstance(edit, SetField | SetPrompt) and edit.line not in records:
            refused.append(Refused(edit, f"line {edit.line} is no record yet; fix it again afterwards"))
        else:
            kept.append(edit)
    return kept, refused


def _order(edit: LineEdit) -> tuple[int, str]:
    return (0, "") if isinstance(edit, StripBom) else (edit.line, getattr(edit, "field", ""))


def _step_words(step: Step) -> str:
    path = step.edit.path if step.path == step.edit.path else f"{step.edit.path} → {step.path}"
    return f"{path}: {', '.join(wishes(step.edit))}"


def _line_words(edit: LineEdit) -> str:
    match edit:
        case SetLine():
            several = f"-{edit.last}" if edit.last and edit.last != edit.line else ""
            return f"line {edit.line}{several}: {edit.text}"
        case SetField():
            return f"line {edit.line}, {edit.field}: {edit.value}"
        case SetPrompt():
            return f"line {edit.line}, prompt: {edit.text}"
        case DropLine():
            return f"line {edit.line}: blank line removed"
        case StripBom():
            return "line 1: byte order mark removed"


def _words(edit: Edit) -> str:
    return _step_words(Step(edit, edit.path)) if isinstance(edit, MediaEdit) else _line_words(edit)
