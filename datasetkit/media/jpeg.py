"""JPEGs (ITU-T T.81): their metadata set aside, their picture decoded by libjpeg, which says where it is damaged."""

from __future__ import annotations

from typing import BinaryIO

from datasetkit.media.damage import CUT, MediumError

_SCAN, _END, _EXIF, _ADOBE, _COMMENT = 0xDA, 0xD9, 0xE1, 0xEE, 0xFE
_METADATA = {*range(0xE0, 0xF0), _COMMENT} - {_ADOBE}  # Adobe's says what the colours are
_SCANS = 200  # of a progressive JPEG; encoders write about ten, and each costs a pass over all pixels
_WARNINGS = ("Corrupt JPEG data: ", "Inconsistent progression sequence", "Premature end of JPEG")


def split_jpeg(stream: BinaryIO) -> tuple[bytes, bytes]:
    """A JPEG's header without metadata, which decoders warn of and which is no damage; and its first EXIF block.

    The header ends where the picture's data begin, and so stands ``stream`` afterwards. Raises MediumError.
    """
    kept, exif, marker = [stream.read(2)], b"", 0
    while marker != _SCAN:
        mark = stream.read(2)
        while mark == b"\xff\xff":  # padding
            mark = b"\xff" + stream.read(1)
        size = stream.read(2)
        length = int.from_bytes(size)
        body = stream.read(max(length - 2, 0))
        marker = mark[-1] if mark else 0
        if len(body) + 2 < length or len(size) < 2 or marker == _END:
            raise MediumError(CUT)
        if mark[:1] != b"\xff" or length < 2:
            raise MediumError("damaged: its header makes no sense")
        if marker == _EXIF and body.startswith(b"Exif\0\0"):
            exif = exif or body
        if marker not in _METADATA:
            kept += mark, size, body
    return b"".join(kept), exif


def is_checked(data: bytes, mode: str, *, progressive: bool) -> bool:
    """Whether libjpeg decodes a JPEG, at an eighth of its size, which still reads every byte; else Pillow has to.

    ``mode`` is Pillow's name of its colours. Raises MediumError if the data are damaged.
    """
    import simplejpeg  # type: ignore[import-untyped]  # loads numpy: not for sets without JPEGs

    scans = data.count(b"\xff\xda") if progressive else 0
    if scans > _SCANS:  # a megabyte of them keeps a decoder busy for hours
        raise MediumError(f"{scans:,} progressive scans where pictures have about ten")
    try:
        simplejpeg.decode_jpeg(data, "CMYK" if mode == "CMYK" else "GRAY", min_height=1, min_width=1, min_factor=8)
    except ValueError as error:
        if str(error).startswith("Premature end"):
            raise MediumError(CUT) from error
        if str(error).startswith(_WARNINGS):
            raise MediumError(
                f"damaged: part of its picture is lost ({str(error).removeprefix(_WARNINGS[0])})"
            ) from error
        return False  # arithmetic coding, lossless coding, unusual sampling
    return True
