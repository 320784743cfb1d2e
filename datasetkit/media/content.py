"""What a file is, by its first bytes and never by its name."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from enum import Enum

from datasetkit.model import Expected, Foreign, Pointer, Unreadable

Refused = Unreadable | Foreign | Pointer

HEAD = 4096  # bytes that `sniff` wants to see; SVG and HTML may begin with long comments


class ContentKind(Enum):
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

    ``phrase`` names it within a sentence: "a GIF image". ``name`` is the format of an image ("JPEG", "PNG", "WEBP",
    "BMP"), the container of a clip ("mp4", "mov") or the system that left a pointer ("Git LFS", "git-annex").
    ``medium`` says what it can become in a dataset, None for what is neither image nor clip; a GIF is a clip.
    """

    kind: ContentKind
    phrase: str
    name: str = ""
    medium: Expected | None = field(default=None, compare=False)


def _image(name: str) -> Content:
    return Content(ContentKind.IMAGE, f"a {name} image", name, Expected.IMAGE)


def _foreign(phrase: str, medium: Expected | None = None) -> Content:
    return Content(ContentKind.FOREIGN, phrase, medium=medium)


EMPTY = Content(ContentKind.EMPTY, "an empty file")
UNKNOWN = Content(ContentKind.UNKNOWN, "a file of an unknown format")
MP4 = Content(ContentKind.VIDEO, "an MP4 video", "mp4", Expected.VIDEO)
MOV = Content(ContentKind.VIDEO, "a MOV video", "mov", Expected.VIDEO)
LFS = Content(ContentKind.POINTER, "a Git LFS pointer", "Git LFS")
ANNEX = Content(ContentKind.POINTER, "a git-annex pointer", "git-annex")
MATROSKA = _foreign("a WebM or Matroska video", Expected.VIDEO)

