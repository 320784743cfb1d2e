"""The broken cases whose fault is in the pictures: clips and frames have to be decoded to see it."""

from __future__ import annotations

from broken_media import PQ, SIZE, SPECKS, clip, encoded, still
from broken_parts import BLUE, RED, Case, Files, first_line, frame, kf2v, one, pair, prompt, second_line, text
from PIL import Image

COLOURS = (BLUE, RED, "#3ba55f", "#a59a3b", "#7a3ba5", "#3ba0a5")


WORDS = (
    "A nurse waits at a tram stop.",
    "Two violins lie beside the tall dancer.",
    "An old farmer mends nets near the harbour.",
    "The skater in yellow rests on a bench.",
    "Under a bridge stands a girl with a kite.",
    "Her sister paints a boat on the beach.",
)


def pictures() -> list[Case]:
    """Families V, K and S, as far as only frames show it."""
    first = still(clip(BLUE))
    faded = first.point(lambda level: round(16 + level * 219 / 255))
    swapped = pair(first_line(), second_line(), numbers=(1, 2))
    swapped["image_01.png"], swapped["image_02.png"] = swapped["image_02.png"], swapped["image_01.png"]
    barred, hdr = clip(BLUE, fault="barred"), clip(BLUE, transfer=PQ)
    return [
        Case("V403-video-corrupt", one(video=_corrupt(clip(BLUE)))),
        Case("V414-black-bars", one(frame(barred), barred)),
        Case("V415-frozen", one(video=clip(BLUE, fault="frozen", frames=66))),
        Case("V416-scene-cut", one(video=clip(BLUE, fault="cut"))),
        Case("V420-hdr", one(frame(hdr), hdr)),
        Case("K502-first-frame-mismatch", one(image=frame(clip(BLUE), last=True))),
        Case("K502-first-frame-mismatch-mirrored", one(image=encoded(first.transpose(_FLIP), "PNG"))),
        Case("K502-first-frame-mismatch-swapped", swapped),
        Case("K503-last-frame-mismatch", kf2v(last=frame(clip(RED)))),
        Case("K505-frame-tone", one(image=encoded(faded, "PNG"))),
        Case("S706-near-duplicate", several(clip(BLUE), clip(BLUE, size=(96, 96)))),
        Case("S709-mixed-motion", several(*_but_last("backwards"))),
        Case("S710-mixed-rates", several(clip(BLUE), clip(RED, rate=24, frames=50), clip(COLOURS[2]))),
        Case("S711-dull-or-dark", several(*_but_last("blurred"))),
        Case("S712-shared-mark", several(*(fine(colour, "marked", (160, 96)) for colour in COLOURS[:4]))),
    ]


_FLIP = Image.Transpose.FLIP_LEFT_RIGHT


def _but_last(fault: str) -> list[bytes]:
    """Six clips, the last with that fault."""
    return [fine(colour, fault if colour is COLOURS[-1] else "") for colour in COLOURS]


def fine(colour: str, fault: str, size: tuple[int, int] = SIZE) -> bytes:
    """A clip in which movement and sharpness can be measured."""
    return clip(colour, size=size, options=(("crf", "26"),), fault=fault, clouds=SPECKS)


def several(*videos: bytes) -> Files:
    """A sample for each clip, with its first frame."""
    files: Files = {}
    lines = []
    for number, video in enumerate(videos, start=1):
        names = {"first_frame_path": f"image_{number:02}.png", "video_path": f"video_{number:02}.mp4"}
        files |= {names["first_frame_path"]: frame(video), names["video_path"]: video}
        lines.append(first_line(prompt=prompt(WORDS[number - 1], "she"), **names))
    return {"data.jsonl": text(*lines), **files}


def _corrupt(video: bytes) -> bytes:
    """The clip with part of its picture data overwritten."""
    start = video.index(b"mdat") + (len(video) - video.index(b"mdat")) * 2 // 3
    return video[:start] + bytes(40) + video[start + 40 :]
