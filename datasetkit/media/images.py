"""Images, decoded whole: half a JPEG has a perfect header, so only the decoder tells."""

from __future__ import annotations

import struct
import threading
import warnings
import zlib
from contextlib import nullcontext
from types import TracebackType
from typing import BinaryIO

from PIL.BmpImagePlugin import BmpImageFile
from PIL.Image import DecompressionBombError
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from datasetkit.media.content import HEAD, Content, Sort, sniff
from datasetkit.model import Expected, Foreign, Image, Pointer, Unreadable

# Opened by class, not through PIL.Image.open: nothing but what the first bytes promise can be tried, and an
# MPO's second picture (a depth map, a stereo partner) isn't taken for animation.
_DECODERS: dict[str, type[ImageFile]] = {
    "BMP": BmpImageFile,
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
}

# What Pillow raises on damaged files: seen with mutated ones, or caught by its own EXIF reader as possible.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    EOFError,
    OverflowError,
    ZeroDivisionError,
    MemoryError,
    AssertionError,
    struct.error,
    zlib.error,
    DecompressionBombError,
)

_ORIENTATION = 0x0112  # EXIF
_WEBP_WHOLE = 128 << 20  # bytes; Pillow reads a WEBP whole into memory, at least twice
_CHUNK = 32 << 20  # bytes; Pillow reads a PNG's text and profile chunks whole
_SCANS = 200  # of a progressive JPEG; encoders write about ten, and each costs a pass over all pixels
_PIXELS_A_BYTE = 10_000  # deflate packs 1032:1, so a PNG holds at most 8256 1-bit pixels a byte, a JPEG fewer


class _Silence:
    """Keeps Pillow's warnings about odd files in while any thread is reading one.

    ``warnings.catch_warnings`` alone swaps a list that all threads share, so the first thread in
    installs the filter and the last one out takes it away.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._saved = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._saved = warnings.catch_warnings()
                self._saved.__enter__()
                warnings.filterwarnings("ignore", module="PIL")
            self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._saved.__exit__(None, None, None)


_SILENCE = _Silence()
_LARGE = 4_000_000  # pixels; larger ones are decoded one at a time, as a WEBP of the largest size takes 250 MB
_ONE_LARGE = threading.Lock()


def read_image(stream: BinaryIO, path: str, size: int, limit: int) -> Image | Unreadable | Foreign | Pointer:
    """Read the image of ``size`` bytes in ``stream``, named ``path`` in the value.

    Where a side is over ``limit`` pixels only the header is read. Bad data is a value; an OSError of the
    stream itself counts as damage too.
    """
    head = stream.read(HEAD)
    content = sniff(head, size)
    if content.sort is Sort.POINTER:
        return Pointer(path, size, Expected.IMAGE, content.name)
    if content.sort in (Sort.FOREIGN, Sort.VIDEO):
        return Foreign(path, size, Expected.IMAGE, content.phrase)
    reason = _objection(head, content, size)
    if reason:
        return Unreadable(path, size, Expected.IMAGE, reason)
    stream.seek(0)
    try:
        with _SILENCE:
            if content.name == "PNG":
                _check_sums(stream, max(struct.unpack_from(">II", head, 16)) > limit)
                stream.seek(0)
            with _DECODERS[content.name](stream) as image:
                return _facts(image, path, size, limit, head)
    except _DAMAGE as error:
        return Unreadable(path, size, Expected.IMAGE, _reason(error))


def _objection(head: bytes, content: Content, size: int) -> str:
    """Why the decoder need not, or may not, be asked; "" if it may."""
    if content.sort is Sort.EMPTY:
        return "empty"
    if content.sort is Sort.UNKNOWN:
        return f"not an image: it begins with the bytes {head[:8].hex(' ')}"
    if content.name == "WEBP" and int.from_bytes(head[4:8], "little") + 8 > size:
        return _CUT
    if content.name == "WEBP" and size > _WEBP_WHOLE:
        return f"too large to check: {size:,} bytes; a WEBP of over {_WEBP_WHOLE:,} isn't decoded"
    return ""


_CUT = "cut off: the file ends before the picture does"


def _reason(error: BaseException) -> str:
    words = " ".join(str(error).split())
    plain = words.lower()
    if isinstance(error, EOFError | struct.error) or "truncated" in plain or "unexpected end" in plain:
        return _CUT
    if isinstance(error, MemoryError):
        return "damaged: decoding it would take more memory than there is"
    if "not identified" in plain:  # a header that Pillow gives up on without a word
        return "damaged: its header makes no sense"
    sort = "not decodable" if "unsupported" in plain or "cannot handle" in plain else "damaged"
    return f"{sort}: {words or type(error).__name__}"


def _facts(image: ImageFile, path: str, size: int, limit: int, head: bytes) -> Image:
    width, height = image.size
    deep = head[12:16] == b"IHDR" and head[24] == 16 and ";16" not in image.mode
    mode = image.mode + ";16" * deep  # Pillow reads 16-bit colour as 8 and says nothing
    frames = int(getattr(image, "n_frames", 1))
    transparent = False
    if max(width, height) <= limit:
        with _ONE_LARGE if width * height > _LARGE else nullcontext():
            _load(image)
        transparent = _transparent(image)
    elif image.format != "WEBP" and width * height > size * _PIXELS_A_BYTE:
        raise ValueError(f"{width} × {height} pixels can't be in {size:,} bytes")
    return Image(
        path,
        size,
        str(image.format),
        width,
        height,
        mode,
        _orientation(image),
        frames,
        transparent,
    )


def _check_sums(stream: BinaryIO, header_only: bool) -> None:
    """Read a PNG's chunks against their checksums: ``load()`` stops checking with the last row."""
    stream.seek(8)
    kind = b""
    while kind != b"IEND":
        header = stream.read(8)
        if len(header) < 8:
            raise EOFError
        length, kind = struct.unpack(">I4s", header)
        if length > _CHUNK and kind not in (b"IDAT", b"fdAT"):
            raise ValueError(f"a {_name(kind)} chunk of {length:,} bytes")
        if header_only and kind == b"IDAT":
            return
        total = zlib.crc32(kind)
        while length and (part := stream.read(min(length, 1 << 20))):
            total, length = zlib.crc32(part, total), length - len(part)
        written = stream.read(4)
        if len(written) < 4:
            raise EOFError
        if written != total.to_bytes(4):
            raise ValueError(f"the checksum of its {_name(kind)} chunk is wrong")


