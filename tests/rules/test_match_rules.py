"""Rules that compare images with frames and with each other, on signatures of drawn pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from scenes import Picture, texture
from values import assert_finding, dataset, found, i2v, image, kf2v, sample, video

from datasetkit.config import Settings
from datasetkit.edits import GrabFrame
from datasetkit.footage import Depth, Ends, FramesMatched, Match, Seen, Signature
from datasetkit.media.fits import Expectation, fitted
from datasetkit.media.signatures import signature_of_image
from datasetkit.model import Dataset, Image, Kind, Medium, Role, Sample, Video
from datasetkit.verdict import compare, judge_dataset

PICTURES = [texture((128, 72), seed) for seed in range(4)]


def signed(picture: Picture) -> Signature:
    return signature_of_image(Pillow.fromarray(picture))


FIRST, OTHER, LAST, STRANGE = map(signed, PICTURES)
FADED = signed((16 + PICTURES[0] * (219 / 255)).astype(np.uint8))


def clip(path: str, first: Signature, last: Signature | None = None, *matched: FramesMatched, **facts: Any) -> Video:
    """A clip whose ends were seen, and which was searched for some images."""
    return video(path, seen=Seen(80, facts.pop("complete", True), None, (Ends(first, last), *matched)), **facts)


def searched(shown: Signature, first: float, best: float, frame: int = 0, last: float | None = None) -> FramesMatched:
    seconds = frame / 16
    at_end = None if last is None else Match(last, 79, 79 / 16)
    return FramesMatched(shown, Match(first), Match(best, frame, seconds), at_end)


def judged(*samples: Sample, **facts: Any) -> Dataset:
    return dataset(*map(compared, samples), **{"depth": Depth.FRAMES} | facts)


def compared(one: Sample) -> Sample:
    """The sample, with its images compared with the ends of its clip."""
    images = {ref.where.field: ref.medium.signature for ref in one.references if isinstance(ref.medium, Image)}
    expected = tuple((shown, field == "last_frame_path") for field, shown in images.items() if shown)
    return replace(
        one, references=tuple(replace(ref, medium=with_fits(ref.medium, expected)) for ref in one.references)
    )


def with_fits(medium: Medium, expected: tuple[Expectation, ...]) -> Medium:
    if isinstance(medium, Video) and medium.seen:
        return replace(medium, seen=fitted(medium.seen, expected))
    return medium


def pair(shown: Signature, *matched: FramesMatched, frame: Signature = FIRST) -> Any:
    return i2v(1, first=image("a.jpg", signature=shown), clip=clip("a.mp4", frame, None, *matched))


def test_the_right_frames_are_quiet() -> None:
    ends = clip("a.mp4", FIRST, LAST, searched(LAST, 0.1, 0.9995, 79, 0.9995))
    right = kf2v(1, first=image("a.jpg", signature=FIRST), last=image("b.jpg", signature=LAST), clip=ends)
    assert found(judged(right), "K") == []


def test_images_and_clips_that_were_not_decoded_are_quiet() -> None:
    assert found(judged(i2v(1)), "K") == []
    assert found(judged(i2v(1, first=image("a.jpg", signature=FIRST))), "K") == []
    assert found(judged(i2v(1, clip=clip("a.mp4", FIRST))), "K") == []


def test_another_frame_of_the_clip_is_named() -> None:
    late = judged(pair(OTHER, searched(OTHER, 0.3, 0.9999, 7)))
    assert_finding(late, "K502 warning: a.jpg | a.mp4 | frame 7 (0.44 s) of that clip", "K")
    (finding,) = found(late, "K")
    assert (finding.where.line, finding.where.field) == (1, "first_frame_path")
    assert finding.data["score"] == 0.3
    match = {"path": None, "frame": 7, "seconds": 7 / 16, "mirrored": False, "turned": 0, "cropped": False}
    assert finding.data["match"] == match


def test_the_first_frame_of_another_clip_is_named() -> None:
    swapped = judged(pair(OTHER, searched(OTHER, 0.3, 0.4, 7)), i2v(2, clip=clip("b.mp4", OTHER)))
    assert_finding(swapped, "K502 warning: first frame of b.mp4", "K")
    (finding,) = found(swapped, "K")
    assert finding.data["match"]["path"] == "b.mp4"
    assert not finding.fixable


def test_the_last_frame_of_another_clip_is_named() -> None:
    other = i2v(2, clip=clip("b.mp4", STRANGE, OTHER))
    swapped = judged(pair(OTHER, searched(OTHER, 0.3, 0.4, 7)), other)
    assert_finding(swapped, "K502 warning: last frame of b.mp4", "K")
    assert not found(swapped, "K")[0].fixable


def test_the_last_frame_of_its_own_clip_is_not_that_of_another() -> None:
    late = clip("a.mp4", FIRST, OTHER, searched(OTHER, 0.3, 0.99, 79))
    wrong = judged(i2v(1, first=image("a.jpg", signature=OTHER), clip=late))
    assert_finding(wrong, "K502 warning: frame 79 (4.94 s) of that clip", "K")
    assert found(wrong, "K")[0].data["match"]["path"] is None


def test_a_frame_of_another_shape_is_taken_again_unless_it_may_be_of_another_clip() -> None:
    for shown, other, fixable in ((STRANGE, LAST, True), (OTHER, OTHER, False)):
        square = image("a.jpg", width=512, height=512, signature=shown)
        mine = i2v(1, first=square, clip=clip("a.mp4", FIRST, None, searched(shown, 0.3, 0.4, 7)))
        both = (mine, i2v(2, clip=clip("b.mp4", other)))
        (finding,) = found(judged(*both), "K501")
        assert (finding.fixable, finding.safe) == (fixable, False)
    unseen = dataset(i2v(1, first=image("a.jpg", width=512, height=512)))
    assert not found(unseen, "K501")[0].fixable


def test_wrong_frames_can_be_taken_again_and_say_what_they_replace() -> None:
    cases = [
        (OTHER, searched(OTHER, 0.3, 0.9999, 7), "frame 7 (0.44 s) of that clip"),
        (STRANGE, searched(STRANGE, 0.1, 0.2, 7), "an image that matches no frame of it"),
        (FADED, searched(FADED, 0.9995, 0.9995), "that frame in other tones"),
    ]
    for shown, matched, words in cases:
        (finding,) = found(judged(pair(shown, matched)), "K")
        (fix,) = finding.fix
        assert (fix, finding.safe) == (GrabFrame("a.jpg", "a.mp4"), False)
        assert fix.instead_of == words


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (PICTURES[0][:, ::-1], "mirrored"),
        (np.rot90(PICTURES[0], 2), "turned by 180°"),
        (PICTURES[0][6:60, 10:100], "cropped"),
    ],
)
def test_what_was_done_to_the_frame_is_named(picture: Picture, words: str) -> None:
    shown = signed(picture)
    assert_finding(judged(pair(shown, searched(shown, 0.3, 0.4, 7))), f"K502 warning: that frame {words}", "K")


def test_an_image_that_matches_nothing_says_so() -> None:
    lost = judged(pair(STRANGE, searched(STRANGE, 0.1, 0.2, 7)))
    assert_finding(lost, "K502 warning: matches no frame", "K")
    assert found(lost, "K")[0].data["match"] is None


def test_a_wrong_last_frame_is_found_for_kf2v_only() -> None:
    shown = searched(OTHER, 0.1, 0.9999, 60, 0.5)
    wrong = kf2v(
        1,
        first=image("a.jpg", signature=FIRST),
        last=image("b.jpg", signature=OTHER),
        clip=clip("a.mp4", FIRST, LAST, shown),
    )
    assert_finding(judged(wrong), "K503 warning: b.jpg isn't the last frame | frame 60 (3.75 s)", "K")
    assert found(judged(wrong), "K503", kind=Kind.I2V) == []


def test_the_last_frame_of_a_clip_that_was_not_seen_to_its_end_is_unknown() -> None:
    ends = clip("a.mp4", FIRST, LAST, searched(OTHER, 0.1, 0.9999, 60, 0.5), complete=False)
    wrong = kf2v(1, first=image("a.jpg", signature=FIRST), last=image("b.jpg", signature=OTHER), clip=ends)
    assert found(judged(wrong), "K") == []


def test_a_last_frame_that_is_the_first_again_is_one_finding() -> None:
    ends = clip("a.mp4", FIRST, LAST, searched(FIRST, 0.9999, 0.9999, 0, 0.2))
    first, last = (image(f"{name}.jpg", signature=FIRST, digest="ab") for name in "ab")
    assert [finding.code for finding in found(judged(kf2v(1, first=first, last=last, clip=ends)), "K")] == ["K504"]


@pytest.mark.parametrize(
    ("change", "words", "cause"),
    [
        (lambda one: 16 + one * (219 / 255), "faded | 16 and 235", "limited"),
        (lambda one: one * 0.7, "darker", None),
        (lambda one: one * [1, 0.9, 0.7], "in other colours", None),
    ],
)
def test_the_right_frame_in_other_tones(change: Any, words: str, cause: str | None) -> None:
    shown = signed(change(PICTURES[0]).astype(np.uint8))
    toned = judged(pair(shown, searched(shown, 0.9995, 0.9995)))
    assert_finding(toned, f"K505 warning: a.jpg is the first frame of a.mp4 | {words}", "K")
    assert found(toned, "K")[0].data["cause"] == cause


def test_a_wrong_frame_has_no_tones() -> None:
    shown = signed((PICTURES[1] * 0.5).astype(np.uint8))
    assert [one.code for one in found(judged(pair(shown, searched(shown, 0.1, 0.9999, 7))), "K")] == ["K502"]


def test_a_validation_image_that_is_in_the_training_set() -> None:
    def checked(role: Role, *samples: Any) -> Any:
        return judge_dataset(judged(*samples), Settings(select=["S707"], kind=Kind.I2V, role=role))

    training = checked(Role.TRAINING, pair(FIRST), i2v(2, first=image("b.jpg", signature=OTHER)))
    smaller = signed(np.asarray(Pillow.fromarray(PICTURES[1]).resize((64, 36))))
    clean = checked(Role.VALIDATION, sample(1, first_frame_path=image("c.png", signature=STRANGE)))
    leaking = checked(Role.VALIDATION, sample(1, first_frame_path=image("c.png", signature=smaller)))
    assert compare([training, clean])[1].findings == ()
    (finding,) = compare([training, leaking])[1].findings
    assert (finding.code, finding.where.line, finding.where.field) == ("S707", 1, "first_frame_path")
    assert "c.png is in the training set too, as b.jpg" in finding.message
    assert finding.data == {"like": ("b.jpg",)}
