import pytest
from values import assert_finding, dataset, i2v, image, messages, sample, video, zipped

from datasetkit.model import Expected, Foreign, Image, Medium, Unreadable, Video
from datasetkit.spec import limits

SIDE = limits().image_side
HEAVY = limits().image_bytes


@pytest.mark.parametrize(
    "first",
    [
        image("a.jpg"),
        image("a.jpeg"),
        image("A.JPG"),
        image("a.png", format="PNG", mode="RGBA"),
        image("a.png", format="PNG", mode="P"),
        image("a.webp", format="WEBP"),
        image("a.bmp", format="BMP"),
        image("a.jpg", mode="L"),
        image("a.jpg", width=SIDE, height=SIDE // 16 * 9),
        image("a.jpg", size=HEAVY),
    ],
)
def test_quiet(first: Image) -> None:
    assert messages(dataset(i2v(first=first))) == []


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (
            Unreadable("a.jpg", 100, Expected.IMAGE, "it is cut off"),
            "I301 error: a.jpg can't be read | it is cut off",
        ),
        (
            Foreign("a.jpg", 100, Expected.IMAGE, "a HEIC image"),
            "I302 error: a.jpg is a HEIC image | must be BMP, JPEG, PNG or WEBP",
        ),
        (
            image("a.png", format="JPEG"),
            "I303 advice: a.png is a JPEG image | extension | .jpg",
        ),
        (
            image("a.jpg", width=SIDE * 16 // 9, height=SIDE),
            f"I304 error: a.jpg is {SIDE * 16 // 9}×{SIDE} | the limit is {SIDE}×{SIDE}",
        ),
        (
            image("a.jpg", orientation=6, width=360, height=640),
            "I305 warning: a.jpg has EXIF orientation 6 | trainer may ignore",
        ),
        (
            image("a.jpg", mode="CMYK"),
            "I306 advice: a.jpg has CMYK pixels | 8-bit RGB",
        ),
        (
            image("a.png", format="PNG", mode="RGB;16"),
            "I306 advice: a.png has 16-bit pixels | 8-bit RGB",
        ),
        (
            image("a.png", format="PNG", mode="RGBA", transparent=True),
            "I306 advice: a.png is partly transparent",
        ),
        (
            image("a.webp", format="WEBP", frames=24),
            "I307 warning: a.webp is animated | 24 pictures",
        ),
        (
            image("a.jpg", size=HEAVY + 300_000),
            "I308 advice: a.jpg is 10.3 MB | at most 10.0 MB",
        ),
    ],
)
def test_finding(first: Medium, expected: str) -> None:
    assert_finding(dataset(i2v(first=first)), expected)


def test_what_is_expected_of_a_clip_is_not_an_image() -> None:
    clips: list[Medium] = [
        Unreadable("a.mp4", 9, Expected.VIDEO, "it is empty"),
        Foreign("a.mp4", 9, Expected.VIDEO, "a GIF image"),
    ]
    assert [messages(dataset(i2v(clip=medium)), "I") for medium in clips] == [[], []]


def test_a_wrong_extension_has_its_full_weight_on_a_zip() -> None:
    assert_finding(zipped(i2v(first=image("a.png"))), "I303 warning: a.png is a JPEG image")


def test_an_image_that_two_lines_name_is_judged_once() -> None:
    twice = image("a.jpg", frames=2)
    clips: list[Video] = [video("1.mp4"), video("2.mp4")]
    lines = [sample(n, first_frame_path=twice, video_path=v) for n, v in enumerate(clips, 1)]
    assert len(messages(dataset(*lines), "I")) == 1
