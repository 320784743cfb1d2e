"""What a file is, told from its first bytes and never from its name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from datasetkit.model import Expected

HEAD = 4096  # bytes that `sniff` wants to see; SVG and HTML may begin with long comments


class Sort(Enum):
    """What a reader does with a file: decode it, or say why not."""

    IMAGE = "image"
    VIDEO = "video"
    FOREIGN = "foreign"
    POINTER = "pointer"
    EMPTY = "empty"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Content:
    """What the first bytes of a file are.

    ``name`` is the format of an image ("JPEG", "PNG", "WEBP", "BMP"), the container of a clip ("mp4", "mov")
    or the system that left a pointer ("Git LFS", "git-annex"). ``phrase`` names it within a sentence:
    "a GIF image". ``medium`` says what it can become in a dataset, None for what is neither image nor clip; a GIF is
    a clip.
    """

    sort: Sort
    name: str = ""
    phrase: str = ""
    medium: Expected | None = field(default=None, compare=False)


EMPTY = Content(Sort.EMPTY, phrase="an empty file")
UNKNOWN = Content(Sort.UNKNOWN, phrase="no format known here")
MP4 = Content(Sort.VIDEO, "mp4", "an MP4 video", Expected.VIDEO)
MOV = Content(Sort.VIDEO, "mov", "a MOV video", Expected.VIDEO)
LFS = Content(Sort.POINTER, "Git LFS", "a Git LFS pointer")
ANNEX = Content(Sort.POINTER, "git-annex", "a git-annex pointer")


def _foreign(phrase: str, medium: Expected | None = None) -> Content:
    return Content(Sort.FOREIGN, phrase=phrase, medium=medium)


def _image(name: str) -> Content:
    return Content(Sort.IMAGE, name, f"a {name} image", Expected.IMAGE)


# (offset, bytes there): the signatures as libmagic and the formats' own documents give them.
_SIGNATURES: tuple[tuple[int, bytes, Content], ...] = (
    (0, b"\xff\xd8", _image("JPEG")),
    (0, b"\x89PNG", _image("PNG")),
    (8, b"WEBP", _image("WEBP")),  # after RIFF; see _signed
    (8, b"AVI ", _foreign("an AVI video", Expected.VIDEO)),
    (8, b"WAVE", _foreign("a WAV sound")),
    (0, b"GIF8", _foreign("a GIF image", Expected.VIDEO)),
    (0, b"II*\0", _foreign("a TIFF image", Expected.IMAGE)),
    (0, b"MM\0*", _foreign("a TIFF image", Expected.IMAGE)),
    (0, b"II+\0", _foreign("a BigTIFF image", Expected.IMAGE)),
    (0, b"MM\0+", _foreign("a BigTIFF image", Expected.IMAGE)),
    (0, b"\0\0\0\x0cjP  ", _foreign("a JPEG 2000 image", Expected.IMAGE)),
    (0, b"\xff\x4f\xff\x51", _foreign("a JPEG 2000 image", Expected.IMAGE)),
    (0, b"\xff\x0a", _foreign("a JPEG XL image", Expected.IMAGE)),
    (0, b"\0\0\0\x0cJXL ", _foreign("a JPEG XL image", Expected.IMAGE)),
    (0, b"8BPS", _foreign("a Photoshop image", Expected.IMAGE)),
    (0, b"\0\0\1\0", _foreign("an ICO icon")),
    (0, b"qoif", _foreign("a QOI image", Expected.IMAGE)),
    (0, b"\x76\x2f\x31\x01", _foreign("an OpenEXR image", Expected.IMAGE)),
    (0, b"\x1a\x45\xdf\xa3", _foreign("a WebM or Matroska video", Expected.VIDEO)),
    (0, b"FLV\x01", _foreign("an FLV video", Expected.VIDEO)),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _foreign("a WMV video", Expected.VIDEO)),
    (0, b"\0\0\1\xba", _foreign("an MPEG program stream", Expected.VIDEO)),
    (0, b"\0\0\1\xb3", _foreign("a bare MPEG video stream", Expected.VIDEO)),
    (0, b"\0\0\0\1\x67", _foreign("a bare H.264 stream", Expected.VIDEO)),
    (0, b"\0\0\1\x67", _foreign("a bare H.264 stream", Expected.VIDEO)),
    (0, b"\0\0\0\1\x40\1", _foreign("a bare H.265 stream", Expected.VIDEO)),
    (0, b"DKIF", _foreign("an IVF video", Expected.VIDEO)),
    (0, b"YUV4MPEG2 ", _foreign("a YUV4MPEG2 video", Expected.VIDEO)),
    (0, b"OggS", _foreign("an Ogg file", Expected.VIDEO)),
    (0, b"ID3", _foreign("an MP3 sound")),
    (0, b"\xff\xfb", _foreign("an MP3 sound")),
    (0, b"\xff\xf3", _foreign("an MP3 sound")),
    (0, b"\xff\xf1", _foreign("an AAC sound")),
    (0, b"\xff\xf9", _foreign("an AAC sound")),
    (0, b"fLaC", _foreign("a FLAC sound")),
    (0, b"%PDF-", _foreign("a PDF")),
    (0, b"PK\3\4", _foreign("a zip archive")),
    (0, b"PK\5\6", _foreign("a zip archive")),
    (0, b"Rar!\x1a\7", _foreign("a RAR archive")),
    (0, b"7z\xbc\xaf\x27\x1c", _foreign("a 7z archive")),
    (0, b"\x1f\x8b\x08", _foreign("a gzip archive")),
)

_TEXTS = (
    ("#extm3u", "an HLS playlist"),
    ("ffconcat version", "an ffconcat script"),
    ("v=0\n", "an SDP file"),
    ("v=0\r\n", "an SDP file"),
    (";ffmetadata", "an FFmpeg metadata file"),
    ("<!doctype html", "an HTML page"),
    ("<html", "an HTML page"),
    ("<head", "an HTML page"),
    ("<svg", "an SVG image"),
    ("<!doctype svg", "an SVG image"),
    ("<mpd", "a DASH manifest"),
    ("<?xml", "an XML file"),
)

_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1"}
_AVIF = {b"avif", b"avis"}
_MP4_FIRST = {b"moof", b"styp", b"sidx", b"emsg", b"prft"}
_MOV_FIRST = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}


def sniff(head: bytes, size: int) -> Content:
    """Tell what a file of ``size`` bytes that begins with ``head`` is; 4 KB of head are enough.

    An MP4 or MOV is recognised by its first box, not judged: a fragment or half a clip is one too.
    """
    if not size or not head:
        return EMPTY
    return _boxed(head) or _signed(head) or _stream(head) or _bitmap(head) or _text(head, size) or UNKNOWN


def _boxed(head: bytes) -> Content | None:
    """ISO-BMFF (ISO/IEC 14496-12): the brand decides; QuickTime files older than brands begin otherwise."""
    kind = head[4:8]
    if kind == b"ftyp":
        return _branded(head)
    if kind in _MP4_FIRST:
        return MP4
    return MOV if kind in _MOV_FIRST else None


def _branded(head: bytes) -> Content:
    end = min(int.from_bytes(head[:4]), len(head))
    major, compatible = head[8:12], {head[at : at + 4] for at in range(16, end - 3, 4)}
    if major in _AVIF or (major in _HEIF and compatible & _AVIF):
        return _foreign("an AVIF image", Expected.IMAGE)
    if major in _HEIF:
        return _foreign("a HEIC image", Expected.IMAGE)
    if major == b"crx ":
        return _foreign("a Canon raw image", Expected.IMAGE)
    return MOV if major == b"qt  " else MP4


def _signed(head: bytes) -> Content | None:
    for offset, magic, content in _SIGNATURES:
        if head.startswith(magic, offset) and (offset == 0 or head.startswith(b"RIFF")):
            return content
    return None


def _stream(head: bytes) -> Content | None:
    """MPEG transport streams: a sync byte every 188 bytes, or every 192 behind time codes."""
    for first, step in ((0, 188), (4, 192)):
        marks = head[first : first + 4 * step : step]
        if len(marks) == 4 and marks == b"GGGG":
            return _foreign("an MPEG transport stream", Expected.VIDEO)
    return None


def _bitmap(head: bytes) -> Content | None:
    """BMP has only two letters for a signature, so the text that begins with BM must be told from it."""
    found = head.startswith(b"BM") and b"\0" in head[2:18]
    return _image("BMP") if found else None


def _text(head: bytes, size: int) -> Content | None:
    if head.startswith(b"version https://git-lfs.github.com/spec/"):
        return LFS
    if size <= 32768 and (head.startswith(b"/annex/objects/") or b".git/annex/objects/" in head):
        return ANNEX
    text = _decoded(head)
    if text is None:
        return None
    starts = [start.lower() for start in (_markup(text.lstrip()), text.lstrip())]
    known = (phrase for opening, phrase in _TEXTS if any(start.startswith(opening) for start in starts))
    return _foreign(next(known, "plain text"))


def _markup(text: str) -> str:
    """The text from the first element on, where it is markup that begins with a declaration or comments."""
    rest = text
    while rest.startswith(("<?xml", "<!--")):
        _, closed, rest = rest.partition("-->" if rest.startswith("<!--") else "?>")
        rest = rest.lstrip()
        if not closed:
            return text
    return rest if rest.startswith("<") else text


def _decoded(head: bytes) -> str | None:
    """The head as text, or None for anything that holds control characters or isn't Unicode."""
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for cut in range(min(4, len(head))):  # the head may end within a character
        try:
            text = head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text) else text
    return None
