"""A sample's card: its pictures, its motion, its prompt in parts, and what was found in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from datasetkit.edits import Reencode
from datasetkit.findings import Finding
from datasetkit.footage import Cuts, Motion, Stills, Thumbnail
from datasetkit.model import Foreign, Image, Medium, Missing, Outside, Pointer, Reference, Sample, Unreadable, Video
from datasetkit.prompts.normalize import Normalized
from datasetkit.prompts.review import ReviewedPrompt
from datasetkit.report.columns import size
from datasetkit.report.visual.values import (
    ComparedFrames,
    MotionCurve,
    Remark,
    SampleCard,
    ShownPicture,
    ShownStrip,
    TextRun,
    TimeSpan,
)

_FRAMES = {"first_frame_path": ("first", "K502"), "last_frame_path": ("last", "K503")}
_TONE = "K505"


def card(
    key: str, sample: Sample, reviewed: ReviewedPrompt | None, found: Sequence[Finding], remarks: Sequence[Remark]
) -> SampleCard:
    """The card of a sample with what was ``found`` in it, as ``remarks``."""
    clip = sample.medium("video_path")
    worst = max((finding.severity for finding in found), default=None)
    title = clip.path if clip else next((one.medium.path for one in sample.references), f"line {sample.line}")
    return SampleCard(
        key=key,
        line=sample.line,
        title=title,
        severity=str(worst) if worst else "",
        facts=tuple(facts_of(clip)),
        compared=tuple(_compared(sample, clip, found)),
        strip=strip_of(clip) if isinstance(clip, Video) else None,
        curve=curve_of(clip, found) if isinstance(clip, Video) else None,
        prompt=tuple(prompt_runs(sample.prompt.text if sample.prompt else "", reviewed)),
        remarks=tuple(remarks),
    )


def facts_of(clip: Medium | None) -> Iterator[str]:
    """Short phrases about a clip; why there is none."""
    match clip:
        case Video():
            width, height = clip.displayed
            yield from (f"{width}×{height}", f"{float(clip.rate):.4g} fps", f"{float(clip.seconds):.2f} s")
            yield from (clip.codec, size(clip.size))
        case None:
            return
        case _:
            yield absence(clip)


def absence(medium: Medium) -> str:
    """Why there is no picture of a medium."""
    match medium:
        case Missing():
            return "file not found"
        case Outside():
            return "outside the dataset"
        case Foreign():
            return medium.content
        case Pointer():
            return f"{medium.system} pointer, not fetched"
        case Unreadable():
            return f"unreadable: {medium.reason}"
    return "no picture"


def picture_of(medium: Medium) -> ShownPicture:
    """A medium as one picture: an image, or a clip's first frame."""
    name = medium.path
    match medium:
        case Image(thumbnail=Thumbnail() as thumbnail):
            width, height = medium.displayed
            return ShownPicture(f"image {name}", f"{name} {width}×{height}", thumbnail)
        case Video(film=film) if film:
            return ShownPicture(f"first frame of {name}", name, film.first)
    return ShownPicture(f"{name}: {absence(medium)}", f"{name}: {absence(medium)}")


def _compared(sample: Sample, clip: Medium | None, found: Sequence[Finding]) -> Iterator[ComparedFrames]:
    for reference in sample.references:
        which, code = _FRAMES.get(reference.where.field or "", ("", ""))
        if which:
            differs = any(_differs(finding, code) for finding in found)
            yield ComparedFrames(_given(reference, which), _frame(clip, which), differs)


def _differs(finding: Finding, code: str) -> bool:
    """Whether a finding says that an image is much like its frame and yet not the same: another frame, another tone."""
    match = finding.data.get("match")
    moved = finding.code == code and isinstance(match, Mapping) and not match.get("path")
    return moved or finding.code == _TONE


def _given(reference: Reference, which: str) -> ShownPicture:
    shown = picture_of(reference.medium)
    return ShownPicture(f"{which}-frame {shown.alt}", shown.caption, shown.thumbnail)


def _frame(clip: Medium | None, which: str) -> ShownPicture | None:
    """The clip's own frame."""
    if not isinstance(clip, Video):
        return None
    film = clip.film
    thumbnail = film and (film.first if which == "first" else film.last)
    if not film or not thumbnail:
        return ShownPicture(f"the {which} frame of {clip.path} wasn't decoded", "not decoded")
    seconds = film.seconds[0 if which == "first" else -1]
    when = f"{which} frame, {seconds:.2f} s"
    return ShownPicture(f"{which} frame of {clip.path}, at {seconds:.2f} s", when, thumbnail)


def strip_of(clip: Video) -> ShownStrip | None:
    """The frames of a clip, if pictures of it were taken."""
    if not clip.film:
        return None
    when = ", ".join(f"{second:.2f}" for second in clip.film.seconds)
    return ShownStrip(
        f"{len(clip.film.seconds)} frames of {clip.path}, at {when} s", clip.film.strip, clip.film.seconds
    )


def curve_of(clip: Video, found: Sequence[Finding] = ()) -> MotionCurve | None:
    """How a clip moves, if it was decoded to its end, with the part that fixes for what was ``found`` would keep."""
    motion = clip.seen.of(Motion) if clip.seen else None
    if not clip.seen or not motion:
        return None
    cuts, stills = clip.seen.of(Cuts), clip.seen.of(Stills)
    spans = [TimeSpan(s.start, s.end, "black" if s.black else "frozen") for s in (stills.parts if stills else ())]
    return MotionCurve(
        motion.curve,
        float(clip.seconds),
        tuple(cut.seconds for cut in (cuts.cuts if cuts else ())),
        (*spans, *_kept(clip, found)),
    )


def _kept(clip: Video, found: Sequence[Finding]) -> Iterator[TimeSpan]:
    """The part of a clip that the first fix of its length would keep."""
    edits = (edit for finding in found for edit in finding.fix if isinstance(edit, Reencode) and edit.path == clip.path)
    cut = next((edit for edit in edits if edit.start or edit.seconds is not None), None)
    if cut:
        start = cut.start or 0
        end = clip.seconds if cut.seconds is None else min(clip.seconds, start + cut.seconds)
        yield TimeSpan(float(start), float(end), "kept")


def prompt_runs(text: str, reviewed: ReviewedPrompt | None) -> Iterator[TextRun]:
    """A prompt as its subject with background, its effect, and the trigger in it."""
    found = reviewed.result.found if reviewed else ""
    before, effect, behind = text.partition(found) if found and found in text else (text, "", "")
    words = [trigger.written for trigger in reviewed.result.triggers] if reviewed else []
    yield from _runs(before, "subject", words)
    yield from _runs(effect, "effect", words)
    yield from _runs(behind, "subject", words)


def effect_runs(result: Normalized, behind: str) -> tuple[TextRun, ...]:
    """A prompt's effect with the trigger in it, and the text ``behind`` it."""
    words = [trigger.written for trigger in result.triggers]
    return (*_runs(result.found, "effect", words), *_runs(behind, "subject", words))


def _runs(text: str, kind: str, triggers: Sequence[str]) -> Iterator[TextRun]:
    """The text with its trigger words apart."""
    pattern = "|".join(re.escape(word) for word in triggers if word)
    parts = re.split(f"({pattern})", text) if pattern else [text]
    for number, part in enumerate(parts):
        if part:
            yield TextRun(part, "trigger" if number % 2 else kind)
