"""What a browser is shown of a clip: frames by their time, and a copy where it can't play the clip itself."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import builders
import pytest
from PIL import Image, ImageChops, ImageStat
from scenes import refreshed

from datasetkit.edits import Reencode
from datasetkit.media.clips import edit_clip
from datasetkit.media.moments import browser_copy, frame_at, frames_kept, plays_in_browsers
from datasetkit.media.outcome import Failed, Made
from datasetkit.media.survey import survey
from datasetkit.media.thumbnails import ThumbnailSize

SIZE = ThumbnailSize(8, 4096, 4096, 90)


def frames(path: Path) -> list[Image.Image]:
    with av.open(str(path)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def best(path: Path, seconds: Fraction, *, before: bool = False) -> int:
    """The number of the frame that is most like the one that is given for a time."""
    found = frame_at(str(path), seconds, SIZE, before=before)
    assert found
    with Image.open(io.BytesIO(found.webp)) as shown:
        colours = shown.convert("RGB")
    off = [sum(ImageStat.Stat(ImageChops.difference(colours, frame)).mean) for frame in frames(path)]
    return off.index(min(off))


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return builders.clip(
        tmp_path_factory.mktemp("moving") / "clip.mp4", frames=24, rate=8, options={"g": "6", "crf": "5"}
    )


@pytest.mark.parametrize("number", [0, 1, 5, 6, 7, 17, 23])
def test_a_frame_is_found_by_its_time(moving: Path, number: int) -> None:
    assert best(moving, Fraction(number, 8)) == number
    assert best(moving, Fraction(number, 8) + Fraction(1, 20)) == number
    assert best(moving, Fraction(number + 1, 8), before=True) == number


def test_the_frames_at_a_windows_edges_are_those_that_a_cut_keeps(moving: Path, tmp_path: Path) -> None:
    window = (Fraction("1.2"), Fraction("0.7"))  # from 9.6 to 15.2 frames
    edit = Reencode("cut.mp4", start=window[0], seconds=window[1], exact=True)
    edit_clip(str(moving), tmp_path / "cut.mp4", edit)
    begin, end = frames_kept(str(moving), *window) or (0, 0)
    assert (begin * 8, end * 8) == (10, 15)
    assert len(frames(tmp_path / "cut.mp4")) == 5
    assert (best(moving, begin), best(moving, end, before=True)) == (10, 14)
    assert frames_kept(str(moving), Fraction(5), Fraction(1)) is None


def test_times_rounded_to_microseconds_are_those_of_their_frames(tmp_path: Path) -> None:
    rate = Fraction(24000, 1001)
    path = builders.clip(tmp_path / "clip.mp4", frames=24, rate=rate, options={"crf": "5"})
    for number in (1, 2, 7, 23):
        assert best(path, round(number / rate, 6)) == number
        assert best(path, round((number + 1) / rate, 6), before=True) == number


def test_a_clip_with_intra_refresh_is_decoded_from_its_beginning(tmp_path: Path) -> None:
    path = refreshed(tmp_path / "clip.mp4")
    assert [best(path, Fraction(number, 16)) for number in (79, 80, 81, 100)] == [79, 80, 81, 100]


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {"g": "8", "preset": "medium", "x264-params": "open-gop=1"}),
        ("a.mov", "libx265", {"preset": "medium", "x265-params": "log-level=none:keyint=8:open-gop=1:bframes=3"}),
        ("a.ts", "libx264", {"g": "8", "preset": "medium"}),
        ("a.webm", "libvpx-vp9", {"g": "8"}),
    ],
)
def test_frames_around_a_key_frame_are_found(tmp_path: Path, name: str, codec: str, options: dict[str, str]) -> None:
    path = builders.clip(tmp_path / name, frames=32, codec=codec, options=options)
    assert [best(path, Fraction(number, 16) + Fraction(1, 90)) for number in range(14, 19)] == [14, 15, 16, 17, 18]


def test_beyond_the_end_is_the_last_frame(moving: Path) -> None:
    assert best(moving, Fraction(100)) == 23


def test_a_rotated_clip_is_upright(tmp_path: Path) -> None:
    path = builders.clip(tmp_path / "clip.mp4", size=(64, 32), rotation=90)
    found = frame_at(str(path), Fraction(0), SIZE)
    assert found
    assert found.height > found.width


def test_what_is_no_clip_has_no_frame(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"no clip")
    assert frame_at(str(tmp_path / "clip.mp4"), Fraction(0), SIZE) is None
    assert not plays_in_browsers(str(tmp_path / "clip.mp4"))
    assert isinstance(browser_copy(str(tmp_path / "clip.mp4"), tmp_path / "copy"), Failed)
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("clip.mkv", {}),
        ("clip.avi", {"codec": "mpeg4"}),
        ("clip.mov", {"codec": "prores_ks", "pixel_format": "yuv422p10le"}),
        ("clip.mp4", {"codec": "libx265"}),
        ("clip.mp4", {"pixel_format": "yuv444p"}),
        ("clip.mp4", {"codec": "mpeg4"}),
    ],
)
def test_what_browsers_cant_play_becomes_what_they_can(tmp_path: Path, name: str, options: dict[str, str]) -> None:
    path = builders.clip(tmp_path / name, **options)
    assert not plays_in_browsers(str(path))
    assert isinstance(browser_copy(str(path), tmp_path / "copy"), Made)
    assert plays_in_browsers(str(tmp_path / "copy"))
    assert len(survey(str(tmp_path / "copy")).timeline.ticks) == 16


def test_what_browsers_play_is_left_alone(media: Path) -> None:
    assert plays_in_browsers(str(media / "clip.mp4"))
    assert plays_in_browsers(str(media / "clip.mov"))


def test_a_large_clip_becomes_a_small_one(tmp_path: Path) -> None:
    path = builders.clip(tmp_path / "clip.mkv", size=(1280, 640), frames=2)
    browser_copy(str(path), tmp_path / "copy")
    with av.open(str(tmp_path / "copy")) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (640, 320)
