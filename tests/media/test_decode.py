"""The decode pass: every frame once, upright, within time and memory, and its result can be stored."""

from __future__ import annotations

import pickle
import subprocess
import sys
from concurrent.futures import CancelledError
from itertools import count
from pathlib import Path
from threading import Event

import builders
import numpy as np
import pytest
from scenes import encode, pan, seen, video_at

from datasetkit.footage import Bars, Ends, Light, Motion, Seen
from datasetkit.media.checks import all_checks
from datasetkit.media.decode import decode
from datasetkit.media.smallframe import SmallFrame

SIZE = (96, 64)


class Album:
    """A check that keeps all frames."""

    def __init__(self) -> None:
        self.frames: list[SmallFrame] = []

    def see(self, frame: SmallFrame) -> None:
        self.frames.append(frame)

    def result(self) -> None:
        return None


def frames(path: Path, **options: object) -> list[SmallFrame]:
    album = Album()
    decode(str(path), video_at(path), [album], **options)
    return album.frames


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encode(tmp_path_factory.mktemp("decode") / "clip.mp4", pan(SIZE, 1, 48))


def test_every_frame_is_seen_once_with_its_time(clip: Path) -> None:
    album = frames(clip)
    assert [frame.index for frame in album] == list(range(48))
    assert [frame.seconds for frame in album] == pytest.approx([number / 24 for number in range(48)])
    assert album[-1].until == pytest.approx(2)
    assert [frame.index for frame in album if frame.sampled] == [0, 6, 12, 18, 24, 30, 36, 42]
    assert sum(frame.detail is not None for frame in album) == 16


def test_planes_have_one_shape_and_range(clip: Path) -> None:
    frame = frames(clip)[0]
    assert frame.luma.shape == (72, 128)
    assert frame.tiny.shape == (3, 36, 64)
    assert frame.square.shape == (64, 64)
    assert frame.detail
    assert frame.detail.full.shape == (64, 96)
    assert frame.detail.plane.shape == (180, 320)
    assert frame.square.mean() == pytest.approx(frame.luma.mean(), abs=0.5)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj420p", "yuv422p10le", "yuv444p"])
def test_black_and_white_are_0_and_255_in_every_format(tmp_path: Path, pixel_format: str) -> None:
    half = np.zeros((64, 96, 3), np.uint8)
    half[:, 48:] = 255
    frame = frames(encode(tmp_path / "clip.mp4", [half] * 3, pixel_format=pixel_format))[0]
    assert frame.luma[:, :50].max() <= 3
    assert frame.luma[:, 80:].min() >= 252
    assert np.abs(frame.tiny[1:] - 128).max() <= 2


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_frames_are_upright(tmp_path: Path, rotation: int, mirrored: bool) -> None:
    corner = np.full((64, 96, 3), 40, np.uint8)
    corner[:32, :48] = 220  # left and above, as stored
    path = builders.turn(encode(tmp_path / "clip.mp4", [corner] * 3), rotation, mirrored)
    frame = frames(path)[0]
    stored = np.zeros((2, 2), bool)
    stored[0, 0] = True
    shown = np.rot90(stored[:, ::-1] if mirrored else stored, -(rotation // 90))
    assert (frame.luma[18::36, 32::64] > 128).tolist() == shown.tolist()
    assert frame.detail
    assert frame.detail.full.shape == ((96, 64) if rotation in (90, 270) else (64, 96))


def test_results_are_found_by_type_and_can_be_stored(clip: Path) -> None:
    whole = seen(clip)
    assert (whole.frames, whole.complete, whole.damage) == (48, True, None)
    assert isinstance(whole.of(Light), Light)
    assert isinstance(whole.of(Motion), Motion)
    assert whole.of(Bars) is None
    stored = pickle.dumps(whole)
    assert len(stored) < 20_000
    assert pickle.loads(stored) == whole


def test_the_same_clip_gives_the_same_result(clip: Path) -> None:
    assert seen(clip) == seen(clip)


def test_a_stream_is_read_as_well_as_a_path(clip: Path) -> None:
    with clip.open("rb") as stream:
        assert decode(stream, video_at(clip), all_checks(video_at(clip))) == seen(clip)


def test_one_frame_can_be_enough(clip: Path) -> None:
    video = video_at(clip)
    first = decode(str(clip), video, all_checks(video), limit=1)
    ends, whole = first.of(Ends), seen(clip).of(Ends)
    assert first.frames == 1
    assert ends
    assert whole
    assert ends.first == whole.first


def test_a_pass_gives_up_when_its_time_is_over(clip: Path) -> None:
    ticking = count()
    video = video_at(clip)
    found = decode(str(clip), video, all_checks(video), seconds=10, clock=lambda: float(next(ticking)))
    assert not found.complete
    assert 0 < found.frames < 48
    assert found.of(Light)


def test_a_pass_stops_when_it_is_told_to(clip: Path) -> None:
    stop = Event()
    stop.set()
    with pytest.raises(CancelledError):
        decode(str(clip), video_at(clip), (), stop=stop)


def test_what_is_no_clip_is_damage(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"no clip" * 100)
    found = decode(str(path), video_at(clip), all_checks(video_at(clip)))
    assert found.frames == 0
    assert found.damage


def test_a_clip_of_one_frame(tmp_path: Path) -> None:
    found = seen(encode(tmp_path / "clip.mp4", pan(SIZE, 1, 1)))
    assert found.frames == 1
    assert found.of(Ends)


def peak(folder: Path, width: int, height: int, frames: int) -> int:
    script = Path(__file__).parent / "decoding_peak.py"
    command = [sys.executable, script, folder, str(width), str(height), str(frames)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_memory_is_bounded_whatever_the_size_and_length(tmp_path: Path) -> None:
    huge, short, long = peak(tmp_path, 4096, 4096, 6), peak(tmp_path, 64, 64, 100), peak(tmp_path, 64, 64, 6000)
    print(f"4096×4096: {huge / 1e6:.0f} MB; 10 s: {short / 1e6:.0f} MB; 10 minutes: {long / 1e6:.0f} MB")
    assert huge < 500e6
    assert long < short + 10e6


def test_what_checks_keep_does_not_grow_with_the_clip(tmp_path: Path) -> None:
    short, long = (stored(encode(tmp_path / f"{count}.mp4", pan(SIZE, 1, 24) * count, rate=24)) for count in (5, 50))
    assert long < short + 4_000


def stored(path: Path) -> int:
    found: Seen = seen(path)
    return len(pickle.dumps(found))
