"""A dataset made from raw clips: media converted or copied, frames taken, data.jsonl and datasetkit.toml written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path, PurePosixPath

from datasetkit import config, spec
from datasetkit.edits import GrabFrame, Which
from datasetkit.errors import DatasetkitError
from datasetkit.files import new_folder
from datasetkit.intake.captions import Unused
from datasetkit.intake.raw import NewSample, grabbed, plan_samples, read_raw
from datasetkit.media.outcome import Failed, Made, Outcome
from datasetkit.model import Kind, Progress, Role
from datasetkit.prompts.placeholders import DRAFT_MARK
from datasetkit.repair.making import make_media, refuse_output
from datasetkit.repair.plan import Step
from datasetkit.scan.datasets import open_tree
from datasetkit.scan.folder import folder_tree
from datasetkit.scan.tree import Tree

_EXPORT = "Export the clips again."
_INSTEAD = "the frame was taken from the clip"
_NO_LAST = "i2v has no last frames; --kind kf2v uses them"
_FIELDS = {Which.FIRST: "first_frame_path", Which.LAST: "last_frame_path"}


@dataclass(frozen=True, slots=True)
class NewDataset:
    """The dataset that `init` wrote to ``folder``.

    ``made`` holds the steps of all media of its samples. ``unused`` lists every raw file, or line of one, that no
    sample uses. Paths of raw files are relative to the raw folder, those of media to the new one.
    """

    folder: Path
    kind: Kind
    samples: tuple[NewSample, ...]
    made: tuple[tuple[Step, Made], ...]
    unused: tuple[Unused, ...]

    @property
    def drafted(self) -> tuple[str, ...]:
        """The clips that have no caption yet: their prompt is a draft."""
        return tuple(sample.clip.path for sample in self.samples if sample.files.caption is None)

    @property
    def grabbed(self) -> tuple[Which, ...]:
        """For each frame that was taken from its clip, which one it is."""
        return tuple(step.edit.which for step, _ in self.made if isinstance(step.edit, GrabFrame))

    @property
    def converted(self) -> tuple[tuple[str, str], ...]:
        """Each raw file that was converted, with the path of the medium made from it."""
        converted = ((step, made) for step, made in self.made if not made.same)
        return tuple((step.edit.path, step.path) for step, _ in converted if not isinstance(step.edit, GrabFrame))

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """Each medium that lost something in conversion, with what it lost."""
        return tuple((step.path, note) for step, made in self.made for note in made.notes)


def init(
    raw: str | PathLike[str],
    output: str | PathLike[str],
    *,
    kind: str | None = None,
    model: str | None = None,
    frames: str = "jpg",
    convert: bool = True,
    progress: Progress | None = None,
) -> NewDataset:
    """Make a dataset folder of a folder (or zip) of raw clips, which is only read.

    Clips are paired with frames and captions by name. A frame that isn't given, or can't be read, is taken from the
    clip and saved as ``frames`` ("jpg" or "png"). Without ``convert`` clips and given frames are copied as they are.
    ``kind`` is "i2v" or "kf2v", by default the first that ``model`` trains. ``progress`` is called as media are made.

    Raises DatasetkitError if no sample can be made, or ``output`` exists, lies within ``raw`` or can't be written.
    """
    chosen, target, source = _kind(kind, model), Path(output), fspath(raw)
    limits = spec.limits()
    if f".{frames}" not in (*limits.extensions["JPEG"], *limits.extensions["PNG"]):
        raise DatasetkitError(f"frames can't be saved as {frames}", "Use jpg or png.")
    if target.suffix.lower() == ".zip":
        raise DatasetkitError(f"{target} would be a folder", "Name it without .zip; `datasetkit build` makes the zip.")
    with closing(open_tree(source)) as tree:
        refuse_output(target, source)
        pairing = read_raw(tree)
        planned = plan_samples(pairing.clips, chosen, f".{frames}", convert=convert)
        with new_folder(target) as stage:
            outcomes, samples, unused = _make(planned, tree, stage, f".{frames}", progress, convert=convert)
            if not samples:
                first = unused[0]
                raise DatasetkitError(f"no clip of {source} can be used: {first.path}: {first.reason}", _EXPORT)
            _write(stage / limits.annotations_name, "".join(_lines(samples, chosen)))
            _write(stage / config.NAME, _configuration(chosen, model))
    made = ((step, outcomes[step]) for sample in samples for step in sample.steps)
    if chosen is Kind.I2V:
        unused += [Unused(files.last, _NO_LAST) for files in pairing.clips if files.last]
    return NewDataset(
        folder=target,
        kind=chosen,
        samples=tuple(samples),
        made=tuple((step, outcome) for step, outcome in made if isinstance(outcome, Made)),
        unused=(*unused, *pairing.unused),
    )


def _kind(kind: str | None, model: str | None) -> Kind:
    kinds = spec.find_model(model).kinds if model else tuple(Kind)
    if kind is None:
        return kinds[0]
    if kind not in kinds:
        known = " or ".join(kinds)
        raise DatasetkitError(
            f"{model} does not train {kind}" if model else f"no kind is called {kind}", f"Use {known}."
        )
    return Kind(kind)


def _make(
    planned: Sequence[NewSample], tree: Tree, target: Path, suffix: str, progress: Progress | None, *, convert: bool
) -> tuple[dict[Step, Outcome], list[NewSample], list[Unused]]:
    """Make the media of samples below ``target``; gives the outcomes, the complete samples, and what isn't used.

    Frames that can't be read are taken from their clips instead. What was made for incomplete samples is removed.
    """
    outcomes = make_media([step for one in planned for step in one.steps], tree, target, progress, convert=convert)
    samples = [replace(sample, frames=tuple(_readable(sample, outcomes, suffix))) for sample in planned]
    instead = [step for sample in samples for step in sample.frames if step not in outcomes]
    outcomes |= make_media(instead, folder_tree(target, target.name), target, progress)
    complete, unused = [], []
    for before, sample in zip(planned, samples, strict=True):
        reasons = [outcome.reason for step in sample.steps if isinstance(outcome := outcomes[step], Failed)]
        if reasons:
            unused.append(Unused(sample.files.clip, reasons[0]))
            for step in sample.steps:
                (target / step.path).unlink(missing_ok=True)
            continue
        complete.append(sample)
        lost = ((step, outcomes[step]) for step in before.frames)
        unused += [Unused(step.edit.path, f"{o.reason}; {_INSTEAD}") for step, o in lost if isinstance(o, Failed)]
    return outcomes, complete, unused


def _readable(sample: NewSample, outcomes: Mapping[Step, Outcome], suffix: str) -> Iterator[Step]:
    """The sample's frames, with a frame of the clip for each that can't be read."""
    for which, step in zip(Which, sample.frames, strict=False):
        if isinstance(outcomes[step], Failed) and not isinstance(step.edit, GrabFrame):
            yield grabbed(sample.clip.path, which, PurePosixPath(step.path).with_suffix(suffix).as_posix())
        else:
            yield step


def _lines(samples: Iterable[NewSample], kind: Kind) -> Iterator[str]:
    order = spec.fields(kind, Role.TRAINING)
    for sample in samples:
        frames = {_FIELDS[which]: step.path for which, step in zip(Which, sample.frames, strict=False)}
        values = {"prompt": sample.files.caption or DRAFT_MARK, "video_path": sample.clip.path, **frames}
        yield json.dumps({field: values[field] for field in order}, ensure_ascii=False) + "\n"


def _configuration(kind: Kind, model: str | None) -> str:
    """A datasetkit.toml that says what the set is for, with the rest in comments to fill in."""
    example = next(one.id for one in spec.models() if kind in one.kinds)
    named = f"model = {json.dumps(model)}" if model else f'# model = "{example}"  # see `datasetkit models`'
    return _CONFIGURATION.format(model=named, kind=kind, role=Role.TRAINING)


_CONFIGURATION = """\
# What this dataset is for. `datasetkit config` prints the settings in force; this file is never packed.
{model}
kind = "{kind}"
role = "{role}"
# target_seconds = 5  # the length of the videos that you want; longer clips get a warning

# The effect that every sample teaches: one rare trigger word in one text, the same in all prompts.
# [effect]
# trigger = "s86b5p"
# text = "Then the s86b5p effect begins, ..., she/he ..."
"""


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode("utf-8", "backslashreplace"))  # JSON escapes half a surrogate pair so
    except OSError as error:
        message = f"can't write {path.name}: {error.strerror or error}"
        raise DatasetkitError(message, "Check the space and the permissions.") from error
