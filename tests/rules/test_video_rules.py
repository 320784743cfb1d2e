from fractions import Fraction

import pytest
from values import assert_finding, clip, dataset, found, i2v, image, kf2v, messages, video, zipped

from datasetkit.findings import Severity
from datasetkit.model import Expected, Foreign, Medium, Unreadable, Video
from datasetkit.spec import limits

SIDE = limits().video_side
HEAVY = limits().video_bytes


@pytest.mark.parametrize(
    "shown",
    [
        video("a.mp4"),
        video("a.mov", container="mov"),
        video("a.mov", container="mp4"),
        video("A.MP4", container="mov"),
        video("a.m4v"),
        video("a.qt", container="mov"),
        video(codec="hevc"),
        clip(32),
        clip(81),
        clip(161),
        video(seconds=Fraction(1001, 200), rate=Fraction(24000, 1001), frames=120),
        video(jitter=limits().jitter_seconds),
        video(size=HEAVY),
    ],
)
def test_quiet(shown: Video) -> None:
    assert messages(dataset(i2v(clip=shown)), model="wan2.6-i2v") == []


def test_a_side_at_the_limit_is_taken() -> None:
    assert messages(dataset(i2v(clip=video(width=SIDE, height=SIDE))), "V406") == []


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (
            Unreadable("a.mp4", 9, Expected.VIDEO, "it holds no picture stream"),
            "V401 error: a.mp4 can't be read | it holds no picture stream",
        ),
        (
            video("a.mp4", missing=60, frames=120),
            "V402 error: a.mp4 is truncated | 60 of its 120 frames",
        ),
        (
            Foreign("a.mp4", 9, Expected.VIDEO, "a WebM or Matroska video"),
            "V404 error: a.mp4 is a WebM or Matroska video | must be MP4 or MOV",
        ),
        (video("a.avi"), "V405 advice: a.avi is an MP4 video | extension | .mp4"),
        (video("a.mkv", container="mov"), "V405 advice: a.mkv is a MOV video | extension | .mov"),
        (
            video("a.mp4", width=SIDE * 2, height=SIDE * 9 // 8),
            f"V406 error: a.mp4 is {SIDE * 2}×{SIDE * 9 // 8} | the limit is {SIDE}×{SIDE}",
        ),
        (clip(31, path="a.mp4"), "V408 warning: a.mp4 is 1.94 s long | at least 2 s"),
        (
            video("a.mp4", rotation=90, width=360, height=640),
            "V409 warning: a.mp4 | rotation flag of 90° | trainer may ignore",
        ),
        (video("a.mp4", mirrored=True), "V409 warning: a.mp4 | mirror flag | trainer may ignore"),
        (
            video("a.mp4", jitter=Fraction(1, 30)),
            "V410 advice: a.mp4 has a variable frame rate | 0.033 s",
        ),
        (video("a.mp4", codec="av1"), "V411 advice: a.mp4 | codec | av1 | h264 and hevc"),
        (
            video("a.mp4", pictures=2),
            "V412 advice: a.mp4 has 2 video streams",
        ),
        (video("a.mp4", interlaced=True), "V413 advice: a.mp4 is interlaced"),
        (video("a.mp4", size=HEAVY + 100_000), "V417 advice: a.mp4 is 30.1 MB | at most 30.0 MB"),
    ],
)
def test_finding(shown: Medium, expected: str) -> None:
    frame = image(width=shown.displayed[0], height=shown.displayed[1]) if isinstance(shown, Video) else image()
    assert_finding(dataset(i2v(first=frame, clip=shown)), expected, "V", model="wan2.2-i2v-flash")


@pytest.mark.parametrize(("frames", "codes"), [(80, []), (81, []), (82, ["V407"])])
def test_one_frame_more_than_the_seconds_is_allowed(frames: int, codes: list[str]) -> None:
    judged = dataset(i2v(clip=clip(frames)))
    assert [f.code for f in found(judged, model="wan2.2-i2v-flash")] == codes


def test_a_named_model_decides_the_length() -> None:
    judged = dataset(i2v(clip=clip(72, 10, path="video_3.mp4")))
    expected = "V407 error: video_3.mp4 is 7.20 s long | wan2.2-i2v-flash accepts at most 5 s"
    assert_finding(judged, expected, "V", model="wan2.2-i2v-flash")
    assert messages(judged, "V", model="wan2.6-i2v") == []


def test_without_a_model_some_may_take_it() -> None:
    judged = dataset(kf2v(clip=clip(72, 10, path="a.mp4")))
    assert_finding(judged, "V407 warning: a.mp4 is 7.20 s long | wan2.2-kf2v-flash accepts at most 5 s | --model", "V")


def test_without_a_model_none_may_take_it() -> None:
    judged = dataset(i2v(clip=clip(120, 10, path="a.mp4")))
    assert_finding(judged, "V407 error: a.mp4 is 12.00 s long | no i2v model accepts more than 10 s", "V")


def test_a_wrong_extension_has_its_full_weight_on_a_zip() -> None:
    assert [f.severity for f in found(zipped(i2v(clip=video("a.avi"))))] == [Severity.WARNING]


def test_clips_with_many_times_the_pixels_that_training_uses() -> None:
    large = {"width": 3840, "height": 2160, "size": 9_000_000}
    lines = [i2v(n, first=image(f"{n}.jpg"), clip=video(f"v{n}.mp4", **large)) for n in (1, 2)]
    assert_finding(dataset(*lines), "V418 advice: 32 times | 262,144 a frame | 17.4 MB of 18.0 MB", "V")


@pytest.mark.parametrize(("model", "codes"), [("wan2.2-i2v-flash", []), ("wan2.6-i2v", ["V418"]), (None, [])])
def test_what_is_waste_depends_on_the_model(model: str | None, codes: list[str]) -> None:
    judged = dataset(i2v(clip=video(width=1280, height=720)))
    assert [f.code for f in found(judged, "V", model=model)] == codes


@pytest.mark.parametrize(("frames", "codes"), [(64, []), (65, []), (66, ["V419"])])
def test_a_clip_should_not_be_longer_than_the_target(frames: int, codes: list[str]) -> None:
    judged = dataset(i2v(clip=clip(frames)))
    assert [f.code for f in found(judged, target_seconds=4)] == codes
    assert found(judged) == []
