"""An image made as an edit wants it: upright, flattened, shrunk, in a format the platform takes.

Wherever pixels are made anew they become eight bits of sRGB on white, whatever else was asked for: nothing in a
training frame can be transparent, and no trainer is known to read colour profiles.
"""

from __future__ import annotations

import errno
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps

from datasetkit import spec
from datasetkit.edits import Convert
from datasetkit.errors import DatasetkitError
from datasetkit.media.outcome import CannotMakeError, Failed, Made, Outcome
from datasetkit.media.pictures import bounded

_OTHERWISE = "PNG"  # keeps every pixel of a format that the platform doesn't take
_OPTIONS: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 95, "subsampling": "4:4:4"},
    "PNG": {},
    "WEBP": {"lossless": True},
    "BMP": {},
}
_ORIENTATION = 0x0112  # EXIF
_PLAIN = {"RGB", "L", "1", "P"}  # eight bits at most, without transparency of their own
_WIDE = {"I", "I;16", "I;16L", "I;16B", "I;16N"}  # sixteen bits of grey, as Pillow opens them
# what Pillow's readers raise for damaged files and for modes that they can't convert
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, KeyError, struct.error, Image.DecompressionBombError)


def edit_image(source: BinaryIO, target: Path, edit: Convert) -> Outcome:
    """Write the image in ``source`` to ``target`` as ``edit`` wants it.

    An image that needs nothing but its name is copied byte for byte. Raises DatasetkitError where the disk
    doesn't allow it.
    """
    try:
        with _translated():
            image = Image.open(source)
            image.load()
            wanted = edit.format or _own(image)
            notes: list[str] = []
            made = None if _is_wanted(image, edit, wanted) else _made(image, edit, notes)
    except CannotMakeError as error:
        return Failed(str(error))
    if made is None:
        _copy(source, target)
    else:
        save(made, target, wanted)
    return Made(tuple(notes), same=made is None)


def save(image: Image.Image, target: Path, wanted: str) -> None:
    """Write an image: JPEG at quality 95 with full colour, PNG and WEBP without loss.

    Raises DatasetkitError where it can't be written; ``target`` is gone then.
    """
    encoded = BytesIO()  # Pillow's own writing of JPEG and BMP says nothing of a full disk
    image.save(encoded, wanted, **_OPTIONS[wanted])
    with _written(target):
        target.write_bytes(encoded.getbuffer())


def _copy(source: BinaryIO, target: Path) -> None:
    source.seek(0)
    with _written(target):
        target.write_bytes(source.read())


@contextmanager
def _translated() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            # an image over the limit is what shrinking is for; twice as large is an error all the same
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    except _DAMAGED as error:
        raise CannotMakeError(f"it can't be read as an image ({error})") from error


@contextmanager
def _written(target: Path) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            advice = "Free some space and try again." if full else "Check the folder's permissions."
            raise DatasetkitError(f"can't write {target.name}: {error.strerror or error}", advice) from error
        raise


def _format(image: Image.Image) -> str | None:
    """The format by content; a JPEG with several pictures, as phones write them, is a JPEG."""
    return "JPEG" if image.format == "MPO" else image.format


def _own(image: Image.Image) -> str:
    own = _format(image)
    return own if own in spec.limits().image_formats else _OTHERWISE


def _is_wanted(image: Image.Image, edit: Convert, wanted: str) -> bool:
    return not (
        _format(image) != wanted
        or (edit.upright and image.getexif().get(_ORIENTATION, 1) != 1)
        or (edit.rgb and (image.mode not in _PLAIN or "transparency" in image.info))
        or (edit.first_frame and getattr(image, "n_frames", 1) > 1)
        or bounded(image.size, edit.max_side, edit.max_pixels) != image.size
    )


def _made(image: Image.Image, edit: Convert, notes: list[str]) -> Image.Image:
    made = _srgb(ImageOps.exif_transpose(image), notes)
    size = bounded(made.size, edit.max_side, edit.max_pixels)
    if size != made.size:
        made = made.resize(size, Image.Resampling.LANCZOS)
    made.info = {}  # no rotation, profile or comment that no longer holds
    return made


def _srgb(image: Image.Image, notes: list[str]) -> Image.Image:
    profile = image.info.get("icc_profile")
    image = _narrow(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    image = image.convert("RGB") if image.mode == "P" else image
    if profile:
        image = _by_profile(image, profile, notes)
    elif image.mode == "CMYK":
        notes.append("CMYK without a colour profile: the colours are approximate")
    return image.convert("RGB")


def _narrow(image: Image.Image) -> Image.Image:
    """Sixteen bits of grey scaled to eight; Pillow's own conversion would clip them."""
    if image.mode not in _WIDE:
        return image
    return image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")


def _by_profile(image: Image.Image, profile: bytes, notes: list[str]) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        notes.append(f"its colour profile can't be used ({error})")
        return image
    return made or image
