"""What a file is, by its first bytes and never by its name."""

from __future__ import annotations

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

    ``name`` is the format of an image ("JPEG", "PNG", "WEBP", "BMP"), the container of a clip ("mp4", "mov")
    or the system that left a pointer ("Git LFS", "git-annex"). ``phrase`` names it within a sentence:
    "a GIF image". ``medium`` says what it can become in a dataset, None for what is neither image nor clip; a GIF is
    a clip.
    """

    kind: ContentKind
    name: str = ""
    phrase: str = ""
    medium: Expected | None = field(default=None, compare=False)


EMPTY = Content(ContentKind.EMPTY, phrase="an empty file")
UNKNOWN = Content(ContentKind.UNKNOWN, phrase="no format known here")
MP4 = Content(ContentKind.VIDEO, "mp4", "an MP4 video", Expected.VIDEO)
MOV = Content(ContentKind.VIDEO, "mov", "a MOV video", Expected.VIDEO)
LFS = Content(ContentKind.POINTER, "Git LFS", "a Git LFS pointer")
ANNEX = Content(ContentKind.POINTER, "git-annex", "a git-annex pointer")
MATROSKA = Content(ContentKind.FOREIGN, phrase="a WebM or Matroska video", medium=Expected.VIDEO)

# What files begin with, as libmagic and the formats' own documents give it.
_IMAGES = {"JPEG": b"\xff\xd8", "PNG": b"\x89PNG"}
_RIFF = {b"AVI ": ("an AVI video", Expected.VIDEO), b"WAVE": ("a WAV sound", None)}
_FOREIGN: dict[Expected | None, dict[str, tuple[bytes, ...]]] = {
    Expected.IMAGE: {
        "a TIFF image": (b"II*\0", b"MM\0*"),
        "a BigTIFF image": (b"II+\0", b"MM\0+"),
        "a JPEG 2000 image": (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
        "a JPEG XL image": (b"\xff\x0a", b"\0\0\0\x0cJXL "),
        "a Photoshop image": (b"8BPS",),
        "a QOI image": (b"qoif",),
        "an OpenEXR image": (b"\x76\x2f\x31\x01",),
    },
    Expected.VIDEO: {
        MATROSKA.phrase: (b"\x1a\x45\xdf\xa3",),
        "a GIF image": (b"GIF8",),
        "an FLV video": (b"FLV\x01",),
        "a WMV video": (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",),
        "an MPEG program stream": (b"\0\0\1\xba",),
        "a bare MPEG video stream": (b"\0\0\1\xb3",),
        "a bare H.264 stream": (b"\0\0\0\1\x67", b"\0\0\1\x67"),
        "a bare H.265 stream": (b"\0\0\0\1\x40\1",),
        "an IVF video": (b"DKIF",),
        "a YUV4MPEG2 video": (b"YUV4MPEG2 ",),
        "an Ogg file": (b"OggS",),
    },
    None: {
        "an ICO icon": (b"\0\0\1\0",),
        "an MP3 sound": (b"ID3", b"\xff\xfb", b"\xff\xf3"),
        "an AAC sound": (b"\xff\xf1", b"\xff\xf9"),
        "a FLAC sound": (b"fLaC",),
        "a PDF": (b"%PDF-",),
        "a zip archive": (b"PK\3\4", b"PK\5\6"),
        "a RAR archive": (b"Rar!\x1a\7",),
        "a 7z archive": (b"7z\xbc\xaf\x27\x1c",),
        "a gzip archive": (b"\x1f\x8b\x08",),
    },
}

_TEXTS = {
    "an HLS playlist": ("#extm3u",),
    "an ffconcat script": ("ffconcat version",),
    "an SDP file": ("v=0\n", "v=0\r\n"),
    "an FFmpeg metadata file": (";ffmetadata",),
    "a web page (HTML)": ("<!doctype html", "<html", "<head"),
    "an SVG image": ("<svg", "<!doctype svg"),
    "a DASH manifest": ("<mpd",),
    "an XML file": ("<?xml",),
}

_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1"}
_AVIF = {b"avif", b"avis"}
_MP4_FIRST = {b"moof", b"styp", b"sidx", b"emsg", b"prft"}
_MOV_FIRST = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}


def sniff(head: bytes, size: int) -> Content:
    """What a file of ``size`` bytes that begins with ``head`` is; 4 KB of head are enough.

    An MP4 or MOV is recognised by its first box, not judged: a fragment or half a clip is one too.
    """
    if not size or not head:
        return EMPTY
    return _boxed(head) or _signed(head) or _stream(head) or _bitmap(head) or _text(head, size) or UNKNOWN


def refuse(content: Content, head: bytes, path: str, size: int, expected: Expected) -> Refused | None:
    """What stands in the place of the medium that was expected, or None where the content may be one."""
    match content.kind:
        case ContentKind.IMAGE | ContentKind.VIDEO if content.kind.value == expected:
            return None
        case ContentKind.POINTER:
            return Pointer(path, size, expected, content.name)
        case ContentKind.EMPTY:
            return Unreadable(path, size, expected, "empty")
        case ContentKind.UNKNOWN:
            wanted = "an image" if expected is Expected.IMAGE else "an MP4 or MOV"
            return Unreadable(path, size, expected, f"not {wanted}: it begins with the bytes {head[:8].hex(' ')}")
        case _:
            return Foreign(path, size, expected, content.phrase)


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
    if head.startswith(b"RIFF"):
        inside = head[8:12]
        return _image("WEBP") if inside == b"WEBP" else _foreign(*_RIFF[inside]) if inside in _RIFF else None
    for name, magic in _IMAGES.items():
        if head.startswith(magic):
            return _image(name)
    for medium, formats in _FOREIGN.items():
        for phrase, magics in formats.items():
            if head.startswith(magics):
                return _foreign(phrase, medium)
    return None


def _foreign(phrase: str, medium: Expected | None = None) -> Content:
    return Content(ContentKind.FOREIGN, phrase=phrase, medium=medium)


def _image(name: str) -> Content:
    return Content(ContentKind.IMAGE, name, f"a {name} image", Expected.IMAGE)


def _stream(head: bytes) -> Content | None:
    """MPEG transport streams: a sync byte every 188 bytes, or every 192 behind time codes."""
    for first, step in ((0, 188), (4, 192)):
        marks = head[first : first + 4 * step : step]
        if len(marks) == 4 and marks == b"GGGG":
            return _foreign("an MPEG transport stream", Expected.VIDEO)
    return None


def _bitmap(head: bytes) -> Content | None:
    """BMP has only two letters for a signature, and text may begin with them too."""
    return _image("BMP") if head.startswith(b"BM") and b"\0" in head[2:18] else None


def _text(head: bytes, size: int) -> Content | None:
    if head.startswith(b"version https://git-lfs.github.com/spec/"):
        return LFS
    if size <= 32768 and (head.startswith(b"/annex/objects/") or b".git/annex/objects/" in head):
        return ANNEX
    text = _decoded(head)
    if text is None:
        return None
    starts = _markup(text.lstrip()).lower(), text.lstrip().lower()
    known = (phrase for phrase, openings in _TEXTS.items() if any(start.startswith(openings) for start in starts))
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
