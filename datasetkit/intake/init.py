"""A dataset made from raw clips: media converted or copied, frames taken, data.jsonl and datasetkit.toml written."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from os import PathLike, fspath
from pathlib import Path

from datasetkit import config, spec
from datasetkit.edits import GrabFrame, Reencode, Which
from datasetkit.errors import DatasetkitError
from datasetkit.files import new_folder
from datasetkit.intake.captions import Unused
from datasetkit.intake.cutting import dropped
from datasetkit.intake.pairing import ClipFiles
from datasetkit.intake.raw import NewSample, plan_samples, read_raw
from datasetkit.media.outcome import Failed, KeptPart, Made, Outcome
from datasetkit.model import Kind, Progress, Role
from datasetkit.prompts.slots import DRAFT_MARK
from datasetkit.repair.declaring import effect_table
from datasetkit.repair.making import make_media, refuse_output
from datasetkit.repair.plan import Step
from datasetkit.scan.cuts import own_windows, windows_in
from datasetkit.scan.datasets import open_tree
from datasetkit.scan.tree import Tree
from datasetkit.windows import NAME

_FIELDS = {Which.FIRST: "first_frame_path", Which.LAST: "last_frame_path"}
_WANTED = "Give the folder that holds your raw clips."


@dataclass(frozen=True, slots=True)
class NewDataset:
    """The dataset that `init` wrote to ``folder``. Paths of raw files are relative to the raw folder, others to it.

    ``drafted`` are the clips without a caption, whose prompt is a draft; ``grabbed`` the frames taken from clips;
    ``converted`` each raw file that was converted, with what it became; ``notes`` each medium that lost something in
    that, with what it lost; ``unused`` every raw file, or line of one, that no sample uses. With a cuts.csv, ``cut``
    gives for each clip that was cut the raw clip and the part that it keeps; ``dropped`` are the windows that aren't
    kept, and ``uncut`` the raw clips that have no window and became samples as a whole.
    """

    folder: Path
    kind: Kind
    samples: tuple[NewSample, ...]
    drafted: tuple[str, ...]
    grabbed: tuple[GrabFrame, ...]
    converted: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...]
    unused: tuple[Unused, ...]
    cut: tuple[tuple[str, str, KeptPart], ...] = ()
    dropped: tuple[Unused, ...] = ()
    uncut: tuple[str, ...] = ()


def init(
    raw: str | PathLike[str],
    output: str | PathLike[str],
    *,
    cuts: str | PathLike[str] | None = None,
    kind: str | None = None,
    model: str | None = None,
    frames: str = "jpg",
    convert: bool = True,
    progress: Progress | None = None,
) -> NewDataset:
    """Make a dataset folder of a folder (or zip) of raw clips, which is only read.

    The windows of ``cuts``, by default those of the folder's own cuts.csv, become samples; a clip without any becomes
    one as a whole. Clips are paired with frames and captions by name. A frame that isn't given, or can't be read, is
    taken from the clip and saved as ``frames`` ("jpg" or "png"). Without ``convert`` clips and given frames are copied
    as they are. ``kind`` is "i2v" or "kf2v", by default the first that ``model`` trains. ``progress`` is called as
    media are made.

    Raises DatasetkitError if no sample can be made, the cuts can't be used, or ``output`` exists, lies within ``raw``
    or can't be written.
    """
    chosen, target, source = _kind(kind, model), Path(output), fspath(raw)
    limits = spec.limits()
    if f".{frames}" not in (*limits.extensions["JPEG"], *limits.extensions["PNG"]):
        raise DatasetkitError(f"frames can't be saved as {frames}", "Use jpg or png.")
    with closing(open_tree(source, wanted=_WANTED)) as tree:
        refuse_output(target, source)
        windows = windows_in(Path(cuts)) if cuts else own_windows(tree)
        if not convert and any(window.keep for window in windows):
            raise DatasetkitError(f"{NAME} has windows, and a clip that is cut is converted", "Leave out --no-convert.")
        pairing = read_raw(tree, windows)
        with new_folder(target) as stage:
            plan = partial(plan_samples, kind=chosen, suffix=f".{frames}", convert=convert)
            make = partial(make_media, tree=tree, target=stage, progress=progress, convert=convert)
            samples, outcomes, unused = _make(pairing.clips, plan, make)
            if not samples:
                clips = len({files.clip for files in pairing.clips})
                of = "the only clip" if clips == 1 else f"none of the {clips:,} clips"
                not_ = "can't" if clips == 1 else "can"
                message = f"{of} in {source} {not_} be used. {unused[0].path}: {unused[0].reason}"
                raise DatasetkitError(message, f"Correct {NAME}." if windows else "Export the clips again.")
            made = {step: outcome for step, outcome in outcomes.items() if isinstance(outcome, Made)}
            for step in made.keys() - {step for sample in samples for step in sample.steps}:
                (stage / step.path).unlink()
            lines = "".join(_lines(samples, chosen)).encode("utf-8", "backslashreplace")  # as JSON escapes surrogates
            (stage / limits.annotations_name).write_bytes(lines)
            table = _effect(tree, samples)
            (stage / config.NAME).write_text(_configuration(chosen, model, table), "utf-8")
    if chosen is Kind.I2V:
        last = "last frames aren't used for i2v; use --kind kf2v to include them"
        unused += [Unused(files.last, last) for files in pairing.clips if files.last]
    known = {config.NAME if table else "", _inside(source, Path(cuts)) if cuts else NAME}
    unpaired = (one for one in pairing.unused if one.path not in known)
    new = _new_dataset(target, chosen, samples, made, (*unused, *unpaired))
    uncut = tuple(sample.files.clip for sample in samples if windows and not sample.files.window)
    return replace(new, dropped=tuple(dropped(windows)), uncut=uncut)


def _inside(folder: str, file: Path) -> str:
    """The path of a file relative to a folder; "" if it isn't in it."""
    root, place = Path(folder).resolve(), file.resolve()
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else ""


