"""JPEGs (ITU-T T.81): the header read here, the picture decoded by libjpeg, which says where its data are damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from datasetkit.media.damage import CUT, MediumError

_MODES = {1: "L", 3: "RGB", 4: "CMYK"}  # Pillow's names, by the number of components
_NO_FRAME = {0xC4, 0xC8, 0xCC}  # of the markers C0 to CF, those that don't begin a picture
_SCAN, _END, _EXIF, _ADOBE, _COMMENT = 0xDA, 0xD9, 0xE1, 0xEE, 0xFE
_PROGRESSIVE = 0xC2
_SCANS = 200  # of a progressive JPEG; encoders write about ten, and each costs a pass over all pixels
_WARNINGS = ("Corrupt JPEG data: ", "Inconsistent progression sequence", "Premature end of JPEG")


@dataclass(frozen=True, slots=True)
class Jpeg:
    """What a JPEG says before its picture. ``exif`` is the first EXIF block, b"" where there is none.

    ``header`` is all that a decoder needs of it: no metadata, which decoders warn of and which is no damage.
    """

    width: int
    height: int
    mode: str
    progressive: bool
    exif: bytes
    header: bytes


def read_jpeg(stream: BinaryIO) -> Jpeg:
    """Read a JPEG's header, up to where its picture begins. Raises MediumError."""
    frame, exif, kept = b"", b"", [b"\xff\xd8"]
    progressive = False
    for marker, body in _segments(stream):
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            frame, progressive = body, marker == _PROGRESSIVE
        if marker == _EXIF and body.startswith(b"Exif\0\0") and not exif:
            exif = body
        if marker == _ADOBE or not 0xE0 <= marker < _COMMENT + 1:
            kept.append(bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body)
    if len(frame) < 6:
        raise MediumError("damaged: its header describes no picture")
    if frame[0] != 8 or frame[5] not in _MODES:
        raise MediumError(f"not decodable: a JPEG of {frame[5]} channels with {frame[0]} bits each")
    height, width = int.from_bytes(frame[1:3]), int.from_bytes(frame[3:5])
    return Jpeg(width, height, _MODES[frame[5]], progressive, exif, b"".join(kept))


def _segments(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each marker of the header with what belongs to it; the last is that of the first scan."""
    stream.read(2)
    marker = 0
    while marker != _SCAN:
        mark = stream.read(2)
        while mark == b"\xff\xff":  # padding
            mark = b"\xff" + stream.read(1)
        length = int.from_bytes(stream.read(2))
        body = stream.read(length - 2) if length >= 2 else b""
        marker = mark[-1] if mark else 0
        if len(body) + 2 < length or marker == _END:
            raise MediumError(CUT)
        if mark[:1] != b"\xff" or length < 2:
            raise MediumError("damaged: its header makes no sense")
        yield marker, body


def check_picture(jpeg: Jpeg, stream: BinaryIO) -> bool:
    """Decode the picture, at an eighth of its size, which still reads every byte. False where Pillow has to.

    ``stream`` stands where `read_jpeg` left it. Raises MediumError where the data are damaged.
    """
    import simplejpeg  # type: ignore[import-untyped]  # loads numpy: not for sets without JPEGs

    data = jpeg.header + stream.read()
    if jpeg.progressive:
        _count_scans(data)
    try:
        simplejpeg.decode_jpeg(data, "CMYK" if jpeg.mode == "CMYK" else "GRAY", min_height=1, min_width=1, min_factor=8)
    except ValueError as error:
        if str(error).startswith("Premature end"):
            raise MediumError(CUT) from error
        if str(error).startswith(_WARNINGS):
            raise MediumError(
                f"damaged: part of its picture is lost ({str(error).removeprefix(_WARNINGS[0])})"
            ) from error
        return False  # arithmetic coding, lossless coding, unusual sampling
    return True


def _count_scans(data: bytes) -> None:
    """Refuse a JPEG of a thousand scans: a megabyte of them keeps a decoder busy for hours."""
    scans = data.count(b"\xff\xda")
    if scans > _SCANS:
        raise MediumError(f"{scans:,} progressive scans where pictures have about ten")
