"""Family S: the set as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from datasetkit.findings import Basis, Problem, Severity
from datasetkit.model import Dataset, Image, Role, Sample, Video
from datasetkit.rules.parts import refusing
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.wording import count, pixels, seconds, series
from datasetkit.spec import ModelSpec


@rule("S701", "too-few-samples", on=Dataset, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def too_few_samples(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A training set has fewer samples than the platform requires, or no more than one batch.

    Why: the platform refuses it, or the job fails after a few minutes.
    Source: user guide (documented); more than one batch: the platform's client (client-observed).
    Example: 6 samples → 20.
    Remedy: add samples.
    """
    samples, least = len(dataset.lines), ctx.limits.samples_low  # broken lines are reported as broken
    refused, severity = _too_small(samples, ctx)
    if _is(dataset, Role.TRAINING, ctx) and samples < least:
        message = f"{count(samples, 'sample')}; at least {least} are required"
        yield Problem(message, data={"samples": samples, "limit": least})
    elif _is(dataset, Role.TRAINING, ctx) and refused:
        yield Problem(f"{count(samples, 'sample')}; {_batches(refused)}", severity=severity, data={"samples": samples})


@rule("S702", "few-samples", on=Dataset, severity=Severity.ADVICE, basis=Basis.DOCUMENTED)
def few_samples(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A training set has fewer samples than recommended.

    Why: with fewer, results vary from one training to the next.
    Source: user guide (documented). `datasetkit models --format json` shows the number.
    Example: 12 samples → 24.
    Remedy: add samples.
    """
    samples, limits = len(dataset.lines), ctx.limits
    few = limits.samples_low <= samples < limits.samples_recommended
    if _is(dataset, Role.TRAINING, ctx) and few and not _too_small(samples, ctx)[0]:
        message = f"{count(samples, 'sample')}; {limits.samples_recommended} or more are recommended"
        yield Problem(message, data={"samples": samples, "limit": limits.samples_recommended})


@rule("S703", "validation-size", on=Dataset, severity=Severity.WARNING, basis=Basis.CLIENT)
def validation_size(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A validation set has no more samples than one batch.

    Why: jobs with such sets have failed after a few minutes.
    Source: the authors of the platform's client (client-observed); not documented.
    Example: 2 samples for a model whose batch_size is 4 → 5 samples.
    Remedy: add samples, or lower the job's batch_size.
    """
    samples = len(dataset.lines)
    refused, _ = _too_small(samples, ctx)
    if _is(dataset, Role.VALIDATION, ctx) and refused:
        yield Problem(f"{count(samples, 'validation sample')}; {_batches(refused)}", data={"samples": samples})


def _is(dataset: Dataset, role: Role, ctx: Context) -> bool:
    return dataset.annotations is not None and ctx.assumed.role is role


def _too_small(samples: int, ctx: Context) -> tuple[list[ModelSpec], Severity]:
    """The models that need more samples than these, and how bad that is."""
    return refusing(ctx, lambda model: samples > model.batch_size)


def _batches(refused: list[ModelSpec]) -> str:
    sizes = series(f"{model.batch_size} for {model.id}" for model in refused)
    return f"there must be more than the batch_size ({sizes})"


@rule("S704", "imbalance", on=Dataset, severity=Severity.ADVICE, basis=Basis.DOCUMENTED)
def imbalance(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Nearly all samples are portrait, or landscape, or square. (Clips all of one size are S705.)

    Why: the model may do badly on the other orientations.
    Source: user guide (documented), which gives this example.
    Example: 18 portrait clips, 2 landscape clips.
    Remedy: add samples of other orientations, unless you will only generate this one.
    """
    shapes = Counter(_orientation(*size) for sample in dataset.samples if (size := _size(sample)))
    total = shapes.total()
    if total < ctx.limits.balance_samples or _uniform(dataset):
        return
    shape, number = shapes.most_common(1)[0]
    if number >= total * ctx.limits.balance_share:
        yield Problem(f"{number:,} of {count(total, 'sample')} are {shape}")


@rule("S705", "uniform", on=Dataset, severity=Severity.ADVICE, basis=Basis.DOCUMENTED)
def uniform(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """All clips have the same size and the same length.

    Why: the guide wants clips of varied sizes and lengths, so that the model also works for sizes other than this one.
    Source: user guide (documented).
    Example: 20 clips of 720×1280 and 5 s → some landscape, some shorter.
    Remedy: add clips of other sizes, unless you will only generate this one.
    """
    clip = _uniform(dataset)
    if clip and len(dataset.samples) >= ctx.limits.balance_samples:
        yield Problem(
            f"all {len(dataset.samples):,} clips are {pixels(clip.displayed)} and {seconds(clip.seconds)} long"
        )


def _uniform(dataset: Dataset) -> Video | None:
    """The first clip, where every sample has one and all have the same size and, give or take a frame, length."""
    videos = [clip for sample in dataset.samples if isinstance(clip := sample.medium("video_path"), Video)]
    if not videos or len(videos) < len(dataset.samples) or len({clip.displayed for clip in videos}) > 1:
        return None
    lengths = [clip.seconds for clip in videos]
    return videos[0] if (max(lengths) - min(lengths)) * videos[0].rate <= 1 else None


def _size(sample: Sample) -> tuple[int, int] | None:
    """What a sample looks like: its clip's size as displayed, or its first frame's where it has no clip."""
    shown = sample.medium("video_path") or sample.medium("first_frame_path")
    return shown.displayed if isinstance(shown, Video | Image) else None


def _orientation(width: int, height: int) -> str:
    return "square" if width == height else "landscape" if width > height else "portrait"
