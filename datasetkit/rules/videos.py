"""Family V: clips, as their headers tell."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from posixpath import splitext

from datasetkit.edits import Edit, Reencode, plain_clip, shrunk
from datasetkit.findings import Basis, Problem, Severity
from datasetkit.model import Dataset, Expected, Foreign, Unreadable, Video
from datasetkit.rules.parts import clips, refusing, savings
from datasetkit.rules.registry import Context, rule
from datasetkit.rules.wording import count, megabytes, pixels, seconds, whole


@rule("V401", "video-unreadable", on=Unreadable, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def video_unreadable(medium: Unreadable, ctx: Context) -> Iterator[Problem]:
    """A clip can't be read: it has no header, no picture stream or no frame, or is encrypted.

    Why: what can't be read here will hardly be read there.
    Source: our own judgement (heuristic).
    Example: a download cut off before the index at the file's end; a sound recording named `.mp4`.
    Remedy: fetch or export the clip again.
    """
    if medium.expected is Expected.VIDEO:
        yield Problem(f"{medium.path} can't be read: {medium.reason}")


@rule("V402", "video-truncated", on=Video, severity=Severity.ERROR, basis=Basis.HEURISTIC)
def video_truncated(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip's file ends before its last frames.

    Why: the header promises frames whose bytes aren't there; players show the beginning only.
    Source: our own judgement (heuristic); the header's index is held against the file's size.
    Example: half of a download: "120 frames", of which 61 are there.
    Remedy: fetch or export the clip again.
    """
    if video.missing:
        there = f"{video.missing:,} of its {count(video.frames, 'frame')} lie beyond the end of the file"
        yield Problem(f"{video.path} is cut off: {there}")