# What files begin with, as libmagic and the formats' own documents give it: regular expressions, in this order. MP4
# and MOV (ISO/IEC 14496-12) go by their brand or first box; a fragment or half a clip is one too.
_SIGNATURES = (
    (rb"\xff\xd8", _image("JPEG")),
    (rb"\x89PNG", _image("PNG")),
    (rb"RIFF.{4}WEBP", _image("WEBP")),
    (rb"BM.{,15}\0", _image("BMP")),  # text may begin with these two letters
    (
        rb".{4}ftyp(avi[fs]|(he[iv][cxms]|mif[12]|msf1).{4}(.{4}){,20}avi[fs])",
        _foreign("an AVIF image", Expected.IMAGE),
    ),
    (rb".{4}ftyp(he[iv][cxms]|mif[12]|msf1)", _foreign("a HEIC image", Expected.IMAGE)),
    (rb".{4}ftypcrx ", _foreign("a Canon raw image", Expected.IMAGE)),
    (rb".{4}(ftypqt  |moov|mdat|wide|free|skip|pnot)", MOV),
    (rb".{4}(ftyp|moof|styp|sidx|emsg|prft)", MP4),
    (rb"II\*\0|MM\0\*", _foreign("a TIFF image", Expected.IMAGE)),
    (rb"II\+\0|MM\0\+", _foreign("a BigTIFF image", Expected.IMAGE)),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", _foreign("a JPEG 2000 image", Expected.IMAGE)),
    (rb"\xff\x0a|\0\0\0\x0cJXL ", _foreign("a JPEG XL image", Expected.IMAGE)),
    (rb"8BPS", _foreign("a Photoshop image", Expected.IMAGE)),
    (rb"qoif", _foreign("a QOI image", Expected.IMAGE)),
    (rb"\x76\x2f\x31\x01", _foreign("an OpenEXR image", Expected.IMAGE)),
    (rb"GIF8", _foreign("a GIF image", Expected.VIDEO)),
    (rb"\x1a\x45\xdf\xa3", MATROSKA),
    (rb"RIFF.{4}AVI ", _foreign("an AVI video", Expected.VIDEO)),
    (rb"FLV\x01", _foreign("an FLV video", Expected.VIDEO)),
    (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _foreign("a WMV video", Expected.VIDEO)),
    (rb"(G.{187}){3}G|.{4}(G.{191}){3}G", _foreign("an MPEG transport stream", Expected.VIDEO)),
    (rb"\0\0\x01\xba", _foreign("an MPEG program stream", Expected.VIDEO)),
    (rb"\0\0\x01\xb3", _foreign("a bare MPEG video stream", Expected.VIDEO)),
    (rb"\0?\0\0\x01\x67", _foreign("a bare H.264 stream", Expected.VIDEO)),
    (rb"\0\0\0\x01\x40\x01", _foreign("a bare H.265 stream", Expected.VIDEO)),
    (rb"DKIF", _foreign("an IVF video", Expected.VIDEO)),
    (rb"YUV4MPEG2 ", _foreign("a YUV4MPEG2 video", Expected.VIDEO)),
    (rb"OggS", _foreign("an Ogg file", Expected.VIDEO)),
    (rb"\0\0\x01\0", _foreign("an ICO icon")),
    (rb"RIFF.{4}WAVE", _foreign("a WAV sound")),
    (rb"ID3|\xff[\xfb\xf3]", _foreign("an MP3 sound")),
    (rb"\xff[\xf1\xf9]", _foreign("an AAC sound")),
    (rb"fLaC", _foreign("a FLAC sound")),
    (rb"%PDF-", _foreign("a PDF")),
    (rb"PK(\x03\x04|\x05\x06)", _foreign("a zip archive")),
    (rb"Rar!\x1a\x07", _foreign("a RAR archive")),
    (rb"7z\xbc\xaf\x27\x1c", _foreign("a 7z archive")),
    (rb"\x1f\x8b\x08", _foreign("a gzip archive")),
    (rb"version https://git-lfs\.github\.com/spec/", LFS),
    (rb"[ -~]{,500}\.git/annex/objects/|/annex/objects/", ANNEX),
)
_PROLOGUE = r"(?>\s+|<\?xml(?>.*?\?>)|<!--(?>.*?-->))*+"  # what may stand before the first element of markup
_TEXTS = (
    (_PROLOGUE + "<(!doctype )?html|" + _PROLOGUE + "<head", "a web page (HTML)"),
    (_PROLOGUE + "<(!doctype )?svg", "an SVG image"),
    (_PROLOGUE + "<mpd", "a DASH manifest"),
    (r"\s*<\?xml", "an XML file"),
    (r"\s*#extm3u", "an HLS playlist"),
    (r"\s*ffconcat version", "an ffconcat script"),
    (r"\s*v=0\r?\n", "an SDP file"),
    (r"\s*;ffmetadata", "an FFmpeg metadata file"),
    (r"", "plain text"),
)


def sniff(head: bytes, size: int) -> Content:
    """What a file of ``size`` bytes that begins with ``head`` is; 4 KB of head are enough."""
    if not size or not head:
        return EMPTY
    known = (content for pattern, content in _SIGNATURES if re.match(pattern, head, re.DOTALL))
    return next(known, None) or _text(head) or UNKNOWN


def is_text(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is text, or empty."""
    return not head or _text(head) is not None


def _text(head: bytes) -> Content | None:
    """What a text is; None for anything that holds control characters or isn't Unicode."""
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)  # the head may end within a character
    except UnicodeDecodeError:
        return None
    if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text):
        return None
    flags = re.DOTALL | re.IGNORECASE
    return next(_foreign(phrase) for pattern, phrase in _TEXTS if re.match(pattern, text, flags))


def refuse(content: Content, head: bytes, path: str, size: int, expected: Expected) -> Refused | None:
    """Why this content can't be the expected image or clip; None if it can."""
    match content.kind:
        case ContentKind.IMAGE | ContentKind.VIDEO if content.kind.value == expected:
            return None
        case ContentKind.POINTER:
            return Pointer(path, size, expected, content.name)
        case ContentKind.EMPTY:
            return Unreadable(path, size, expected, "empty")
        case ContentKind.UNKNOWN:
            wanted = "an image" if expected is Expected.IMAGE else "an MP4 or MOV video"
            return Unreadable(path, size, expected, f"not {wanted} (unknown format, first bytes {head[:4].hex(' ')})")
        case _:
            return Foreign(path, size, expected, content.phrase)
