"""Changes to a dataset, described by the result wanted, not by steps. Pure values.

An edit says how its target should be; doing it twice changes nothing the second time. Edits on one target merge into
one, so that a clip is decoded once. If two edits set limits, the stricter one wins; flags add up. A few pairs
contradict each other and don't merge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from datasetkit import spec
from datasetkit.footage import Box
from datasetkit.model import Dataset, Image, Video


@dataclass(frozen=True, slots=True)
class Reencode:
    """A clip is an MP4 with these properties; everything else stays as it is.

    ``usual_codec``: H.264, or the one it has if that is in `spec.limits().common_codecs`. ``upright``: rotation and
    mirroring are in the pixels. ``steady``: constant frame rate. ``progressive``: not interlaced. ``single``: one
    picture stream. ``sdr``: PQ and HLG are converted to BT.709. ``rate``: so many frames a second, all equally long.
    ``start`` and ``seconds`` give the part to keep, in seconds of the clip as played. It ends with the clip if that is
    shorter. ``exact``: it lies in the clip, and its start and end are each moved to the nearest moment at which a frame
    begins or ends. ``crop`` is the part of the picture to keep. ``max_side`` and ``max_pixels`` limit its size; its
    aspect ratio stays.
    """

    path: str
    usual_codec: bool = False
    upright: bool = False
    steady: bool = False
    progressive: bool = False
    single: bool = False
    sdr: bool = False
    rate: Fraction | None = None
    start: Fraction | None = None
    seconds: Fraction | None = None
    exact: bool = False
    crop: Box | None = None
    max_side: int | None = None
    max_pixels: int | None = None


@dataclass(frozen=True, slots=True)
class Convert:
    """An image has these properties; everything else stays as it is.

    ``format`` is "JPEG", "PNG", "WEBP" or "BMP" (None: its own if the platform accepts it, else PNG). ``upright``: no
    EXIF rotation. ``rgb``: 8-bit RGB, transparent parts white. ``first_frame``: not animated.
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
    """The image at ``path`` is the first or last frame of ``clip``, as displayed after the clip's own edits.

    ``instead_of`` says in words what it shows now, if that is known.
    """

    path: str
    clip: str
    which: Which = Which.FIRST
    instead_of: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class SetLine:
    """The lines ``line`` to ``last`` of data.jsonl (counted from 1; ``last`` None: one line) read ``text``."""

    line: int
    text: str
    last: int | None = None


@dataclass(frozen=True, slots=True)
class SetField:
    """A field of a line of data.jsonl (counted from 1) holds this string."""

    line: int
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class DropLine:
    """A blank line of data.jsonl is gone."""

    line: int


@dataclass(frozen=True, slots=True)
class StripBom:
    """data.jsonl doesn't begin with a byte order mark."""


MediaEdit = Reencode | Convert | GrabFrame
LineEdit = SetLine | SetField | DropLine | StripBom
Edit = MediaEdit | LineEdit
Target = tuple[str, int, str]  # a medium's path, or a line of data.jsonl (0: before the first) and its field

Joined = TypeVar("Joined", Reencode, Convert)

_SMALLER = {"seconds", "max_side", "max_pixels"}
_UNMERGED = {"path", "crop", "format", "rate"}


def target(edit: Edit) -> Target:
    """What an edit changes; edits of one target merge or contradict each other."""
    match edit:
        case Reencode() | Convert() | GrabFrame():
            return (edit.path, 0, "")
        case SetField():
            return ("", edit.line, edit.field)
        case SetLine() | DropLine():
            return ("", edit.line, "")
        case StripBom():
            return ("", 0, "")


def merge(one: Edit, other: Edit) -> Edit | None:
    """Two edits of one target as one, or None if they contradict each other."""
    match one, other:
        case (GrabFrame(), GrabFrame()) if one == other:
            return one if one.instead_of else other
        case _ if one == other:
            return one
        case (Reencode(), Reencode()):
            return _join(one, other)
        case (Convert(), Convert()):
            return _join(one, other)
        case (GrabFrame(), Convert()):
            return one  # a grabbed frame is upright RGB in an accepted format
        case (Convert(), GrabFrame()):
            return other
        case _:
            return None


def _join(one: Joined, other: Joined) -> Joined | None:
    chosen: dict[str, Any] = {}
    for name in (one_field.name for one_field in fields(one)):
        wanted = {getattr(one, name), getattr(other, name)} - {None}
        if len(wanted) > 1 and name in _UNMERGED:
            return None
        if wanted:
            chosen[name] = min(wanted) if name in _SMALLER else max(wanted)
    return replace(one, **chosen)


def plain_clip(path: str, *, sdr: bool = False) -> Reencode:
    """A clip that the platform accepts and, if it is ``sdr``, no rule complains about, with nothing cut off."""
    plain = Reencode(path, usual_codec=True, upright=True, steady=True, progressive=True, single=True, sdr=sdr)
    return replace(plain, max_side=spec.limits().video_side)


def plain_image(path: str, wanted: str | None = None) -> Convert:
    """An image that the platform accepts and no rule complains about, in the format ``wanted``."""
    return Convert(path, wanted, upright=True, rgb=True, first_frame=True, max_side=spec.limits().image_side)


def shrunk(dataset: Dataset, max_pixels: float) -> Iterator[MediaEdit]:
    """Every clip and frame with more than ``max_pixels`` pixels scaled down to that."""
    named = (reference.medium for reference in dataset.references)
    for path, medium in {medium.path: medium for medium in named}.items():
        if isinstance(medium, Video) and medium.width * medium.height > max_pixels:
            yield Reencode(path, max_pixels=int(max_pixels))
        elif isinstance(medium, Image) and medium.width * medium.height > max_pixels:
            yield Convert(path, max_pixels=int(max_pixels))
