from fractions import Fraction

import pytest
from values import clip, dataset, found, i2v, image, kf2v, told, video, zipped

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
    assert told(dataset(i2v(clip=shown)), model="wan2.5-i2v-preview") == []


def test_a_side_at_the_limit_is_taken() -> None:
    assert told(dataset(i2v(clip=video(width=SIDE, height=SIDE))), "V406") == []


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (
            Unreadable("a.mp4", 9, Expected.VIDEO, "it holds no picture stream"),
            "V401 error: a.mp4 can't be read: it holds no picture stream",
        ),
        (
            video("a.mp4", missing=60, frames=120),
            "V402 error: a.mp4 is cut off: 60 of its 120 frames lie beyond the end of the file",
        ),
        (
            Foreign("a.mp4", 9, Expected.VIDEO, "a WebM or Matroska video"),
            "V404 error: a.mp4 is a WebM or Matroska video, and a clip must be MP4 or MOV",
        ),
        (video("a.avi"), "V405 advice: a.avi is an MP4 video, whose extension is .mp4"),
        (video("a.mkv", container="mov"), "V405 advice: a.mkv is a MOV video, whose extension is .mov"),
        (
            video("a.mp4", width=SIDE * 2, height=SIDE * 9 // 8),
            f"V406 error: a.mp4 has {SIDE * 2}×{SIDE * 9 // 8} pixels, at most {SIDE}×{SIDE} are taken",
        ),
        (clip(31, path="a.mp4"), "V408 warning: a.mp4 lasts 1.94 s, at least 2 s are advised"),
        (
            video("a.mp4", rotation=90, width=360, height=640),
            "V409 warning: a.mp4 is shown turned by 90°: it may be read unturned",
        ),
        (video("a.mp4", mirrored=True), "V409 warning: a.mp4 is shown mirrored: it may be read unturned"),
        (
            video("a.mp4", jitter=Fraction(1, 30)),
            "V410 advice: a.mp4 has a variable frame rate: its frames' lengths differ by up to 0.033 s",
        ),
        (video("a.mp4", codec="av1"), "V411 advice: a.mp4 is coded as av1; the usual codecs are h264 and hevc"),
        (
            video("a.mp4", pictures=2),
            "V412 advice: a.mp4 holds 2 picture streams: which is taken is not known",
        ),
        (video("a.mp4", interlaced=True), "V413 advice: a.mp4 is interlaced"),
        (video("a.mp4", size=HEAVY + 100_000), "V417 advice: a.mp4 has 30.1 MB, at most 30.0 MB are advised"),
    ],
)
def test_finding(shown: Medium, expected: str) -> None:
    frame = image(width=shown.displayed[0], height=shown.displayed[1]) if isinstance(shown, Video) else image()
    assert told(dataset(i2v(first=frame, clip=shown)), "V", model="wan2.2-i2v-flash") == [expected]


@pytest.mark.parametrize(("frames", "codes"), [(80, []), (81, []), (82, ["V407"])])
def test_one_frame_more_than_the_seconds_is_let_pass(frames: int, codes: list[str]) -> None:
    judged = dataset(i2v(clip=clip(frames)))
    assert [f.code for f in found(judged, model="wan2.2-i2v-flash")] == codes


def test_a_named_model_decides_the_length() -> None:
    judged = dataset(i2v(clip=clip(72, 10, path="video_3.mp4")))
    assert told(judged, "V", model="wan2.2-i2v-flash") == [
        "V407 error: video_3.mp4 lasts 7.20 s, wan2.2-i2v-flash takes at most 5 s"
    ]
    assert told(judged, "V", model="wan2.5-i2v-preview") == []


def test_without_a_model_some_may_take_it() -> None:
    assert told(dataset(kf2v(clip=clip(72, 10, path="a.mp4"))), "V") == [
        "V407 warning: a.mp4 lasts 7.20 s, wan2.2-kf2v-flash takes at most 5 s"
    ]


def test_without_a_model_none_may_take_it() -> None:
    assert told(dataset(i2v(clip=clip(120, 10, path="a.mp4"))), "V") == [
        "V407 error: a.mp4 lasts 12.00 s, no i2v model takes more than 10 s"
    ]


def test_a_wrong_extension_has_its_full_weight_on_a_zip() -> None:
    assert [f.severity for f in found(zipped(i2v(clip=video("a.avi"))))] == [Severity.WARNING]


def test_clips_with_many_times_the_pixels_that_training_uses() -> None:
    large = {"width": 3840, "height": 2160, "size": 9_000_000}
    lines = [i2v(n, first=image(f"{n}.jpg"), clip=video(f"v{n}.mp4", **large)) for n in (1, 2)]
    assert told(dataset(*lines), "V") == [
        (
            "V418 advice: the clips hold 32 times the 262,144 pixels a frame that training uses: "
            "shrinking them would save about 17.4 MB of 18.0 MB"
        )
    ]


@pytest.mark.parametrize(("model", "codes"), [("wan2.2-i2v-flash", []), ("wan2.5-i2v-preview", ["V418"]), (None, [])])
def test_what_is_waste_depends_on_the_model(model: str | None, codes: list[str]) -> None:
    judged = dataset(i2v(clip=video(width=1280, height=720)))
    assert [f.code for f in found(judged, "V", model=model)] == codes


@pytest.mark.parametrize(("frames", "codes"), [(64, []), (65, []), (66, ["V419"])])
def test_a_clip_should_not_be_longer_than_the_target(frames: int, codes: list[str]) -> None:
    judged = dataset(i2v(clip=clip(frames)))
    assert [f.code for f in found(judged, target_seconds=4)] == codes
    assert found(judged) == []
