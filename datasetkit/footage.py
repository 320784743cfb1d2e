"""What pictures of clips and images show, in values small enough to be stored: `media` finds it, `rules` judge it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TypeVar


class Depth(IntEnum):
    """How much of a clip was read: its headers, its first and last frames, or all of it."""

    HEADER = 0
    FRAMES = 1
    FULL = 2


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture as displayed (upright, square pixels): its upper left corner and its size, in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Signature:
    """A picture as 64×64 luma and two planes of 32×32 chroma, one byte each: full range, BT.601.

    ``matrix`` is the colour matrix that its file names, numbered as in ITU-T H.273; 0 of images, 2 where none is named.
    """

    luma: bytes
    chroma: bytes
    matrix: int = 0

    @property
    def digest(self) -> str:
        """What identifies it, in hex."""
        return hashlib.sha256(self.luma + self.chroma + bytes([self.matrix])).hexdigest()


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong: in how many ``frames``, from which second of the clip on, and libav's first words for it.

    ``frames`` is 0 if all frames decode and only the file's structure is damaged.
    """

    since: float
    frames: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """The picture without its bars, in pixels as displayed; ``black``: all bars are."""

    crop: Box
    black: bool


@dataclass(frozen=True, slots=True)
class Still:
    """From which second to which the picture is ``black``, or else frozen."""

    start: float
    end: float
    black: bool


@dataclass(frozen=True, slots=True)
class Stills:
    """The still parts of a clip, in order; ``whole``: nothing moves in the entire clip."""

    parts: tuple[Still, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """The second at which the new scene begins; ``faded``: through black."""

    seconds: float
    faded: bool


@dataclass(frozen=True, slots=True)
class Cuts:
    """A clip's cuts, in order; at least one."""

    cuts: tuple[Cut, ...]


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """A hash of 64 bits for each sampled frame, bars left out. Flat frames have none: all of them look alike."""

    hashes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Motion:
    """Averages over the clip, a second: ``right`` and ``down`` in shares of the picture's width and height.

    ``zoom`` is how much larger things get (0.1: by a tenth), ``roll`` the degrees by which they turn clockwise.
    ``confidence`` goes from 0 (no common movement) to 1. ``onset`` is the second in which movement begins, None of a
    still clip. ``curve`` is how much the picture changes from one sampled frame to the next, from 0 to 1.
    """

    right: float
    down: float
    zoom: float
    roll: float
    confidence: float
    onset: float | None
    curve: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """How much happens in a clip, and how light it is (mean luma), for each ``step`` of seconds from its beginning.

    ``change`` is by how much the liveliest tenth of the picture changes from this sampled frame to the next, in
    quarters of a level, once the movement of the whole picture is taken out.
    """

    step: float
    change: bytes
    light: bytes


@dataclass(frozen=True, slots=True)
class Light:
    """Luma from 0 to 1 over the whole clip: its 5th, 50th and 99th percentile.

    ``sharpness`` is the variance of the Laplacian, at a width of 320 pixels, of the sharpest quarter of the frames
    looked at: others may be blurred by movement.
    """

    low: float
    middle: float
    high: float
    sharpness: float


@dataclass(frozen=True, slots=True)
class Steadiness:
    """How steadily bright a clip is, in shares of full scale.

    ``flicker`` is by how much a frame's mean luma is off the middle of its neighbours', on average (root mean square).
    ``jump`` is how much brighter the second frame is than the first, as mean luma.
    """

    flicker: float
    jump: float


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the mark may be, in pixels as displayed.

    One clip alone proves nothing: things that stand still before a moving picture look the same. A mark is at the same
    place in many clips.
    """

    box: Box


@dataclass(frozen=True, slots=True)
class Ends:
    """A clip's first and last frame; ``last`` is None if the clip wasn't decoded to its end."""

    first: Signature
    last: Signature | None


@dataclass(frozen=True, slots=True)
class Match:
    """What an image matches, and how well (1 at best): a frame of its own clip, or the first or last of ``path``.

    ``mirrored`` and ``turned`` (degrees clockwise) say what was done to that frame, ``cropped`` that the image shows a
    part of it.
    """

    score: float
    frame: int = 0
    seconds: float = 0.0
    path: str | None = None
    mirrored: bool = False
    turned: int = 0
    cropped: bool = False


@dataclass(frozen=True, slots=True)
class FramesMatched:
    """How well an ``image`` matches a clip's first, best and last frame.

    ``last`` is None if no more than the first frame was compared, as it is surely the image.
    """

    image: Signature
    first: Match
    best: Match
    last: Match | None


class Cause(StrEnum):
    """What explains that an image has other tones than its frame."""

    LIMITED = "limited"  # black at 16 and white at 235, as video has it, taken for an image's 0 and 255
    STRETCHED = "stretched"  # the reverse: 16 to 235 stretched where the video had the full range already
    MATRIX = "matrix"  # luma and chroma turned into RGB by another matrix


@dataclass(frozen=True, slots=True)
class Tone:
    """How an image differs from its frame: ``brightness`` and ``colour`` in levels of 255, ``contrast`` as a factor."""

    brightness: float
    contrast: float
    colour: float
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class Fit:
    """How well an image, named by its signature's ``digest``, fits the clip's first or ``last`` frame.

    ``score`` is 1 at best. ``tone`` is how its tones differ, None if no one would see it.
    """

    digest: str
    last: bool
    score: float
    tone: Tone | None


Result = (
    Bars | Stills | Cuts | Fingerprints | Motion | Activity | Light | Steadiness | Mark | Ends | FramesMatched | Fit
)
"""What a check over a clip's frames may find out."""

R = TypeVar("R", bound=Result)


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture for people, upright and in square pixels: a WEBP, and its width and height."""

    webp: bytes = field(repr=False)
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Film:
    """Frames of a clip for people, spread evenly from the first to the last.

    ``strip`` shows them side by side, each as wide as the others, at these ``seconds``. ``first`` and ``last`` are
    larger; ``last`` is None unless an image is given for it.
    """

    strip: Thumbnail
    seconds: tuple[float, ...]
    first: Thumbnail
    last: Thumbnail | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a pass over a clip saw: ``frames`` decoded, damage, and the checks' results.

    ``complete`` is false where the pass ran out of time; everything else then holds for the part before.
    """

    frames: int
    complete: bool
    damage: Damage | None
    results: tuple[Result, ...]

    def of(self, kind: type[R]) -> R | None:
        """The result of that type; None if its check didn't run or has nothing to say."""
        return next((result for result in self.results if isinstance(result, kind)), None)

    def matched(self, image: Signature) -> FramesMatched | None:
        """How well that image matches the frames; None if they weren't compared."""
        compared = (result for result in self.results if isinstance(result, FramesMatched))
        return next((result for result in compared if result.image == image), None)

    def fit(self, image: Signature, *, last: bool) -> Fit | None:
        """How well that image fits the first or ``last`` frame; None if they weren't compared."""
        fits = [result for result in self.results if isinstance(result, Fit) and result.last is last]
        digest = image.digest if fits else ""
        return next((result for result in fits if result.digest == digest), None)
