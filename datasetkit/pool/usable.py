"""Which clips of a pool can't become a sample, and why. Pure.

A clip is out where the platform or the model would refuse it, or where the part that would be used shows a cut, or
is black or frozen. That part is as long as the user says; by default it is the whole clip, or as much of it as the
model accepts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from datasetkit import spec
from datasetkit.footage import Bars, Cuts, Stills
from datasetkit.model import Expected, Foreign, Image, Pointer, Present, Unreadable, Video
from datasetkit.rules.wording import pixels, seconds
from datasetkit.spec import ModelSpec


@dataclass(frozen=True, slots=True)
class ClipNeeds:
    """What a clip has to offer: ``seconds`` of one shot, if set, and enough pixels for ``model``, if set."""

    seconds: float | None = None
    model: ModelSpec | None = None

    def length(self, video: Video) -> float:
        """The seconds in one shot that this clip has to have."""
        return self.seconds or min(float(video.seconds), self.model.seconds if self.model else float("inf"))

    @property
    def least(self) -> float:
        """The shortest clip in seconds; the platform recommends one where the user sets none."""
        return self.seconds or spec.limits().video_seconds_low


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a clip is no candidate: the ``reason`` that it shares with others, and what was found in this one."""

    reason: str
    details: str


def left_out(facts: Present, needs: ClipNeeds) -> LeftOut | None:
    """Why a clip, decoded to its end, can't be chosen; None if it can."""
    match facts:
        case Unreadable(expected=Expected.VIDEO):
            return LeftOut("can't be read", facts.reason)
        case Foreign():
            return LeftOut("neither MP4 nor MOV", facts.content)
        case Pointer():
            return LeftOut("not fetched", f"a {facts.system} pointer")
        case Image() | Unreadable():
            return LeftOut("not a clip", "an image")
        case Video():
            return next(_faults(facts, needs), None)


def free_parts(video: Video) -> list[tuple[float, float]]:
    """From which second to which the clip is one shot that is neither black nor frozen, in order."""
    cuts, stills = (video.seen.of(Cuts), video.seen.of(Stills)) if video.seen else (None, None)
    taken = [(still.start, still.end) for still in (stills.parts if stills else ())]
    taken += [(cut.seconds, cut.seconds) for cut in (cuts.cuts if cuts else ())]
    parts, begin = [], 0.0
    for start, end in (*sorted(taken), (float(video.seconds), float(video.seconds))):
        if start > begin:
            parts.append((begin, start))
        begin = max(begin, end)
    return parts


def fits_whole(video: Video, needs: ClipNeeds) -> bool:
    """Whether the clip can be used from start to end: nothing of it has to be cut away."""
    most = needs.seconds or (needs.model.seconds if needs.model else float("inf"))
    allowance = spec.limits().frame_tolerance / video.rate
    return float(video.seconds - allowance) <= most and _longest(video) >= float(video.seconds - allowance)


def _faults(video: Video, needs: ClipNeeds) -> Iterator[LeftOut]:
    yield from _refused(video)
    yield from _too_small(video, needs)
    yield from _barred(video)
    if float(video.seconds + spec.limits().frame_tolerance / video.rate) < needs.least:
        yield LeftOut("too short", f"{seconds(video.seconds)} long; at least {needs.least:g} s is needed")
    yield from _interrupted(video, needs)


def _refused(video: Video) -> Iterator[LeftOut]:
    """What the platform would refuse, or fail at."""
    limit, size = spec.limits().video_side, (video.width, video.height)
    if max(size) > limit:
        yield LeftOut("too large", f"{pixels(size)}; the limit is {limit}×{limit}")
    if video.missing:
        yield LeftOut("damaged", f"{video.missing:,} of its {video.frames:,} frames are missing")
    if video.seen and video.seen.damage:
        yield LeftOut("damaged", f"from {seconds(video.seen.damage.since)} on: {video.seen.damage.reasons[0]}")
    if video.seen and not video.seen.complete:
        yield LeftOut("slow to decode", f"only {video.seen.frames:,} of its {video.frames:,} frames were checked")


def _too_small(video: Video, needs: ClipNeeds) -> Iterator[LeftOut]:
    width, height = video.displayed
    if needs.model and width * height < needs.model.pixels_low:
        least = f"{needs.model.id} trains on at least {needs.model.pixels_low:,} pixels"
        yield LeftOut("too small", f"{pixels((width, height))}; {least}")


def _barred(video: Video) -> Iterator[LeftOut]:
    bars, (width, height) = video.seen.of(Bars) if video.seen else None, video.displayed
    if bars and bars.crop.width * bars.crop.height < spec.thresholds("selecting")["picture"] * width * height:
        picture = pixels((bars.crop.width, bars.crop.height))
        yield LeftOut("large bars", f"the picture is {picture} of {pixels((width, height))}")


def _interrupted(video: Video, needs: ClipNeeds) -> Iterator[LeftOut]:
    """No part without cuts, black or freezes is long enough."""
    stills, cuts = (video.seen.of(Stills), video.seen.of(Cuts)) if video.seen else (None, None)
    if stills and stills.whole:
        yield LeftOut("black or frozen", "from start to end")
    needed = needs.length(video)
    if (longest := _longest(video)) + spec.limits().frame_tolerance / float(video.rate) < needed:
        free = f"the longest part without one is {seconds(longest)}; {seconds(needed)} is needed"
        yield LeftOut("a cut inside", free) if cuts else LeftOut("black or frozen", f"in part; {free}")


def _longest(video: Video) -> float:
    return max((end - start for start, end in free_parts(video)), default=0.0)
