"""Edits in words. An edit that can't be undone says what it keeps. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from datasetkit.edits import Convert, DropLine, GrabFrame, LineEdit, MediaEdit, Reencode, SetField, SetLine, StripBom
from datasetkit.model import BrokenLine, Image, Medium, Sample, Video

_LONG = 120  # characters of a value; of a longer one only the changes are shown
_CONTEXT = 3  # words shown beside a change
_CLIP_WORDS = {
    "usual_codec": "H.264",
    "upright": "upright",
    "steady": "constant frame rate",
    "progressive": "deinterlaced",
    "single": "one picture stream",
    "sdr": "HDR converted to SDR",
}


def describe_medium(edit: MediaEdit, medium: Medium | None) -> Iterator[str]:
    """What a media edit does to ``medium``, which is None if it isn't known."""
    match edit:
        case Reencode():
            yield from _describe_clip(edit, medium)
        case Convert():
            yield from _describe_image(edit, medium)
        case GrabFrame():
            taken = f"{edit.which} frame of {edit.clip}"
            yield f"{taken}, in place of {edit.instead_of}" if edit.instead_of else f"replaced by the {taken}"


def describe_line(edit: LineEdit, before: Mapping[int | None, Sample | BrokenLine]) -> str:
    """What a line edit does; ``before`` are the lines as they are, by their numbers."""
    match edit:
        case SetLine():
            several = f"-{edit.last}" if edit.last and edit.last != edit.line else ""
            line = before.get(edit.line)
            return f"line {edit.line}{several}: rewritten" + (
                f" ({line.message})" if isinstance(line, BrokenLine) else ""
            )
        case SetField():
            return f"line {edit.line}, {edit.field}: {_changed(edit, before.get(edit.line))}"
        case DropLine():
            return f"line {edit.line}: blank line removed"
        case StripBom():
            return "line 1: byte order mark removed"


def _changed(edit: SetField, line: Sample | BrokenLine | None) -> str:
    """A field's old and new value; of a long one the words that change."""
    old = line.record.get(edit.field) if isinstance(line, Sample) else None
    if not isinstance(old, str):
        return edit.value
    if max(len(old), len(edit.value)) <= _LONG:
        return f"{old} → {edit.value}"
    from datasetkit.prompts.worddiff import word_diff  # loads rapidfuzz

    return word_diff(old, edit.value, _CONTEXT) or "white space"


def _describe_clip(edit: Reencode, medium: Medium | None) -> Iterator[str]:
    clip = medium if isinstance(medium, Video) else None
    if clip is None:
        yield "MP4"
    yield from (words for name, words in _CLIP_WORDS.items() if getattr(edit, name))
    if edit.rate:
        yield _retimed(edit.rate, clip)
    if edit.start or edit.seconds is not None:
        yield f"keeps {kept_span(edit, clip)}"
    if edit.crop:
        box = edit.crop
        yield "crops " + (f"{_size(clip)} " if clip else "") + f"to {box.width}×{box.height} at {box.left},{box.top}"
    yield from _describe_size(edit, clip)


def _describe_image(edit: Convert, medium: Medium | None) -> Iterator[str]:
    image = medium if isinstance(medium, Image) else None
    if edit.format and (image is None or image.format != edit.format):
        yield edit.format
    if edit.upright:
        yield "upright"
    if edit.rgb:
        yield "8-bit RGB" + (" on white" if image and image.transparent else "")
    if edit.first_frame:
        yield "keeps the first picture" + (f" of {image.frames:,}" if image and image.frames > 1 else "")
    yield from _describe_size(edit, image)


def kept_span(edit: Reencode, medium: Medium | None) -> str:
    """The part that an edit keeps of a clip, and the clip's length if that is known."""
    clip = medium if isinstance(medium, Video) else None
    start = edit.start or Fraction(0)
    ends = [start + edit.seconds] if edit.seconds is not None else []
    ends += [clip.seconds] if clip else []
    if not ends:
        return f"all from {float(start):.2f} s on"
    return f"{float(start):.2f}–{float(min(ends)):.2f} s" + (f" of {float(clip.seconds):.2f} s" if clip else "")


def _describe_size(edit: Reencode | Convert, medium: Image | Video | None) -> Iterator[str]:
    bounds = [f"sides of at most {edit.max_side}"] if edit.max_side else []
    bounds += [f"at most {edit.max_pixels:,} pixels"] if edit.max_pixels else []
    yield from (f"shrinks {_size(medium)} to {bound}" if medium else bound for bound in bounds)


def _retimed(rate: Fraction, clip: Video | None) -> str:
    if clip is None:
        return f"{_fps(rate)} fps"
    change = "drops" if rate < clip.rate else "repeats"
    return f"{_fps(rate)} in place of {_fps(clip.rate)} fps ({change} frames, keeps the length)"


def _fps(rate: Fraction) -> str:
    return f"{round(float(rate), 2):g}"


def _size(medium: Image | Video) -> str:
    return "×".join(map(str, medium.displayed))
