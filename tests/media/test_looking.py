"""What is seen of a clip at each depth, and that no frame is decoded without need."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from PIL import Image
from scenes import Picture, encode, pan, texture, video_at

from datasetkit.footage import Depth, Ends, FramesMatched, Motion, Seen, Signature
from datasetkit.media.looking import look
from datasetkit.media.signatures import signature_of_image
from datasetkit.media.wanted import Wanted
from datasetkit.model import Video

SIZE = (96, 64)
PICTURES = pan(SIZE, 3, 30, (1, 0))


def signed(picture: Picture) -> Signature:
    return signature_of_image(Image.fromarray(picture))


FIRST, LATER, LAST = signed(PICTURES[0]), signed(PICTURES[12]), signed(PICTURES[-1])


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encode(tmp_path_factory.mktemp("looking") / "clip.mp4", PICTURES, options={"g": "1"})


class Counted(BytesIO):
    """A file that counts the bytes that are read from it."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.total = 0

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(size)
        self.total += len(content)
        return content


def seen(clip: Path, wanted: Wanted, video: Video | None = None, source: BinaryIO | None = None) -> Seen:
    found = look(source or str(clip), video or video_at(clip), wanted).seen
    assert found
    return found


def test_the_right_first_frame_needs_one_frame(clip: Path) -> None:
    found = seen(clip, Wanted(Depth.FRAMES, (FIRST,)))
    ends = found.of(Ends)
    assert found.frames == 1
    assert ends
    assert ends.last is None
    assert found.of(FramesMatched) is None


def test_a_wrong_first_frame_is_looked_for_in_all_frames(clip: Path) -> None:
    found = seen(clip, Wanted(Depth.FRAMES, (LATER,)))
    matched = found.matched(LATER)
    assert found.frames == 30
    assert matched
    assert matched.best.frame == 12


def test_a_last_frame_needs_all_frames(clip: Path) -> None:
    found = seen(clip, Wanted(Depth.FRAMES, (FIRST,), (LAST,)))
    ends, matched = found.of(Ends), found.matched(LAST)
    assert found.frames == 30
    assert ends
    assert ends.last
    assert matched
    assert matched.last
    assert matched.last.score > 0.99


def test_full_depth_compares_the_images_in_the_same_pass(clip: Path) -> None:
    found = seen(clip, Wanted(Depth.FULL, (FIRST, LATER)))
    first, later = found.matched(FIRST), found.matched(LATER)
    assert found.of(Motion)
    assert first
    assert first.last is None
    assert later
    assert later.best.frame == 12


@pytest.mark.parametrize("depth", [Depth.FRAMES, Depth.FULL])
@pytest.mark.parametrize("images", [((FIRST,), ()), ((LATER,), ()), ((FIRST,), (LAST,)), ((LATER,), (LATER,))])
def test_what_was_seen_is_not_looked_at_again(clip: Path, depth: Depth, images) -> None:
    wanted = Wanted(depth, *images)
    found = seen(clip, wanted)
    unread = Counted(b"")
    assert seen(clip, wanted, replace(video_at(clip), seen=found), unread) == found
    assert unread.total == 0


def test_another_image_is_compared_and_the_rest_is_kept(clip: Path) -> None:
    before = seen(clip, Wanted(Depth.FULL, (FIRST,)))
    found = seen(clip, Wanted(Depth.FULL, (LATER,)), replace(video_at(clip), seen=before))
    assert found.matched(LATER)
    assert found.matched(FIRST) is None
    assert found.of(Motion) == before.of(Motion)
    assert found.frames == before.frames


def test_an_image_that_was_the_first_frame_is_compared_with_the_last_when_that_is_wanted(clip: Path) -> None:
    before = seen(clip, Wanted(Depth.FULL, (FIRST,)))
    found = seen(clip, Wanted(Depth.FULL, (FIRST,), (FIRST,)), replace(video_at(clip), seen=before))
    matched = found.matched(FIRST)
    assert matched
    assert matched.last
    assert matched.last.score < 0.9


def test_both_depths_match_alike(clip: Path) -> None:
    frames, full = (seen(clip, Wanted(depth, (LATER,))).matched(LATER) for depth in (Depth.FRAMES, Depth.FULL))
    assert frames == full


@pytest.mark.parametrize("orientation", range(1, 9))
def test_signatures_are_upright(orientation: int) -> None:
    corner = np.full((64, 96, 3), 40, np.uint8)
    corner[:16, :24] = 220
    stored = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(corner).save(stored, "PNG", exif=exif)
    with Image.open(stored) as image:
        from PIL import ImageOps

        upright = signature_of_image(ImageOps.exif_transpose(image))
        assert signature_of_image(image, orientation) == upright


def test_sixteen_bits_of_grey_are_scaled() -> None:
    wide = Image.fromarray(texture(SIZE, 1)).convert("L")
    deep = Image.fromarray(np.asarray(wide).astype(np.uint16) * 257)
    assert signature_of_image(deep).luma == signature_of_image(wide).luma
