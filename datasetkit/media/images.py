"""Images, decoded whole: half a JPEG has a perfect header, so only the decoder tells."""

from __future__ import annotations

import struct
import threading
import zlib
from contextlib import nullcontext
from io import BytesIO
from typing import BinaryIO

from PIL import PngImagePlugin
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.WebPImagePlugin import WebPImageFile

from datasetkit.media.content import HEAD, Refused, refuse, sniff
from datasetkit.media.damage import CUT, MediumError, plain_errors, unreadable
from datasetkit.media.jpeg import is_checked, split_jpeg
from datasetkit.model import Expected, Image, Unreadable

# Opened by class, not through PIL.Image.open: nothing but what the first bytes promise can be tried.
_DECODERS: dict[str, type[ImageFile]] = {
    "BMP": BmpImageFile,
    "JPEG": JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "WEBP": WebPImageFile,
}
_ORIENTATION, _SHORT = 0x0112, 3  # EXIF's tag, and the type of its value
_CHUNK = 32 << 20  # bytes; Pillow reads a PNG's text and profile chunks whole
PngImagePlugin.MAX_TEXT_CHUNK = _CHUNK  # Pillow's own 1 MB is less than the profile of a printer takes
_WEBP_WHOLE = 128 << 20  # bytes; Pillow reads a WEBP whole into memory, at least twice
_PIXELS_A_BYTE = 10_000  # deflate packs 1032:1, so a PNG holds at most 8256 1-bit pixels a byte, a JPEG fewer
_LARGE = 4_000_000  # pixels; larger ones are decoded one at a time, as a WEBP of the largest size takes 250 MB
_ONE_LARGE = threading.Lock()


def read_image(stream: BinaryIO, path: str, size: int, limit: int) -> Image | Refused:
    """Read the image of ``size`` bytes in ``stream``, named ``path`` in the value.

    Where a side is over ``limit`` pixels only the header is read. Bad data is a value. Raises DatasetkitError if
    the machine doesn't let the stream be read.
    """
    try:
        with plain_errors(unreadable(path)):
            head = stream.read(HEAD)
            content = sniff(head, size)
            refused = refuse(content, head, path, size, Expected.IMAGE)
            if refused:
                return refused
            stream.seek(0)
            return _read(stream, content.name, path, size, limit, head)
    except MediumError as error:
        return Unreadable(path, size, Expected.IMAGE, str(error))


def _read(stream: BinaryIO, name: str, path: str, size: int, limit: int, head: bytes) -> Image:
    header = exif = b""
    if name == "JPEG":
        header, exif = split_jpeg(stream)
    elif name == "PNG":
        _check_sums(stream, header_only=max(struct.unpack_from(">II", head, 16)) > limit)
        stream.seek(0)
    elif int.from_bytes(head[4:8], "little") + 8 > size and name == "WEBP":
        raise MediumError(CUT)
    elif size > _WEBP_WHOLE and name == "WEBP":
        raise MediumError(f"too large to check: a WEBP of {size:,} bytes; the limit is {_WEBP_WHOLE:,}")
    with _DECODERS[name](BytesIO(header) if header else stream) as image:
        width, height = image.size
        large = max(width, height) > limit
        if large and name != "WEBP" and width * height > size * _PIXELS_A_BYTE:
            raise MediumError(f"damaged: {width} × {height} pixels can't be in {size:,} bytes")
        with _ONE_LARGE if width * height > _LARGE and not large else nullcontext():
            if header and not large:
                _decode_jpeg(image, header + stream.read())
            elif not large:
                image.load()
        deep = head[12:16] == b"IHDR" and head[24] == 16 and ";16" not in image.mode
        return Image(
            path,
            size,
            name,
            width,
            height,
            mode=image.mode + ";16" * deep,  # Pillow reads 16-bit colour as 8 and says nothing
            orientation=orientation_of(exif or image.info.get("exif", b"")),
            frames=int(getattr(image, "n_frames", 1)),
            transparent=not large and _is_transparent(image),
        )


def _decode_jpeg(image: ImageFile, data: bytes) -> None:
    if not is_checked(data, image.mode, progressive=bool(image.info.get("progressive"))):
        with JpegImageFile(BytesIO(data)) as again:
            again.load()


def _check_sums(stream: BinaryIO, *, header_only: bool) -> None:
    """Compare a PNG's chunks with their checksums: ``load()`` stops checking with the last row."""
    stream.seek(8)
    kind = b""
    while kind != b"IEND":
        length, kind = struct.unpack(">I4s", stream.read(8))
        name = f"its {kind.decode('ascii')} chunk" if kind.isalpha() else f"a chunk without a valid name ({kind.hex()})"
        if length > _CHUNK and kind not in (b"IDAT", b"fdAT"):
            raise MediumError(f"damaged: {name} of {length:,} bytes")
        if header_only and kind == b"IDAT":
            return
        total = zlib.crc32(kind)
        while length and (part := stream.read(min(length, 1 << 20))):
            total, length = zlib.crc32(part, total), length - len(part)
        if struct.unpack(">I", stream.read(4))[0] != total:
            raise MediumError(f"damaged: the checksum of {name} is wrong")


def _is_transparent(image: ImageFile) -> bool:
    """Whether any pixel is less than opaque: an alpha channel that is all 255 doesn't count."""
    if not image.has_transparency_data:
        return False
    if image.mode.startswith("I"):
        return True  # 16-bit grey with a transparent shade: Pillow can't convert it
    alpha = image if "A" in image.getbands() else image.convert("RGBA")
    lowest = alpha.getchannel("A").getextrema()[0]
    return isinstance(lowest, int | float) and lowest < 255


def orientation_of(exif: bytes) -> int:
    """EXIF's orientation, 1 to 8; 1 where it is missing or makes no sense: no reason to refuse the image."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2], "")
    try:
        at = struct.unpack_from(f"{order}L", tiff, 4)[0] if order else len(tiff)
        for entry in range(at + 2, at + 2 + 12 * struct.unpack_from(f"{order}H", tiff, at)[0], 12):
            tag, kind, _, value = struct.unpack_from(f"{order}HHLH", tiff, entry)
            if (tag, kind) == (_ORIENTATION, _SHORT):
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
