import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import builders
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasetkit.media.videos import read_video
from datasetkit.model import Expected, Foreign, Pointer, Unreadable, Video


def read(path: Path) -> Video | Unreadable | Foreign | Pointer:
    return read_video(str(path), path.name, path.stat().st_size)


def read_bytes(content: bytes) -> Video | Unreadable | Foreign | Pointer:
    return read_video(BytesIO(content), "clip.mp4", len(content))


def video(path: Path) -> Video:
    result = read(path)
    assert isinstance(result, Video), result
    return result


def reason(content: bytes) -> str:
    result = read_bytes(content)
    assert isinstance(result, Unreadable), result
    return result.reason


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov", "fragmented.mp4"])
def test_the_facts_of_a_plain_clip(media: Path, name: str) -> None:
    path = media / name
    assert read(path) == Video(
        name, path.stat().st_size, path.suffix[1:], "h264", 64, 64, 16, Fraction(1), Fraction(16)
    )


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov", "fragmented.mp4"])
def test_a_stream_reads_like_a_path(media: Path, name: str) -> None:
    with (media / name).open("rb") as stream:
        assert read_video(stream, name, (media / name).stat().st_size) == read(media / name)


@pytest.mark.parametrize(
    ("frames", "rate", "seconds"),
    [
        (81, 16, Fraction(81, 16)),
        (5, Fraction(30000, 1001), Fraction(5005, 30000)),
        (1, 25, Fraction(1, 25)),
    ],
)
def test_length_is_exact(tmp_path: Path, frames: int, rate: Fraction | int, seconds: Fraction) -> None:
    clip = video(builders.clip(tmp_path / "clip.mp4", frames=frames, rate=rate))
    assert (clip.frames, clip.seconds, clip.rate, clip.jitter) == (frames, seconds, rate, 0)


@pytest.mark.parametrize("fragmented", [False, True])
def test_frames_out_of_order_are_even_and_as_long(tmp_path: Path, fragmented: bool) -> None:
    options = {"preset": "medium", "bf": "3"}
    clip = video(builders.clip(tmp_path / "clip.mp4", options=options, fragmented=fragmented))
    assert (clip.frames, clip.seconds, clip.jitter) == (16, 1, 0)


def test_sound_does_not_make_a_clip_longer(tmp_path: Path) -> None:
    assert video(builders.clip(tmp_path / "clip.mp4", audio=1.5)).seconds == 1


@pytest.mark.parametrize("fragmented", [False, True])
def test_uneven_times(tmp_path: Path, fragmented: bool) -> None:
    times = [0, 0.1, 0.2, 0.5, 0.6, 0.7, 1]
    clip = video(builders.clip(tmp_path / "clip.mp4", times=times, fragmented=fragmented))
    assert (clip.frames, clip.seconds, clip.rate) == (6, 1, 6)
    assert clip.jitter == Fraction(18000 - 1, 90_000)  # a tick is what rounding may cause


def test_rounded_times_are_even(tmp_path: Path) -> None:
    times = [Fraction(round(90_000 * n / 23.976), 90_000) for n in range(13)]
    assert video(builders.clip(tmp_path / "clip.mp4", times=times)).jitter == 0


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_rotation(tmp_path: Path, rotation: int, mirrored: bool) -> None:
    path = builders.clip(tmp_path / "clip.mp4", size=(96, 64), rotation=rotation, mirrored=mirrored)
    clip = video(path)
    assert (clip.rotation, clip.mirrored) == (rotation, mirrored)
    assert clip.displayed == ((64, 96) if rotation in (90, 270) else (96, 64))


def test_a_matrix_without_area_is_none(tmp_path: Path) -> None:
    path = builders.clip(tmp_path / "clip.mp4")
    content = bytearray(path.read_bytes())
    at = content.find(b"tkhd") + 4 + 40
    content[at : at + 36] = bytes(36)
    clip = read_bytes(bytes(content))
    assert isinstance(clip, Video)
    assert (clip.rotation, clip.mirrored) == (0, False)


@pytest.mark.parametrize(
    ("codec", "name"),
    [("libx265", "hevc"), ("libvpx-vp9", "vp9"), ("mpeg4", "mpeg4"), ("libx264", "h264")],
)
def test_codecs(tmp_path: Path, codec: str, name: str) -> None:
    assert video(builders.clip(tmp_path / "clip.mp4", codec=codec, frames=4)).codec == name


