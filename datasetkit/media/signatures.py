"""Signatures: pictures small enough to be kept and compared, of frames of clips and of images alike."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
from PIL import Image as Pillow

from datasetkit.footage import Signature
from datasetkit.media.planes import SQUARE, WHOLE, resampled, signature_of, to_bt601
from datasetkit.media.smallframe import SmallFrame
from datasetkit.media.stills import TURNS, narrow
from datasetkit.model import Image

_DRAFT = (4 * SQUARE, 4 * SQUARE)  # libjpeg can decode a JPEG at an eighth to half of its size


def signature_of_frame(frame: SmallFrame) -> Signature:
    """The signature of a clip's frame."""
    planes = np.stack([frame.square, *(resampled(one, WHOLE, (SQUARE, SQUARE)) for one in frame.chroma)])
    return signature_of(to_bt601(planes, frame.matrix), frame.matrix)


def signature_of_image(image: Pillow.Image, orientation: int = 1) -> Signature:
    """The signature of an image that EXIF's ``orientation`` turns upright."""
    plain = image if image.mode in ("RGB", "L", "CMYK") else narrow(image).convert("RGB")
    small = plain.resize((SQUARE, SQUARE), Pillow.Resampling.BOX, reducing_gap=2.0).convert("RGB")
    upright = small.transpose(TURNS[orientation - 2]) if orientation > 1 else small
    planes = np.moveaxis(np.asarray(upright.convert("YCbCr"), np.float32), 2, 0)
    return signature_of(planes, 0)


def read_signature(stream: BinaryIO, facts: Image) -> Signature:
    """The signature of an image whose ``facts`` were read from the same bytes."""
    with Pillow.open(stream, formats=[facts.format]) as image:
        image.draft("RGB", _DRAFT)
        return signature_of_image(image, facts.orientation)
