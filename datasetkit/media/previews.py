"""Plain measures of a generated video. They rank nothing: the eye decides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.footage import Light, Steadiness, Stills
from datasetkit.media.checks.light import LightMeter
from datasetkit.media.checks.steadiness import SteadinessMeter
from datasetkit.media.checks.stills import StillFinder
from datasetkit.media.decode import decode
from datasetkit.media.images import read_image
from datasetkit.media.videos import read_video
from datasetkit.model import Image, Video


@dataclass(frozen=True, slots=True)
class Measures:
    """What can be measured of a video. ``sharpness`` is that of `Light`, ``flicker`` and ``jump`` of `Steadiness`.

    ``still`` is how many seconds are frozen or black, ``corrupt`` how many frames are damaged.
    """

    width: int
    height: int
    seconds: float
    sharpness: float
    flicker: float
    jump: float
    still: float
    corrupt: int


def require_video(path: Path) -> Video:
    """The facts of a whole video. Raises DatasetkitError if the file isn't one."""
    found = read_video(str(path.resolve()), path.name, path.stat().st_size)
    if isinstance(found, Video) and not found.missing:
        return found
    raise DatasetkitError("what was downloaded is not a whole video", "Run the same command again.")


def require_image(path: Path) -> Image:
    """The facts of a whole image. Raises DatasetkitError if the file isn't one."""
    with path.open("rb") as stream:
        found = read_image(stream, path.name, path.stat().st_size, spec.limits().image_side)
    if isinstance(found, Image):
        return found
    raise DatasetkitError("what was downloaded is not a whole image", "Run the same command again.")


def measure(path: Path) -> Measures:
    """The measures of a video, decoded to its end. Raises DatasetkitError if it isn't a video."""
    video = require_video(path)
    seen = decode(str(path.resolve()), video, [LightMeter(), SteadinessMeter(), StillFinder()])
    light, steady, stills = seen.of(Light), seen.of(Steadiness), seen.of(Stills)
    width, height = video.displayed
    return Measures(
        width,
        height,
        float(video.seconds),
        sharpness=light.sharpness if light else 0.0,
        flicker=steady.flicker if steady else 0.0,
        jump=steady.jump if steady else 0.0,
        still=sum(part.end - part.start for part in stills.parts) if stills else 0.0,
        corrupt=seen.damage.frames if seen.damage else 0,
    )