def test_a_codec_without_decoder_keeps_its_name(media: Path) -> None:
    clip = read_bytes((media / "clip.mp4").read_bytes().replace(b"avc1", b"zzz1"))
    assert isinstance(clip, Video)
    assert (clip.codec, clip.width, clip.height, clip.frames) == ("zzz1", 64, 64, 16)


def test_pixels_that_are_not_square(tmp_path: Path) -> None:
    clip = video(builders.clip(tmp_path / "clip.mp4", pixel_aspect=Fraction(4, 3), size=(96, 64)))
    assert (clip.pixel_aspect, clip.displayed) == (Fraction(4, 3), (128, 64))


def test_interlaced(tmp_path: Path) -> None:
    options = {"x264-params": "tff=1"}
    assert video(builders.clip(tmp_path / "clip.mp4", options=options)).interlaced


@pytest.mark.parametrize("muxer", [{}, {"movflags": "+frag_keyframe+empty_moov"}], ids=["whole", "fragmented"])
@pytest.mark.parametrize("filler", [0, 70_000], ids=["small", "real"])
def test_two_fields_are_one_frame(tmp_path: Path, filler: int, muxer: dict[str, str]) -> None:
    clip = video(builders.field_coded(tmp_path / "clip.mp4", frames=11, filler=filler, muxer=muxer))
    assert (clip.frames, clip.seconds, clip.rate) == (11, Fraction(11, 25), 25)
    assert clip.interlaced
    assert clip.jitter == 0


@pytest.mark.parametrize("fragmented", [False, True])
def test_the_length_of_a_varying_rate_is_as_shown(tmp_path: Path, fragmented: bool) -> None:
    """Frames are decoded out of order, so that what is stored as their duration isn't theirs."""
    times = [Fraction(n * n, 64) for n in range(33)]
    options = {"preset": "medium", "bf": "3"}
    clip = video(builders.clip(tmp_path / "clip.mp4", frames=32, times=times, fragmented=fragmented, options=options))
    assert (clip.frames, clip.seconds) == (32, 16)


def test_a_clip_that_points_to_another_file(media: Path) -> None:
    """A QuickTime reference movie."""
    content = (media / "clip.mov").read_bytes()
    assert reason(pointing_elsewhere(content)) == "a reference movie: its pictures are in another file"


def pointing_elsewhere(content: bytes) -> bytes:
    """The clip with an alias in the place of the flag that its samples are in the file itself."""
    made = bytearray(content)
    at = made.find(b"dref") + 12
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        place = made.rfind(kind, 0, at) - 4
        struct.pack_into(">I", made, place, struct.unpack_from(">I", made, place)[0] + 160)
    made[at : at + 12] = struct.pack(">I4sI", 172, b"alis", 0) + bytes(160)
    return bytes(made)


def test_an_old_compressed_header_is_read(media: Path) -> None:
    content = (media / "clip.mov").read_bytes()
    at = content.find(b"moov") - 4
    size = struct.unpack_from(">I", content, at)[0]
    packed = zlib.compress(content[at : at + size])
    inside = (
        struct.pack(">I4s4s", 12, b"dcom", b"zlib") + struct.pack(">I4sI", 12 + len(packed), b"cmvd", size) + packed
    )
    header = struct.pack(">I4sI4s", 16 + len(inside), b"moov", 8 + len(inside), b"cmov") + inside
    clip = read_bytes(content[:at] + header + content[at + size :])
    assert isinstance(clip, Video)
    assert (clip.frames, clip.seconds) == (16, 1)


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov", "fragmented.mp4"])
def test_a_file_that_shrinks_while_it_is_read(media: Path, name: str) -> None:
    content = (media / name).read_bytes()
    for left in range(1, len(content), len(content) // 40):
        assert isinstance(read_video(BytesIO(content[:left]), name, len(content)), Video | Unreadable)


def test_several_pictures(tmp_path: Path) -> None:
    assert video(builders.clip(tmp_path / "clip.mp4", pictures=2)).pictures == 2


def test_frames_beyond_the_end_are_missing(tmp_path: Path) -> None:
    path = builders.clip(tmp_path / "clip.mp4", faststart=True)
    content = path.read_bytes()
    clip = read_bytes(content[:-1])
    assert isinstance(clip, Video)
    assert (clip.frames, clip.missing) == (16, 1)
    start = content.find(b"mdat") + 4
    assert reason(content[:start]) == "cut off: all of its frames lie beyond its end"


def test_a_cut_fragment_is_missing_frames(media: Path) -> None:
    content = (media / "fragmented.mp4").read_bytes()
    clip = read_bytes(content[: content.rfind(b"mdat") + 10])
    assert isinstance(clip, Video)
    assert (clip.frames, clip.missing) == (16, 4)


@pytest.mark.parametrize(
    ("alter", "words"),
    [
        (lambda b: b[:0], "empty"),
        (lambda b: bytes(len(b)), "not an MP4 or MOV"),
        (lambda b: b[: b.find(b"moov") - 4], "it has no header"),
        (lambda b: b.replace(b"avc1", b"encv"), "encrypted"),
        (lambda b: b.replace(b"moov", b"mooo"), "it has no header"),
    ],
)
def test_what_cannot_be_read_says_why(media: Path, alter, words: str) -> None:  # type: ignore[no-untyped-def]
    assert words in reason(alter((media / "clip.mp4").read_bytes()))


def test_parts_of_a_fragmented_clip_say_so(media: Path) -> None:
    content = (media / "fragmented.mp4").read_bytes()
    first = content.find(b"moof") - 4
    assert "initialisation segment: it describes" in reason(content[:first])
    assert "without the initialisation segment" in reason(content[first:])


def test_sound_alone(tmp_path: Path) -> None:
    path = builders.clip(tmp_path / "clip.mp4", pictures=0, audio=0.2)
    assert read(path) == Unreadable("clip.mp4", path.stat().st_size, Expected.VIDEO, "it holds sound but no pictures")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"ffconcat version 1.0\nfile 'clip.mp4'\n", "an ffconcat script"),
        (b"#EXTM3U\nclip.mp4\n", "an HLS playlist"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "an SDP file"),
    ],
)
def test_scripts_are_not_opened(media: Path, tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "clip.mp4").write_bytes((media / "clip.mp4").read_bytes())
    script = tmp_path / "script.mp4"
    script.write_bytes(content)
    assert read(script) == Foreign("script.mp4", len(content), Expected.VIDEO, expected)


