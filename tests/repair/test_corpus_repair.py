"""Clips as cameras, phones and other programs write them, made into what the platform takes."""

from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from datasetkit.edits import Reencode, Which
from datasetkit.media.clips import edit_clip
from datasetkit.media.grabbing import grab
from datasetkit.media.outcome import Made

SECONDS = Fraction(1)
WANTED = Reencode(
    "x", usual_codec=True, upright=True, steady=True, progressive=True, single=True, seconds=SECONDS, max_pixels=39_000
)

# name, frames that are shown at its rate within a second, size upright
ODD = {
    "video_90.mov": (3, (148, 262)),  # rotated
    "video_180.mov": (3, (262, 148)),
    "video_270.mov": (3, (148, 262)),
    "nasa_13013_rotated.mp4": (17, (148, 262)),
    "sample_rotate_and_reflect.mp4": (29, (160, 240)),
    "sample_edit_list_only_preroll_sync_sample.mp4": (16, (262, 148)),  # edit lists
    "iibbibb_editlist_videoonly.mp4": (1, (218, 178)),
    "discard_first_keyframe.mp4": (25, (64, 64)),
    "test_non_zero_start.mp4": (12, (200, 112)),
    "sample_sef_slow_motion.mp4": (30, (228, 170)),  # uneven times
    "sample_android_slow_motion.mp4": (6, (262, 148)),
    "fragmented_captions_h265.mp4": (29, (262, 148)),  # HEVC, fragments
    "h265_10bits.mp4": (30, (196, 196)),  # ten bits
    "h264_10bits.mp4": (30, (196, 196)),
    "testsrc2_444_12bit_hevc.mp4": (25, (226, 170)),
    "testsrc2_odd_height_and_width_vp9.mp4": (25, (226, 170)),  # odd sizes
    "testsrc2_odd_height_and_width_mpeg2.mp4": (10, (120, 80)),
    "testsrc2_odd_height_and_width_444.mp4": (25, (226, 170)),
    "testsrc2_av1_10bit.mp4": (25, (228, 170)),
    "sample_av1.mp4": (29, (240, 160)),
    "bbb_800x640_768kbps_30fps_vp9.mp4": (30, (262, 148)),
    "bt601_full_range.mp4": (30, (228, 170)),  # colours
    "testsrc2_hdr.mp4": (30, (262, 148)),
    "unordered.mov": (4, (50, 50)),  # B-frames
    "example1.mp4": (5, (228, 170)),  # MPEG-4
    "water_180_mvhevc_5frames.mov": (5, (186, 208)),  # two views
    "sample_fragmented.mp4": (10, (262, 148)),
}


def found(corpus: Path, name: str) -> Path:
    return sorted(corpus.rglob(name))[0]


def brightness_error(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of brightness, of 255, at the smaller size: odd sides are cut, others scaled."""
    size = (min(one.width, other.width), min(one.height, other.height))
    cut = [image.convert("L").crop((0, 0, *size)) for image in (one, other)]
    scaled = [image.convert("L").resize(size, Image.Resampling.LANCZOS) for image in (one, other)]
    return min(ImageStat.Stat(ImageChops.difference(*images)).mean[0] for images in (cut, scaled))


@pytest.mark.parametrize("name", ODD)
def test_an_odd_clip_becomes_a_plain_one(corpus: Path, tmp_path: Path, name: str) -> None:
    source, made = str(found(corpus, name)), tmp_path / "made.mp4"
    assert isinstance(edit_clip(source, made, WANTED), Made)
    count, size = ODD[name]
    with av.open(str(made)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        assert (len(frames), (stream.width, stream.height)) == (count, size)
        assert stream.codec_context.name == "h264"
        assert frames[0].format.name in ("yuv420p", "yuvj420p")
        assert frames[0].rotation == 0
        assert len({frame.duration for frame in frames}) == 1
        assert len(frames) / stream.average_rate <= max(SECONDS, 1 / stream.average_rate)
    first, before = tmp_path / "first.png", tmp_path / "before.png"
    assert isinstance(grab(source, before, Which.FIRST), Made)
    assert isinstance(grab(str(made), first, Which.FIRST), Made)
    with Image.open(first) as one, Image.open(before) as other:
        assert brightness_error(one, other) < 2.5


@pytest.mark.parametrize("name", ODD)
def test_the_last_frame_is_the_last_one_that_is_decoded(corpus: Path, tmp_path: Path, name: str) -> None:
    source = str(found(corpus, name))
    assert isinstance(grab(source, tmp_path / "last.png", Which.LAST), Made)
    assert isinstance(edit_clip(source, tmp_path / "whole.mkv", Reencode("x", max_pixels=39_000)), Made)
    with av.open(str(tmp_path / "whole.mkv")) as container, Image.open(tmp_path / "last.png") as last:
        *_, frame = container.decode(video=0)
        assert brightness_error(last, frame.to_image()) < 2.5
