"""Family V: clips, as their headers describe them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from datasetkit.edits import Reencode, plain_clip, shrunk
from datasetkit.findings import Basis, Problem, Severity
from datasetkit.model import Dataset, Expected, Foreign, Unreadable, Video
from datasetkit.rules.parts import clips, refusing, savings, too_heavy, too_many_pixels, unreadable, wrong_extension
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.wording import count, megabytes, seconds, series


@rule("V401", "video-unreadable", on=Unreadable, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def video_unreadable(medium: Unreadable, ctx: Context) -> Iterator[Problem]:
    """A clip can't be read: it has no header, no video stream or no frame, or is encrypted.

    Why: the platform probably can't read it either.
    Source: our own judgement (heuristic).
    Example: a download cut off before the index at the end of the file; a sound recording called `.mp4`.
    Remedy: download or export the clip again.
    """
    if medium.expected is Expected.VIDEO:
        yield unreadable(medium)


@rule("V402", "video-truncated", on=Video, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def video_truncated(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip's file ends before its last frames.

    Why: the header promises frames that aren't there. Players show only the beginning.
    Source: our own judgement (heuristic). The header's index is compared with the size of the file.
    Example: half a download: the header says 120 frames, 61 are there.
    Remedy: download or export the clip again.
    """
    if video.missing:
        beyond = f"{video.missing:,} of its {count(video.frames, 'frame')} are beyond the end of the file"
        data = {"frames": video.frames, "missing": video.missing}
        yield Problem(f"{video.path} is truncated: {beyond}", data=data)


