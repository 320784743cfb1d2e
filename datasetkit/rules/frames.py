"""Family K: frames and their clips."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

from datasetkit.edits import GrabFrame, Which
from datasetkit.findings import Basis, Problem, Severity
from datasetkit.footage import Ends, Fit, Match, Signature, Tone
from datasetkit.media.fits import expected_match, is_sure
from datasetkit.model import Dataset, Image, Kind, Medium, Sample, Video, Where
from datasetkit.rules.parts import clips, shown
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.wording import pixels, seconds, series

if TYPE_CHECKING:
    from datasetkit.media.matching import Gallery


@rule("K501", "frame-shape", on=Dataset, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def frame_shape(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A frame's aspect ratio differs from its clip's, comparing both as a viewer shows them.

    Why: the frame can't be from this clip, or one of the two will be cropped or stretched.
    Source: our own judgement (heuristic).
    Example: an image of 1024×1024 for a clip of 1280×720.
    Remedy: `datasetkit fix --unsafe -o DIR` takes the frame from the clip, unless it is another clip's. By hand:
    `ffmpeg -i video_1.mp4 -frames:v 1 image_1.png`.
    """
    differing = [
        (where, frame, clip)
        for where, frame, clip in _framed(dataset)
        if _differ(frame.displayed, clip.displayed, ctx.limits.aspect_tolerance)
    ]
    looked_at = {pair.where: pair for which in Which for pair in _pairs(dataset, which)} if differing else {}
    for where, frame, clip in differing:
        sizes = f"{frame.path} is {pixels(frame.displayed)}, but its clip {clip.path} is {pixels(clip.displayed)}"
        fix = looked_at[where].retaken() if where in looked_at else ()  # else it may be another clip's frame
        data = {"size": frame.displayed, "clip": clip.path, "clip_size": clip.displayed}
        yield Problem(f"{sizes}: the aspect ratios differ", where=where, fix=fix, safe=False, data=data)


def _framed(dataset: Dataset) -> Iterator[tuple[Where, Image, Video]]:
    """Every image that is given for a clip, and the clip."""
    for sample in dataset.samples:
        clip = sample.medium("video_path")
        for reference in sample.references:
            if isinstance(clip, Video) and isinstance(reference.medium, Image):
                yield reference.where, reference.medium, clip


def _differ(one: tuple[int, int], other: tuple[int, int], tolerance: float) -> bool:
    """Whether the aspect ratios of two sizes differ by more than ``tolerance``, as a share of the smaller."""
    low, high = sorted((one[0] * other[1], other[0] * one[1]))
    return high > low * (1 + tolerance)


