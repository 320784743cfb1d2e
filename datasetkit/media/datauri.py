"""An image inside a request: as a `data:` URI, made smaller where it is too long for one."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from datasetkit.edits import Convert
from datasetkit.errors import DatasetkitError
from datasetkit.media.images import read_image
from datasetkit.media.outcome import Failed
from datasetkit.media.stills import edit_image
from datasetkit.model import Image

_PIXELS = (16_000_000, 8_000_000, 4_000_000, 2_000_000)  # steps down to what fits into any request


def data_uri(path: Path, *, side_low: int, side_high: int, aspect_high: float, bytes_high: int) -> tuple[str, Image]:
    """The image at ``path``, upright and opaque, as a `data:` URI, and its facts as it is sent.

    It is sent as it is if it can be, else as PNG or JPEG; larger sides than ``side_high`` pixels and longer files than
    ``bytes_high`` are made smaller. Raises DatasetkitError for a file that can't be read as an image, or whose shape
    the service wouldn't take: a side under ``side_low``, or more than ``aspect_high`` times as long as wide.
    """
    for wanted in _wanted(path.name, side_high):
        content = _converted(path, wanted)
        if len(content) <= bytes_high:
            break
    facts = read_image(BytesIO(content), path.name, len(content), side_high)
    if not isinstance(facts, Image) or len(content) > bytes_high:
        raise DatasetkitError(f"{path} can't be made small enough to send", "Use another image.")
    short, long = sorted((facts.width, facts.height))
    if short < side_low or long > short * aspect_high:
        allowed = f"sides from {side_low} to {side_high} pixels, and at most {aspect_high:g}:1"
        raise DatasetkitError(
            f"{path} is {facts.width}×{facts.height}; the service accepts {allowed}", "Scale or crop it."
        )
    encoded = base64.b64encode(content).decode("ascii")
    return f"data:image/{facts.format.lower()};base64,{encoded}", facts


def _wanted(name: str, side_high: int) -> Iterator[Convert]:
    usual = Convert(name, upright=True, rgb=True, first_frame=True, max_side=side_high)
    yield usual
    for most in (None, *_PIXELS):
        yield replace(usual, format="JPEG", max_pixels=most)


def _converted(path: Path, wanted: Convert) -> bytes:
    try:
        with TemporaryDirectory() as folder, path.open("rb") as source:
            target = Path(folder, "image")
            outcome = edit_image(source, target, wanted)
            if isinstance(outcome, Failed):
                raise DatasetkitError(f"{path}: {outcome.reason}", "Use another image.")
            return target.read_bytes()
    except OSError as error:
        raise DatasetkitError(
            f"can't read {path}: {error.strerror or error}", "Check its name and permissions."
        ) from None
