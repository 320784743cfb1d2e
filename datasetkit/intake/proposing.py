"""Windows proposed for a clip: around what happens in it, within one scene, no longer than asked for. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from datasetkit import spec
from datasetkit.footage import Activity, Stills
from datasetkit.intake.action import Movement, level, movements, moves
from datasetkit.intake.scenes import Scene, scenes
from datasetkit.model import Video

_DECIMALS = 6  # of seconds in cuts.csv


@dataclass(frozen=True, slots=True)
class Proposal:
    """A part of a clip, in seconds as played, and why it was chosen. ``weight``: how much happens in it."""

    start: Fraction
    seconds: Fraction
    reason: str
    weight: float = 0.0

    @property
    def end(self) -> Fraction:
        """The second at which it is over."""
        return self.start + self.seconds


def propose(video: Video, longest: float, *, every: bool = False) -> list[Proposal] | str:
    """The best window of a clip that was decoded whole, or with ``every`` all of them in order; else why there is none.

    None is longer than ``longest`` seconds.
    """
    if refused := _refused(video):
        return refused
    activity = video.seen.of(Activity) if video.seen else None
    if activity is None:
        return "fewer than two frames of it can be decoded"
    least = min(spec.limits().video_seconds_low, longest)
    long = [scene for scene in scenes(video) if scene.end - scene.start >= least]
    usable = [scene for scene in long if moves(activity, scene)]
    if long and not usable:
        return "nothing moves in it"
    quiet = min((level(activity, scene.start, scene.end) for scene in usable), default=0.0)
    found = (one for scene in usable for one in _in_scene(video, activity, scene, longest, least, quiet))
    ranked = [one for one in found if one.seconds]  # less than a frame, else
    if not ranked:
        return f"no part between cuts, fades and still or black parts is {least:g} s long"
    if not every:
        return [max(ranked, key=lambda one: (one.weight, round(one.seconds, 2), -one.start))]
    chosen: list[Proposal] = []
    for one in sorted(ranked, key=lambda one: (-one.weight, one.start)):
        if all(one.end <= other.start or one.start >= other.end for other in chosen):
            chosen.append(one)
    return sorted(chosen, key=lambda one: one.start)


def _refused(video: Video) -> str:
    """Why no part of a clip can be used, as far as that is plain at once."""
    stills = video.seen.of(Stills) if video.seen else None
    least = spec.limits().video_seconds_low
    if video.missing:
        return f"{video.missing:,} of its {video.frames:,} frames lie beyond the end of the file"
    if video.seconds < least:
        return f"is {float(video.seconds):.2f} s long; at least {least:g} s is recommended"
    if stills and stills.whole:
        return "is black from start to end" if all(part.black for part in stills.parts) else "nothing moves in it"
    return ""


def _lively(scene: Scene) -> Iterator[tuple[float, float]]:
    """The parts of a scene between its frozen parts, each with as much of those as nobody notices."""
    margin, begin = spec.thresholds("windows")["margin"], scene.start
    for start, end in scene.frozen:
        yield begin, min(start + margin, end)
        begin = max(end - margin, start)
    yield begin, scene.end


def _in_scene(
    video: Video, activity: Activity, scene: Scene, longest: float, least: float, quiet: float
) -> Iterator[Proposal]:
    found = movements(activity, scene)
    for movement in found:
        start, end = _around(movement, scene, longest, least)
        yield _proposal(video, start, end, longest, _moving(movement, scene, longest), movement.weight)
    if not found:
        above = spec.thresholds("windows")["even"] * (level(activity, scene.start, scene.end) - quiet)
        yield from (replace(one, weight=above * float(one.seconds)) for one in _even(video, scene, longest, least))


def _around(movement: Movement, scene: Scene, longest: float, least: float) -> tuple[float, float]:
    """From when to when a window lasts that holds a movement, or its beginning if that is too long."""
    limits = spec.thresholds("windows")
    low, high = _room(movement, scene, least)
    length = min(longest, high - low)
    slack = max(0.0, length - (movement.end - movement.start))
    lead = max(limits["lead"], min(slack / 2, limits["most_lead"]))
    start = min(max(low, movement.start - lead), high - length)
    return start, start + length


def _room(movement: Movement, scene: Scene, least: float) -> tuple[float, float]:
    """How far a window may reach around a movement before a frozen part shows for longer than the margin."""
    margin = spec.thresholds("windows")["margin"]
    before = [end for start, end in scene.frozen if start < movement.start]
    after = [start for start, end in scene.frozen if end > movement.end]
    low = max([scene.start, *(min(end - margin, movement.start) for end in before)])
    high = min([scene.end, *(max(start + margin, movement.end) for start in after)])
    short = max(0.0, least - (high - low)) / 2
    low, high = max(scene.start, low - short), min(scene.end, high + short)
    return max(scene.start, min(low, high - least)), min(scene.end, max(high, low + least))


def _moving(movement: Movement, scene: Scene, longest: float) -> str:
    what = f"the movement from {movement.start:.1f} to {movement.end:.1f} s"
    if movement.end - movement.start > longest:
        what = f"the beginning of {what}"
    return ", ".join(filter(None, (what, scene.place)))


def _even(video: Video, scene: Scene, longest: float, least: float) -> Iterator[Proposal]:
    """Windows one after the other in a scene in which nothing stands out."""
    for start, end in _lively(scene):
        at = start
        while end - at >= least:
            until = min(at + longest, end)
            yield _proposal(video, at, until, longest, f"moves evenly throughout; {_part(scene, at, until)}")
            at = until


def _part(scene: Scene, start: float, end: float) -> str:
    """Which part of a scene lasts from one second to another, in words."""
    if start > scene.start:
        return f"{start:.1f} to {end:.1f} s"
    if end < scene.end:
        return f"the first {round(end - start, 1):g} s {scene.place}".rstrip()
    return f"the entire scene {scene.place}" if scene.place else "the entire clip"


def _proposal(video: Video, start: float, end: float, longest: float, reason: str, weight: float = 0.0) -> Proposal:
    """A window that begins and ends with a frame, as far as microseconds can say."""
    if not video.jitter:
        begin, over = (Fraction(round(moment * video.rate)) / video.rate for moment in (start, end))
    else:
        begin, over = Fraction(start), Fraction(end)
    first, last = round(begin, _DECIMALS), round(over, _DECIMALS)
    return Proposal(first, min(last - first, Fraction(longest)), reason, weight)
