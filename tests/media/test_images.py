import random
import struct
import subprocess
import sys
import warnings
import zlib
from io import BytesIO
from pathlib import Path

import av
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


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_shrinks_while_it_is_read(media: Path, name: str) -> None:
    content = (media / name).read_bytes()
    for left in range(30, len(content) - 20, 37):
        assert isinstance(read_image(BytesIO(content[:left]), name, len(content), 4096), Unreadable)


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
    assert reason(bytes(64)) == "not an image (unknown format, first bytes 00 00 00 00)"
    clip = read(media / "clip.mp4")
    assert isinstance(clip, Foreign)
    assert clip.content == "an MP4 video"
    pointer = read_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    assert pointer == Pointer("image", 43, Expected.IMAGE, "Git LFS")


def test_a_gif_is_foreign(tmp_path: Path) -> None:
    path = builders.gif(tmp_path / "image.jpg")
    assert read(path) == Foreign("image", path.stat().st_size, Expected.IMAGE, "a GIF image")


def test_odd_metadata_warn_of_nothing(tmp_path: Path) -> None:
    exif = b"Exif\0\0II*\0\x08\0\0\0\x09\0\x12\x01"
    builders.picture().save(tmp_path / "image", "JPEG", exif=exif)  # nine entries promised, half of one there
    with pytest.warns(UserWarning, match="EXIF"), Pictures.open(tmp_path / "image") as opened:
        opened.getexif()
    before = list(warnings.filters)
    assert image(tmp_path / "image").orientation == 1
    assert list(warnings.filters) == before


JPEGS = {
    "plain": {},
    "fine": {"quality": 95, "subsampling": "4:4:4"},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 4},
    "grey": {"mode": "L"},
    "print": {"mode": "CMYK"},
}


@pytest.mark.parametrize("kind", JPEGS)
def test_damaged_jpeg_data_are_found(tmp_path: Path, kind: str) -> None:
    """64 bytes overwritten: not every such damage breaks the code, but Pillow alone finds next to none."""
    content = builders.jpeg(tmp_path / "image", (320, 240), **JPEGS[kind]).read_bytes()
    assert isinstance(read_bytes(content), Image)
    chance, found, seen_by_pillow = random.Random(1), 0, 0
    for _ in range(60):
        damaged = bytearray(content)
        at = chance.randrange(content.find(b"\xff\xda") + 20, len(content) - 66)
        damaged[at : at + 64] = chance.randbytes(64)
        found += isinstance(read_bytes(bytes(damaged)), Unreadable)
        seen_by_pillow += not decodes(bytes(damaged))
    assert found >= 45
    assert found > seen_by_pillow


def decodes(content: bytes) -> bool:
    try:
        with Pictures.open(BytesIO(content)) as opened:
            opened.load()
    except (OSError, SyntaxError):
        return False
    return True


def test_damage_is_named(tmp_path: Path) -> None:
    content = builders.jpeg(tmp_path / "image").read_bytes()
    assert "is lost (" in reason(content[:-2] + bytes(64) + content[-2:])


def test_what_lies_behind_a_jpeg_is_no_damage(tmp_path: Path) -> None:
    """Phones put sound, clips and depth maps there."""
    content = builders.jpeg(tmp_path / "image").read_bytes()
    clip = builders.clip(tmp_path / "clip.mp4").read_bytes()
    for behind in (b"\0", b"\xff\xd8\xff", clip, content, content[:300]):
        assert isinstance(read_bytes(content + behind), Image)


def test_a_broken_colour_profile_in_a_jpeg_is_no_damage(tmp_path: Path) -> None:
    content = builders.jpeg(tmp_path / "image", icc_profile=bytes(100)).read_bytes()
    assert isinstance(read_bytes(content.replace(b"ICC_PROFILE\0\1\1", b"ICC_PROFILE\0\7\1")), Image)


def test_a_lossless_jpeg_is_decoded() -> None:
    encoder = av.CodecContext.create("ljpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 64, 64, "yuvj444p", 1
    frame = av.VideoFrame.from_image(builders.picture()).reformat(format="yuvj444p")
    content = b"".join(bytes(packet) for packet in encoder.encode(frame))
    assert b"\xff\xc3" in content
    assert isinstance(read_bytes(content), Image)
    assert isinstance(read_bytes(content[: len(content) // 2]), Unreadable)


def test_a_large_colour_profile_is_no_damage(tmp_path: Path) -> None:
    profile = random.Random(0).randbytes(1_150_000)
    assert isinstance(read(builders.png(tmp_path / "image", icc_profile=profile)), Image)


BEYOND = """
import re, resource, sys
from pathlib import Path
from datasetkit.media.images import read_image
path = Path(sys.argv[1])
with path.open("rb") as stream:
    found = read_image(stream, "image", path.stat().st_size, 4096)
status = Path("/proc/self/status")
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) * 1024 if status.exists() else used
print(found.width, found.height, peak)
"""


def beyond_the_limit(folder: Path) -> dict[str, tuple[bytes, int]]:
    """An image of each format whose header promises gigabytes, and its sides."""
    png = bytearray(builders.png(folder / "png", mode="1").read_bytes())
    struct.pack_into(">II", png, 16, 65536, 65536)
    struct.pack_into(">I", png, 29, zlib.crc32(png[12:29]))
    jpeg = bytearray(builders.jpeg(folder / "jpeg").read_bytes())
    struct.pack_into(">HH", jpeg, jpeg.find(b"\xff\xc0") + 5, 65500, 65500)
    bmp = bytearray(builders.bmp(folder / "bmp").read_bytes())
    struct.pack_into("<ii", bmp, 18, 65000, 65000)
    webp = bytearray(builders.webp(folder / "webp", lossless=True).read_bytes())
    sides = int.from_bytes(webp[21:25], "little") >> 28 << 28 | 12999 << 14 | 12999
    webp[21:25] = sides.to_bytes(4, "little")
    room = bytes(500_000)
    return {
        "PNG": (bytes(png) + room, 65536),
        "JPEG": (bytes(jpeg) + room, 65500),
        "BMP": (bytes(bmp) + room, 65000),
        "WEBP": (bytes(webp), 13000),
    }


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "WEBP"])
def test_an_image_beyond_the_limit_takes_little_memory(tmp_path: Path, kind: str) -> None:
    pytest.importorskip("resource", reason="peaks of memory are a matter of Unix")
    content, side = beyond_the_limit(tmp_path)[kind]
    (tmp_path / "image").write_bytes(content)
    command = [sys.executable, "-c", BEYOND, str(tmp_path / "image")]
    width, height, peak = map(int, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert (width, height) == (side, side)
    assert peak < 100 * 2**20


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