def _name(kind: bytes) -> str:
    return kind.decode("ascii") if kind.isalpha() else f"nameless ({kind.hex()})"


def _load(image: ImageFile) -> None:
    """Decode all of the file; a JPEG at an eighth of its size, which still reads every byte of it."""
    if isinstance(image, JpegImageFile):
        if image.info.get("progressive"):
            _count_scans(image)
        image.draft("L", (1, 1))
    image.load()


def _count_scans(image: JpegImageFile) -> None:
    """Refuse a JPEG of a thousand scans: a megabyte of them keeps a decoder busy for hours."""
    stream, scans = image.fp, 0
    assert stream is not None  # open until load() returns
    place, last = stream.tell(), b""
    while part := stream.read(1 << 20):
        scans += (last + part).count(b"\xff\xda")
        last = part[-1:]
    stream.seek(place)
    if scans > _SCANS:
        raise ValueError(f"{scans:,} progressive scans where pictures have about ten")


def _transparent(image: ImageFile) -> bool:
    """Is any pixel less than opaque? An alpha channel that is all 255 is no transparency."""
    if not image.has_transparency_data:
        return False
    if image.mode.startswith("I"):
        return True  # 16-bit grey with a transparent shade: Pillow can't convert it
    alpha = image if "A" in image.getbands() else image.convert("RGBA")
    lowest = alpha.getchannel("A").getextrema()[0]
    return isinstance(lowest, int | float) and lowest < 255


def _orientation(image: ImageFile) -> int:
    """EXIF's orientation, 1 to 8; 1 where it is missing or makes no sense: no reason to refuse the image."""
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except _DAMAGE:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1
