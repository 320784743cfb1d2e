"""The parts of a clip that a window may lie in: between cuts and fades, without black and damaged parts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from datasetkit import spec
from datasetkit.footage import Activity, Cuts, Seen, Stills
from datasetkit.model import Video


@dataclass(frozen=True, slots=True)
class Scene:
    """From which second to which one scene lasts; what it comes ``after`` and ``before``, "" at the clip's own ends.

    ``frozen`` are the parts of it in which nothing moves, as seconds from and to.
    """

    start: float
    end: float
    after: str = ""
    before: str = ""
    frozen: tuple[tuple[float, float], ...] = ()

    @property
    def place(self) -> str:
        """Where it is, to follow a comma: "between the cuts at 2.1 s and 12.0 s"; "" if it is the entire clip."""
        if self.after and self.before:
            return f"between {self.after} and {self.before}"
        return f"after {self.after}" if self.after else f"before {self.before}" * bool(self.before)


@dataclass(frozen=True, slots=True)
class _Break:
    """What separates two scenes: from when to when, and its name."""

    start: float
    end: float
    name: str


def scenes(video: Video) -> list[Scene]:
    """The scenes of a clip that was decoded from start to end, in order."""
    seen = video.seen
    if seen is None:
        return []
    found, begin, after = [], 0.0, ""
    for one in [*_breaks(seen), _end(video, seen)]:
        if one.start > begin:
            found.append(Scene(begin, one.start, after, one.name))
        if one.end > begin:
            begin, after = one.end, one.name
    return [_with_frozen(lit, seen) for scene in found if (lit := _lit(scene, seen)) is not None]


def _breaks(seen: Seen) -> list[_Break]:
    cuts, stills = seen.of(Cuts), seen.of(Stills)
    found = [
        _Break(cut.seconds, cut.seconds, f"the {'fade' if cut.faded else 'cut'} at {cut.seconds:.1f} s")
        for cut in (cuts.cuts if cuts else ())
    ]
    black = [part for part in (stills.parts if stills else ()) if part.black]
    found += [_Break(part.start, part.end, f"black from {part.start:.1f} to {part.end:.1f} s") for part in black]
    return sorted(found, key=lambda one: (one.start, one.end))


def _end(video: Video, seen: Seen) -> _Break:
    """Where the part ends that can be used: the clip's own end, damage, or how far it was decoded."""
    end, activity = float(video.seconds), seen.of(Activity)
    if seen.damage and seen.damage.frames:
        return _Break(seen.damage.since, end, f"the damage at {seen.damage.since:.1f} s")
    if not seen.complete:
        reached = len(activity.light) * activity.step if activity else 0.0
        return _Break(min(end, reached), end, f"{reached:.1f} s, where decoding took too long")
    return _Break(end, end, "")


def _lit(scene: Scene, seen: Seen) -> Scene | None:
    """A scene without the beginning that fades in and the end that fades out; None if it is all dark."""
    activity, limits = seen.of(Activity), spec.thresholds("windows")
    if activity is None:
        return scene
    slots = [(at, light) for at, light in _timed(activity.light, activity.step) if scene.start <= at < scene.end]
    usual = median(light for _, light in slots) if slots else 0.0
    bright = [at for at, light in slots if light >= limits["lit"] * usual]
    if not bright:
        return scene
    fades_in = slots[0][1] <= limits["faded"] * usual
    fades_out = slots[-1][1] <= limits["faded"] * usual
    start = bright[0] if fades_in or scene.after.startswith("the fade") else scene.start
    end = bright[-1] if fades_out or scene.before.startswith("the fade") else scene.end
    return Scene(start, end, scene.after, scene.before) if end > start else None


def _timed(values: bytes, step: float) -> Iterator[tuple[float, int]]:
    return ((number * step, value) for number, value in enumerate(values))


def _with_frozen(scene: Scene, seen: Seen) -> Scene:
    stills = seen.of(Stills)
    parts = [(max(one.start, scene.start), min(one.end, scene.end)) for one in (stills.parts if stills else ())]
    return Scene(scene.start, scene.end, scene.after, scene.before, tuple(part for part in parts if part[0] < part[1]))
