from io import BytesIO
from pathlib import Path

import builders
import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from datasetkit.edits import Convert
from datasetkit.errors import DatasetkitError
from datasetkit.media.outcome import Failed, Made, Outcome
from datasetkit.media.stills import edit_image


def error(one: Image.Image, other: Image.Image) -> float:
    assert one.size == other.size
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


def edited(source: Path, **wanted: object) -> tuple[Image.Image, Outcome]:
    target = source.with_name("made")
    with source.open("rb") as stream:
        outcome = edit_image(stream, target, Convert("x", **wanted))
    with Image.open(target) as image:
        image.load()
        return image, outcome


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("write", [builders.jpeg, builders.png, builders.webp])
def test_an_image_is_set_upright(tmp_path: Path, write, orientation: int) -> None:
    source = write(tmp_path / "a", (96, 64), orientation=orientation)
    turns = {2: [0], 3: [3], 4: [1], 5: [5], 6: [4], 7: [6], 8: [2]}
    wanted = builders.picture((96, 64))
    for method in turns.get(orientation, []):
        wanted = wanted.transpose(Image.Transpose(method))
    image, _ = edited(source, upright=True)
    assert image.getexif().get(0x0112, 1) == 1
    assert error(image, wanted) < 6


@pytest.mark.parametrize(
    ("write", "wanted"),
    [
        (builders.jpeg, {"format": "JPEG", "upright": True, "rgb": True, "first_frame": True, "max_side": 64}),
        (builders.png, {"rgb": True, "max_pixels": 4096}),
        (builders.webp, {}),
        (builders.bmp, {"format": "BMP"}),
    ],
)
def test_an_image_that_is_as_wanted_is_copied_to_the_byte(tmp_path: Path, write, wanted: dict) -> None:
    source = write(tmp_path / "a")
    edited(source, **wanted)
    assert (tmp_path / "made").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "ICO", "PPM"])
def test_a_foreign_format_becomes_png_without_loss(tmp_path: Path, kind: str) -> None:
    picture = builders.picture((64, 64)).quantize(64)
    picture.convert("RGB" if kind == "PPM" else "P").save(tmp_path / "a", kind)
    image, outcome = edited(tmp_path / "a")
    assert outcome == Made()
    assert image.format == "PNG"
    assert error(image, picture) == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
def test_formats(tmp_path: Path, kind: str) -> None:
    image, _ = edited(builders.gif(tmp_path / "a.gif", frames=3), format=kind, first_frame=True)
    assert (image.format, image.mode, getattr(image, "n_frames", 1)) == (kind, "RGB", 1)
    with Image.open(tmp_path / "a.gif") as first:
        assert error(image, first) < (6 if kind == "JPEG" else 0.1)


def test_a_jpeg_is_written_in_full_colour(tmp_path: Path) -> None:
    image, _ = edited(builders.png(tmp_path / "a.png"), format="JPEG")
    assert {sampling[1:3] for sampling in image.layer} == {(1, 1)}


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_becomes_white(tmp_path: Path, mode: str) -> None:
    picture = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 4, 8))
    picture.convert(mode).save(tmp_path / "a.png") if mode != "P" else picture.quantize(4).save(tmp_path / "a.png")
    image, _ = edited(tmp_path / "a.png", rgb=True)
    assert (image.mode, image.getpixel((0, 0)), image.getpixel((7, 0))) == ("RGB", (0, 0, 0), (255, 255, 255))


@pytest.mark.parametrize("value", [0, 128, 32768, 65535])
def test_sixteen_bits_are_scaled(tmp_path: Path, value: int) -> None:
    Image.new("I;16", (4, 4), value).save(tmp_path / "a.png")
    image, _ = edited(tmp_path / "a.png", rgb=True)
    assert image.getpixel((0, 0)) == (round(value / 257),) * 3


def test_cmyk_becomes_rgb_and_says_so(tmp_path: Path) -> None:
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=100)
    image, outcome = edited(tmp_path / "a.jpg", rgb=True)
    assert image.mode == "RGB"
    assert error(image, Image.new("RGB", (8, 8), (255, 0, 0))) < 4
    assert outcome == Made(("CMYK without a colour profile: the colours are approximate",))


def test_a_colour_profile_is_put_into_the_pixels(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    builders.picture().save(tmp_path / "a.png", icc_profile=lab, exif=b"")
    image, outcome = edited(tmp_path / "a.png", max_side=32)
    assert outcome == Made()
    assert "icc_profile" not in image.info
    assert error(image, builders.picture().resize((32, 32), Image.Resampling.LANCZOS)) < 1


def test_a_profile_that_is_none_is_told(tmp_path: Path) -> None:
    builders.picture().save(tmp_path / "a.png", icc_profile=b"nothing")
    _, outcome = edited(tmp_path / "a.png", max_side=32)
    assert isinstance(outcome, Made)
    assert "colour profile can't be used" in outcome.notes[0]


@pytest.mark.parametrize(
    ("size", "wanted", "after"),
    [
        ((200, 100), {"max_side": 100}, (100, 50)),
        ((100, 100), {"max_pixels": 2500}, (50, 50)),
        ((30, 10), {"max_side": 4096, "max_pixels": 999, "upright": True}, (30, 10)),
        ((1000, 1), {"max_side": 10}, (10, 1)),
    ],
)
def test_sizes(tmp_path: Path, size: tuple[int, int], wanted: dict, after: tuple[int, int]) -> None:
    image, _ = edited(builders.png(tmp_path / "a.png", size), **wanted)
    assert image.size == after


@pytest.mark.parametrize("content", [b"", b"nothing", b"\xff\xd8\xff\xe0 JFIF"])
def test_what_is_no_image_fails(tmp_path: Path, content: bytes) -> None:
    assert isinstance(edit_image(BytesIO(content), tmp_path / "made", Convert("x")), Failed)
    assert not (tmp_path / "made").exists()


def test_half_an_image_fails(tmp_path: Path) -> None:
    content = builders.jpeg(tmp_path / "a.jpg", (256, 256)).read_bytes()
    assert isinstance(edit_image(BytesIO(content[: len(content) // 2]), tmp_path / "made", Convert("x")), Failed)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    for wanted in ({}, {"max_side": 32}):
        with (builders.png(tmp_path / "a.png")).open("rb") as stream, pytest.raises(DatasetkitError):
            edit_image(stream, tmp_path / "nowhere" / "made", Convert("x", **wanted))
