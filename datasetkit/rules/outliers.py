"""Family S: clips that move, look or run unlike the rest of the set, and marks that they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from statistics import median, mode

from datasetkit import spec
from datasetkit.edits import Reencode
from datasetkit.findings import Basis, Problem, Severity
from datasetkit.footage import Box, Fingerprints, Light, Mark, Motion
from datasetkit.model import Dataset, Video
from datasetkit.rules.parts import clips, shown
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.wording import count, names, series

_WAYS = {
    "right": ("to the right", "to the left"),
    "down": ("downwards", "upwards"),
    "zoom": ("nearer", "away"),
    "roll": ("clockwise", "counter-clockwise"),
}


@rule("S709", "mixed-motion", on=Dataset, severity=Severity.ADVICE, basis=Basis.DOCUMENTED, needs="full")
def mixed_motion(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Most clips move the same way, but some move the other way, or at a very different speed.

    Why: the model learns something in between. The guide's example is clockwise and counter-clockwise rotation.
    Source: user guide (documented). The movement of the whole picture is measured; `datasetkit models --format json`
    shows from when on it counts.
    Example: in 18 clips the picture turns clockwise, in 2 counter-clockwise.
    Remedy: remove or mirror the clips that differ, unless the prompts say which way things move.
    """
    limits = spec.thresholds("outliers")
    moving = [(clip.path, found) for clip in clips(dataset) if (found := shown(clip, Motion))]
    for axis, ways in _WAYS.items():
        speeds = {path: getattr(found, axis) for path, found in moving if found.confidence >= limits["confidence"]}
        used = {path: speed for path, speed in speeds.items() if abs(speed) >= limits[axis]}
        if len(used) < limits["clips"] or len(used) < limits["share"] * len(moving):
            continue
        forward = [path for path, speed in used.items() if speed > 0]
        backward = [path for path, speed in used.items() if speed < 0]
        few, many = sorted((forward, backward), key=len)
        way, other = ways if many is forward else ways[::-1]
        if few:
            message = f"{count(len(many), 'clip')} move {way}, but {len(few)} {other}: {names(few)}"
            yield Problem(message, data={"clips": few, "direction": axis})
        usual = median(abs(used[path]) for path in many)
        odd = [path for path in many if not 1 / limits["faster"] <= abs(used[path]) / usual <= limits["faster"]]
        if odd:
            message = f"most clips move {way} at about one speed, but {len(odd)} at a very different one: {names(odd)}"
            yield Problem(message, data={"clips": odd, "direction": axis})


