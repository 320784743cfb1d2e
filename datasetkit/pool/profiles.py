"""What the choice keeps of each clip that can be chosen: a few hundred bytes, whatever the clip's length."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from datasetkit import spec
from datasetkit.footage import Bars, Ends, Fingerprints, Light, Mark, Motion, Signature
from datasetkit.media.planes import WHOLE, Floats, chroma_of, luma_of, resampled
from datasetkit.model import Video
from datasetkit.pool.crops import SIDE

_CELLS = 4  # of luma, each way; chroma has half as many, as eyes see less of it


@dataclass(frozen=True, slots=True)
class Profile:
    """A clip that can be chosen, as it is compared with others.

    ``shape`` is "wide", "tall" or "square". ``sharpness`` and ``light`` (median luma, 0 to 1) are those of `Light`,
    ``activity`` is the mean change between sampled frames, from 0 to 1. ``movement`` is right, down, zoom and roll a
    second, each in multiples of what counts as movement; zeros where nothing moves as a whole. ``layout`` holds the
    colours of the first and last frame in 4×4 cells of luma and 2×2 of each chroma, a byte each; ``ends`` their luma
    in 16×16 cells. ``hashes`` are the fingerprints. ``clean``: neither bars nor what may be a mark were found.
    """

    path: str
    shape: str
    sharpness: float
    light: float
    activity: float
    movement: tuple[float, ...]
    layout: bytes
    ends: bytes
    hashes: array[int]
    pixels: int
    clean: bool


def profile_of(video: Video) -> Profile | None:
    """What is kept of a clip that was decoded to its end; None of one with too few frames to be compared."""
    seen = video.seen
    light, motion, ends = (seen.of(Light), seen.of(Motion), seen.of(Ends)) if seen else (None, None, None)
    if not seen or not light or not motion or not ends:
        return None
    prints, frames = seen.of(Fingerprints), (ends.first, ends.last or ends.first)
    return Profile(
        path=video.path,
        shape=_shape(*video.displayed),
        sharpness=light.sharpness,
        light=light.middle,
        activity=fmean(motion.curve),
        movement=_movement(motion),
        layout=b"".join(map(_layout, frames)),
        ends=b"".join(_cells(luma_of(frame), SIDE) for frame in frames),
        hashes=array("Q", prints.hashes if prints else ()),
        pixels=video.width * video.height,
        clean=seen.of(Bars) is None and seen.of(Mark) is None,
    )


def _shape(width: int, height: int) -> str:
    tolerance = spec.limits().aspect_tolerance
    if max(width, height) <= min(width, height) * (1 + tolerance):
        return "square"
    return "wide" if width > height else "tall"


def _movement(motion: Motion) -> tuple[float, ...]:
    units = spec.thresholds("outliers")
    trusted = motion.confidence >= units["confidence"]
    return tuple(getattr(motion, axis) / units[axis] if trusted else 0.0 for axis in ("right", "down", "zoom", "roll"))


def _layout(signature: Signature) -> bytes:
    chroma = (_cells(plane, _CELLS // 2) for plane in chroma_of(signature))
    return b"".join((_cells(luma_of(signature), _CELLS), *chroma))


def _cells(plane: Floats, count: int) -> bytes:
    """A plane averaged over count×count cells."""
    return np.rint(resampled(plane, WHOLE, (count, count))).clip(0, 255).astype(np.uint8).tobytes()
