from fractions import Fraction
from pathlib import Path

import av
import builders
import pytest
from PIL import Image, ImageChops, ImageStat
from scenes import refreshed

from datasetkit.edits import Which
from datasetkit.errors import DatasetkitError
from datasetkit.media.grabbing import grab
from datasetkit.media.outcome import Failed, Made


def error(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of brightness, of 255: decoders differ in how they spread the colours of 4:2:0."""
    assert one.size == other.size
    return ImageStat.Stat(ImageChops.difference(one.convert("L"), other.convert("L"))).mean[0]


def colour_error(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of the worst channel, of 255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def decoded(path: Path) -> list[Image.Image]:
    with av.open(str(path)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def grabbed(source: Path, which: Which, name: str = "frame.png") -> Image.Image:
    target = source.with_name(name)
    assert grab(str(source), target, which) == Made()
    with Image.open(target) as image:
        image.load()
        return image


@pytest.mark.parametrize(
    ("codec", "container", "options"),
    [
        ("libx264", "mp4", {}),
        ("libx264", "mp4", {"g": "5", "bf": "3", "preset": "medium"}),
        ("libx264", "mp4", {"g": "6", "x264-params": "open-gop=1:bframes=3", "preset": "medium"}),
        ("libx265", "mov", {"preset": "medium"}),
        ("libvpx-vp9", "webm", {"g": "8"}),
        ("libvpx", "webm", {"auto-alt-ref": "1", "lag-in-frames": "10"}),
        ("mpeg4", "avi", {"g": "8", "bf": "2"}),
        ("mpeg2video", "mpegts", {"g": "8", "bf": "2"}),
    ],
)
def test_the_first_and_last_frames_are_the_clips(tmp_path: Path, codec: str, container: str, options: dict) -> None:
    rate = 25 if codec == "mpeg2video" else 16
    source = builders.clip(tmp_path / "clip", codec=codec, container=container, options=options, rate=rate, frames=33)
    frames = decoded(source)
    assert len(frames) == 33
    assert error(grabbed(source, Which.FIRST), frames[0]) < 1.5
    assert error(grabbed(source, Which.LAST), frames[-1]) < 1.5
    assert error(frames[-1], frames[-2]) > 2  # a frame too early would show


def test_the_last_frame_of_a_clip_with_intra_refresh_is_decoded_from_its_beginning(tmp_path: Path) -> None:
    source = refreshed(tmp_path / "clip.mp4")
    assert error(grabbed(source, Which.LAST), decoded(source)[-1]) < 1.5


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_frames_are_upright(tmp_path: Path, rotation: int, mirrored: bool) -> None:
    source = builders.clip(tmp_path / "a.mp4", size=(96, 64), frames=3, rotation=rotation, mirrored=mirrored)
    stored = decoded(source)[0]
    stored = stored.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else stored
    assert error(grabbed(source, Which.FIRST), stored.rotate(-rotation, expand=True)) < 1.5


def test_pixels_are_square(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", size=(48, 64), frames=1, pixel_aspect=Fraction(4, 3))
    assert grabbed(source, Which.FIRST).size == (64, 64)


def test_odd_sizes_stay(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mkv", size=(65, 33), codec="ffv1", frames=1)
    assert grabbed(source, Which.LAST).size == (65, 33)


@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", [1, 5], ids=["bt709", "bt601"])
def test_colours_are_by_the_clips_matrix_and_range(tmp_path: Path, matrix: int, full: bool) -> None:
    source = tmp_path / "a.mkv"
    colour = Image.new("RGB", (64, 64), (200, 40, 90))
    with av.open(str(source), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv444p"
        stream.codec_context.colorspace, stream.codec_context.color_range = matrix, 2 if full else 1
        frame = av.VideoFrame.from_image(colour)
        frame = frame.reformat(format="yuv444p", dst_colorspace=matrix, dst_color_range=2 if full else 1)
        frame.pts = 0
        container.mux([*stream.encode(frame), *stream.encode(None)])
    assert colour_error(grabbed(source, Which.FIRST), colour) < 2


def test_a_jpeg_keeps_its_colours_whole(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=1)
    image = grabbed(source, Which.FIRST, "frame.jpg")
    assert image.format == "JPEG"
    assert {sampling[1:3] for sampling in image.layer} == {(1, 1)}  # 4:4:4
    assert error(image, decoded(source)[0]) < 1.5


def test_an_edit_list_bounds_the_frames(tmp_path: Path) -> None:
    """Packets before the first frame and after the last one are decoded and not shown."""
    whole = builders.clip(tmp_path / "whole.mp4", frames=32, options={"g": "32"})
    cut = tmp_path / "cut.mp4"
    with av.open(str(whole)) as source, av.open(str(cut), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.pts, packet.dts, packet.stream = packet.pts - 4096, packet.dts - 4096, stream
                target.mux(packet)
    shown = decoded(cut)
    assert 0 < len(shown) < 32
    assert error(grabbed(cut, Which.FIRST), shown[0]) < 1.5
    assert error(grabbed(cut, Which.LAST), shown[-1]) < 1.5


@pytest.mark.parametrize("content", [b"", b"nothing"])
def test_what_is_no_clip_fails(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(content)
    for which in Which:
        assert isinstance(grab(str(source), tmp_path / "frame.png", which), Failed)
    assert not (tmp_path / "frame.png").exists()


def test_a_clip_without_pictures_fails(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", pictures=0, audio=1)
    outcome = grab(str(source), tmp_path / "frame.png", Which.FIRST)
    assert outcome == Failed("it has no picture stream")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    source = builders.clip(tmp_path / "a.mp4", frames=1)
    with pytest.raises(DatasetkitError, match="can't write"):
        grab(str(source), tmp_path / "nowhere" / "frame.png", Which.FIRST)
