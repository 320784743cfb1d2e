from fractions import Fraction

import pytest
from values import I2V, KF2V, NAME, assert_finding, dataset, i2v, image, kf2v, messages, placed, sample, video

from datasetkit.model import Expected, Missing, Sample, Unreadable


@pytest.mark.parametrize(
    "line",
    [
        i2v(first=image(width=1280, height=720)),
        i2v(first=image(width=640, height=354)),
        i2v(first=image(width=640, height=360, orientation=3), clip=video()),
        i2v(first=image(width=360, height=640), clip=video(rotation=90)),
        i2v(first=image(width=360, height=640, orientation=6)),
        i2v(first=image(width=1280, height=720), clip=video(width=720, height=576, pixel_aspect=Fraction(64, 45))),
        sample(first_frame_path=image(width=100, height=900)),
        sample(first_frame_path=Missing("a.jpg", Expected.IMAGE), video_path=video()),
        sample(first_frame_path=image(), video_path=Unreadable("a.mp4", 9, Expected.VIDEO, "it is empty")),
        kf2v(),
        kf2v(first=image("a.jpg", digest="1"), last=image("b.jpg", digest="2")),
        kf2v(first=image("a.jpg"), last=image("b.jpg")),
    ],
)
def test_quiet(line: Sample) -> None:
    assert messages(dataset(line), "K") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            i2v(first=image("a.jpg", width=1024, height=1024), clip=video("a.mp4", width=1280, height=720)),
            "K501 warning: a.jpg is 1024×1024 | a.mp4 is 1280×720 | aspect ratio",
        ),
        (
            i2v(first=image("a.jpg", width=640, height=345), clip=video("a.mp4")),
            "K501 warning: a.jpg is 640×345 | a.mp4 is 640×360 | aspect ratio",
        ),
        (
            i2v(first=image("a.jpg"), clip=video("a.mp4", rotation=90)),
            "K501 warning: a.jpg is 640×360 | a.mp4 is 360×640 | aspect ratio",
        ),
        (
            kf2v(first=image("a.jpg"), last=image("a.jpg")),
            "K504 warning: a.jpg | both the first and the last frame",
        ),
        (
            kf2v(first=image("a.jpg", digest="1"), last=image("b.jpg", digest="1")),
            "K504 warning: b.jpg has the same content as a.jpg | first frame",
        ),
    ],
)
def test_finding(line: Sample, expected: str) -> None:
    assert_finding(dataset(line), expected, "K")


@pytest.mark.parametrize(("fields", "odd"), [(I2V, "first_frame_path"), (KF2V, "last_frame_path")])
def test_the_odd_frame_is_pointed_at(fields: tuple[str, ...], odd: str) -> None:
    media = {field: image(f"{field}.jpg") for field in fields} | {"video_path": video()}
    media[odd] = image("odd.jpg", width=500, height=500)
    assert placed(dataset(sample(7, **media)), "K") == [("K501", 7, odd)]


def test_equal_frames_are_told_at_the_last_one() -> None:
    line = kf2v(3, first=image("a.jpg"), last=image("a.jpg"))
    assert placed(dataset(line)) == [("K504", 3, "last_frame_path")]
    assert line.where.path == NAME