@rule("V404", "video-container", on=Foreign, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def video_container(medium: Foreign, ctx: Context) -> Iterator[Problem]:
    """A clip is no MP4 or MOV, whatever its extension says.

    Why: other containers are refused. The content counts, not the name.
    Source: user guide (documented).
    Example: a WebM renamed to `video_1.mp4` → an MP4.
    Remedy: rewrap or re-encode it (`ffmpeg -i in.webm out.mp4`).
    """
    if medium.expected is Expected.VIDEO:
        taken = whole([container.upper() for container in ctx.limits.video_containers], "or")
        yield Problem(f"{medium.path} is {medium.content}, and a clip must be {taken}", fix=(plain_clip(medium.path),))


@rule("V405", "video-extension", on=Video, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def video_extension(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip's extension doesn't suit its content. (MP4 in `.mov` and MOV in `.mp4` are close enough.)

    Why: a reader that goes by the name may refuse it.
    Source: our own judgement (heuristic).
    Example: an MP4 called `video_1.avi` → `video_1.mp4`.
    Remedy: nothing to do on a folder: `datasetkit build` gives it the extension of its content.
    """
    suiting = ctx.limits.extensions[video.container]
    if splitext(video.path)[1].casefold() not in suiting:
        content = "an MP4" if video.container == "mp4" else f"a {video.container.upper()}"
        message = f"{video.path} is {content} video, whose extension is {suiting[0]}"
        yield Problem(message, mended=True, fix=(Reencode(video.path),))


@rule("V406", "video-too-large", on=Video, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def video_too_large(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip has more pixels on a side than the platform takes.

    Why: it would be refused.
    Source: user guide (documented); `datasetkit models` shows the limit.
    Example: 7680×4320 → 1280×720.
    Remedy: shrink it; training uses far fewer pixels (`max_pixels`) anyway.
    """
    limit = ctx.limits.video_side
    if max(video.width, video.height) > limit:
        size = pixels((video.width, video.height))
        message = f"{video.path} has {size} pixels, at most {pixels((limit, limit))} are taken"
        yield Problem(message, fix=(Reencode(video.path, max_side=limit),))


@rule("V407", "video-too-long", on=Video, severity=Severity.ERROR, basis=Basis.DOCUMENTED)
def video_too_long(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip is longer than the model takes.

    Why: it would be refused, or cut. The picture's length counts, not the sound's, and one frame more
    is let pass: Wan's own 81 frames at 16 a second last one frame more than 5 seconds.
    Source: user guide (documented); the one frame: our own judgement. `datasetkit models` shows the seconds.
    Example: 7.2 s for a model of 5 s → the 5 s that hold the action.
    Remedy: trim the clip, or choose another model.
    """
    refused, severity = refusing(ctx, lambda model: not _longer(video, model.seconds, ctx))
    lasts = f"{video.path} lasts {seconds(video.seconds)}"
    fix = _trim(video, min((model.seconds for model in refused), default=0))
    if refused and severity is Severity.ERROR and not ctx.named:
        most = max(model.seconds for model in refused)
        yield Problem(f"{lasts}, no {ctx.assumed.kind} model takes more than {most:g} s", fix=fix, safe=False)
    elif refused:
        takes = [f"{model.id} takes at most {model.seconds:g} s" for model in refused]
        fix = fix if severity is Severity.ERROR else ()  # where some model takes it, the choice is the user's
        yield Problem(f"{lasts}, {whole(takes)}", severity=severity, fix=fix, safe=False)


def _trim(video: Video, limit: float) -> tuple[Edit, ...]:
    return (Reencode(video.path, seconds=Fraction(limit)),)


def _longer(video: Video, limit: float, ctx: Context) -> bool:
    """Whether a clip is longer than ``limit`` seconds and the frames that are let pass."""
    if float(video.seconds) <= limit:  # the usual case, without the exact arithmetic
        return False
    frame = 1 / video.rate if video.rate else Fraction(0)
    return video.seconds > Fraction(limit) + ctx.limits.frame_tolerance * frame


@rule("V408", "video-too-short", on=Video, severity=Severity.WARNING, basis=Basis.GUIDANCE)
def video_too_short(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip is shorter than later pages advise.

    Why: there is little motion to learn from.
    Source: later pages of the platform (guidance); `datasetkit models` shows the seconds.
    Example: 0.8 s → 3 s.
    Remedy: use a longer cut.
    """
    limit = ctx.limits.video_seconds
    if limit.below(video.seconds):
        yield Problem(f"{video.path} lasts {seconds(video.seconds)}, at least {limit.low:g} s are advised")


@rule("V409", "video-rotated", on=Video, severity=Severity.WARNING, basis=Basis.HEURISTIC)
def video_rotated(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip is stored on its side or mirrored, with a mark that tells players to turn it.

    Why: a trainer that doesn't heed the mark learns from a clip on its side.
    Source: our own judgement (heuristic); nothing is documented.
    Example: a phone's upright clip, stored as 1920×1080 with a rotation of 90 degrees.
    Remedy: re-encode it, which turns the pixels (`ffmpeg -i in.mov out.mp4`).
    """
    turns = [f"turned by {video.rotation}°"] if video.rotation else []
    turns += ["mirrored"] if video.mirrored else []
    if turns:
        yield Problem(
            f"{video.path} is shown {whole(turns)}: it may be read unturned", fix=(Reencode(video.path, upright=True),)
        )


@rule("V410", "variable-rate", on=Video, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def variable_rate(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip's frames don't last equally long.

    Why: a trainer that counts frames sees the motion faster or slower than it is.
    Source: our own judgement (heuristic); differences that come of rounding are let pass.
    Example: a screen recording, a phone's clip in low light.
    Remedy: re-encode it at a constant rate (`ffmpeg -i in.mp4 -r 24 out.mp4`).
    """
    if video.jitter > ctx.limits.jitter_seconds:
        uneven = f"by up to {float(video.jitter):.3f} s"
        message = f"{video.path} has a variable frame rate: its frames' lengths differ {uneven}"
        yield Problem(message, fix=(Reencode(video.path, steady=True),))


@rule("V411", "unusual-codec", on=Video, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def unusual_codec(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip is coded otherwise than most clips are.

    Why: no codec is documented; the common ones are the safest.
    Source: our own judgement (heuristic).
    Example: an AV1 or ProRes clip → H.264.
    Remedy: re-encode it (`ffmpeg -i in.mov -c:v libx264 -crf 16 out.mp4`).
    """
    if video.codec not in ctx.limits.common_codecs:
        common = whole(ctx.limits.common_codecs)
        message = f"{video.path} is coded as {video.codec}; the usual codecs are {common}"
        yield Problem(message, fix=(Reencode(video.path, usual_codec=True),))


@rule("V412", "several-streams", on=Video, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def several_streams(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip holds more than one picture stream. Cover art doesn't count.

    Why: which of them is taken is not documented.
    Source: our own judgement (heuristic).
    Example: a clip with two camera angles → one of them.
    Remedy: keep one (`ffmpeg -i in.mp4 -map 0:v:0 -map 0:a? -c copy out.mp4`).
    """
    if video.pictures > 1:
        yield Problem(
            f"{video.path} holds {video.pictures} picture streams: which is taken is not known",
            fix=(Reencode(video.path, single=True),),
        )


@rule("V413", "interlaced", on=Video, severity=Severity.ADVICE, basis=Basis.HEURISTIC)
def interlaced(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip is interlaced: each frame holds two moments, line by line.

    Why: the combs that motion leaves in such frames are learnt as part of the effect.
    Source: our own judgement (heuristic).
    Example: a recording from television or a camcorder.
    Remedy: deinterlace it (`ffmpeg -i in.mp4 -vf bwdif out.mp4`).
    """
    if video.interlaced:
        yield Problem(f"{video.path} is interlaced", fix=(Reencode(video.path, progressive=True),))


@rule("V417", "video-heavy", on=Video, severity=Severity.ADVICE, basis=Basis.GUIDANCE)
def video_heavy(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip's file is larger than later pages advise.

    Why: the console may refuse it; the API's guide knows no such limit.
    Source: later pages of the platform (guidance); `datasetkit models` shows the size.
    Example: 5 s of ProRes, 110 MB → H.264, 6 MB.
    Remedy: shrink or re-encode it.
    """
    limit = ctx.limits.video_bytes
    if video.size > limit:
        yield Problem(f"{video.path} has {megabytes(video.size)}, at most {megabytes(limit)} are advised")


@rule("V418", "wasted-pixels", on=Dataset, severity=Severity.ADVICE, basis=Basis.DOCUMENTED)
def wasted_pixels(dataset: Dataset, ctx: Context) -> Iterator[Problem]:
    """The set's clips hold many times the pixels that training uses.

    Why: the service shrinks every frame to `max_pixels`; the rest is uploaded for nothing.
    Source: API reference (documented); how many times is worth a word is our own judgement.
    Example: 4K clips for a model that trains at 512×512.
    Remedy: shrink the clips before building.
    """
    videos = [clip for clip in clips(dataset) if max(clip.width, clip.height) <= ctx.limits.video_side]  # else V406
    used = max(model.max_pixels for model in ctx.models)
    held = sum(video.width * video.height for video in videos)
    if videos and held >= ctx.limits.wasted_pixels * used * len(videos):
        total = megabytes(sum(video.size for video in videos))
        times = f"{held / len(videos) / used:.0f} times the {used:,} pixels a frame that training uses"
        saved = f"shrinking them would save about {megabytes(savings(videos, used))} of {total}"
        yield Problem(f"the clips hold {times}: {saved}", fix=tuple(shrunk(dataset, used * ctx.limits.shrink_factor)))


@rule("V419", "longer-than-target", on=Video, severity=Severity.WARNING, basis=Basis.DOCUMENTED)
def longer_than_target(video: Video, ctx: Context) -> Iterator[Problem]:
    """A clip is longer than the videos that are to be generated (`target_seconds`).

    Why: the action is learnt over the clip's length and will be cut short.
    Source: user guide (documented): material no longer than the target. One frame more is let pass.
    Example: 8 s clips for 5 s videos → 4 to 5 s that hold the whole action.
    Remedy: trim the clip.
    """
    if ctx.target_seconds is not None and _longer(video, ctx.target_seconds, ctx):
        lasts = f"{video.path} lasts {seconds(video.seconds)}"
        message = f"{lasts}, longer than the {ctx.target_seconds:g} s that are to be generated"
        yield Problem(message, fix=_trim(video, ctx.target_seconds), safe=False)
