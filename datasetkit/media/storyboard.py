"""Evenly chosen frames of a clip as JPEG, to be sent to a vision-language model."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from datasetkit.media.decode import decode
from datasetkit.media.pictures import bounded
from datasetkit.media.smallframe import Picture, SmallFrame
from datasetkit.media.videos import read_video
from datasetkit.model import Video


@dataclass(frozen=True, slots=True)
class Storyboard:
    """Frames in order, each with its second and its JPEG as a `data:` URI; ``fault`` says why there are none."""

    frames: tuple[tuple[float, str], ...] = ()
    fault: str = ""


class _FrameKeeper:
    """Keeps the frames that come in colour."""

    def __init__(self) -> None:
        self.taken: list[tuple[float, Picture]] = []

    def see(self, frame: SmallFrame) -> None:
        """Take one frame in."""
        if frame.picture is not None:
            self.taken.append((frame.seconds, frame.picture))

    def result(self) -> None:
        """Nothing: the pictures are no facts of the clip."""


def storyboard(path: Path, count: int, pixels: int, quality: int) -> Storyboard:
    """``count`` frames of the clip at ``path`` from its first to its last, each of at most so many ``pixels``.

    A clip with fewer frames gives all of them. ``quality`` is JPEG's. Raises DatasetkitError if the machine doesn't let
    the file be read.
    """
    place = str(path.absolute())
    try:
        video = read_video(place, path.name, path.stat().st_size)
    except FileNotFoundError:
        return Storyboard(fault="there is no such file")
    if not isinstance(video, Video):
        return Storyboard(fault=f"the clip can't be read: {getattr(video, 'reason', 'not an MP4 or MOV')}")
    end, steps, size = max(0, video.frames - 1), max(1, count - 1), bounded(video.displayed, None, pixels)
    keeper = _FrameKeeper()
    decode(place, video, [keeper], pictured={round(number * end / steps): size for number in range(count)})
    frames = tuple((seconds, _jpeg(picture, quality)) for seconds, picture in keeper.taken)
    return Storyboard(frames, "" if frames else "no frame of the clip can be decoded")


def _jpeg(picture: Picture, quality: int) -> str:
    encoded = BytesIO()
    Image.fromarray(picture).save(encoded, "JPEG", quality=quality)
    return f"data:image/jpeg;base64,{base64.b64encode(encoded.getvalue()).decode('ascii')}"
