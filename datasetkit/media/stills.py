"""An image made as an edit wants it: upright, flattened, shrunk, in a format the platform accepts.

Wherever pixels are made again they become eight bits of sRGB on white, whatever else was asked for: nothing in a
training frame can be transparent, and no trainer is known to read colour profiles.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms, UnidentifiedImageError

from datasetkit import spec
from datasetkit.edits import Convert
from datasetkit.files import unwritable
from datasetkit.media.content import ContentKind
from datasetkit.media.damage import MediumError
from datasetkit.media.images import orientation_of, read_image
from datasetkit.media.opening import content_of
from datasetkit.media.outcome import Made, Outcome, attempt
from datasetkit.media.pictures import bounded
from datasetkit.model import Unreadable

_OTHERWISE = "PNG"  # keeps every pixel of a format that the platform doesn't accept
_OPTIONS: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 95, "subsampling": "4:4:4"},
    "PNG": {},
    "WEBP": {"lossless": True},
    "BMP": {},
}
_T = Image.Transpose
# by EXIF's orientation, from 2 on
TURNS = (
    _T.FLIP_LEFT_RIGHT,
    _T.ROTATE_180,
    _T.FLIP_TOP_BOTTOM,
    _T.TRANSPOSE,
    _T.ROTATE_270,
    _T.TRANSVERSE,
    _T.ROTATE_90,
)
_PLAIN = {"RGB", "L", "1", "P"}  # eight bits at most, without transparency of their own
_WIDE = {"I", "I;16", "I;16L", "I;16B", "I;16N"}  # sixteen bits of grey, as Pillow opens them


def edit_image(source: BinaryIO, target: Path, edit: Convert) -> Outcome:
    """Write the image in ``source`` to ``target`` as ``edit`` wants it.

    An image that needs nothing but its name is copied byte for byte. Raises DatasetkitError if the disk
    doesn't allow it.
    """

    def make() -> Made:
        image = _opened(source, target.name)
        wanted = edit.format or _own(image)
        notes: list[str] = []
        if _is_wanted(image, edit, wanted):
            source.seek(0)
            _write(source.read(), target)
            return Made(same=True)
        save(_made(image, edit, notes), target, wanted)
        return Made(tuple(notes))

    return attempt(target, make)


def _opened(source: BinaryIO, name: str) -> Image.Image:
    """The image, decoded. Raises MediumError, for damage too that Pillow would decode without a word."""
    content, _, size = content_of(source)
    source.seek(0)
    facts = read_image(source, name, size, spec.limits().image_side)
    if content.kind is ContentKind.IMAGE and isinstance(facts, Unreadable):
        raise MediumError(facts.reason)
    source.seek(0)
    try:
        image = Image.open(source)
    except UnidentifiedImageError as error:
        raise MediumError(f"not an image that can be read: {content.phrase}") from error
    image.load()
    return image


def save(image: Image.Image, target: Path, wanted: str) -> None:
    """Write an image: JPEG at quality 95 with full colour, PNG and WEBP without loss.

    Raises DatasetkitError if it can't be written.
    """
    encoded = BytesIO()  # Pillow's own writing of JPEG and BMP says nothing of a full disk
    image.save(encoded, wanted, **_OPTIONS[wanted])
    _write(encoded.getbuffer(), target)


def _write(content: bytes | memoryview, target: Path) -> None:
    try:
        target.write_bytes(content)
    except OSError as error:
        raise unwritable(target, error) from error


def _format(image: Image.Image) -> str | None:
    """The format by content; a JPEG with several pictures, as phones write them, is a JPEG."""
    return "JPEG" if image.format == "MPO" else image.format


def _own(image: Image.Image) -> str:
    own = _format(image)
    return own if own in spec.limits().image_formats else _OTHERWISE


def _is_wanted(image: Image.Image, edit: Convert, wanted: str) -> bool:
    return not (
        _format(image) != wanted
        or (edit.upright and _orientation(image) != 1)
        or (edit.rgb and (image.mode not in _PLAIN or "transparency" in image.info))
        or (edit.first_frame and getattr(image, "n_frames", 1) > 1)
        or bounded(image.size, edit.max_side, edit.max_pixels) != image.size
    )


def _orientation(image: Image.Image) -> int:
    return orientation_of(image.info.get("exif", b""))  # a TIFF is turned while it is loaded


def _made(image: Image.Image, edit: Convert, notes: list[str]) -> Image.Image:
    orientation = _orientation(image)
    made = srgb(image.transpose(TURNS[orientation - 2]) if orientation > 1 else image, notes)
    size = bounded(made.size, edit.max_side, edit.max_pixels)
    if size != made.size:
        made = made.resize(size, Image.Resampling.LANCZOS)
    made.info = {}  # no rotation, profile or comment that no longer holds
    return made


def srgb(image: Image.Image, notes: list[str]) -> Image.Image:
    """Eight bits of sRGB, transparent parts white; ``notes`` gets what could not be kept."""
    profile = image.info.get("icc_profile")
    image = narrow(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    image = image.convert("RGB") if image.mode == "P" else image
    if profile:
        image = _by_profile(image, profile, notes)
    elif image.mode == "CMYK":
        notes.append("CMYK without a colour profile: the colours are approximate")
    return image.convert("RGB")


def narrow(image: Image.Image) -> Image.Image:
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
