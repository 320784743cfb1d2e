"""Pictures small enough to be kept and compared: frames of clips and images alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from datasetkit.media.smallframe import SQUARE, WHOLE, Floats, SmallFrame, resampled

_CHROMA = SQUARE // 2
# ITU-T H.273: matrix number → the weights of red and blue in luma. What isn't listed is decoded as BT.601 by libav.
_WEIGHTS = {1: (0.2126, 0.0722), 4: (0.30, 0.11), 7: (0.212, 0.087), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
_BT601 = (0.299, 0.114)
BT709, UNNAMED = 1, 2


@dataclass(frozen=True, slots=True)
class Signature:
    """A picture as 64×64 luma and two planes of 32×32 chroma, one byte each: full range, BT.601.

    ``matrix`` is the colour matrix that its file names, numbered as in ITU-T H.273; 0 of images, 2 where none is named.
    """

    luma: bytes
    chroma: bytes
    matrix: int = 0

    def plane(self) -> Floats:
        """The luma, 64×64."""
        return np.frombuffer(self.luma, np.uint8).astype(np.float32).reshape(SQUARE, SQUARE)

    def colours(self) -> Floats:
        """The chroma, 2×32×32, grey at 128."""
        return np.frombuffer(self.chroma, np.uint8).reshape(2, _CHROMA, _CHROMA).astype(np.float32)


def signature_of_frame(frame: SmallFrame) -> Signature:
    """The signature of a clip's frame."""
    planes = np.stack([frame.square, *(resampled(one, WHOLE, (SQUARE, SQUARE)) for one in frame.chroma)])
    return _signature(to_bt601(planes, frame.matrix), frame.matrix)


def signature_of_image(image: Image.Image) -> Signature:
    """The signature of an image, upright."""
    upright = ImageOps.exif_transpose(image).convert("RGB")
    small = upright.resize((SQUARE, SQUARE), Image.Resampling.BOX, reducing_gap=2.0)
    planes = np.moveaxis(np.asarray(small.convert("YCbCr"), np.float32), 2, 0)
    return _signature(planes, 0)


def _signature(planes: Floats, matrix: int) -> Signature:
    chroma = [resampled(plane, WHOLE, (_CHROMA, _CHROMA)) for plane in planes[1:]]
    return Signature(_bytes(planes[0]), _bytes(np.stack(chroma)), matrix)


def _bytes(plane: Floats) -> bytes:
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8).tobytes()


def to_bt601(planes: Floats, matrix: int) -> Floats:
    """Full-range luma and chroma (3×rows×columns, grey at 128) of another matrix, as BT.601 would have them."""
    if matrix not in _WEIGHTS:
        return planes
    change = _from_rgb(*_BT601) @ np.linalg.inv(_from_rgb(*_WEIGHTS[matrix]))
    return recoded(planes, change.astype(np.float32))


def read_as_bt601(planes: Floats, matrix: int) -> Floats:
    """What becomes of a picture whose luma and chroma are of that matrix, but are taken for BT.601.

    Of one in BT.601, what becomes of it where it is taken for BT.709.
    """
    if matrix not in _WEIGHTS:
        return to_bt601(planes, BT709)
    change = _from_rgb(*_WEIGHTS[matrix]) @ np.linalg.inv(_from_rgb(*_BT601))
    return recoded(planes, change.astype(np.float32))


def recoded(planes: Floats, change: Floats) -> Floats:
    """Every pixel's luma and chroma multiplied by a 3×3 matrix, grey staying grey."""
    grey = np.array([0, 128, 128], np.float32)[:, None]
    made = change @ (planes.reshape(3, -1) - grey) + grey
    return made.reshape(planes.shape).astype(np.float32)


def _from_rgb(red: float, blue: float) -> NDArray[Any]:
    """The 3×3 matrix from RGB to luma and chroma."""
    luma = np.array([red, 1 - red - blue, blue])
    rows = [luma, ([0, 0, 1] - luma) / (2 * (1 - blue)), ([1, 0, 0] - luma) / (2 * (1 - red))]
    return np.stack(rows)