@rule("V404", "video-container", on=Foreign, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def video_container(medium: Foreign, ctx: Context) -> Iterator[Problem]:
    """A clip is neither MP4 nor MOV, whatever its extension says.

    Why: the platform refuses other containers. The content counts, not the name.
    Source: user guide (documented).
    Example: a WebM renamed to `video_1.mp4` → an MP4.
    Remedy: remux or re-encode it (`ffmpeg -i in.webm out.mp4`).
    """
    if medium.expected is Expected.VIDEO:
        accepted = series((container.upper() for container in ctx.limits.video_containers), "or")
        yield Problem(f"{medium.path} is {medium.content}; a clip must be {accepted}", fix=(plain_clip(medium.path),))


@rule("V405", "video-extension", on=Video, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def video_extension(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip's extension doesn't match its content. (MP4 in `.mov` and MOV in `.mp4` are close enough.)

    Why: a program that trusts the name may refuse the clip.
    Source: our own judgement (heuristic).
    Example: an MP4 called `video_1.avi` → `video_1.mp4`.
    Remedy: if it is a folder, do nothing: `datasetkit build` corrects the extension. If it is a zip, run `build` on it.
    """
    content = "an MP4 video" if video.container == "mp4" else f"a {video.container.upper()} video"
    yield from wrong_extension(video, content, ctx.limits.extensions[video.container], Reencode(video.path))


@rule("V406", "video-too-large", on=Video, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def video_too_large(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip has more pixels on a side than the platform accepts.

    Why: the platform would refuse it.
    Source: user guide (documented). `datasetkit models --format json` shows the limit.
    Example: 7680×4320 → 1280×720.
    Remedy: scale the clip down. Training uses far fewer pixels (`max_pixels`) anyway.
    """
    limit = ctx.limits.video_side
    yield from too_many_pixels(video, limit, Reencode(video.path, max_side=limit))


@rule("V407", "video-too-long", on=Video, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def video_too_long(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip is longer than the model accepts.

    Why: the platform would refuse it, or cut it. The length of the video stream counts, not that of the sound.
    Source: user guide (documented). One extra frame is allowed: Wan's own clips of 5 s have 81 frames at 16 fps.
    Example: 7.2 s for a model that accepts 5 s → the 5 s that show the action.
    Remedy: choose the seconds of raw clips with `datasetkit cut`, those of a dataset's clips with `datasetkit view`.
    `datasetkit fix --unsafe` keeps the first ones. Or choose another model.
    """
    refused, severity = refusing(ctx, lambda model: not _longer(video, model.seconds, ctx))
    if not refused:
        return
    accepts = series(f"{model.id} accepts at most {model.seconds:g} s" for model in refused)
    if severity is Severity.ERROR and not ctx.named:
        most = max(model.seconds for model in refused)
        accepts = f"no {ctx.assumed.kind} model accepts more than {most:g} s"
    if severity is Severity.WARNING:  # some models accept the clip, and choosing one is up to the user
        accepts += ". Set your model with --model; `fix --unsafe` can trim the clip"
    problem = _trim(video, min(model.seconds for model in refused), accepts)
    yield replace(problem, severity=severity, fix=problem.fix if severity is Severity.ERROR else ())


def _trim(video: Video, limit: float, reason: str) -> Problem:
    """A clip is longer than ``limit`` seconds."""
    message = f"{video.path} is {seconds(video.seconds)} long; {reason}"
    data = {"seconds": float(video.seconds), "limit": limit}
    return Problem(message, fix=(Reencode(video.path, seconds=Fraction(limit)),), safe=False, data=data)


def _longer(video: Video, limit: float, ctx: Context) -> bool:
    """Whether a clip is longer than ``limit`` seconds and the frames that are allowed on top."""
    if float(video.seconds) <= limit:  # the usual case, without the exact arithmetic
        return False
    frame = 1 / video.rate if video.rate else Fraction(0)
    return video.seconds > Fraction(limit) + ctx.limits.frame_tolerance * frame


@rule("V408", "video-too-short", on=Video, severity=Severity.WARNING, basis=Basis.GUIDANCE)
def video_too_short(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip is shorter than the platform's newer pages recommend.

    Why: there is little motion to learn from.
    Source: the platform's newer pages (guidance). `datasetkit models --format json` shows the seconds.
    Example: 0.8 s → 3 s.
    Remedy: use a longer clip.
    """
    least = ctx.limits.video_seconds_low
    if video.seconds < least:
        message = f"{video.path} is {seconds(video.seconds)} long; at least {least:g} s is recommended"
        yield Problem(message, data={"seconds": float(video.seconds), "limit": least})


@rule("V409", "video-rotated", on=Video, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def video_rotated(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip is stored rotated or mirrored, and a flag tells players to undo that.

    Why: a trainer that ignores the flag learns from a clip that lies on its side.
    Source: our own judgement (heuristic). Nothing is documented.
    Example: an upright phone clip, stored as 1920×1080 with a rotation of 90 degrees.
    Remedy: re-encode it, which rotates the pixels (`ffmpeg -i in.mov out.mp4`).
    """
    turns = [f"a rotation flag of {video.rotation}°"] * bool(video.rotation) + ["a mirror flag"] * video.mirrored
    if turns:
        message = f"{video.path} is stored with {series(turns)}; the trainer may ignore {'them' if turns[1:] else 'it'}"
        yield Problem(message, fix=(Reencode(video.path, upright=True),))


@rule("V410", "variable-rate", on=Video, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def variable_rate(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip has a variable frame rate.

    Why: a trainer that counts frames sees the motion faster or slower than it is.
    Source: our own judgement (heuristic). Differences that come from rounding are allowed.
    Example: a screen recording, or a phone clip filmed in low light.
    Remedy: re-encode it at a constant rate (`ffmpeg -i in.mp4 -r 24 out.mp4`).
    """
    if video.jitter > ctx.limits.jitter_seconds:
        data = {"seconds": float(video.jitter)}
        uneven = f"the time between frames varies by up to {data['seconds']:.3f} s"
        message = f"{video.path} has a variable frame rate: {uneven}"
        yield Problem(message, fix=(Reencode(video.path, steady=True),), data=data)


@rule("V411", "unusual-codec", on=Video, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def unusual_codec(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip has an uncommon codec.

    Why: no codec is documented, so the common ones are the safest.
    Source: our own judgement (heuristic).
    Example: an AV1 or ProRes clip → H.264.
    Remedy: re-encode it (`ffmpeg -i in.mov -c:v libx264 -crf 16 out.mp4`).
    """
    if video.codec not in ctx.limits.common_codecs:
        common = series(ctx.limits.common_codecs)
        message = f"{video.path} has an uncommon codec, {video.codec}; the common ones are {common}"
        yield Problem(message, fix=(Reencode(video.path, usual_codec=True),))


@rule("V412", "several-streams", on=Video, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def several_streams(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip has more than one video stream. Cover art doesn't count.

    Why: which of them the platform uses is not documented.
    Source: our own judgement (heuristic).
    Example: a clip with two camera angles → one of them.
    Remedy: keep one (`ffmpeg -i in.mp4 -map 0:v:0 -map 0:a? -c copy out.mp4`).
    """
    if video.pictures > 1:
        message = f"{video.path} has {video.pictures} video streams; the platform doesn't say which one it uses"
        yield Problem(message, fix=(Reencode(video.path, single=True),))


@rule("V413", "interlaced", on=Video, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def interlaced(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip is interlaced: each frame holds two moments, on alternating lines.

    Why: motion looks like a comb in such frames, and the model learns the comb as part of the effect.
    Source: our own judgement (heuristic).
    Example: a recording from television or a camcorder.
    Remedy: deinterlace it (`ffmpeg -i in.mp4 -vf bwdif out.mp4`).
    """
    if video.interlaced:
        yield Problem(f"{video.path} is interlaced", fix=(Reencode(video.path, progressive=True),))


@rule("V417", "video-heavy", on=Video, severity=Severity.ADVICE, basis=Basis.GUIDANCE)
def video_heavy(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip's file is larger than the platform's newer pages recommend.

    Why: the console may refuse it. The API guide mentions no such limit.
    Source: the platform's newer pages (guidance). `datasetkit models --format json` shows the size.
    Example: 5 s of ProRes, 110 MB → H.264, 6 MB.
    Remedy: scale it down or re-encode it.
    """
    yield from too_heavy(video, ctx.limits.video_bytes)


@rule("V418", "wasted-pixels", on=Dataset, severity=Severity.ADVICE, basis=Basis.DOCUMENTED)
def wasted_pixels(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """The clips have many times the pixels that training uses.

    Why: the platform scales every frame down to `max_pixels`. The rest is uploaded for nothing.
    Source: API reference (documented). The factor above which we report it is our own choice.
    Example: 4K clips for a model that trains at 512×512.
    Remedy: `datasetkit build --shrink` scales the clips down.
    """
    videos = [clip for clip in clips(dataset) if max(clip.width, clip.height) <= ctx.limits.video_side]  # else V406
    used = max(model.max_pixels for model in ctx.models)
    held = sum(video.width * video.height for video in videos)
    if videos and held >= ctx.limits.wasted_pixels * used * len(videos):
        times = f"{held / len(videos) / used:.0f} times the pixels that training uses ({used:,} a frame)"
        data = {"pixels": held // len(videos), "limit": used, "saved": savings(videos, used)}
        sizes = f"{megabytes(data['saved'])} of {megabytes(sum(video.size for video in videos))}"
        fix = tuple(shrunk(dataset, used * ctx.limits.shrink_factor))
        message = f"the clips have {times}; scaling them down would save about {sizes}"
        yield Problem(message, fix=fix, data=data)


@rule("V420", "hdr", on=Video, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def hdr(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip is HDR, as newer phones film by default.

    Why: a trainer that takes it for a normal clip sees flat, grey colours, and the model learns those.
    Source: our own judgement (heuristic). The clip's header names its transfer function, PQ or HLG.
    Example: a clip filmed by a phone with "HDR video" switched on.
    Remedy: `datasetkit init` converts raw clips to SDR, `datasetkit fix --unsafe -o DIR` those of a dataset, whose
    frames it takes again. By hand, with FFmpeg 8:
    `ffmpeg -i in.mov -vf scale=out_transfer=bt709:out_primaries=bt709:out_color_matrix=bt709 -pix_fmt yuv420p out.mp4`.
    """
    if video.hdr:
        message = f"{video.path} is HDR ({video.hdr}); a trainer that ignores that sees flat, grey colours"
        fix = (Reencode(video.path, sdr=True),)
        yield Problem(message, fix=fix, safe=False, data={"transfer": video.hdr})


@rule("V419", "longer-than-target", on=Video, severity=Severity.WARNING, basis=Basis.DOCUMENTED)
def longer_than_target(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip is longer than the videos you want to generate (`target_seconds`).

    Why: the model learns the action over the length of the clip, so the videos will cut it short.
    Source: user guide (documented): clips no longer than the target. One extra frame is allowed.
    Example: 8 s clips for 5 s videos → 4 to 5 s that show the whole action.
    Remedy: trim the clip, as for V407.
    """
    target = ctx.target_seconds
    if target is not None and _longer(video, target, ctx):
        yield _trim(video, target, f"your target is {target:g} s")
