"""Small planes of luma and chroma: shrunk, and turned from one colour matrix into another. Needs numpy alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasetkit.footage import Signature

Plane = NDArray[np.uint8]
Floats = NDArray[np.float32]

SQUARE = 64  # the side of a signature's luma
CHROMA = SQUARE // 2  # the side of its chroma
WHOLE = (0.0, 0.0, 1.0, 1.0)  # all of a plane: left, top, right and bottom as shares of it
# ITU-T H.273: matrix number → the weights of red and blue in luma. What isn't listed is decoded as BT.601 by libav.
_WEIGHTS = {1: (0.2126, 0.0722), 4: (0.30, 0.11), 7: (0.212, 0.087), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
_BT601 = (0.299, 0.114)
BT709, UNNAMED = 1, 2


def luma_of(signature: Signature) -> Floats:
    """The luma, 64×64."""
    return np.frombuffer(signature.luma, np.uint8).astype(np.float32).reshape(SQUARE, SQUARE)


def chroma_of(signature: Signature) -> Floats:
    """The chroma, 2×32×32, grey at 128."""
    return np.frombuffer(signature.chroma, np.uint8).reshape(2, CHROMA, CHROMA).astype(np.float32)


def signature_of(planes: Floats, matrix: int) -> Signature:
    """The signature of luma and chroma, 3×64×64."""
    chroma = [resampled(plane, WHOLE, (CHROMA, CHROMA)) for plane in planes[1:]]
    return Signature(_bytes(planes[0]), _bytes(np.stack(chroma)), matrix)


def _bytes(plane: Floats) -> bytes:
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8).tobytes()


def resampled(plane: NDArray[Any], part: tuple[float, float, float, float], size: tuple[int, int]) -> Floats:
    """A part of a plane (left, top, right, bottom, as shares of it) averaged over ``size`` (rows, columns) cells."""
    left, top, right, bottom = part
    rows = _averaged(plane.astype(np.float32), top, bottom, size[0])
    return _averaged(rows.T, left, right, size[1]).T


def _averaged(plane: Floats, start: float, end: float, count: int) -> Floats:
    """``count`` equal cells of rows, pixels cut by an edge shared: by sums, as matrix products would start threads."""
    edges = np.linspace(start, end, count + 1, dtype=np.float32) * len(plane)
    whole = np.minimum(edges.astype(np.intp), len(plane) - 1)
    before = np.cumsum(plane, axis=0) - plane
    reached = before[whole] + (edges - whole)[:, None] * plane[whole]
    return (np.diff(reached, axis=0) / np.diff(edges)[:, None]).astype(np.float32)


def to_bt601(planes: Floats, matrix: int) -> Floats:
    """Full-range luma and chroma (3×rows×columns, grey at 128) of another matrix, as BT.601 would have them."""
    if matrix not in _WEIGHTS:
        return planes
    change = _from_rgb(*_BT601) @ np.linalg.inv(_from_rgb(*_WEIGHTS[matrix]))
    return _recoded(planes, change.astype(np.float32))


def read_as_bt601(planes: Floats, matrix: int) -> Floats:
    """What becomes of a picture whose luma and chroma are of that matrix, but are taken for BT.601.

    Of one in BT.601, what becomes of it where it is taken for BT.709.
    """
    if matrix not in _WEIGHTS:
        return to_bt601(planes, BT709)
    change = _from_rgb(*_WEIGHTS[matrix]) @ np.linalg.inv(_from_rgb(*_BT601))
    return _recoded(planes, change.astype(np.float32))


def _recoded(planes: Floats, change: Floats) -> Floats:
    """Every pixel's luma and chroma multiplied by a 3×3 matrix, grey staying grey."""
    grey = np.array([0, 128, 128], np.float32)[:, None]
    made = change @ (planes.reshape(3, -1) - grey) + grey
    return made.reshape(planes.shape).astype(np.float32)


def _from_rgb(red: float, blue: float) -> NDArray[Any]:
    """The 3×3 matrix from RGB to luma and chroma."""
    luma = np.array([red, 1 - red - blue, blue])
    rows = [luma, ([0, 0, 1] - luma) / (2 * (1 - blue)), ([1, 0, 0] - luma) / (2 * (1 - red))]
    return np.stack(rows)
