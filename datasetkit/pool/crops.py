"""Whether one clip is a cropped copy of another, which fingerprints don't show: from 16×16 luma of their ends.

Both the first and the last frame have to fit the same part of the other clip's, and that part has to fit clearly
better than all of it. So clips that only begin with the same picture aren't taken for copies.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from datasetkit import spec
from datasetkit.media.planes import Floats, resampled

SIDE = 16
_SIZES = (1.0, 0.94, 0.88, 0.8, 0.72, 0.64)  # of the part, each way; the picture matches up to half a step beside them
_PLACES = (0.0, 0.5, 1.0)  # at the start, in the middle, at the end


def is_cropped_copy(one: bytes, other: bytes) -> bool:
    """Whether either clip shows a part of the other; each is 2×16×16 luma, of its first and its last frame."""
    return _is_part(one, other) or _is_part(other, one)


def _is_part(part: bytes, whole: bytes) -> bool:
    limits = spec.thresholds("cropped")
    fits = np.min([_fits(one, other) for one, other in zip(_frames(part), _frames(whole), strict=True)], axis=0)
    best, all_of_it = float(fits.max()), float(fits[0])
    return best >= limits["correlation"] and 1 - all_of_it > limits["clearly"] * (1 - best) + limits["tie"]


def _frames(ends: bytes) -> Floats:
    return np.frombuffer(ends, np.uint8).astype(np.float32).reshape(2, SIDE, SIDE)


def _fits(part: Floats, whole: Floats) -> Floats:
    """How well a picture correlates with each part of another; the first of them is all of it."""
    cuts = _cuts()
    parts: Floats = (cuts[:, None] @ whole @ cuts.transpose(0, 2, 1)[None]).astype(np.float32)
    fits: Floats = _normal(parts.reshape(-1, SIDE * SIDE)) @ _normal(part.reshape(1, -1))[0]
    return fits


def _normal(pictures: Floats) -> Floats:
    """Each picture with mean 0 and length 1."""
    apart = pictures - pictures.mean(axis=1, keepdims=True)
    normal: Floats = apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-6)
    return normal


@cache
def _cuts() -> Floats:
    """Matrices that take a part of a line of SIDE values, and average it over as many; the first takes it whole."""
    line = np.eye(SIDE, dtype=np.float32)
    starts = dict.fromkeys(((1 - size) * place, size) for size in _SIZES for place in _PLACES)
    return np.stack([resampled(line, (0, start, 1, start + size), (SIDE, SIDE)) for start, size in starts])
