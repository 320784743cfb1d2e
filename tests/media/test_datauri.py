"""Images inside requests: as they are where they can be, smaller and plainer where they must be."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from datasetkit.errors import DatasetkitError
from datasetkit.media.datauri import data_uri

LIMITS: dict[str, Any] = {"side_low": 240, "side_high": 8000, "aspect_high": 8, "bytes_high": 7_000_000}


def picture(path: Path, size: tuple[int, int] = (320, 256), mode: str = "RGB", **options: Any) -> Path:
    Pillow.new(mode, size, 100).save(path, **options)
    return path


def sent(path: Path, **changes: Any) -> tuple[str, Pillow.Image, bytes]:
    uri, facts = data_uri(path, **LIMITS | changes)
    head, _, encoded = uri.partition(";base64,")
    content = base64.b64decode(encoded, validate=True)
    image = Pillow.open(BytesIO(content))
    assert (facts.width, facts.height) == image.size
    return head, image, content


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.bmp"])
def test_what_the_service_accepts_is_sent_byte_for_byte(name: str, tmp_path: Path) -> None:
    path = picture(tmp_path / name)
    head, _, content = sent(path)
    assert content == path.read_bytes()
    assert head == f"data:image/{'jpeg' if name == 'a.jpg' else name[2:]}"


def test_a_transparent_image_becomes_opaque(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", mode="RGBA")
    head, image, _ = sent(path)
    assert (head, image.mode) == ("data:image/png", "RGB")


def test_a_turned_image_is_sent_upright(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    path = picture(tmp_path / "a.jpg", exif=exif)
    assert sent(path)[1].size == (256, 320)


def test_a_format_that_is_not_accepted_is_converted(tmp_path: Path) -> None:
    assert sent(picture(tmp_path / "a.tiff"))[0] == "data:image/png"


def test_what_is_too_long_becomes_a_jpeg(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.bmp", (500, 500))
    head, image, content = sent(path, bytes_high=100_000)
    assert (head, image.size) == ("data:image/jpeg", (500, 500))
    assert len(content) <= 100_000


def test_a_side_that_is_too_long_is_made_shorter(tmp_path: Path) -> None:
    assert sent(picture(tmp_path / "a.png", (1000, 500)), side_high=800)[1].size == (800, 400)


@pytest.mark.parametrize("size", [(239, 500), (2400, 241)])
def test_shapes_that_the_service_would_refuse(size: tuple[int, int], tmp_path: Path) -> None:
    with pytest.raises(DatasetkitError, match="sides from 240 to 8000"):
        data_uri(picture(tmp_path / "a.png", size), **LIMITS)


def test_what_never_fits(tmp_path: Path) -> None:
    with pytest.raises(DatasetkitError, match="small enough"):
        data_uri(picture(tmp_path / "a.png"), **LIMITS | {"bytes_high": 100})


def test_what_is_no_image(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"not an image")
    with pytest.raises(DatasetkitError, match=r"a\.png"):
        data_uri(path, **LIMITS)
    with pytest.raises(DatasetkitError, match="can't read"):
        data_uri(tmp_path / "missing.png", **LIMITS)
