"""Is this image that frame, and if not, what is it; and are its tones the frame's."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scenes import Picture, encode, filmed, natural, pan, seen, texture, video_at

from datasetkit.footage import Cause, Ends, Fit, FramesMatched, Match, Seen, Signature
from datasetkit.media.checks.ends import EndKeeper
from datasetkit.media.checks.search import FrameSearch
from datasetkit.media.fits import expected_match, fitted, is_sure
from datasetkit.media.matching import Gallery, explained
from datasetkit.media.signatures import signature_of_image
from datasetkit.media.tone import tone_jump

SIZE = (192, 108)
# filmed clips that show one and the same scene
SCENES = ("internal_emulator", "yYcK4nANZz4", "rabbit")


def ends(path: Path) -> Ends:
    found = seen(path, lambda _: [EndKeeper()]).of(Ends)
    assert found
    return found


def searched(path: Path, image: Signature) -> FramesMatched:
    found = seen(path, lambda _: [FrameSearch(image)]).of(FramesMatched)
    assert found
    return found


def signed(picture: Picture) -> Signature:
    return signature_of_image(Image.fromarray(picture))


def degraded(picture: Picture) -> Picture:
    """Half the size, limited range taken for full range, JPEG of quality 30."""
    image = Image.fromarray(picture)
    image = image.resize((image.width // 2, image.height // 2)).point(lambda level: 16 + level * 219 / 255)
    stored = BytesIO()
    image.save(stored, "JPEG", quality=30)
    return np.asarray(Image.open(stored))


def fit(image: Signature, frame: Signature) -> Fit:
    """How an image fits a clip's first frame."""
    found = fitted(Seen(1, True, None, (Ends(frame, None),)), ((image, False),)).fit(image, last=False)
    assert found
    return found


def explanation(image: Signature, first: Signature, own: FramesMatched, others: Gallery) -> Match | None:
    return explained(image, first, expected_match(own, fit(image, first)), own, others)


def judged(path: Path, picture: Picture, others: dict[Match, Signature] | None = None) -> Match | None:
    image, first = signed(picture), ends(path).first
    return explanation(image, first, searched(path, image), Gallery(others or {}))


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return pan(SIZE, 5, 40, (1, 0))


@pytest.fixture(scope="module")
def clip(pictures: list[Picture], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encode(tmp_path_factory.mktemp("matching") / "clip.mp4", pictures)


def test_the_first_frame_is_surely_itself(clip: Path, pictures: list[Picture]) -> None:
    shown = ends(clip)
    assert shown.last
    assert is_sure(fit(signed(pictures[0]), shown.first).score)
    assert is_sure(fit(signed(pictures[-1]), shown.last).score)


def test_a_degraded_first_frame_is_the_first_frame(clip: Path, pictures: list[Picture]) -> None:
    match = judged(clip, degraded(pictures[0]))
    assert match
    assert (match.frame, match.path, match.mirrored, match.turned, match.cropped) == (0, None, False, 0, False)


def test_another_frame_of_the_clip_is_named(clip: Path, pictures: list[Picture]) -> None:
    match = judged(clip, pictures[24])
    assert match
    assert match.frame == pytest.approx(24, abs=1)
    assert match.seconds == pytest.approx(1, abs=0.05)


def start_of(number: int) -> Match:
    return Match(1, path=f"video_{number}.mp4")


def test_the_first_frame_of_another_clip_is_named(clip: Path) -> None:
    other = texture(SIZE, 6)
    match = judged(clip, other, {start_of(2): signed(other), start_of(3): signed(texture(SIZE, 7))})
    assert match
    assert match.path == "video_2.mp4"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda one: one[:, ::-1], {"mirrored": True, "turned": 0}),
        (lambda one: np.rot90(one, -1), {"mirrored": False, "turned": 90}),
        (lambda one: np.rot90(one, 2), {"mirrored": False, "turned": 180}),
        (lambda one: one[10:90, 20:150], {"cropped": True}),
    ],
)
def test_what_was_done_to_the_frame_is_named(clip: Path, pictures: list[Picture], change, expected) -> None:
    match = judged(clip, change(pictures[0]))
    assert match
    assert {name: getattr(match, name) for name in expected} == expected


def test_an_unrelated_image_matches_nothing(clip: Path) -> None:
    assert judged(clip, texture(SIZE, 8)) is None