@rule("K502", "first-frame-mismatch", on=Dataset, severity=Severity.WARNING, basis=Basis.HEURISTIC, needs="frames")
def first_frame_mismatch(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A sample's image isn't the first frame of its clip.

    Why: the model learns that a video may begin with something else than the image it is given.
    Source: our own judgement (heuristic). The frame that matches best decides, so crops, other sizes, compression and
    other tones make no difference. Frames are looked for in the whole clip, and at the start and end of the others.
    Example: `image_7.jpg` is the first frame of `video_8.mp4`; or it was taken one second into its own clip.
    Remedy: `datasetkit fix --unsafe -o DIR` takes the frame from the clip. By hand:
    `ffmpeg -i video_7.mp4 -frames:v 1 image_7.png`. `fix` never replaces a frame of another clip: two lines may be
    swapped, and only you know which to correct.
    """
    yield from _mismatches(dataset, Which.FIRST)


@rule("K503", "last-frame-mismatch", on=Dataset, severity=Severity.WARNING, basis=Basis.HEURISTIC, needs="frames")
def last_frame_mismatch(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A sample's image isn't the last frame of its clip (kf2v).

    Why: the model learns that a video may end with something else than the image it is given.
    Source: our own judgement (heuristic), as for K502.
    Example: the clip was trimmed after its last frame was taken.
    Remedy: as for K502: `datasetkit fix --unsafe -o DIR` takes the last frame from the clip again.
    """
    if ctx.assumed.kind is Kind.KF2V:
        yield from _mismatches(dataset, Which.LAST)


def _mismatches(dataset: Dataset, which: Which) -> Iterator[Problem]:
    for pair in _pairs(dataset, which):
        wrong = pair.mismatch()
        if wrong and not pair.is_also_first:  # else K504
            is_not = f"{pair.image.path} isn't the {which} frame of {pair.clip.path}"
            data = {"score": round(wrong.score, 4), "match": _described(wrong.match)}
            known = _named(wrong.match) if wrong.match else ""
            fix = pair.retaken(known or "an image that matches no frame of it")
            shown = f"it is {known}" if known else "it matches no frame of it, nor the first or last frame of another"
            yield Problem(f"{is_not}; {shown}", where=pair.where, fix=fix, safe=False, data=data)


def _named(match: Match) -> str:
    """What an image shows instead."""
    if match.path:
        return f"the {'last' if match.frame else 'first'} frame of {match.path}"
    turns = ["mirrored"] * match.mirrored + [f"turned by {match.turned}°"] * bool(match.turned)
    if turns or match.cropped:
        return f"that frame {series([*turns, *['cropped'] * match.cropped])}"
    return f"frame {match.frame} ({seconds(match.seconds)}) of that clip"


def _described(match: Match | None) -> dict[str, object] | None:
    return {name: value for name, value in asdict(match).items() if name != "score"} if match else None


@rule("K505", "frame-tone", on=Dataset, severity=Severity.WARNING, basis=Basis.HEURISTIC, needs="frames")
def frame_tone(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """A sample's image is the right frame, but brighter, darker or of other colours.

    Why: the videos will flash after their first frame, as the model learns that step.
    Source: our own judgement (heuristic). Differences that nobody would see are allowed.
    Example: a frame saved with the range of video (16 to 235) instead of an image's (0 to 255) looks faded.
    Remedy: `datasetkit fix --unsafe -o DIR` takes the frame from the clip again. By hand:
    `ffmpeg -i video_7.mp4 -frames:v 1 image_7.png`.
    """
    for which in (Which.FIRST, Which.LAST) if ctx.assumed.kind is Kind.KF2V else (Which.FIRST,):
        for pair in _pairs(dataset, which):
            jump = pair.fit.tone
            if jump and not pair.mismatch():
                message = f"{pair.image.path} is the {which} frame of {pair.clip.path}, but {_tones(jump)}"
                data = {"brightness": jump.brightness, "contrast": jump.contrast, "colour": jump.colour}
                fix = pair.retaken("that frame in other tones")
                yield Problem(message, where=pair.where, fix=fix, safe=False, data=data | {"cause": jump.cause})


_CAUSES = {
    "limited": "faded: black and white are stored as 16 and 235",
    "stretched": "too strong in contrast: it was stretched from 16–235 to 0–255 once too often",
    "matrix": "in other colours: it was converted with another colour matrix",
}


def _tones(jump: Tone) -> str:
    if jump.cause:
        return _CAUSES[jump.cause]
    brightness = f"{abs(jump.brightness):.0f} of 255 levels {'brighter' if jump.brightness > 0 else 'darker'}"
    parts = [brightness] * (abs(jump.brightness) >= 1) + ["in other colours"] * (jump.colour >= 1)
    return series(parts) or "in other tones"


@dataclass(frozen=True, slots=True)
class _Mismatch:
    """An image isn't the frame that it should be, but fits it with ``score``; ``match`` is what it is, if known."""

    score: float
    match: Match | None


@dataclass(frozen=True, slots=True)
class _Pair:
    """An image that is given as a clip's first or last frame, with what both show and how they fit.

    ``others`` gives the ends of all clips.
    """

    where: Where
    image: Image
    clip: Video
    which: Which
    signature: Signature
    frame: Signature
    fit: Fit
    others: Callable[[], Gallery]
    is_also_first: bool

    def mismatch(self) -> _Mismatch | None:
        """What the image is instead of that frame; None where it is that frame."""
        matched = self.clip.seen.matched(self.signature) if self.clip.seen else None
        if matched is None:  # the image is surely that frame, so no others were looked at
            return None
        right = expected_match(matched, self.fit)
        if is_sure(right.score):
            return None
        from datasetkit.media.matching import explained  # loads numpy

        found = explained(self.signature, self.frame, right, matched, self.others())
        if found == right:
            return None
        named = replace(found, path=None) if found and found.path == self.clip.path else found
        return _Mismatch(right.score, named)

    def is_of_another_clip(self) -> bool:
        """Whether the image is the first or last frame of another clip."""
        wrong = self.mismatch()
        return bool(wrong and wrong.match and wrong.match.path)

    def retaken(self, instead_of: str = "") -> tuple[GrabFrame, ...]:
        """The frame taken again; nothing for a frame of another clip, which the other sample may lack."""
        grab = GrabFrame(self.image.path, self.clip.path, self.which, instead_of)
        return () if self.is_of_another_clip() else (grab,)


def frames_of_other_clips(dataset: Dataset) -> frozenset[str]:
    """The images that are the first or last frame of another clip than their own: they may be swapped."""
    pairs = (pair for which in Which for pair in _pairs(dataset, which))
    return frozenset(pair.image.path for pair in pairs if pair.is_of_another_clip())


def _pairs(dataset: Dataset, which: Which) -> Iterator[_Pair]:
    """The images that are given as the clips' first or last frames, where both could be seen."""
    field, last = f"{which}_frame_path", which is Which.LAST
    others = cache(partial(_gallery, dataset))
    for sample in dataset.samples:
        clip, image = sample.medium("video_path"), sample.medium(field)
        if not isinstance(clip, Video) or not clip.seen or not isinstance(image, Image) or not image.signature:
            continue
        ends = clip.seen.of(Ends)
        frame = ends and (ends.last if last else ends.first)
        fit = clip.seen.fit(image.signature, last=last)
        if frame and fit and (clip.seen.complete or not last):
            same = last and _same_file(sample.medium("first_frame_path"), image)
            where = replace(sample.where, field=field)
            yield _Pair(where, image, clip, which, image.signature, frame, fit, others, same)


def _gallery(dataset: Dataset) -> Gallery:
    from datasetkit.media.matching import Gallery  # loads numpy

    return Gallery(dict(_clip_ends(dataset)))


def _clip_ends(dataset: Dataset) -> Iterator[tuple[Match, Signature]]:
    """The first and last frames of all clips, as far as they were decoded."""
    for clip in clips(dataset):
        ends = shown(clip, Ends)
        if ends:
            yield Match(1, path=clip.path), ends.first
        if ends and ends.last and clip.frames > 1:
            last = clip.frames - 1
            yield Match(1, last, float(last / clip.rate), clip.path), ends.last


def _same_file(one: Medium | None, other: Image) -> bool:
    """Whether both are one file, or have the same bytes."""
    return isinstance(one, Image) and (
        one.path == other.path or (one.digest is not None and one.digest == other.digest)
    )


@rule("K504", "frames-equal", on=Sample, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def frames_equal(sample: Sample, ctx: Context) -> Iterator[Problem]:
    """A sample's first and last frames are the same file or have the same bytes.

    Why: the model learns how to get from one frame to the other, and here nothing changes.
    Source: our own judgement (heuristic).
    Example: `"first_frame_path": "a.jpg", "last_frame_path": "a.jpg"`.
    Remedy: use the clip's last frame.
    """
    first, last = sample.medium("first_frame_path"), sample.medium("last_frame_path")
    if not isinstance(first, Image) or not isinstance(last, Image):
        return
    where = replace(sample.where, field="last_frame_path")
    if first.path == last.path:
        yield Problem(f"{last.path} is both the first and the last frame", where=where)
    elif first.digest and first.digest == last.digest:
        yield Problem(f"{last.path} has the same content as {first.path}, the first frame", where=where)
