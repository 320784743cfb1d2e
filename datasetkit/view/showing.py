"""A clip as the page gets it: what was found out about it, and what is edited, as JSON values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from datasetkit.footage import Motion
from datasetkit.model import Image, Medium, Video
from datasetkit.report.visual.cards import absence, picture_of
from datasetkit.report.visual.values import MotionCurve, Remark, SampleCard
from datasetkit.view.captions import CaptionParts, CaptionRules, caption_parts
from datasetkit.view.draft import ClipDraft
from datasetkit.view.folder import FIELDS, ViewedClip

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Playback:
    """How a clip is played: as it is ("original"), encoded for the browser ("preview"), or not at all ("").

    ``preview`` says how far that is: "waiting", "making", "ready" or "failed", for a ``reason``.
    """

    plays: str = ""
    preview: str = ""
    reason: str = ""


def shown_clip(
    clip: ViewedClip,
    draft: ClipDraft,
    card: SampleCard | None,
    rules: CaptionRules,
    playback: Playback,
    *,
    ready: bool,
) -> Json:
    """One clip. ``ready``: it was looked at to its end."""
    video, captions = clip.video, [caption_parts(text, rules, draft.person) for text in draft.captions]
    return {
        "id": clip.key,
        "path": clip.path,
        "facts": list(card.facts) if card else [],
        "seconds": float(video.seconds) if video else 0.0,
        "rate": [video.rate.numerator, video.rate.denominator] if video else [0, 1],
        "frames": video.frames if video else 0,
        "severity": card.severity if card else "",
        "ready": ready,
        "plays": playback.plays,
        "preview": playback.preview,
        "fault": _fault(clip.sample.medium("video_path")),
        "strip": _strip(clip),
        "compared": [*_compared(clip, card)],
        "curve": _curve(card.curve, video) if card and card.curve else None,
        "windows": [*_windows(draft, captions)],
        "findings": [shown_remark(one) for one in card.remarks] if card else [],
        "persons": _persons(captions[0], rules) if captions and rules.persons else None,
    }


def shown_remark(remark: Remark) -> Json:
    """A finding."""
    return asdict(remark)


def _fault(medium: Medium | None) -> str:
    if medium is None:
        return "the line names no clip"
    return "" if isinstance(medium, Video) else absence(medium)


def _strip(clip: ViewedClip) -> Json | None:
    film = clip.video.film if clip.video else None
    if not film:
        return None
    when = ", ".join(f"{second:.2f}" for second in film.seconds)
    return {
        "url": f"/clip/{clip.key}/strip",
        "alt": f"{len(film.seconds)} frames of {clip.path}, at {when} s",
        "seconds": list(film.seconds),
        "width": film.strip.width,
        "height": film.strip.height,
    }


def _compared(clip: ViewedClip, card: SampleCard | None) -> Iterator[Json]:
    differing = [one.differs for one in card.compared] if card else []
    given = [which for which, field in FIELDS.items() if clip.sample.medium(field)]
    differs = dict(zip(given, differing, strict=False))
    for which, field in FIELDS.items():
        medium, frame = clip.sample.medium(field), None
        if clip.video:
            frame = {
                "url": f"/clip/{clip.key}/{which}",
                "alt": f"{which} frame of {clip.path}",
                "caption": f"{which} frame",
            }
        yield {
            "which": str(which),
            "image": _image(clip.key, which, medium) if medium else None,
            "frame": frame,
            "differs": differs.get(which, False),
        }


def _image(key: str, which: str, medium: Medium) -> Json:
    shown = picture_of(medium)
    url = f"/clip/{key}/image/{which}" if isinstance(medium, Image) else ""
    return {"url": url, "alt": f"{which}-frame {shown.alt}", "caption": shown.caption}


def _curve(curve: MotionCurve, video: Video | None) -> Json:
    motion = video.seen.of(Motion) if video and video.seen else None
    curve = replace(curve, spans=tuple(span for span in curve.spans if span.what != "kept"))
    return {
        "values": [round(value, 3) for value in curve.values],
        "seconds": curve.seconds,
        "cuts": list(curve.cuts),
        "spans": [asdict(span) for span in curve.spans],
        "onset": _onset(motion, curve) if motion else None,
        "text": curve.text,
    }


def _onset(motion: Motion, curve: MotionCurve) -> float | None:
    """When the movement begins. It is known to a quarter of a second; frozen parts are known to the frame."""
    ends = (span.end for span in curve.spans if motion.onset is not None and span.start <= motion.onset < span.end)
    return max(ends, default=motion.onset)


def _windows(draft: ClipDraft, captions: list[CaptionParts]) -> Iterator[Json]:
    for window, parts in zip(draft.windows, captions, strict=True):
        runs = [asdict(run) for run in parts.effect]
        yield {
            "name": window.name,
            "start": float(window.start),
            "seconds": float(window.seconds),
            "keep": window.keep,
            "reason": window.reason,
            "caption": {"subject": parts.subject, "effect": runs, "missing": parts.missing},
        }


def _persons(parts: CaptionParts, rules: CaptionRules) -> Json:
    return {"choices": list(rules.persons), "chosen": parts.person or None, "open": parts.open}
