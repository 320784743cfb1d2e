"""What the windows of a cuts.csv make of a dataset: which samples they become, and which are left out. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from datasetkit import spec
from datasetkit.edits import GrabFrame, Reencode, Which, plain_clip
from datasetkit.errors import DatasetkitError, did_you_mean
from datasetkit.leftout import DroppedSample
from datasetkit.model import Dataset, Image, Medium, Sample, Unreadable, Video
from datasetkit.repair.plan import Step
from datasetkit.repair.wording import kept_span
from datasetkit.scan.cuts import dropped_clips
from datasetkit.windows import NAME, Window, fault_of_end

_FRAMES = {"first_frame_path": Which.FIRST, "last_frame_path": Which.LAST}
_CLIP = "video_path"
_SHOWN = 5  # windows in one message


@dataclass(frozen=True, slots=True)
class CutSample:
    """A sample that a window of the clip of ``source`` becomes, with a step for each field whose medium is new."""

    source: Sample
    window: Window
    steps: Mapping[str, Step]

    @property
    def kept(self) -> Iterator[str]:
        """The media that it shares with its source."""
        return (one.medium.path for one in self.source.references if one.where.field not in self.steps)


@dataclass(frozen=True, slots=True)
class CutPlan:
    """The samples that windows become, in the order of their lines, and the samples that are left out."""

    samples: tuple[CutSample, ...]
    dropped: tuple[DroppedSample, ...]

    def gone(self, dataset: Dataset) -> frozenset[str]:
        """The files of the dataset that nothing uses once it is cut: cuts.csv is one of them."""
        sources = {sample.source.line for sample in self.samples}
        before = {path for sample in self.samples for path in _media(sample.source)}
        before |= {path for one in self.dropped for path in one.media}
        lines = sources | {one.line for one in self.dropped}
        after = {path for sample in dataset.samples if sample.line not in lines for path in _media(sample)}
        after |= {path for sample in self.samples for path in sample.kept}
        return frozenset({*before, NAME} - after)

    def changes(self) -> Iterator[str]:
        """What becomes of each clip, for people."""
        sources: dict[int, list[str]] = defaultdict(list)
        for sample in self.samples:
            sources[sample.source.line].append(sample.window.name)
            yield _described(sample)
        for line, names in sources.items():
            if len(names) > 1:
                yield f"line {line}: becomes {len(names)} samples with the same prompt: {', '.join(names)}"
        for one in self.dropped:
            yield f"{one.clip}, line {one.line}: left out{f' ({one.reason})' if one.reason else ''}"


def plan_cuts(windows: Sequence[Window], dataset: Dataset, *, sdr: bool) -> CutPlan:
    """The samples that the windows make of a dataset; with ``sdr`` HDR is converted.

    Raises DatasetkitError if a window names no clip of the dataset, doesn't fit it, or has the name of another file.
    """
    unwanted = dropped_clips(windows)
    out = [
        DroppedSample(one.line, clip, _media(one), unwanted[clip]) for one, clip in _clips(dataset) if clip in unwanted
    ]
    kept: dict[str, list[Window]] = defaultdict(list)
    for window in windows:
        if window.keep:
            kept[window.clip].append(window)
    samples = [_cut(one, window, sdr=sdr) for one, clip in _clips(dataset) for window in kept[clip]]
    cuts = CutPlan(tuple(samples), (*dataset.dropped, *out))
    faults = [*_missing(kept, dataset), *_unfit(samples), *_taken(cuts, dataset)]
    if faults:
        more = [f"{len(faults) - _SHOWN:,} more"] if len(faults) > _SHOWN else []
        raise DatasetkitError(f"can't cut: {'; '.join([*faults[:_SHOWN], *more])}", f"Correct {NAME}.")
    return cuts


def cutting(windows: Iterable[Window], dataset: Dataset) -> tuple[Window, ...]:
    """The windows that would shorten a clip of the dataset."""
    clips = {sample.medium(_CLIP) for sample in dataset.samples}
    lengths = {clip.path: clip for clip in clips if isinstance(clip, Video)}
    return tuple(
        one
        for one in windows
        if one.keep and (clip := lengths.get(one.clip)) and (one.start or not _still_fits(Which.LAST, one, clip))
    )


def _clips(dataset: Dataset) -> Iterator[tuple[Sample, str]]:
    """The samples with the paths of their clips."""
    media = ((sample, sample.medium(_CLIP)) for sample in dataset.samples)
    return ((sample, clip.path) for sample, clip in media if clip)


def _media(sample: Sample) -> tuple[str, ...]:
    return tuple(reference.medium.path for reference in sample.references)


def _cut(sample: Sample, window: Window, *, sdr: bool) -> CutSample:
    edit = replace(plain_clip(window.clip, sdr=sdr), start=window.start, seconds=window.seconds, exact=True)
    steps = {_CLIP: Step(edit, f"{window.name}.mp4")}
    clip = sample.medium(_CLIP)
    for field, which in _FRAMES.items():
        frame = sample.medium(field)
        if frame and not (isinstance(frame, Image) and _still_fits(which, window, clip)):
            path = f"{window.name}_{which}{_suffix(frame)}"
            steps[field] = Step(GrabFrame(path, window.clip, which), path, edit)
    return CutSample(sample, window, steps)


def _still_fits(which: Which, window: Window, clip: Medium | None) -> bool:
    """Whether a frame of the clip is also that of the window."""
    if which is Which.FIRST:
        return window.start == 0
    return isinstance(clip, Video) and window.start + window.seconds > clip.seconds - 1 / (2 * clip.rate)


def _suffix(frame: Medium) -> str:
    known, suffix = spec.limits().extensions, PurePosixPath(frame.path).suffix.lower()
    return suffix if suffix in (*known["JPEG"], *known["PNG"]) else known["JPEG"][0]


def _missing(kept: Mapping[str, Iterable[Window]], dataset: Dataset) -> Iterator[str]:
    """The windows of clips that no line names."""
    clips = [clip for _, clip in _clips(dataset)]
    known = {*clips, *(one.clip for one in dataset.dropped)}
    for clip, windows in kept.items():
        for window in windows if clip not in known else ():
            yield f"{window.name}: no line names the clip {clip}. {did_you_mean(clip, clips)}".rstrip(". ")


def _unfit(samples: Iterable[CutSample]) -> Iterator[str]:
    """The windows that their clip doesn't hold."""
    for sample in samples:
        clip, window = sample.source.medium(_CLIP), sample.window
        if isinstance(clip, Unreadable):
            yield f"{window.name}: {clip.path} can't be read ({clip.reason})"
        elif isinstance(clip, Video) and (fault := fault_of_end(window.end, clip.seconds, clip.rate)):
            yield f"{window.name}, {clip.path}: {fault}"


def _taken(cuts: CutPlan, dataset: Dataset) -> Iterator[str]:
    """The windows whose new files would have the path of a file that stays."""
    staying = {file.path.lower() for file in dataset.files} - {path.lower() for path in cuts.gone(dataset)}
    for sample in cuts.samples:
        yield from (
            f"{sample.window.name}: the dataset has another {step.path}; choose another name"
            for step in sample.steps.values()
            if step.path.lower() in staying
        )


def _described(sample: CutSample) -> str:
    clip, window = sample.source.medium(_CLIP), sample.window
    step = sample.steps[_CLIP]
    assert isinstance(step.edit, Reencode)
    frames = [f"{which} frame" for field, which in _FRAMES.items() if field in sample.steps]
    taken = f", {' and '.join(frames)} taken from it" if frames else ""
    return f"{window.clip} → {step.path}: keeps {kept_span(step.edit, clip)}{taken}"
