"""Family S: the set as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from datasetkit.findings import Basis, Problem, Severity
from datasetkit.model import Dataset, Image, Role, Sample, Video
from datasetkit.rules.parts import refusing
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.wording import count, pixels, seconds, whole
from datasetkit.spec import ModelSpec


@rule("S701", "too-few-samples", on=Dataset, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def too_few_samples(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A training set has fewer samples than the platform asks for, or not more than one batch.

    Why: it is refused, or the job fails some minutes in.
    Source: user guide (documented); that a set must exceed a batch is observed in the platform's client.
    Example: 6 samples → 20.
    Remedy: add samples.
    """
    if not _is(dataset, Role.TRAINING, ctx):
        return
    number = len(dataset.lines)  # a broken one is told as that
    low = ctx.limits.samples_low
    refused, severity = _small(number, ctx)
    if number < low:
        yield Problem(f"{count(number, 'sample')}, at least {low} are needed")
    elif refused:
        yield Problem(f"{count(number, 'sample')}, {_batches(refused)}", severity=severity)


@rule("S702", "few-samples", on=Dataset, severity=Severity.ADVICE, basis=Basis.DOCUMENTED)
def few_samples(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A training set has fewer samples than are recommended.

    Why: results are not stable with fewer.
    Source: user guide (documented); `datasetkit models` shows the number.
    Example: 12 samples → 24.
    Remedy: add samples.
    """
    number = len(dataset.lines)  # a broken one is told as that
    few = ctx.limits.samples_low <= number < ctx.limits.samples_recommended
    if _is(dataset, Role.TRAINING, ctx) and few and not _small(number, ctx)[0]:
        wanted = f"{ctx.limits.samples_recommended} or more are recommended"
        yield Problem(f"{count(number, 'sample')}, {wanted}")


@rule("S703", "validation-size", on=Dataset, severity=Severity.WARNING, basis=Basis.CLIENT)
def validation_size(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A validation set has not more samples than one batch.

    Why: jobs with such sets were seen to fail, minutes in.
    Source: observed by the authors of the platform's client (client-observed), not documented.
    Example: 2 samples for a model whose batch_size is 4 → 5 samples.
    Remedy: add samples, or lower the job's batch_size.
    """
    number = len(dataset.lines)  # a broken one is told as that
    refused, _ = _small(number, ctx)
    if _is(dataset, Role.VALIDATION, ctx) and refused:
        yield Problem(f"{count(number, 'sample')} for validation, {_batches(refused)}")


def _is(dataset: Dataset, role: Role, ctx: Context) -> bool:
    return dataset.annotations is not None and ctx.assumed.role is role


def _small(number: int, ctx: Context) -> tuple[list[ModelSpec], Severity]:
    """The models that ``number`` samples are too few for, and how bad that is."""
    return refusing(ctx, lambda model: number > model.batch_size)


def _batches(refused: list[ModelSpec]) -> str:
    needs = [f"{model.id} needs more than its batch_size of {model.batch_size}" for model in refused]
    return whole(needs)


@rule("S704", "imbalance", on=Dataset, severity=Severity.ADVICE, basis=Basis.DOCUMENTED)
def imbalance(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Nearly all samples are portrait, or landscape, or square. (All of one size is S705.)

    Why: the model may do poorly on the other orientations.
    Source: user guide (documented), with this very example.
    Example: 18 portrait clips, 2 landscape clips.
    Remedy: add samples of other orientations, unless one is all that will be generated.
    """
    shapes = Counter(_orientation(size) for sample in dataset.samples if (size := _size(sample)))
    total = shapes.total()
    if total < ctx.limits.balance_samples:
        return
    shape, number = shapes.most_common(1)[0]
    if number >= total * ctx.limits.balance_share and not _uniform(dataset):
        yield Problem(f"{number:,} of {count(total, 'sample')} are {shape}")


@rule("S705", "uniform", on=Dataset, severity=Severity.ADVICE, basis=Basis.DOCUMENTED)
def uniform(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """All clips have one size and one length.

    Why: resolution and aspect ratio should be as diverse as possible.
    Source: user guide (documented).
    Example: 20 clips of 720×1280 and 5 s → some landscape, some shorter.
    Remedy: add clips of other sizes, unless one is all that will be generated.
    """
    clip = _uniform(dataset)
    if clip and len(dataset.samples) >= ctx.limits.balance_samples:
        same = f"{pixels(clip.displayed)} pixels and {seconds(clip.seconds)}"
        yield Problem(f"all {len(dataset.samples):,} clips have {same}")


def _uniform(dataset: Dataset) -> Video | None:
    """The first clip, where every sample has one and all are alike in size and, to a frame, in length."""
    videos = [clip for sample in dataset.samples if isinstance(clip := sample.medium("video_path"), Video)]
    if not videos or len(videos) < len(dataset.samples) or len({clip.displayed for clip in videos}) > 1:
        return None
    lengths = [clip.seconds for clip in videos]
    return videos[0] if (max(lengths) - min(lengths)) * videos[0].rate <= 1 else None


def _size(sample: Sample) -> tuple[int, int] | None:
    """What a sample looks like: its clip's size as displayed, or its first frame's where it has no clip."""
    shown = sample.medium("video_path") or sample.medium("first_frame_path")
    return shown.displayed if isinstance(shown, Video | Image) else None


def _orientation(size: tuple[int, int]) -> str:
    width, height = size
    if width == height:
        return "square"
    return "landscape" if width > height else "portrait"
