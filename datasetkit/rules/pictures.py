"""Family V: clips, as their frames show them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from datasetkit import spec
from datasetkit.findings import Basis, Problem, Severity
from datasetkit.footage import Bars, Cuts, Stills
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
    Remedy: crop the clip (`ffmpeg -i in.mp4 -vf crop=1280:536:0:92 out.mp4`), and take its frames again.
    """
    bars = shown(video, Bars)
    if bars:
        crop, colour = bars.crop, "black bars" if bars.black else "bars of one colour"
        picture = f"the picture is {pixels((crop.width, crop.height))} of {pixels(video.displayed)}"
        yield Problem(f"{video.path} has {colour}: {picture}", data={"crop": asdict(crop)})


@rule("V415", "frozen", on=Video, severity=Severity.WARNING, basis=Basis.HEURISTIC, needs="full")
def frozen(video: Video, ctx: Context) -> Iterator[Problem]:
    """Nothing moves for part of a clip, or its picture is black at the start or end.

    Why: the model learns to stop, or to begin in the dark.
    Source: our own judgement (heuristic). `datasetkit models --format json` shows how long is too long.
    Example: a clip whose last frame is held for 1.2 s.
    Remedy: trim the still part.
    """
    stills = shown(video, Stills)
    if stills and stills.whole:
        what = "black" if all(part.black for part in stills.parts) else "frozen"
        data = {"from": stills.parts[0].start, "to": stills.parts[-1].end, "what": what}
        yield Problem(f"{video.path} {'is black' if what == 'black' else 'is a still'} from start to end", data=data)
        return
    for part in stills.parts if stills else ():
        what = "black" if part.black else "frozen"
        message = f"{video.path} is {what} from {seconds(part.start)} to {seconds(part.end)}"
        yield Problem(message, data={"from": part.start, "to": part.end, "what": what})


@rule("V416", "scene-cut", on=Video, severity=Severity.WARNING, basis=Basis.DOCUMENTED, needs="full")
def scene_cut(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip cuts to another scene, or fades to it through black.

    Why: each clip has to show one action in one shot; the model would learn to jump.
    Source: user guide (documented). How cuts are found is our own choice; `datasetkit models --format json` shows it.
    Example: a clip from a trailer, with cuts at 1.20 s and 3.04 s.
    Remedy: split the clip at the cuts, or keep the scene that shows the effect.
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
