"""The values that a dataset is made of, all frozen. Nothing here reads or checks a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from fractions import Fraction

from datasetkit.footage import Depth, Film, Seen, Signature, Thumbnail
from datasetkit.leftout import DroppedSample

Progress = Callable[[str, int, int], object]
"""Called with the work, how much is done, and of how much: bytes when "writing" and "sending", else files."""


class Kind(StrEnum):
    """What conditions the video: its first frame, or its first and last frames."""

    I2V = "i2v"
    KF2V = "kf2v"


class Role(StrEnum):
    """What the set is for. A validation set holds no clips."""

    TRAINING = "training"
    VALIDATION = "validation"


class Source(Enum):
    """Where a dataset was read from."""

    FOLDER = "folder"
    ZIP = "zip"


class Expected(StrEnum):
    """The kind of file a field should name; ``ANY_VIDEO`` is a raw clip, in whatever container."""

    IMAGE = "image"
    VIDEO = "video"
    ANY_VIDEO = "any video"


@dataclass(frozen=True, slots=True)
class Where:
    """A place a finding points at.

    ``path`` is relative to the dataset's root, with ``/``; "" is the set itself. ``line`` counts from 1.
    """

    path: str
    line: int | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file under the dataset's root: its path relative to the root and its size in bytes.

    ``changed`` is when its content was last changed, in nanoseconds since 1970; 0 where that is not known, as in zips.
    """

    path: str
    size: int
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Image:
    """An image that was decoded whole, or whose header alone was read because it is over the limit.

    ``width`` and ``height`` are the stored pixels, before ``orientation`` (EXIF, 1 to 8) turns them.
    ``digest`` is the SHA-256 in hex, or None if no other file of the set has the same size. ``signature`` is what it
    shows; None if only headers are read. ``thumbnail`` is for people, if it was asked for; it is no fact.
    """

    path: str
    size: int
    format: str
    width: int
    height: int
    mode: str = "RGB"
    orientation: int = 1
    frames: int = 1
    transparent: bool = False
    digest: str | None = None
    signature: Signature | None = None
    thumbnail: Thumbnail | None = field(default=None, compare=False)

    @property
    def displayed(self) -> tuple[int, int]:
        """Width and height as a viewer shows the image, upright."""
        turned = self.orientation >= 5
        return (self.height, self.width) if turned else (self.width, self.height)


@dataclass(frozen=True, slots=True)
class Video:
    """A clip's facts: its picture stream as played, edit lists applied.

    ``width`` and ``height`` are the stored pixels, before ``rotation`` (degrees clockwise: 0, 90, 180 or 270),
    ``mirrored`` and ``pixel_aspect``. ``seconds`` and ``rate`` (average frames a second) are exact. ``jitter`` is the
    largest difference between a frame's duration and the usual one, in seconds. ``missing`` counts the frames whose
    bytes lie beyond the end of the file, ``pictures`` the picture streams without cover art. ``hdr`` is "PQ", "HLG" or
    "". ``seen`` is None if only headers are read. ``film`` is for people, if it was asked for; it is no fact.
    """

    path: str
    size: int
    container: str
    codec: str
    width: int
    height: int
    frames: int
    seconds: Fraction
    rate: Fraction
    rotation: int = 0
    mirrored: bool = False
    pixel_aspect: Fraction = Fraction(1)
    jitter: Fraction = Fraction(0)
    pictures: int = 1
    interlaced: bool = False
    missing: int = 0
    hdr: str = ""
    digest: str | None = None
    seen: Seen | None = None
    film: Film | None = field(default=None, compare=False)

    @property
    def displayed(self) -> tuple[int, int]:
        """Width and height as a player shows the clip, in square pixels and upright."""
        width = round(self.width * self.pixel_aspect)
        return (self.height, width) if self.rotation in (90, 270) else (width, self.height)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A medium of the expected sort that can't be read; ``reason`` is in plain language."""

    path: str
    size: int
    expected: Expected
    reason: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """A file whose content isn't what the platform accepts here; ``content`` names it ("a GIF image")."""

    path: str
    size: int
    expected: Expected
    content: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """A stand-in left by ``system`` (Git LFS, git-annex) where the medium should be."""

    path: str
    size: int
    expected: Expected
    system: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A path that names no file of the set; ``near`` holds the paths it may have meant, best first."""

    path: str
    expected: Expected
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outside:
    """A path that is absolute or leaves the dataset's root; nothing was opened. ``near`` is that of `Missing`."""

    path: str
    expected: Expected
    near: tuple[str, ...] = ()


Present = Image | Video | Unreadable | Foreign | Pointer  # in place of each other, a file at a path
Medium = Present | Missing | Outside


@dataclass(frozen=True, slots=True)
class Reference:
    """A field of a line that names a file: the text as ``written``, and the medium it was resolved to."""

    where: Where
    written: str
    medium: Medium


@dataclass(frozen=True, slots=True)
class Prompt:
    """A sample's prompt, as written."""

    where: Where
    text: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A line of data.jsonl that is a JSON object. ``repeated`` lists the keys it gives more than once."""

    where: Where
    record: Mapping[str, object]
    prompt: Prompt | None = None
    references: tuple[Reference, ...] = ()
    repeated: tuple[str, ...] = ()

    @property
    def line(self) -> int:
        """Its line's number, counted from 1."""
        return self.where.line or 0

    def medium(self, field: str) -> Medium | None:
        """The medium that ``field`` names, or None if the line lacks the field."""
        return next((r.medium for r in self.references if r.where.field == field), None)


class Flaw(Enum):
    """Why a line is not a record."""

    ENCODING = "encoding"
    NOT_JSON = "not-json"
    NOT_A_RECORD = "not-a-record"


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that holds no record: ``message`` names the cause; ``column`` counts characters from 1.

    ``corrected`` is what should stand in place of it and the lines up to ``last``; None if that is in doubt.
    """

    where: Where
    flaw: Flaw
    message: str
    column: int | None = None
    corrected: str | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Annotations:
    """What is known of the bytes of data.jsonl. ``blank`` lists blank lines before the last record."""

    path: str
    size: int
    bom: bool = False
    blank: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hazard:
    """A zip entry that may not be opened (``unsafe``), or a fault of the archive itself (path "")."""

    path: str
    reason: str
    unsafe: bool


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data.jsonl with everything beside and below it.

    ``name`` is how the user spelled the place; ``prefix`` is the folder inside the archive or tree that holds
    data.jsonl ("" at the root). ``size`` is the bytes of all files, for a zip that of the zip itself.
    ``annotations`` is None if no data.jsonl was found; ``near`` then holds what looks like it.
    ``unreviewed`` are a model's captions that nobody has accepted, by their clip. ``lines`` lacks what is ``dropped``.
    """

    name: str
    source: Source
    size: int
    annotations: Annotations | None = None
    lines: tuple[Sample | BrokenLine, ...] = ()
    files: tuple[File, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    near: tuple[str, ...] = ()
    prefix: str = ""
    depth: Depth = Depth.HEADER
    unreviewed: Mapping[str, str] = field(default_factory=dict, hash=False)
    dropped: tuple[DroppedSample, ...] = ()

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The lines that are records, in order."""
        return tuple(line for line in self.lines if isinstance(line, Sample))

    @property
    def references(self) -> Iterator[Reference]:
        """The files that the lines name, in their order."""
        return (reference for sample in self.samples for reference in sample.references)
