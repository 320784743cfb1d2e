"""Family V: clips, as their frames show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from fractions import Fraction

from datasetkit import spec
from datasetkit.edits import Reencode
from datasetkit.findings import Basis, Problem, Severity
from datasetkit.footage import Bars, Cuts, Still, Stills
from datasetkit.model import Video
from datasetkit.rules.parts import shown
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.wording import count, pixels, seconds, series


@rule("V403", "video-corrupt", on=Video, severity=Severity.ERROR, basis=Basis.HEURISTIC, needs="full")
def video_corrupt(video: Video, ctx: Context) -> Iterator[Problem]:
    """Some of a clip's frames can't be decoded, or decode with errors.

    Why: the job fails at such a frame, or the model learns the grey and green blocks that it leaves.
    Source: our own judgement (heuristic). FFmpeg's decoder says which frames are damaged.
    Example: a clip from a failing disk: errors in 14 frames from 2.10 s on.
    Remedy: download or export the clip again, or trim the damaged part.
    """
    damage = video.seen.damage if video.seen else None
    if not video.seen or not damage or video.missing:  # frames that are missing are V402
        return
    if not video.seen.frames:
        found = "none of its frames can be decoded"
    elif damage.frames:
        found = f"{count(damage.frames, 'frame')} with decoding errors, from {seconds(damage.since)} on"
    else:
        found = "its frames decode, but its structure has errors"
    data = {"from": damage.since, "frames": damage.frames}
    yield Problem(f"{video.path} is damaged: {found} ({damage.reasons[0]})", data=data)


@rule("V414", "black-bars", on=Video, severity=Severity.WARNING, basis=Basis.DOCUMENTED, needs="full")
def black_bars(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip has bars beside, above or below its picture, black or of another colour.

    Why: the model learns the bars and puts them into every video.
    Source: user guide (documented). How bars are found is our own choice; `datasetkit models --format json` shows it.
    Example: a film of 1280×536 in a clip of 1280×720.
    Remedy: `datasetkit fix --unsafe -o DIR` crops the clip and takes its frames again. By hand:
    `ffmpeg -i in.mp4 -vf crop=1280:536:0:92 out.mp4`.
    """
    bars = shown(video, Bars)
    if bars:
        crop, colour = bars.crop, "black bars" if bars.black else "bars of one colour"
        picture = f"the picture is {pixels((crop.width, crop.height))} of {pixels(video.displayed)}"
        fix = (Reencode(video.path, crop=crop),)
        yield Problem(f"{video.path} has {colour}: {picture}", fix=fix, safe=False, data={"crop": asdict(crop)})


@rule("V415", "frozen", on=Video, severity=Severity.WARNING, basis=Basis.HEURISTIC, needs="full")
def frozen(video: Video, ctx: Context) -> Iterator[Problem]:
    """Nothing moves for part of a clip, or its picture is black at the start or end.

    Why: the model learns to stop, or to begin in the dark.
    Source: our own judgement (heuristic). `datasetkit models --format json` shows how long is too long.
    Example: a clip whose last frame is held for 1.2 s.
    Remedy: `datasetkit fix --unsafe -o DIR` trims a still part at the start or the end. A clip that stands still in
    the middle, or from start to end, is left to you: cut it, or use another. `datasetkit cut` leaves such parts of raw
    clips out.
    """
    stills = shown(video, Stills)
    if stills and stills.whole:
        what = "black" if all(part.black for part in stills.parts) else "frozen"
        data = {"from": stills.parts[0].start, "to": stills.parts[-1].end, "what": what}
        yield Problem(f"{video.path} {'is black' if what == 'black' else 'is a still'} from start to end", data=data)
        return
    parts = stills.parts if stills else ()
    for part in parts:
        what = "black" if part.black else "frozen"
        message = f"{video.path} is {what} from {seconds(part.start)} to {seconds(part.end)}"
        fix = (_trimmed(video, parts),) if _at_start(part) or _at_end(part, video) else ()
        yield Problem(message, fix=fix, safe=False, data={"from": part.start, "to": part.end, "what": what})


def _trimmed(video: Video, parts: Sequence[Still]) -> Reencode:
    """The clip without the parts at its start and its end."""
    start = _frame_time(parts[0].end, video) if _at_start(parts[0]) else Fraction(0)
    end = _frame_time(parts[-1].start, video) if _at_end(parts[-1], video) else None
    return Reencode(video.path, start=start or None, seconds=None if end is None else end - start)


def _at_start(part: Still) -> bool:
    return part.start == 0


def _at_end(part: Still, video: Video) -> bool:
    return part.end > video.seconds - 1 / (2 * video.rate)


def _frame_time(moment: float, video: Video) -> Fraction:
    """The same moment exactly: as a number of frames."""
    return Fraction(round(moment * video.rate)) / video.rate


@rule("V416", "scene-cut", on=Video, severity=Severity.WARNING, basis=Basis.DOCUMENTED, needs="full")
def scene_cut(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip cuts to another scene, or fades to it through black.

    Why: each clip has to show one action in one shot; the model would learn to jump.
    Source: user guide (documented). How cuts are found is our own choice; `datasetkit models --format json` shows it.
    Example: a clip from a trailer, with cuts at 1.20 s and 3.04 s.
    Remedy: keep the scene that shows the effect, or make a sample of each: write windows into cuts.csv, with
    `datasetkit cut` for raw clips or `datasetkit view` for a dataset. `init`, or `fix --cuts`, cuts by them.
    """
    cuts = shown(video, Cuts)
    if cuts:
        hard, faded = (series(seconds(one.seconds) for one in cuts.cuts if one.faded is fade) for fade in (False, True))
        parts = [f"cuts to another scene at {hard}"] * bool(hard) + [f"fades through black at {faded}"] * bool(faded)
        yield Problem(f"{video.path} {series(parts)}", data={"cuts": [cut.seconds for cut in cuts.cuts]})


@rule("V421", "slow-to-decode", on=Video, severity=Severity.WARNING, basis=Basis.HEURISTIC, needs="full")
def slow_to_decode(video: Video, ctx: Context) -> Iterator[Problem]:
    """Decoding a clip took too long and was stopped, so its end hasn't been checked.

    Why: whatever is wrong in the rest isn't reported. Clips of a few seconds take a fraction of a second.
    Source: our own judgement (heuristic). `datasetkit models --format json` shows the time that a clip may take.
    Example: a recording of an hour, or a file that was made to keep a decoder busy.
    Remedy: trim the clip or scale it down.
    """
    if video.seen and not video.seen.complete:
        most = spec.thresholds("decoding")["seconds"]
        part = f"{video.seen.frames:,} of its {count(video.frames, 'frame')} were checked"
        data = {"frames": video.seen.frames, "limit": most}
        yield Problem(f"{video.path} takes more than {most:g} s to decode; only {part}", data=data)
