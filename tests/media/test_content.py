import re
import struct
from pathlib import Path

import builders
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasetkit.media.content import ANNEX, EMPTY, HEAD, LFS, MOV, MP4, UNKNOWN, Content, ContentKind, sniff


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    return box(b"ftyp", major + bytes(4) + b"".join(compatible))


@pytest.mark.parametrize(
    ("name", "kind", "format"),
    [
        ("image.jpg", ContentKind.IMAGE, "JPEG"),
        ("image.png", ContentKind.IMAGE, "PNG"),
        ("image.webp", ContentKind.IMAGE, "WEBP"),
        ("image.bmp", ContentKind.IMAGE, "BMP"),
        ("clip.mp4", ContentKind.VIDEO, "mp4"),
        ("clip.mov", ContentKind.VIDEO, "mov"),
        ("fragmented.mp4", ContentKind.VIDEO, "mp4"),
    ],
)
def test_what_encoders_write(media: Path, name: str, kind: ContentKind, format: str) -> None:  # noqa: A002
    content = (media / name).read_bytes()
    assert (sniff(content[:HEAD], len(content)).kind, sniff(content[:HEAD], len(content)).name) == (
        kind,
        format,
    )


@pytest.mark.parametrize(
    ("suffix", "codec", "phrase"),
    [
        (".webm", "libvpx-vp9", "a WebM or Matroska video"),
        (".mkv", "libx264", "a WebM or Matroska video"),
        (".avi", "mpeg4", "an AVI video"),
        (".ts", "libx264", "an MPEG transport stream"),
        (".flv", "libx264", "an FLV video"),
    ],
)
def test_foreign_clips(tmp_path: Path, suffix: str, codec: str, phrase: str) -> None:
    path = builders.clip(tmp_path / f"clip{suffix}", codec=codec, frames=4)
    assert sniff(path.read_bytes()[:HEAD], path.stat().st_size) == Content(ContentKind.FOREIGN, phrase)


@pytest.mark.parametrize(
    ("head", "phrase"),
    [
        (b"GIF89a\x01\0", "a GIF image"),
        (b"II*\0\x08\0\0\0", "a TIFF image"),
        (ftyp(b"heic", b"mif1"), "a HEIC image"),
        (ftyp(b"mif1", b"mif1", b"avif"), "an AVIF image"),
        (ftyp(b"avif", b"mif1"), "an AVIF image"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">', "an SVG image"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn -->\n<svg width="1">', "an SVG image"),
        (b"<?xml version='1.0'?><note/>", "an XML file"),
        (b"\n  <!DOCTYPE html>\n<html>", "a web page (HTML)"),
        (b"<!-- saved --><HTML>", "a web page (HTML)"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n", "an HLS playlist"),
        (b"ffconcat version 1.0\nfile 'secret.mp4'\n", "an ffconcat script"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "an SDP file"),
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04\x14\0", "a zip archive"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "a WAV sound"),
        ("一只猫\n".encode(), "plain text"),
        ("一只猫".encode()[:-1], "plain text"),
        (b"BMW is a make of cars", "plain text"),
        ("text".encode("utf-16"), "plain text"),
    ],
)
def test_foreign_heads(head: bytes, phrase: str) -> None:
    assert sniff(head, len(head)) == Content(ContentKind.FOREIGN, phrase)


@pytest.mark.parametrize(
    ("head", "content"),
    [
        (b"", EMPTY),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", LFS),
        (b"/annex/objects/SHA256E-s1--00.mp4\n", ANNEX),
        (b"../.git/annex/objects/aa/bb/SHA256E-s1--00.mp4", ANNEX),
        (ftyp(b"isom", b"iso2", b"mp41"), MP4),
        (ftyp(b"3gp4"), MP4),
        (ftyp(b"qt  "), MOV),
        (box(b"wide") + box(b"mdat"), MOV),
        (box(b"moof"), MP4),
        (bytes(100), UNKNOWN),
        (b"\x01\x02\x03\x04\x05\x06\x07", UNKNOWN),
        (b"RIFF\x24\0\0\0ACON", UNKNOWN),
    ],
)
def test_other_heads(head: bytes, content: Content) -> None:
    assert sniff(head, len(head)) == content


@pytest.mark.parametrize("piece", [b"<?xml", b"<!-- ", b"<!---->", b"<?xml ?>", b" ", b"<!doctype svg", b"<"])
def test_markup_without_end_is_still_told(piece: bytes) -> None:
    head = (piece * HEAD)[:HEAD]
    assert sniff(head, HEAD).kind is ContentKind.FOREIGN


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_any_bytes_have_a_phrase_that_fits_a_sentence(head: bytes) -> None:
    phrase = sniff(head, len(head)).phrase
    assert re.match(r"(a|an|no) \w|plain text", phrase)
