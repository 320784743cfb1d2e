from fractions import Fraction
from pathlib import Path

import av
import builders
import pytest
from PIL import Image


@pytest.mark.parametrize("name", ["image.jpg", "image.png", "image.webp", "image.bmp"])
def test_images_open(media: Path, name: str) -> None:
    with Image.open(media / name) as image:
        assert image.size == (64, 64)


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov", "fragmented.mp4"])
def test_clips_decode(media: Path, name: str) -> None:
    with av.open(str(media / name)) as clip:
        frames = list(clip.decode(video=0))
    assert len(frames) == 16
    assert {(frame.width, frame.height) for frame in frames} == {(64, 64)}


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_clip_says_so(tmp_path: Path, rotation: int) -> None:
    path = builders.clip(tmp_path / "clip.mp4", rotation=rotation)
    with av.open(str(path)) as clip:
        assert -next(clip.decode(video=0)).rotation % 360 == rotation


def test_uneven_times_audio_and_several_pictures(tmp_path: Path) -> None:
    times = [0, 0.1, 0.15, 0.5, 1]
    path = builders.clip(tmp_path / "clip.mp4", times=times, audio=1.2, pictures=2)
    with av.open(str(path)) as clip:
        assert [stream.type for stream in clip.streams] == ["video", "video", "audio"]
        assert [frame.time for frame in clip.decode(video=0)] == pytest.approx(times[:-1])
        assert clip.streams.video[0].duration * clip.streams.video[0].time_base == Fraction(1)
