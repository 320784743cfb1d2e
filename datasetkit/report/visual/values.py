"""What the report to look at shows. Frozen values that know neither HTML nor JSON."""

from __future__ import annotations

from dataclasses import dataclass, field

from datasetkit.footage import Thumbnail


@dataclass(frozen=True, slots=True)
class TextRun:
    """A stretch of text: ``kind`` is "subject", "effect" or "trigger", in a diff "kept", "removed" or "added"."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding as it is shown. ``remedy`` says what removes it, ``command`` is what to paste for that, if any.

    ``place`` is the file and line that it points at. ``diff`` shows how the effect text differs, if it is about that.
    """

    code: str
    name: str
    severity: str
    place: str
    message: str
    remedy: str
    command: str
    diff: tuple[TextRun, ...] = ()


@dataclass(frozen=True, slots=True)
class RemarkGroup:
    """The findings of one code in a set: the worst of them, how many, and the keys of the cards that show them."""

    worst: Remark
    count: int
    why: str
    cards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture with what it shows, in words. Without a ``thumbnail`` the words say why there is none."""

    alt: str
    caption: str
    thumbnail: Thumbnail | None = None


@dataclass(frozen=True, slots=True)
class ComparedFrames:
    """An image beside the frame of the clip that it should be. ``differs``: it is much like it, but not the same."""

    image: ShownPicture
    frame: ShownPicture | None
    differs: bool = False


@dataclass(frozen=True, slots=True)
class ShownStrip:
    """Frames of a clip side by side, and the second of each."""

    alt: str
    thumbnail: Thumbnail
    seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A part of a clip, in seconds: ``what`` is "frozen", "black" or "kept" (by a fix)."""

    start: float
    end: float
    what: str


@dataclass(frozen=True, slots=True)
class MotionCurve:
    """How much moves over a clip's ``seconds``, from 0 to 1, with the seconds of its cuts."""

    values: tuple[float, ...]
    seconds: float
    cuts: tuple[float, ...] = ()
    spans: tuple[TimeSpan, ...] = ()

    @property
    def text(self) -> str:
        """The curve in words."""
        cuts = [f"cuts at {', '.join(f'{cut:.2f}' for cut in self.cuts)} s"] if self.cuts else []
        spans = [f"{span.what} {span.start:.2f}–{span.end:.2f} s" for span in self.spans]
        return "; ".join([f"motion over {self.seconds:.2f} s", *cuts, *spans])


@dataclass(frozen=True, slots=True)
class SampleCard:
    """A sample. ``key`` is its anchor; ``line`` that of data.jsonl; ``facts`` are short phrases about its clip."""

    key: str
    line: int
    title: str
    severity: str
    facts: tuple[str, ...]
    compared: tuple[ComparedFrames, ...]
    strip: ShownStrip | None
    curve: MotionCurve | None
    prompt: tuple[TextRun, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Pictures that look the same, and the finding that says so."""

    remark: Remark
    pictures: tuple[ShownPicture, ...]
    cards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """A label and how many samples it holds for."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class CountedSize:
    """A size in pixels as displayed, and how many clips or images have it."""

    width: int
    height: int
    count: int


@dataclass(frozen=True, slots=True)
class SizeChart:
    """The sizes of a set, the most frequent first."""

    text: str
    sizes: tuple[CountedSize, ...]


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit on an axis: its label and its place, from 0 to 1."""

    label: str
    at: float


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Columns of equal width over an axis from 0 to ``end``, each with its count."""

    text: str
    end: float
    columns: tuple[int, ...]
    limits: tuple[LimitLine, ...]


@dataclass(frozen=True, slots=True)
class ShareChart:
    """A share of a whole, from 0 to 1 (more, if a limit is exceeded), with limits drawn in."""

    text: str
    share: float
    limits: tuple[LimitLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """A set at a glance. What can't be said, as of a set without clips, is empty or None."""

    lengths: ColumnChart | None
    sizes: SizeChart | None
    rates: tuple[Counted, ...]
    orientations: tuple[Counted, ...]
    pixels: ShareChart | None
    bytes: ShareChart


@dataclass(frozen=True, slots=True)
class SetReport:
    """One dataset. ``blocked``: errors keep it from being built. ``command`` is what to run next, if anything.

    ``groups`` are its findings by code, worst first; ``cards`` its samples, worst first. ``notes`` say what was left
    out.
    """

    name: str
    checked_as: str
    samples: int
    bytes: int
    blocked: bool
    counts: dict[str, int]
    command: str
    overview: Overview
    groups: tuple[RemarkGroup, ...]
    alike: tuple[LookAlikes, ...]
    cards: tuple[SampleCard, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VisualReport:
    """All datasets of a report, and the codes on their cards with the rules' names."""

    version: str
    sets: tuple[SetReport, ...]
    codes: tuple[tuple[str, str], ...] = field(default=())
