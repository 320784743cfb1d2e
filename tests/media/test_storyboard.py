from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path

import builders
import pytest
from PIL import Image

from datasetkit.media.storyboard import storyboard


@pytest.mark.parametrize(
    ("count", "seconds"), [(1, [0.0]), (3, [0.0, 0.5, 1.0]), (5, [0.0, 0.25, 0.5, 0.75, 1.0]), (64, None)]
)
def test_frames_are_evenly_chosen_from_the_first_to_the_last(
    tmp_path: Path, count: int, seconds: list[float] | None
) -> None:
    clip = builders.clip(tmp_path / "clip.mp4", frames=17, rate=16)
    frames = storyboard(clip, count, 10**6, 85).frames
    assert [at for at, _ in frames] == pytest.approx(seconds or [number / 16 for number in range(17)])
    assert len({uri for _, uri in frames}) == len(frames)


def test_a_frame_is_a_small_upright_jpeg(tmp_path: Path) -> None:
    clip = builders.clip(tmp_path / "clip.mp4", size=(96, 64), frames=4)
    uri = storyboard(clip, 1, 96 * 64 // 4, 85).frames[0][1]
    head, data = uri.split(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(BytesIO(base64.b64decode(data))) as image:
        assert (image.format, image.size) == ("JPEG", (48, 32))


def test_what_is_no_clip_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"no clip")
    assert storyboard(tmp_path / "clip.mp4", 8, 10**6, 85).fault
    assert "no such file" in storyboard(tmp_path / "other.mp4", 8, 10**6, 85).fault
