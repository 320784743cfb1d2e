"""An image that is the right frame with different brightness, contrast or colour.

The video would flash after its first frame.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from datasetkit import spec
from datasetkit.footage import Cause, Signature, Tone
from datasetkit.media.planes import CHROMA, UNNAMED, WHOLE, Floats, chroma_of, luma_of, read_as_bt601, resampled


def tone_jump(image: Signature, frame: Signature) -> Tone | None:
    """How the tones of an image differ from those of the frame that it shows; None if no one would see it.

    A clip that names no matrix may have been decoded by BT.601 or BT.709: either is right.
    """
    seen, shown = _planes(image), _planes(frame)
    found = _difference(seen, shown)
    other = _difference(seen, read_as_bt601(shown, UNNAMED)) if frame.matrix == UNNAMED else found
    if found is None or other is None:
        return None
    return Tone(*found, _cause(seen, shown, frame.matrix))


def _difference(seen: Floats, shown: Floats) -> tuple[float, float, float] | None:
    limits = spec.thresholds("tone")
    apart = seen - shown
    varied = shown[0] - shown[0].mean()
    flat = float(varied.std()) < limits["luma"]  # no contrast to lose
    contrast = 1.0 if flat else float((varied * (seen[0] - seen[0].mean())).mean() / (varied * varied).mean())
    colour = float(np.abs(apart[1:].mean(axis=(1, 2))).max())
    light = float(np.abs(apart[0]).mean())
    if light < limits["luma"] and abs(contrast - 1) < limits["contrast"] and colour < limits["colour"]:
        return None
    return float(apart[0].mean()), contrast, colour


def _cause(seen: Floats, shown: Floats, matrix: int) -> Cause | None:
    plain = float(np.abs(seen - shown).mean())
    left = {cause: float(np.abs(seen - guess).mean()) for cause, guess in _guesses(shown, matrix)}
    best = min(left, key=lambda cause: left[cause])
    return best if left[best] < spec.thresholds("tone")["explained"] * plain else None


def _guesses(shown: Floats, matrix: int) -> Iterator[tuple[Cause, Floats]]:
    black, grey = np.array([16, 128, 128])[:, None, None], np.array([0, 128, 128])[:, None, None]
    range_ = np.array([219, 224, 224])[:, None, None] / 255
    yield Cause.LIMITED, ((shown - grey) * range_ + black).astype(np.float32)
    yield Cause.STRETCHED, np.clip((shown - black) / range_ + grey, 0, 255).astype(np.float32)
    yield Cause.MATRIX, read_as_bt601(shown, matrix)


def _planes(signature: Signature) -> Floats:
    luma = resampled(luma_of(signature), WHOLE, (CHROMA, CHROMA))
    return np.concatenate([luma[None], chroma_of(signature)])
