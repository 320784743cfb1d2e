import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import builders
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pictures

from datasetkit.media.images import read_image
from datasetkit.model import Expected, Foreign, Image, Pointer, Unreadable

NAMES = ["image.jpg", "image.png", "image.webp", "image.bmp"]
Read = Image | Unreadable | Foreign | Pointer


def read_bytes(content: bytes, limit: int = 4096) -> Read:
    return read_image(BytesIO(content), "image", len(content), limit)


def read(path: Path, limit: int = 4096) -> Read:
    return read_bytes(path.read_bytes(), limit)


def image(path: Path, limit: int = 4096) -> Image:
    result = read(path, limit)
    assert isinstance(result, Image), result
    return result


def reason(content: bytes, limit: int = 4096) -> str:
    result = read_bytes(content, limit)
    assert isinstance(result, Unreadable), result
    return result.reason


@pytest.mark.parametrize(("name", "format"), list(zip(NAMES, ["JPEG", "PNG", "WEBP", "BMP"], strict=True)))
def test_the_facts_of_a_plain_image(media: Path, name: str, format: str) -> None:  # noqa: A002
    size = (media / name).stat().st_size
    assert read(media / name) == Image("image", size, format, 64, 64)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("build", [builders.jpeg, builders.png, builders.webp])
def test_orientation(tmp_path: Path, build, orientation: int) -> None:  # type: ignore[no-untyped-def]
    found = image(build(tmp_path / "image", (96, 64), orientation=orientation))
    assert (found.width, found.height, found.orientation) == (96, 64, orientation)
    assert found.displayed == ((64, 96) if orientation > 4 else (96, 64))


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff"])
def test_bad_exif_is_no_orientation(tmp_path: Path, exif: bytes) -> None:
    builders.picture().save(tmp_path / "image", "JPEG", exif=exif)
    assert image(tmp_path / "image").orientation == 1


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_the_mode_of_a_jpeg_is_what_it_stores(tmp_path: Path, mode: str) -> None:
    assert image(builders.jpeg(tmp_path / "image", mode=mode)).mode == mode


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_modes_of_png(tmp_path: Path, mode: str) -> None:
    assert image(builders.png(tmp_path / "image", mode=mode)).mode == mode


def test_sixteen_bits_of_colour_show_in_the_mode() -> None:
    assert read_bytes(png16()).mode == "RGB;16"  # type: ignore[union-attr]


def png16() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress((b"\0" + bytes(range(48)) * 1) * 8)
    header = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("build", [builders.png, builders.webp])
def test_alpha_counts_only_in_use(tmp_path: Path, build) -> None:  # type: ignore[no-untyped-def]
    opaque = build(tmp_path / "opaque", mode="RGBA")
    assert not image(opaque).transparent
    picture = builders.picture(mode="RGBA")
    picture.putpixel((5, 5), (0, 0, 0, 254))
    picture.save(tmp_path / "clear", "PNG" if build is builders.png else "WEBP", lossless=True)
    assert image(tmp_path / "clear").transparent


@pytest.mark.parametrize(("mode", "shade", "used"), [("P", 0, True), ("L", 0, True), ("RGB", (1, 2, 250), False)])
def test_a_transparent_colour_counts_only_in_use(tmp_path: Path, mode: str, shade: object, used: bool) -> None:
    picture = builders.picture(mode=mode)
    picture.putpixel((0, 0), 0 if mode != "RGB" else (9, 9, 9))
    picture.save(tmp_path / "image", "PNG", transparency=shade)
    assert image(tmp_path / "image").transparent is used


@pytest.mark.parametrize("build", [builders.png, builders.webp])
def test_animation(tmp_path: Path, build) -> None:  # type: ignore[no-untyped-def]
    assert image(build(tmp_path / "image", frames=3)).frames == 3


def test_an_mpo_is_one_jpeg(tmp_path: Path) -> None:
    builders.picture().save(tmp_path / "image", "MPO", save_all=True, append_images=[builders.picture(seed=1)])
    found = image(tmp_path / "image")
    assert (found.format, found.frames) == ("JPEG", 1)


@pytest.mark.parametrize("name", NAMES)
def test_over_the_limit_only_the_header_is_read(media: Path, name: str) -> None:
    content = (media / name).read_bytes()
    assert isinstance(read_bytes(content, 63), Image)
    if name != "image.webp":  # a RIFF says how long it is in its first bytes
        assert isinstance(read_bytes(content[: len(content) - 20], 63), Image)


def test_a_header_that_no_file_of_its_size_can_keep(media: Path) -> None:
    content = bytearray((media / "image.bmp").read_bytes())
    struct.pack_into("<ii", content, 18, 2_000_000, 1_000_000)
    assert reason(bytes(content)).startswith("damaged: 2000000 × 1000000 pixels can't be in")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_half_an_image_is_cut_off(media: Path, name: str, part: float) -> None:
    content = (media / name).read_bytes()
    assert reason(content[: int(len(content) * part)]).startswith("cut off: ")


def test_a_bit_that_flipped_in_a_png(media: Path) -> None:
    content = bytearray((media / "image.png").read_bytes())
    content[-20] ^= 1
    assert reason(bytes(content)) == "damaged: the checksum of its IDAT chunk is wrong"


def test_a_progressive_jpeg_of_a_thousand_scans(tmp_path: Path) -> None:
    content = builders.jpeg(tmp_path / "image", progressive=True).read_bytes()
    assert isinstance(read_bytes(content), Image)
    first = content.find(b"\xff\xda")
    scan = content[first : content.find(b"\xff", first + 20)]
    assert "progressive scans" in reason(content[:-2] + scan * 1000 + content[-2:])


def test_what_is_not_an_image(media: Path) -> None:
    assert reason(b"") == "empty"
    assert reason(bytes(64)) == "not an image: it begins with the bytes 00 00 00 00 00 00 00 00"
    clip = read(media / "clip.mp4")
    assert isinstance(clip, Foreign)
    assert clip.content == "an MP4 video"
    pointer = read_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    assert pointer == Pointer("image", 43, Expected.IMAGE, "Git LFS")


def test_a_gif_is_foreign(tmp_path: Path) -> None:
    path = builders.gif(tmp_path / "image.jpg")
    assert read(path) == Foreign("image", path.stat().st_size, Expected.IMAGE, "a GIF image")


def test_warnings_stay_inside_and_filters_stay_as_they_were(tmp_path: Path) -> None:
    exif = b"Exif\0\0II*\0\x08\0\0\0\x09\0\x12\x01"  # nine entries promised, half of one there
    builders.picture().save(tmp_path / "image", "JPEG", exif=exif)
    with pytest.warns(UserWarning, match="EXIF"), Pictures.open(tmp_path / "image") as opened:
        opened.getexif()
    before = list(warnings.filters)
    with ThreadPoolExecutor(4) as pool:
        assert all(isinstance(found, Image) for found in pool.map(read, [tmp_path / "image"] * 200))
    assert list(warnings.filters) == before


@pytest.mark.parametrize("name", NAMES)
@settings(derandomize=True, deadline=None, max_examples=150)
@given(data=st.data())
def test_damage_gives_a_value(media: Path, name: str, data: st.DataObject) -> None:
    content = bytearray((media / name).read_bytes())
    places = st.integers(0, len(content) - 1) | st.integers(0, 100)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=6)):
        content[place] = value
    cut = data.draw(st.just(len(content)) | st.integers(0, len(content)))
    assert isinstance(read_bytes(bytes(content[:cut])), Image | Unreadable | Foreign)
