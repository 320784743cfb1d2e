"""What may be changed in a dataset, as wanted states and not as steps. Pure values.

An edit says how its target shall be; carried out twice it changes nothing the second time. Edits on one target
merge into one, so that a clip is decoded once. Merging takes the stricter of two limits and the sum of two
wishes; the few pairs that contradict one another do not merge, and `plan` says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from datasetkit import spec
from datasetkit.model import Dataset, Image, Video


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture as displayed (upright, square pixels): its left upper corner and its size, in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Reencode:
    """A clip is an MP4 and has what is wanted here; what is not asked for stays as it is.

    ``usual_codec``: H.264, or whatever of `spec.limits().common_codecs` it is already. ``upright``: rotation and
    mirroring are in the pixels. ``steady``: one constant rate. ``progressive``: not interlaced. ``single``: one
    picture stream. ``start`` and ``seconds`` bound the part that is kept, in seconds of the clip as played.
    ``crop`` is the part of the picture that is kept. ``max_side`` and ``max_pixels`` bound its size, aspect kept.
    """

    path: str
    usual_codec: bool = False
    upright: bool = False
    steady: bool = False
    progressive: bool = False
    single: bool = False
    start: Fraction | None = None
    seconds: Fraction | None = None
    crop: Box | None = None
    max_side: int | None = None
    max_pixels: int | None = None


@dataclass(frozen=True, slots=True)
class Convert:
    """An image has what is wanted here; what is not asked for stays as it is.

    ``format`` is "JPEG", "PNG", "WEBP" or "BMP" (None: its own, where the platform takes that, else PNG).
    ``upright``: no EXIF rotation. ``rgb``: eight bits of RGB, transparency on white. ``first_frame``: not animated.
    """

    path: str
    format: str | None = None
    upright: bool = False
    rgb: bool = False
    first_frame: bool = False
    max_side: int | None = None
    max_pixels: int | None = None


class Which(StrEnum):
    """Which frame of a clip, as played."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class GrabFrame:
    """The image at ``path`` is the first or last frame of ``clip`` as displayed, after the clip's own edits."""

    path: str
    clip: str
    which: Which = Which.FIRST


@dataclass(frozen=True, slots=True)
class SetLine:
    """The lines ``line`` to ``last`` of data.jsonl (counted from 1; ``last`` None: one line) read ``text``."""

    line: int
    text: str
    last: int | None = None


@dataclass(frozen=True, slots=True)
class SetField:
    """A field of a line of data.jsonl holds this string."""

    line: int
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class SetPrompt:
    """The prompt of a line reads ``text``: `SetField` on "prompt"."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class DropLine:
    """A blank line of data.jsonl is not there."""

    line: int


@dataclass(frozen=True, slots=True)
class StripBom:
    """data.jsonl does not begin with a byte order mark."""


MediaEdit = Reencode | Convert | GrabFrame
LineEdit = SetLine | SetField | SetPrompt | DropLine | StripBom
Edit = MediaEdit | LineEdit
Target = tuple[str | int, ...]

Joined = TypeVar("Joined", Reencode, Convert)

_SMALLER = {"seconds", "max_side", "max_pixels"}
_UNMERGED = {"path", "crop", "format"}


def target(edit: Edit) -> Target:
    """What an edit is on; edits with equal targets merge or contradict one another."""
    match edit:
        case Reencode() | Convert() | GrabFrame():
            return ("medium", edit.path)
        case SetPrompt():
            return ("line", edit.line, "prompt")
        case SetField():
            return ("line", edit.line, edit.field)
        case SetLine() | DropLine():
            return ("line", edit.line)
        case StripBom():
            return ("file",)


def merge(one: Edit, other: Edit) -> Edit | None:
    """Both edits of one target in one, or None where they contradict one another."""
    one, other = _plain(one), _plain(other)
    match one, other:
        case _ if one == other:
            return one
        case (Reencode(), Reencode()):
            return _join(one, other)
        case (Convert(), Convert()):
            return _join(one, other)
        case (GrabFrame(), Convert()):
            return one  # a grabbed frame is upright RGB in a format the platform takes
        case (Convert(), GrabFrame()):
            return other
        case _:
            return None


def _plain(edit: Edit) -> Edit:
    return SetField(edit.line, "prompt", edit.text) if isinstance(edit, SetPrompt) else edit


def _join(one: Joined, other: Joined) -> Joined | None:
    values = {field.name: _both(field.name, one, other) for field in fields(one)}
    if any(len(wanted) > 1 for name, wanted in values.items() if name in _UNMERGED):
        return None
    chosen = {name: _stricter(name, wanted) for name, wanted in values.items() if wanted}
    return replace(one, **chosen)


def _both(name: str, one: Joined, other: Joined) -> set[Any]:
    return {getattr(one, name), getattr(other, name)} - {None}


def _stricter(name: str, wanted: set[Any]) -> Any:
    return min(wanted) if name in _SMALLER else max(wanted) if len(wanted) > 1 else next(iter(wanted))


def wishes(edit: MediaEdit) -> Iterator[str]:
    """What a media edit asks for, in words for a plan that is printed."""
    match edit:
        case Reencode():
            yield "MP4"
            yield from _clip_wishes(edit)
        case Convert():
            yield from _image_wishes(edit)
        case GrabFrame():
            yield f"the {edit.which} frame of {edit.clip}"


def _clip_wishes(edit: Reencode) -> Iterator[str]:
    words = {
        "usual_codec": "H.264",
        "upright": "upright",
        "steady": "constant rate",
        "progressive": "not interlaced",
        "single": "one picture stream",
    }
    yield from (word for name, word in words.items() if getattr(edit, name))
    if edit.start:
        yield f"from {float(edit.start):.2f} s on"
    if edit.seconds is not None:
        yield f"at most {float(edit.seconds):g} s"
    if edit.crop:
        box = edit.crop
        yield f"cropped to {box.width}×{box.height} at {box.left},{box.top}"
    yield from _bounds(edit)


def _image_wishes(edit: Convert) -> Iterator[str]:
    if edit.format:
        yield edit.format
    words = {"upright": "upright", "rgb": "8-bit RGB", "first_frame": "first frame only"}
    yield from (word for name, word in words.items() if getattr(edit, name))
    yield from _bounds(edit)


def _bounds(edit: Reencode | Convert) -> Iterator[str]:
    if edit.max_side:
        yield f"sides up to {edit.max_side}"
    if edit.max_pixels:
        yield f"up to {edit.max_pixels:,} pixels"


def plain_clip(path: str) -> Reencode:
    """A clip as the platform takes it and as no rule finds fault with it, with nothing cut off."""
    return Reencode(
        path,
        usual_codec=True,
        upright=True,
        steady=True,
        progressive=True,
        single=True,
        max_side=spec.limits().video_side,
    )


def plain_image(path: str, wanted: str | None = None) -> Convert:
    """An image as the platform takes it and as no rule finds fault with it, in the format called ``wanted``."""
    return Convert(path, wanted, upright=True, rgb=True, first_frame=True, max_side=spec.limits().image_side)


def shrunk(dataset: Dataset, max_pixels: float) -> Iterator[MediaEdit]:
    """Every clip and frame of more than ``max_pixels`` scaled down to that."""
    named = (reference.medium for sample in dataset.samples for reference in sample.references)
    for path, medium in {medium.path: medium for medium in named}.items():
        if isinstance(medium, Video) and medium.width * medium.height > max_pixels:
            yield Reencode(path, max_pixels=int(max_pixels))
        elif isinstance(medium, Image) and medium.width * medium.height > max_pixels:
            yield Convert(path, max_pixels=int(max_pixels))
