from fractions import Fraction
from pathlib import Path

import av
import builders
import numpy as np
import pytest
from av.video.frame import VideoFrame
from PIL import Image, ImageChops, ImageStat
from scenes import refreshed

from datasetkit.edits import Reencode, plain_clip
from datasetkit.footage import Box
from datasetkit.media.clips import edit_clip
from datasetkit.media.outcome import Failed, KeptPart, Made


def frames(path: Path) -> list[VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def images(path: Path) -> list[Image.Image]:
    return [frame.to_image() for frame in frames(path)]


def error(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of brightness, of 255; 4:2:0 blurs the colours of single pixels."""
    assert one.size == other.size
    return ImageStat.Stat(ImageChops.difference(one.convert("L"), other.convert("L"))).mean[0]


def colour_error(one: Image.Image, colour: tuple[int, int, int]) -> float:
    """The mean difference of the worst channel from a flat colour, of 255."""
    return max(ImageStat.Stat(ImageChops.difference(one, Image.new("RGB", one.size, colour))).mean)


def facts(path: Path) -> tuple[str, int, int, int, Fraction, Fraction]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        size = stream.width, stream.height
        count = sum(1 for _ in container.decode(stream))
        return stream.codec_context.name, *size, count, stream.average_rate, stream.duration * stream.time_base


def made(source: Path, **wanted: object) -> Path:
    target = source.with_name("made.mp4")
    outcome = edit_clip(str(source), target, Reencode("x", **wanted))
    assert outcome == Made()
    return target


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_rotation_and_mirroring_go_into_the_pixels(tmp_path: Path, rotation: int, mirrored: bool) -> None:
    source = builders.clip(tmp_path / "a.mp4", size=(96, 64), frames=2, rotation=rotation, mirrored=mirrored)
    upright = images(source)[0]
    upright = upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else upright
    upright = upright.rotate(-rotation, expand=True)
    target = made(source, upright=True)
    assert error(images(target)[0], upright) < 2
    assert frames(target)[0].rotation == 0
    assert (rotation, mirrored) != (0, False) or target.stat().st_size == pytest.approx(source.stat().st_size, rel=0.1)


@pytest.mark.parametrize(
    ("codec", "container", "pixels"),
    [
        ("mpeg4", "avi", "yuv420p"),
        ("libvpx-vp9", "webm", "yuv420p"),
        ("libvpx", "webm", "yuv420p"),
        ("libsvtav1", "webm", "yuv420p10le"),
        ("ffv1", "matroska", "yuv422p"),
        ("libx264", "matroska", "yuv444p"),
        ("libx265", "mov", "yuv420p10le"),
        ("mpeg2video", "mpegts", "yuv420p"),
        ("flv", "flv", "yuv420p"),
    ],
)
def test_any_clip_becomes_h264_frame_by_frame(tmp_path: Path, codec: str, container: str, pixels: str) -> None:
    rate = 25 if codec == "mpeg2video" else 16
    source = builders.clip(
        tmp_path / "clip", codec=codec, container=container, pixel_format=pixels, rate=rate, frames=20
    )
    target = made(source, usual_codec=True, max_side=4096, upright=True, max_pixels=64 * 62)
    assert facts(target) == ("h264", 62, 62, 20, rate, Fraction(20, rate))
    before = [image.resize((62, 62), Image.Resampling.LANCZOS) for image in images(source)]
    assert max(map(error, images(target), before)) < 2
    assert {frame.format.name for frame in frames(target)} == {"yuv420p"}


def test_a_gif_becomes_a_clip(tmp_path: Path) -> None:
    source = builders.gif(tmp_path / "a.gif", frames=5)
    target = made(source)
    assert facts(target) == ("h264", 64, 64, 5, 10, Fraction(1, 2))
    assert error(images(target)[4].reduce(4), images(source)[4].reduce(4)) < 2  # its colours are dithered
    assert frames(target)[0].colorspace == 1


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_packets_are_copied_where_that_is_enough(tmp_path: Path, codec: str) -> None:
    source = builders.clip(tmp_path / "a.mkv", codec=codec, audio=1, rate=25, frames=25)
    target = made(source, usual_codec=True, upright=True, steady=True, seconds=Fraction(5), max_side=4096, single=True)
    assert [bytes(plane) for frame in frames(target) for plane in frame.planes] == [
        bytes(plane) for frame in frames(source) for plane in frame.planes
    ]
    assert facts(target)[3:] == (25, 25, 1)


def test_a_clip_that_is_as_wanted_is_copied_to_the_byte(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.avi", container="mp4", codec="libsvtav1")
    assert made(source, upright=True, seconds=Fraction(5)).read_bytes() == source.read_bytes()


def test_one_picture_stream_is_left(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", pictures=2)
    target = made(source, single=True)
    with av.open(str(target)) as container:
        assert len(container.streams.video) == 1
    assert error(images(target)[0], images(source)[0]) == 0


@pytest.mark.parametrize(
    ("frames_", "rate", "seconds", "count"),
    [(40, 16, Fraction(2), 32), (81, 16, Fraction(5), 80), (40, Fraction(30000, 1001), Fraction(1), 29), (9, 3, 2, 6)],
)
def test_a_trim_is_exact(tmp_path: Path, frames_: int, rate: Fraction, seconds: Fraction, count: int) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=frames_, rate=rate, audio=6)
    target = made(source, seconds=Fraction(seconds))
    assert facts(target)[3:] == (count, rate, Fraction(count) / rate)
    assert max(map(error, images(target), images(source))) < 2
    with av.open(str(target)) as container:
        sound = container.streams.audio[0]
        assert sound.duration * sound.time_base == pytest.approx(float(seconds), abs=0.03)


def test_a_trim_may_start_later(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=48, audio=3)
    target = made(source, start=Fraction(1), seconds=Fraction(1))
    assert facts(target)[3:] == (16, 16, 1)
    assert max(map(error, images(target), images(source)[16:])) < 2


UNEVEN = [0, 0.05, 0.1, 0.3, 0.35, 0.4, 0.7, 0.75, 0.8, 1.0]
NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("name", "rate", "start", "seconds", "first", "count"),
    [
        ("a.mp4", 16, "0", "1", 0, 16),
        ("a.mp4", 16, "1", "2", 16, 32),
        ("a.mp4", 30, "0.666667", "0.333333", 20, 10),  # rounded up and down to microseconds
        ("a.mp4", 30, "0.516666", "0.1", 15, 3),  # nearly half a frame late
        ("a.mp4", 30, "0.516667", "0.1", 16, 3),
        ("a.mp4", NTSC, "0.5", "1", 15, 30),
        ("a.mkv", NTSC, "0.5", "1", 15, 30),  # its clock counts milliseconds
        ("a.mp4", Fraction(24000, 1001), "1.001", "1", 24, 24),
        ("a.mp4", 16, "1.03125", "0.1875", 16, 3),  # half-way between frames: the earlier
        ("a.mp4", 16, "2", "1.06", 32, 16),  # ends less than a frame after the clip
    ],
)
def test_a_window_keeps_exactly_its_frames(
    tmp_path: Path, name: str, rate: Fraction, start: str, seconds: str, first: int, count: int
) -> None:
    source = builders.clip(tmp_path / name, frames=48, rate=rate, audio=4)
    target = made(source, start=Fraction(start), seconds=Fraction(seconds), exact=True)
    assert facts(target)[3:] == (count, rate, Fraction(count) / rate)
    before = images(source)
    for number, image in enumerate(images(target), first):
        around = range(max(0, number - 2), min(48, number + 3))
        assert min(around, key=lambda other: error(image, before[other])) == number


def test_a_late_window_of_a_clip_with_intra_refresh_is_decoded_from_its_beginning(tmp_path: Path) -> None:
    source = refreshed(tmp_path / "a.mp4")
    shown = images(made(source, start=Fraction(100, 16), seconds=Fraction(1, 2), exact=True, usual_codec=True))
    assert len(shown) == 8
    assert max(map(error, shown, images(source)[100:108])) < 2


def test_windows_side_by_side_share_no_frame_and_lose_none(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=48, rate=NTSC)
    counts = [
        facts(made(source, start=start, seconds=Fraction("0.4"), exact=True))[3]
        for start in (Fraction(n, 10) for n in (0, 4, 8, 12))
    ]
    assert sum(counts) == 48


def test_a_window_of_uneven_frames_begins_and_ends_with_a_frame(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=9, times=UNEVEN)
    target = made(source, start=Fraction("0.21"), seconds=Fraction("0.5"), exact=True)
    assert [float(frame.time) for frame in frames(target)] == pytest.approx([0, 0.05, 0.1])
    assert float(facts(target)[5]) == pytest.approx(0.4)


def test_what_a_window_kept_is_said(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=48)
    edit = Reencode("x", start=Fraction("1.01"), seconds=Fraction("0.99"), exact=True)
    outcome = edit_clip(str(source), tmp_path / "made.mp4", edit)
    assert isinstance(outcome, Made)
    assert outcome.kept == KeptPart(Fraction(1), Fraction(2), Fraction(3))


@pytest.mark.parametrize(
    ("start", "seconds", "words"),
    [
        ("2", "1.0625", "the window ends at 3.06 s, but the clip is 3.00 s long"),
        ("3", "1", "the window ends at 4.00 s, but the clip is 3.00 s long"),
        ("1.01", "0.01", "is shorter than a frame"),
    ],
)
def test_a_window_that_the_clip_does_not_hold_fails(tmp_path: Path, start: str, seconds: str, words: str) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=48)
    edit = Reencode("x", start=Fraction(start), seconds=Fraction(seconds), exact=True)
    outcome = edit_clip(str(source), tmp_path / "made.mp4", edit)
    assert isinstance(outcome, Failed)
    assert words in outcome.reason


def test_sound_is_encoded_where_mp4_players_dont_know_it(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=32, audio=2)
    other = tmp_path / "pcm.mkv"
    with av.open(str(source)) as one, av.open(str(other), "w") as two:
        picture, sound = two.add_stream_from_template(one.streams.video[0]), two.add_stream("pcm_s16le", rate=48_000)
        for packet in one.demux():
            if packet.dts is not None and packet.stream.type == "video":
                packet.stream = picture
                two.mux(packet)
            elif packet.dts is not None:
                two.mux([new for frame in packet.decode() for new in sound.encode(frame)])
    target = made(other, seconds=Fraction(1))
    with av.open(str(target)) as container:
        sound = container.streams.audio[0]
        assert sound.codec_context.name == "aac"
        assert sound.duration * sound.time_base == pytest.approx(1, abs=0.03)


def test_a_varying_rate_becomes_constant(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=9, times=UNEVEN)
    before, target = images(source), made(source, steady=True)
    after = images(target)
    with av.open(str(target)) as container:
        stream = container.streams.video[0]
        assert len({packet.duration for packet in container.demux(stream) if packet.size}) == 1
        assert stream.average_rate == 10
    assert len(after) == 10
    assert error(after[0], before[0]) < 2
    assert error(after[-1], before[-1]) < 2
    nearest = [min(range(9), key=lambda n: abs(UNEVEN[n] - i / 10)) for i in range(1, 9)]
    assert max(error(after[i + 1], before[n]) for i, n in enumerate(nearest)) < 2


def test_a_varying_rate_stays_where_nobody_asked(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=9, times=UNEVEN)
    target = made(source, seconds=Fraction("0.9"))
    assert [float(frame.time) for frame in frames(target)] == pytest.approx(UNEVEN[:9])
    assert float(facts(target)[5]) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("size", "wanted", "after"),
    [
        ((64, 64), {"max_side": 32}, (32, 32)),
        ((128, 64), {"max_pixels": 2048}, (64, 32)),
        ((96, 64), {"max_pixels": 1000}, (38, 26)),
        ((2048, 32), {"max_side": 2046}, (2046, 32)),
        ((64, 64), {"max_pixels": 999_999, "upright": True}, (64, 64)),
        ((64, 64), {"crop": Box(8, 0, 40, 64)}, (40, 64)),
    ],
)
def test_sizes(tmp_path: Path, size: tuple[int, int], wanted: dict[str, object], after: tuple[int, int]) -> None:
    source = builders.clip(tmp_path / "a.mp4", size=size, frames=2)
    assert facts(made(source, **wanted))[1:3] == after


@pytest.mark.parametrize("size", [(65, 64), (64, 33), (65, 33)])
def test_odd_sides_lose_one_pixel_and_nothing_is_scaled(tmp_path: Path, size: tuple[int, int]) -> None:
    source = builders.clip(tmp_path / "a.mkv", size=size, codec="ffv1", frames=2)
    target = made(source, usual_codec=True)
    before = images(source)[0].crop((0, 0, size[0] // 2 * 2, size[1] // 2 * 2))
    assert error(images(target)[0], before) < 2


def test_pixels_become_square(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", size=(48, 64), frames=2, pixel_aspect=Fraction(4, 3), rotation=90)
    target = made(source, upright=True)
    assert facts(target)[1:3] == (64, 64)
    with av.open(str(target)) as container:
        assert container.streams.video[0].sample_aspect_ratio in (None, 1)


def test_the_crop_is_the_part_that_was_asked_for(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=2, rotation=180)
    target = made(source, crop=Box(0, 16, 32, 48))
    before = images(source)[0].rotate(180).crop((0, 16, 32, 64))
    assert error(images(target)[0], before) < 2


@pytest.mark.parametrize(("rate", "count"), [(16, 16), (8, 8), (24, 24), (Fraction(30000, 1001), 30)])
def test_another_rate_keeps_the_length_and_the_first_and_last_frames(
    tmp_path: Path, rate: Fraction, count: int
) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=16, rate=16)
    target = made_or_copied(source, rate=Fraction(rate))
    assert facts(target)[3:5] == (count, rate)
    assert float(facts(target)[5]) == pytest.approx(1, abs=0.02)
    before, after = images(source), images(target)
    assert error(after[0], before[0]) < 2
    assert error(after[-1], before[-1]) < 2


def made_or_copied(source: Path, **wanted: object) -> Path:
    target = source.with_name("made.mp4")
    assert isinstance(edit_clip(str(source), target, Reencode("x", **wanted)), Made)
    return target


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_becomes_sdr_only_where_it_is_wanted(tmp_path: Path, transfer: int, name: str) -> None:
    """Grey stays grey. A red that looks dull where BT.2020 is taken for BT.709 is vivid."""
    source, target = hdr(tmp_path / "a.mp4", transfer, (143, 128, 128), (90, 110, 170)), tmp_path / "made.mp4"
    for wanted, note in ((True, "converted to SDR"), (False, "keeps its tag, at eight bits")):
        outcome = edit_clip(str(source), target, Reencode("x", sdr=wanted, max_side=32))
        assert outcome == Made((f"HDR ({name}) {note}",))
        (frame,) = frames(target)
        tags = frame.color_trc, frame.colorspace, frame.color_primaries, frame.color_range
        assert tags == ((1, 1, 1, 1) if wanted else (transfer, 9, 9, 1))
        grey, red = (frame.to_image().getpixel((x, 16)) for x in (4, 28))
        assert max(grey) - min(grey) < 4
        assert (red[0] > 3 * max(red[1:])) is wanted


def test_a_clip_that_is_not_hdr_needs_no_conversion_to_sdr(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=2)
    assert made_or_copied(source, sdr=True).read_bytes() == source.read_bytes()


def hdr(path: Path, transfer: int, *halves: tuple[int, int, int]) -> Path:
    """A clip of one frame in BT.2020, its left and right half of one colour each, given as Y, Cb and Cr."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=16, options={"crf": "1"})
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.color_trc, context.color_range = transfer, 1
        context.color_primaries = context.colorspace = 9
        planes = [Image.new("L", (side, side), halves[0][number]) for number, side in enumerate((64, 32, 32))]
        for number, plane in enumerate(planes):
            plane.paste(halves[1][number], (plane.width // 2, 0, plane.width, plane.height))
        packed = np.concatenate([np.asarray(plane).ravel() for plane in planes]).reshape(96, 64)
        container.mux(stream.encode(VideoFrame.from_ndarray(packed, format="yuv420p")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", [1, 5, 9], ids=["bt709", "bt601", "bt2020"])
def test_colours_and_their_tags_stay(tmp_path: Path, matrix: int, full: bool) -> None:
    source = tmp_path / "a.mkv"
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 150, 30)]
    with av.open(str(source), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv444p"
        context = stream.codec_context
        context.colorspace, context.color_range = matrix, 2 if full else 1
        context.color_primaries, context.color_trc = 1, 1
        for number, colour in enumerate(colours):
            frame = VideoFrame.from_image(Image.new("RGB", (64, 64), colour)).reformat(
                format="yuv444p", dst_colorspace=matrix, dst_color_range=2 if full else 1
            )
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    target = made(source, usual_codec=True)
    for frame, colour in zip(frames(target), colours, strict=True):
        assert (frame.colorspace, frame.color_range) == (matrix, 2 if full else 1)
        assert (frame.color_primaries, frame.color_trc) == (1, 1)
        assert colour_error(frame.to_image(), colour) < 3


def test_interlacing_is_taken_out(tmp_path: Path) -> None:
    options = {"x264-params": "tff=1"}
    source = builders.clip(tmp_path / "a.mp4", frames=4, options=options)
    assert frames(source)[0].interlaced_frame
    target = made(source, progressive=True)
    assert not frames(target)[0].interlaced_frame
    assert facts(target)[3] == 4


@pytest.mark.parametrize("container", ["mp4", "mpegts", "matroska"])
def test_fields_become_frames(tmp_path: Path, container: str) -> None:
    """A camcorder's clip: 13 frames of two fields each over 0.52 s."""
    source = builders.field_coded(tmp_path / "a", container=container)
    target = made(source, usual_codec=True, steady=True, progressive=True)
    assert facts(target)[3:] == (13, 25, Fraction(13, 25))
    assert not frames(target)[0].interlaced_frame


@pytest.mark.parametrize("bf", ["0", "3"])
@pytest.mark.parametrize("container", ["matroska", "flv"])
def test_the_last_frame_lasts_as_long_as_the_others(tmp_path: Path, container: str, bf: str) -> None:
    """Where the rate isn't told, neither is how long the last frame lasts."""
    times, options = [n / 25 for n in range(34)], {"preset": "medium", "bf": bf}
    target = made(builders.clip(tmp_path / "a", container=container, frames=33, times=times, options=options))
    with av.open(str(target)) as container_:
        lasting = [packet.duration * packet.time_base for packet in container_.demux(video=0) if packet.size]
    assert lasting == [Fraction(1, 25)] * 33


CUT = {
    "a.mp4": {"faststart": True},
    "b.mp4": {"fragmented": True},
    "a.mkv": {"audio": 2},
    "a.webm": {"codec": "libvpx-vp9"},
    "a.avi": {"codec": "mpeg4"},
    "a.flv": {"codec": "flv"},
    "a.mxf": {"codec": "mpeg2video", "rate": 25},
}


@pytest.mark.parametrize("part", [0.6, 0.95])
@pytest.mark.parametrize("name", CUT)
def test_a_download_that_was_cut_off_is_not_converted(tmp_path: Path, name: str, part: float) -> None:
    source = builders.clip(tmp_path / name, frames=75, options={"g": "5"}, **CUT[name])
    assert isinstance(edit_clip(str(source), tmp_path / "made.mp4", plain_clip("x")), Made)
    source.write_bytes(source.read_bytes()[: int(source.stat().st_size * part)])
    outcome = edit_clip(str(source), tmp_path / "made.mp4", plain_clip("x"))
    assert isinstance(outcome, Failed)
    assert outcome.reason.startswith(("cut off", "damaged"))
    assert not (tmp_path / "made.mp4").exists()


def test_a_live_recording_of_unknown_length_is_converted(tmp_path: Path) -> None:
    with (tmp_path / "a.mkv").open("wb") as file:
        builders.clip(tmp_path / "b.mkv", muxer={"live": "1"})
        file.write((tmp_path / "b.mkv").read_bytes())
    assert isinstance(edit_clip(str(tmp_path / "a.mkv"), tmp_path / "made.mp4", plain_clip("x")), Made)


def test_a_stream_without_times_says_what_to_do(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.h264", container="h264")
    outcome = edit_clip(str(source), tmp_path / "made.mp4", plain_clip("x"))
    assert isinstance(outcome, Failed)
    assert "ffmpeg -i" in outcome.reason


def test_the_index_comes_first_and_twice_is_the_same(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.webm", codec="libvpx-vp9", frames=8)
    once = made(source).read_bytes()
    assert once == made(source).read_bytes()
    assert once.index(b"moov") < once.index(b"mdat")


def test_a_made_clip_needs_no_second_encoding(tmp_path: Path) -> None:
    wanted = {"usual_codec": True, "upright": True, "steady": True, "seconds": Fraction(1), "max_pixels": 2000}
    source = builders.clip(tmp_path / "a.webm", codec="libvpx-vp9", frames=30)
    once = made(source, **wanted).rename(tmp_path / "once.mp4")
    again = made(once, **wanted)
    assert [bytes(f.planes[0]) for f in frames(again)] == [bytes(f.planes[0]) for f in frames(once)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"nothing of the kind", "text"), (b"ffconcat version 1.0\nfile a", "script")],
)
def test_what_is_no_clip_fails_and_leaves_nothing(tmp_path: Path, content: bytes, reason: str) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(content)
    outcome = edit_clip(str(source), tmp_path / "made.mp4", Reencode("x", upright=True))
    assert isinstance(outcome, Failed)
    assert reason in outcome.reason
    assert not (tmp_path / "made.mp4").exists()


def test_a_damaged_clip_fails_and_leaves_nothing(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=48)
    content = bytearray(source.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 300] = bytes(300)
    source.write_bytes(content)
    outcome = edit_clip(str(source), tmp_path / "made.mp4", Reencode("x", max_side=32))
    assert isinstance(outcome, Failed)
    assert not (tmp_path / "made.mp4").exists()


@pytest.mark.parametrize("wanted", [{"start": Fraction(9)}, {"crop": Box(0, 0, 99, 64)}])
def test_what_lies_outside_the_clip_fails(tmp_path: Path, wanted: dict[str, object]) -> None:
    source = builders.clip(tmp_path / "a.mp4")
    assert isinstance(edit_clip(str(source), tmp_path / "made.mp4", Reencode("x", **wanted)), Failed)
    assert not (tmp_path / "made.mp4").exists()


def test_a_clip_may_be_a_stream(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", rotation=90)
    with source.open("rb") as stream:
        assert edit_clip(stream, tmp_path / "made.mp4", Reencode("x", upright=True)) == Made()
    assert facts(tmp_path / "made.mp4")[3] == 16
