"""Signatures: pictures small enough to be kept and compared, of frames of clips and of images alike."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

from datasetkit.footage import Signature
from datasetkit.media.planes import SQUARE, WHOLE, resampled, signature_of, to_bt601
from datasetkit.media.smallframe import SmallFrame


def signature_of_frame(frame: SmallFrame) -> Signature:
    """The signature of a clip's frame."""
    planes = np.stack([frame.square, *(resampled(one, WHOLE, (SQUARE, SQUARE)) for one in frame.chroma)])
    return signature_of(to_bt601(planes, frame.matrix), frame.matrix)


def signature_of_image(image: Image.Image) -> Signature:
    """The signature of an image, upright."""
    upright = ImageOps.exif_transpose(image).convert("RGB")
    small = upright.resize((SQUARE, SQUARE), Image.Resampling.BOX, reducing_gap=2.0)
    planes = np.moveaxis(np.asarray(small.convert("YCbCr"), np.float32), 2, 0)
    return signature_of(planes, 0)