def test_a_still_and_a_pointer(media: Path) -> None:
    still = read_bytes((media / "image.jpg").read_bytes())
    assert isinstance(still, Foreign)
    assert still.content == "a JPEG image"
    pointer = read_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    assert isinstance(pointer, Pointer)
    assert pointer.system == "Git LFS"


@pytest.mark.parametrize("name", ["a:b.mp4", "concat:x|y.mp4", "%03d.mp4", "图 像.mp4", "-i.mp4", "a?b#c.mp4"])
def test_odd_names(media: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes((media / "clip.mp4").read_bytes())
    assert video(tmp_path / name).frames == 16


@pytest.mark.parametrize("count", [500_001, 2**31, 2**32 - 1])
def test_a_header_that_promises_billions_is_not_opened(media: Path, count: int) -> None:
    content = bytearray((media / "clip.mp4").read_bytes())
    struct.pack_into(">II", content, content.find(b"stsz") + 8, 1, count)
    assert reason(bytes(content)).startswith(f"its header claims {count:,} ")


@pytest.mark.parametrize("value", [0, 1, 2**31, 2**32 - 1])
@pytest.mark.parametrize("at", range(8, 24, 4))
@pytest.mark.parametrize("kind", [b"mvhd", b"mdhd", b"stts", b"stsc", b"stco", b"elst"])
def test_absurd_numbers_are_survived(media: Path, kind: bytes, at: int, value: int) -> None:
    content = bytearray((media / "clip.mp4").read_bytes())
    struct.pack_into(">I", content, content.find(kind) + at, value)
    assert isinstance(read_bytes(bytes(content)), Video | Unreadable)


def test_many_threads_agree(media: Path) -> None:
    paths = [media / name for name in ("clip.mp4", "clip.mov", "fragmented.mp4")] * 10
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(read, paths)) == [read(path) for path in paths]


def test_nothing_reaches_stderr(media: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = (media / "clip.mp4").read_bytes()
    read_bytes(content.replace(b"stco", b"stcx"))
    read_bytes(content.replace(b"avcC", b"avcX"))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov", "fragmented.mp4"])
@settings(derandomize=True, deadline=None, max_examples=150)
@given(data=st.data())
def test_damage_gives_a_value(media: Path, name: str, data: st.DataObject) -> None:
    content = bytearray((media / name).read_bytes())
    header = content.find(b"moov")
    places = st.integers(0, len(content) - 1) | st.integers(header, min(header + 800, len(content) - 1))
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=6)):
        content[place] = value
    cut = data.draw(st.just(len(content)) | st.integers(0, len(content)))
    assert isinstance(read_bytes(bytes(content[:cut])), Video | Unreadable | Foreign)
