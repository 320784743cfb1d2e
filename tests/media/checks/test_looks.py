"""Light, sharpness, marks and fingerprints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from scenes import Picture, barred, encode, pan, seen, written_on

from datasetkit.footage import Fingerprints, Light, Mark
from datasetkit.media.checks.bars import BarFinder
from datasetkit.media.checks.fingerprints import FingerprintTaker
from datasetkit.media.checks.marks import MarkFinder
from datasetkit.media.likeness import groups_alike

SIZE = (320, 180)


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return pan(SIZE, 4, 48, (2, 1))


def light(path: Path, pictures: list[Picture]) -> Light:
    found = seen(encode(path / "clip.mp4", pictures)).of(Light)
    assert found
    return found


def blurred(picture: Picture) -> Picture:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(4)))


def test_dark_light_and_blurred_clips_measure_so(tmp_path: Path, pictures: list[Picture]) -> None:
    usual = light(tmp_path, pictures[:24])
    dark = light(tmp_path, [(one * 0.25).astype(np.uint8) for one in pictures[:24]])
    pale = light(tmp_path, [(243 + one * 0.04).astype(np.uint8) for one in pictures[:24]])
    assert usual.low < usual.middle < usual.high
    assert dark.high < 0.32 < usual.high
    assert usual.low < 0.95 <= pale.low
    assert light(tmp_path, [blurred(one) for one in pictures[:24]]).sharpness < usual.sharpness / 2


def mark(path: Path, pictures: list[Picture]) -> Mark | None:
    def checks(video):
        bars = BarFinder(video)
        return [bars, MarkFinder(bars)]

    return seen(encode(path / "clip.mp4", pictures), checks).of(Mark)


def test_a_mark_before_a_moving_picture_is_found_with_its_place(tmp_path: Path, pictures: list[Picture]) -> None:
    found = mark(tmp_path, written_on(pictures, "@channel", (0.85, 0.1), 0.09))
    assert found
    box = found.box
    assert box.left <= 0.85 * SIZE[0] <= box.left + box.width
    assert box.top <= 0.1 * SIZE[1] <= box.top + box.height
    assert box.width * box.height < 0.1 * SIZE[0] * SIZE[1]


def test_no_mark_in_a_moving_or_still_picture_or_at_bars(tmp_path: Path, pictures: list[Picture]) -> None:
    assert mark(tmp_path, pictures) is None
    assert mark(tmp_path, [pictures[0]] * 24) is None
    assert mark(tmp_path, barred(pictures, rows=(20, 20))) is None


def hashes(path: Path, pictures: list[Picture], **options: object) -> tuple[int, ...]:
    def checks(video):
        bars = BarFinder(video)
        return [bars, FingerprintTaker(bars)]

    found = seen(encode(path / "clip.mp4", pictures, **options), checks).of(Fingerprints)
    return found.hashes if found else ()


def test_copies_are_alike_whatever_was_done_to_them(tmp_path: Path, pictures: list[Picture]) -> None:
    small = [np.asarray(Image.fromarray(one).resize((160, 90))) for one in pictures]
    changed = {
        "as it is": pictures,
        "half size": small,
        "grey": [np.asarray(Image.fromarray(one).convert("L").convert("RGB")) for one in pictures],
        "darker": [(one * 0.7).astype(np.uint8) for one in pictures],
        "logo": written_on(pictures, "LOGO", (0.85, 0.1), 0.1),
        "bars": [np.pad(one, ((24, 24), (0, 0), (0, 0))) for one in pictures],
    }
    taken = [hashes(tmp_path, one, crf=30) for one in changed.values()]
    others = [hashes(tmp_path, pan(SIZE, seed, 48, (2, 1))) for seed in (7, 8)]
    assert groups_alike([*taken, *others]) == [tuple(range(len(changed)))]


def test_four_frames_a_second_are_taken_and_flat_ones_left_out(tmp_path: Path, pictures: list[Picture]) -> None:
    assert len(hashes(tmp_path, pictures)) == 8
    flat = [np.full_like(pictures[0], 120)] * 24
    assert len(hashes(tmp_path, pictures[:24] + flat)) == 4
