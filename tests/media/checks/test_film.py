"""Pictures of a clip for people: which frames, upright, in their right colours, and no fact of the clip."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import builders
import numpy as np
import pytest
from PIL import Image
from scenes import encode, texture, video_at

from datasetkit import spec
from datasetkit.edits import Which
from datasetkit.footage import Depth, Film, Thumbnail
from datasetkit.media.checks.film import FilmMaker
from datasetkit.media.grabbing import grab
from datasetkit.media.images import read_image
from datasetkit.media.looking import look
from datasetkit.media.thumbnails import read_thumbnail, thumbnail_size
from datasetkit.media.wanted import Wanted
from datasetkit.model import Video

SHOTS = [texture((192, 108), seed) for seed in range(22)]


def opened(thumbnail: Thumbnail) -> Image.Image:
    image = Image.open(BytesIO(thumbnail.webp))
    assert (image.format, image.size) == ("WEBP", (thumbnail.width, thumbnail.height))
    return image.convert("RGB")


def filmed(path: Path, *, last: bool = False, depth: Depth = Depth.FULL, clips: int = 1) -> Film:
    video = video_at(path)
    film = look(str(path), video, Wanted(depth), film=FilmMaker(video, thumbnail_size(clips), last=last)).film
    assert film
    return film


def apart(one: Image.Image, other: Image.Image) -> float:
    """The mean difference in levels, at the size of the smaller."""
    size = min(one.size, other.size)
    pixels = [np.asarray(each.resize(size, Image.Resampling.BOX), np.int16) for each in (one, other)]
    return float(np.abs(pixels[0] - pixels[1]).mean())


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encode(tmp_path_factory.mktemp("film") / "clip.mp4", SHOTS, rate=10, crf=10)


@pytest.mark.parametrize("depth", list(Depth))
def test_a_strip_shows_eight_frames_from_the_first_to_the_last(clip: Path, depth: Depth) -> None:
    film = filmed(clip, last=True, depth=depth)
    assert film.seconds == (0.0, 0.3, 0.6, 0.9, 1.2, 1.5, 1.8, 2.1)
    strip = opened(film.strip)
    width = strip.width // 8
    cells = [strip.crop((width * n, 0, width * (n + 1), strip.height)) for n in range(8)]
    for number, cell in enumerate(cells):
        assert apart(cell, Image.fromarray(SHOTS[3 * number])) < 8
        assert apart(cell, Image.fromarray(SHOTS[3 * number + (-1 if number else 1)])) > 20
    assert film.last
    assert apart(opened(film.first), Image.fromarray(SHOTS[0])) < 8
    assert apart(opened(film.last), Image.fromarray(SHOTS[-1])) < 8


def test_the_last_frame_is_kept_only_where_an_image_is_given_for_it(clip: Path) -> None:
    assert filmed(clip).last is None


@pytest.mark.parametrize(
    ("size", "changed"),
    [
        ((96, 64), {"rotation": 90}),
        ((96, 64), {"rotation": 180, "mirrored": True}),
        ((96, 64), {"rotation": 270}),
        ((64, 96), {"pixel_aspect": 2}),
        ((96, 64), {"pixel_format": "yuv444p10le"}),
        ((512, 32), {}),
    ],
)
def test_pictures_are_upright_in_square_pixels_and_coloured_as_a_grabbed_frame(
    tmp_path: Path, size: tuple[int, int], changed: dict[str, object]
) -> None:
    path = builders.clip(tmp_path / "clip.mp4", frames=4, size=size, seed=3, **changed)
    grab(str(path), tmp_path / "frame.png", Which.FIRST)
    film = filmed(path)
    assert len(film.seconds) == 4
    with Image.open(tmp_path / "frame.png") as frame:
        displayed = video_at(path).displayed
        assert frame.size == displayed
        shown = opened(film.first)
        assert shown.width / shown.height == pytest.approx(displayed[0] / displayed[1], rel=0.1)
        assert apart(shown, frame.convert("RGB")) < 6


def test_a_large_set_gets_smaller_pictures(clip: Path) -> None:
    many = int(spec.thresholds("thumbnails")["many"])
    usual, small = filmed(clip, clips=many), filmed(clip, clips=many + 1)
    assert small.strip.width * small.strip.height < usual.strip.width * usual.strip.height / 2
    assert small.first.width < usual.first.width


def test_pictures_are_no_fact(clip: Path) -> None:
    video = video_at(clip)
    plain = look(str(clip), video, Wanted(Depth.FULL))
    shown = look(str(clip), video, Wanted(Depth.FULL), film=FilmMaker(video, thumbnail_size(1), last=False))
    assert plain == shown
    assert hash(plain) == hash(shown)
    assert plain.film is None


def test_a_clip_whose_facts_are_known_is_decoded_for_its_pictures_alone(clip: Path) -> None:
    known = look(str(clip), video_at(clip), Wanted(Depth.FULL))
    again = look(str(clip), known, Wanted(Depth.FULL), film=FilmMaker(known, thumbnail_size(1), last=False))
    assert again.seen is known.seen
    assert again.film == filmed(clip)


def test_a_damaged_clip_shows_what_can_be_decoded(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    content = clip.read_bytes()
    path.write_bytes(content[: len(content) // 2] + bytes(len(content) // 2))
    video: Video = video_at(clip)
    film = look(str(path), video, Wanted(Depth.FULL), film=FilmMaker(video, thumbnail_size(1), last=False)).film
    assert film is None or len(film.seconds) < 8


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA", "I;16"])
def test_an_image_is_shown_as_a_viewer_shows_it(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "image.png"
    if mode == "I;16":
        Image.fromarray(np.asarray(builders.picture((800, 500), "L"), np.uint16) * 257).save(path)
    else:
        builders.picture((800, 500), "L" if mode == "LA" else "RGB").convert(mode).save(path)
    shown = thumbnail(path)
    assert shown.size == (303, 189)
    wanted = builders.picture((800, 500), "RGB" if mode in ("RGB", "RGBA", "P") else "L")
    assert apart(shown, wanted.convert("RGB")) < 10


def test_a_turned_photo_stands_upright(tmp_path: Path) -> None:
    path = builders.jpeg(tmp_path / "image.jpg", (800, 500), orientation=6)
    assert apart(thumbnail(path), builders.picture((800, 500)).transpose(Image.Transpose.ROTATE_270)) < 6


def thumbnail(path: Path) -> Image.Image:
    with path.open("rb") as stream:
        facts = read_image(stream, path.name, path.stat().st_size, 4096)
        stream.seek(0)
        return opened(read_thumbnail(stream, facts, thumbnail_size(1)))