def _kind(kind: str | None, model: str | None) -> Kind:
    kinds = spec.find_model(model).kinds if model else tuple(Kind)
    if kind and kind not in kinds:
        message = f"{model} can't be trained on {kind} sets" if model else f"there is no kind {kind}"
        step = f"Use --kind {' or '.join(kinds)}"
        raise DatasetkitError(message, f"{step}, or another --model." if model else f"{step}.")
    return Kind(kind or kinds[0])


def _make(
    clips: Iterable[ClipFiles],
    plan: Callable[[Iterable[ClipFiles]], list[NewSample]],
    make: Callable[[list[Step]], dict[Step, Outcome]],
) -> tuple[list[NewSample], dict[Step, Outcome], list[Unused]]:
    """The samples whose media could all be made, the outcome of each step, and what isn't used.

    Given frames come first: those that can't be read are planned again, as frames of the clip.
    """
    outcomes = make([step for one in plan(clips) for step in one.frames if not isinstance(step.edit, GrabFrame)])
    unread = {step.edit.path: outcome.reason for step, outcome in outcomes.items() if isinstance(outcome, Failed)}
    unused = [Unused(path, f"{reason}; the frame was taken from the clip") for path, reason in unread.items()]
    planned = plan(one.without(unread) for one in clips)
    outcomes |= make([step for sample in planned for step in sample.steps if step not in outcomes])
    failed = {step: outcome.reason for step, outcome in outcomes.items() if isinstance(outcome, Failed)}
    reasons = {sample: failed[step] for sample in planned for step in reversed(sample.steps) if step in failed}
    unused += [Unused(sample.files.origin, reason) for sample, reason in reasons.items()]
    return [sample for sample in planned if sample not in reasons], outcomes, unused


def _new_dataset(
    folder: Path, kind: Kind, samples: Sequence[NewSample], made: dict[Step, Made], unused: tuple[Unused, ...]
) -> NewDataset:
    steps = [(step, made[step]) for sample in samples for step in sample.steps]
    return NewDataset(
        folder,
        kind,
        tuple(samples),
        drafted=tuple(sample.clip.path for sample in samples if not sample.files.caption),
        grabbed=tuple(step.edit for step, _ in steps if isinstance(step.edit, GrabFrame)),
        converted=tuple((step.edit.path, step.path) for step, made in steps if _is_conversion(step, made)),
        notes=tuple((step.path, note) for step, made in steps for note in made.notes),
        unused=unused,
        cut=tuple(
            (sample.clip.path, sample.files.clip, part)
            for sample in samples
            if sample.files.window and (part := made[sample.clip].kept)
        ),
    )


def _is_conversion(step: Step, made: Made) -> bool:
    """Whether a file as a whole became another one; frames that were taken and clips that were cut are listed apart."""
    cut = isinstance(step.edit, Reencode) and step.edit.exact
    return not (made.same or cut or isinstance(step.edit, GrabFrame))


def _lines(samples: Iterable[NewSample], kind: Kind) -> Iterator[str]:
    order = spec.fields(kind, Role.TRAINING)
    for sample in samples:
        frames = {_FIELDS[which]: step.path for which, step in zip(Which, sample.frames, strict=False)}
        values = {"prompt": sample.files.caption or DRAFT_MARK, "video_path": sample.clip.path, **frames}
        yield json.dumps({field: values[field] for field in order}, ensure_ascii=False) + "\n"


def _effect(tree: Tree, samples: Iterable[NewSample]) -> str:
    """The [effect] table of the raw folder's datasetkit.toml, its paths being those of the dataset; "" for none."""
    if not any(file.path == config.NAME for file in tree.files):
        return ""
    with tree.open(config.NAME) as file:
        text = file.read().decode("utf-8-sig")
    renamed: dict[str, list[str]] = defaultdict(list)
    for sample in samples:
        renamed[sample.files.clip].append(sample.clip.path)
        if sample.files.window:
            renamed[sample.files.window.name].append(sample.clip.path)
    return effect_table(text, renamed)


def _configuration(kind: Kind, model: str | None, effect: str) -> str:
    """A datasetkit.toml that says what the set is for, with the rest in comments to fill in."""
    example = next(one.id for one in spec.models() if kind in one.kinds)
    named = f"model = {json.dumps(model)}" if model else f'# model = "{example}"  # see `datasetkit models`'
    return _CONFIGURATION.format(model=named, kind=kind, role=Role.TRAINING) + (effect or _NO_EFFECT)


_CONFIGURATION = """\
# Settings for this dataset. `datasetkit config` shows what applies. This file is never packed into the zip.
{model}
kind = "{kind}"
role = "{role}"
# target_seconds = 5  # the length of the videos that you want; longer clips get a warning

"""
_NO_EFFECT = """\
# The effect text: one sentence with a rare trigger word, the same in every prompt.
# [effect]
# trigger = "s86b5p"
# text = "Then the s86b5p effect begins, ..., she/he ..."
"""
