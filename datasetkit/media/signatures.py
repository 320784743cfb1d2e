"""Signatures: pictures small enough to be kept and compared, of frames of clips and of images alike."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from datasetkit.footage import Signature
from datasetkit.media.planes import SQUARE, WHOLE, Floats, resampled, signature_of, to_bt601
from datasetkit.media.smallframe import HEIGHT, WIDTH, SmallFrame
from datasetkit.media.stills import TURNS, narrow
from datasetkit.model import Image

_DRAFT = (4 * WIDTH, 4 * HEIGHT)  # libjpeg can decode a JPEG at an eighth to half of its size


def signature_of_frame(frame: SmallFrame) -> Signature:
    """The signature of a clip's frame."""
    return signature_of(to_bt601(_squares(frame.luma, *frame.chroma), frame.matrix), frame.matrix)


def signature_of_image(image: Pillow.Image, orientation: int = 1) -> Signature:
    """The signature of an image that EXIF's ``orientation`` turns upright; it is shrunk in the same steps as frames."""
    plain = image if image.mode in ("RGB", "L", "CMYK") else narrow(image).convert("RGB")
    factor = max(1, min(plain.width // (2 * WIDTH), plain.height // (2 * HEIGHT)))
    small = plain.reduce(factor).convert("RGB")
    upright = small.transpose(TURNS[orientation - 2]) if orientation > 1 else small
    luma, *chroma = np.moveaxis(np.asarray(upright.convert("YCbCr")), 2, 0)
    half = (HEIGHT // 2, WIDTH // 2)
    small_chroma = (resampled(plane, WHOLE, half) for plane in chroma)
    return signature_of(_squares(resampled(luma, WHOLE, (HEIGHT, WIDTH)), *small_chroma), 0)


def _squares(*planes: NDArray[Any]) -> Floats:
    return np.stack([resampled(plane, WHOLE, (SQUARE, SQUARE)) for plane in planes])


def read_signature(stream: BinaryIO, facts: Image) -> Signature:
    """The signature of an image whose ``facts`` were read from the same bytes."""
    with Pillow.open(stream, formats=[facts.format]) as image:
        image.draft("RGB", _DRAFT)
        return signature_of_image(image, facts.orientation)