@rule("S710", "mixed-rates", on=Dataset, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def mixed_rates(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """The clips have different frame rates.

    Why: a trainer that counts frames learns the same motion at different speeds.
    Source: our own judgement (heuristic). Rates as close as 29.97 and 30 are the same.
    Example: 18 clips at 24 fps, 2 at 60 fps.
    Remedy: where more than half of the clips have one rate, `datasetkit fix --unsafe --select S710 -o DIR` converts
    the others to it: their length stays, frames are dropped or repeated. By hand: `ffmpeg -i in.mp4 -r 24 out.mp4`.
    """
    groups: list[list[Video]] = []
    for clip in sorted(clips(dataset), key=lambda clip: clip.rate):
        near = groups and float(clip.rate) <= float(groups[-1][0].rate) * (1 + ctx.limits.rate_tolerance)
        groups[-1].append(clip) if near else groups.append([clip])
    if len(groups) > 1:
        rates = {f"{round(float(group[-1].rate), 2):g}": len(group) for group in groups}
        listed = series(f"{number:,} at {rate} fps" for rate, number in rates.items())
        fix = tuple(_retimed(groups))
        yield Problem(f"the clips have different frame rates: {listed}", fix=fix, safe=False, data={"rates": rates})


def _retimed(groups: Sequence[Sequence[Video]]) -> Iterator[Reencode]:
    """The clips of the other groups at the usual rate of the one that holds more than half of all; else nothing."""
    largest = max(groups, key=len)
    others = [clip for group in groups if group is not largest for clip in group]
    if len(largest) > len(others):
        rate = mode(clip.rate for clip in largest)
        yield from (Reencode(clip.path, rate=rate) for clip in others)


@rule("S711", "dull-or-dark", on=Dataset, severity=Severity.ADVICE, basis=Basis.DOCUMENTED, needs="full")
def dull_or_dark(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Some clips are far blurrier, darker or lighter than the others.

    Why: the model learns from the worst clips, too. The guide asks for clips of good quality.
    Source: user guide (documented). The set's own middle is the measure; `datasetkit models --format json` shows by how
    much a clip may differ.
    Example: 19 sharp clips, and one that was scaled up from a thumbnail.
    Remedy: replace the clips that differ.
    """
    limits = spec.thresholds("outliers")
    seen = [(clip.path, found) for clip in clips(dataset) if (found := shown(clip, Light))]
    if len(seen) < limits["clips"]:
        return
    sharp, low, high = (median(getattr(light, name) for _, light in seen) for name in ("sharpness", "low", "high"))
    odd = {
        "blurrier": [path for path, light in seen if light.sharpness * limits["blurrier"] < sharp],
        "darker": [path for path, light in seen if light.high < limits["dark"] <= high - limits["apart"]],
        "lighter": [path for path, light in seen if light.low > limits["light"] >= low + limits["apart"]],
    }
    for what, paths in odd.items():
        if paths:
            are = "is" if len(paths) == 1 else "are"
            message = f"{count(len(paths), 'clip')} {are} far {what} than the others: {names(paths)}"
            yield Problem(message, data={"clips": paths, "what": what})


@rule("S712", "shared-mark", on=Dataset, severity=Severity.ADVICE, basis=Basis.DOCUMENTED, needs="full")
def shared_mark(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """Several clips have a mark at the same place: a logo, a watermark or a subtitle.

    Why: the model learns the mark, and puts something like it into every video.
    Source: user guide (documented): no watermarks or subtitles. A mark is what stands still while the picture around
    it moves, at the same place in clips that don't look alike.
    Example: a station's logo at the upper right of 12 clips.
    Remedy: use clips without it, or crop it away.
    """
    limits = spec.thresholds("outliers")
    every = clips(dataset)
    marked = [(clip, found.box) for clip in every if (found := shown(clip, Mark))]
    marked = [(clip, box) for clip, box in marked if _area(clip, box) <= limits["mark"]]
    least = max(limits["marked"], limits["marked_share"] * len(every))
    while marked:
        first, box = marked[0]
        shared = [(clip, other) for clip, other in marked if _overlap(first, box, clip, other) >= limits["overlap"]]
        marked = [one for one in marked if one not in shared]
        if _scenes([clip for clip, _ in shared]) >= least:
            paths = [clip.path for clip, _ in shared]
            place = f"at {box.left},{box.top} in {first.path}"
            message = f"{count(len(paths), 'clip')} have a mark at the same place ({place}): {names(paths)}"
            yield Problem(message, data={"box": asdict(box), "clips": paths})


def _area(clip: Video, box: Box) -> float:
    """The share of the picture that the box takes."""
    width, height = clip.displayed
    return box.width * box.height / (width * height)


def _overlap(one: Video, first: Box, other: Video, second: Box) -> float:
    """How much of two boxes is common to both, as a share of what they cover together; each as a share of its clip."""
    a, b = _shares(one, first), _shares(other, second)
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    common = max(0.0, width) * max(0.0, height)
    areas = sum((right - left) * (bottom - top) for left, top, right, bottom in (a, b))
    return common / (areas - common)


def _shares(clip: Video, box: Box) -> tuple[float, float, float, float]:
    width, height = clip.displayed
    return box.left / width, box.top / height, (box.left + box.width) / width, (box.top + box.height) / height


def _scenes(found: Sequence[Video]) -> int:
    """How many of the clips don't look alike: things that stand still in one scene are no mark."""
    from datasetkit.media.likeness import groups_alike  # loads numpy

    prints = [taken.hashes if (taken := shown(clip, Fingerprints)) else () for clip in found]
    return len(found) - sum(len(group) - 1 for group in groups_alike(prints))