def test_frames_of_a_still_clip_are_alike(tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.mp4", [texture(SIZE, 1)] * 24)
    match = judged(clip, degraded(texture(SIZE, 1)))
    assert match
    assert match.frame == 0


def test_flat_frames_match_flat_images_only(tmp_path: Path) -> None:
    black = np.zeros((108, 192, 3), np.uint8)
    clip = encode(tmp_path / "clip.mp4", [black] * 6)
    assert judged(clip, black)
    assert judged(clip, texture(SIZE, 1)) is None


def limited(picture: Picture) -> Picture:
    return (16 + picture * (219 / 255)).astype(np.uint8)


def by_another_matrix(picture: Picture) -> Picture:
    """What a frame looks like whose BT.709 was taken for BT.601."""
    to_709 = np.array([[0.2126, 0.7152, 0.0722], [-0.1146, -0.3854, 0.5], [0.5, -0.4542, -0.0458]])
    from_601 = np.array([[1, 0, 1.402], [1, -0.344, -0.714], [1, 1.772, 0]])
    return np.clip(picture @ (from_601 @ to_709).T, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (limited, Cause.LIMITED),
        (by_another_matrix, Cause.MATRIX),
        (lambda one: np.clip(one * 1.2 + 10, 0, 255).astype(np.uint8), None),
        (lambda one: (one * [1, 0.9, 0.75]).astype(np.uint8), None),
    ],
)
def test_other_tones_are_found_and_explained(tmp_path: Path, pictures: list[Picture], change, cause) -> None:
    named = {"colorprim": "bt709", "transfer": "bt709", "colormatrix": "bt709"}
    params = "mbtree=0:" + ":".join(f"{key}={value}" for key, value in named.items())
    # the encoder's own conversion is BT.601, so the stored frame is what BT.709 makes of it: compared are frames alone
    clip = encode(tmp_path / "clip.mp4", pictures[:4], options={"x264-params": params})
    shown = ends(clip).first
    assert shown.matrix == 1
    frame = np.asarray(decoded(clip))
    assert tone_jump(signed(frame), shown) is None
    jump = tone_jump(signed(change(frame)), shown)
    assert jump
    assert jump.cause is cause


def decoded(clip: Path) -> Image.Image:
    """The first frame in the colours that its tags name."""
    import av

    with av.open(str(clip)) as container:
        return next(container.decode(video=0)).to_image()


def test_flat_pictures_have_no_contrast_to_lose(tmp_path: Path) -> None:
    grey = np.full((*SIZE[::-1], 3), 90, np.uint8)
    shown = ends(encode(tmp_path / "flat.mp4", [grey] * 3)).first
    assert tone_jump(signed(grey), shown) is None
    brighter = tone_jump(signed(grey + np.uint8(30)), shown)
    assert brighter
    assert (brighter.contrast, round(brighter.brightness / 10)) == (1.0, 3)


def test_a_clip_is_not_named_as_another_one(clip: Path, pictures: list[Picture]) -> None:
    """Its first frame in the gallery may be more like the image than the one that was seen in the pass, as of HDR."""
    image, first = signed(pictures[0]), ends(clip).first
    poor = FramesMatched(image, Match(0.98), Match(0.98), None)
    right = expected_match(poor, fit(image, first))
    assert explained(image, first, right, poor, Gallery({Match(1, path="clip.mp4"): first})) == right


def test_a_small_jpeg_has_the_tones_of_its_frame(clip: Path, pictures: list[Picture]) -> None:
    image = Image.fromarray(pictures[0])
    stored = BytesIO()
    image.resize((96, 54)).save(stored, "JPEG", quality=30)
    assert tone_jump(signature_of_image(Image.open(stored)), ends(clip).first) is None


def test_filmed_frames(corpus: Path) -> None:
    """Every image with every clip of another scene; degraded ones with their own; one second later, named by number."""
    clips = natural(corpus)
    images = {path: signed(filmed(path, count=1)[0]) for path in clips}
    poor = {path: signed(degraded(filmed(path, count=1)[0])) for path in clips}
    late = {path: signed(filmed(path, start=round(video_at(path).rate), count=1)[0]) for path in clips}
    wrong, refused, unnamed, jumps = [], [], [], []
    for clip in clips:
        wanted = [*images.values(), poor[clip], late[clip]]
        found = seen(clip, lambda _, wanted=wanted: [EndKeeper(), *(FrameSearch(image) for image in wanted)])
        first = found.of(Ends).first
        *others, own, later = (
            explanation(image, first, one, Gallery({})) for image, one in zip(wanted, found.results[1:], strict=True)
        )
        for path, match in zip(clips, others, strict=True):
            same = path == clip or any(name in path.name and name in clip.name for name in SCENES)
            if match and not same:
                wrong.append((path.name, clip.name, match))
        if not own or own.frame or own.mirrored or own.turned or own.cropped:
            refused.append((clip.name, own))
        if not later or (later.frame and abs(later.frame - round(video_at(clip).rate)) > 1):
            unnamed.append((clip.name, later))
        if tone_jump(images[clip], first):
            jumps.append(clip.name)
    print(f"{len(clips)} clips: {wrong=} {refused=} {unnamed=} {jumps=}")
    assert (wrong, refused, unnamed, jumps) == ([], [], [], [])
