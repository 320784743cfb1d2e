"""The committed sample sets: complete, small, and true to what their README says of them."""

import hashlib
import json
import tomllib
from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image, ImageChops, ImageStat

SAMPLES = Path(__file__).parents[1] / "sample_data"
SETS = [f"{kind}/{role}" for kind in ("i2v", "kf2v") for role in ("training", "validation")]
EFFECTS = {
    "i2v": (
        "Then the s86b5p money rain effect begins, countless huge-sized US dollar bills (beige background/dark green "
        "patterns) pour down like a torrential rain, densely hitting and surrounding {him}. The bills continue to "
        "fall, {he} stretches {his} arms upward, neck slightly tilted back, expression surprised, completely immersed "
        "in this wild money rain."
    ),
    "kf2v": "Then {he} begins the s86b5p transformation.",
}
PRONOUNS = {
    "she": {"he": "she", "him": "her", "his": "her"},
    "he": {"he": "he", "him": "him", "his": "his"},
}
OTHER = {"she": {"he", "him", "his"}, "he": {"she", "her", "hers"}}


def records(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (SAMPLES / name / "data.jsonl").read_text("utf-8").splitlines()]


def files(name: str) -> list[Path]:
    return sorted(path for path in (SAMPLES / name).rglob("*") if path.suffix not in (".jsonl", ".toml", ".md"))


def media(name: str, field: str) -> list[Path]:
    return [SAMPLES / name / record[field] for record in records(name)]


def difference(image: Path, frame: Image.Image) -> float:
    """The mean difference of the channels, 0 to 255."""
    with Image.open(image) as picture:
        assert picture.size == frame.size
        return max(ImageStat.Stat(ImageChops.difference(picture.convert("RGB"), frame)).mean)


def clips() -> list[tuple[Path, dict[str, str]]]:
    return [(SAMPLES / name, r) for name in ("i2v/training", "kf2v/training") for r in records(name)]


def test_all_sample_data_are_under_ten_megabytes() -> None:
    rendered = [path for name in ("i2v", "kf2v", "raw", "broken") for path in (SAMPLES / name).rglob("*")]
    assert sum(path.stat().st_size for path in rendered if path.is_file()) < 10_000_000


@pytest.mark.parametrize("name", SETS)
def test_a_set_holds_what_its_lines_name_and_nothing_else(name: str) -> None:
    named = {value for record in records(name) for field, value in record.items() if field != "prompt"}
    assert named == {path.relative_to(SAMPLES / name).as_posix() for path in files(name) if path.is_file()}
    assert len(records(name)) == (20 if name.endswith("training") else 5)


@pytest.mark.parametrize("name", SETS)
def test_stems_are_unique_in_a_set(name: str) -> None:
    stems = Counter(path.stem.casefold() for path in files(name) if path.is_file())
    assert max(stems.values()) == 1


@pytest.mark.parametrize("kind", ["i2v", "kf2v"])
def test_no_two_media_share_bytes(kind: str) -> None:
    found = [path for name in SETS if name.startswith(f"{kind}/") for path in files(name) if path.is_file()]
    digests = Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in found)
    assert digests.most_common(1)[0][1] == 1


@pytest.mark.parametrize("name", SETS)
def test_prompts_end_with_the_effect_in_the_subjects_pronouns(name: str) -> None:
    for record in records(name):
        subject, _, effect = record["prompt"].partition(" Then ")
        who = next(who for who, words in PRONOUNS.items() if f"Then {effect}" == said(name, words))
        assert not OTHER[who] & {word.strip(".,;") for word in subject.lower().split()}, subject


def said(name: str, words: dict[str, str]) -> str:
    return EFFECTS[name.split("/")[0]].format(**words)


def test_no_two_prompts_have_one_subject_and_background() -> None:
    subjects = Counter(record["prompt"].partition(" Then ")[0] for name in SETS for record in records(name))
    assert max(subjects.values()) == 1


@pytest.mark.parametrize(
    ("root", "record"), clips(), ids=lambda value: value.get("video_path", "") if isinstance(value, dict) else None
)
def test_frames_are_the_clips_first_and_last(root: Path, record: dict[str, str]) -> None:
    with av.open(str(root / record["video_path"])) as container:
        pictures = [frame.to_image() for frame in container.decode(video=0)]
        seconds = Fraction(len(pictures)) / container.streams.video[0].average_rate
    assert 2 <= seconds <= Fraction(81, 16)
    assert difference(root / record["first_frame_path"], pictures[0]) < 4
    if "last_frame_path" in record:
        assert difference(root / record["last_frame_path"], pictures[-1]) < 4
    assert difference_between(pictures[0], pictures[-1]) > 8, "the effect shows"


def difference_between(first: Image.Image, second: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(first, second)).mean)


@pytest.mark.parametrize("kind", ["i2v", "kf2v"])
def test_shapes_lengths_and_formats_are_mixed(kind: str) -> None:
    shapes: Counter[int] = Counter()
    for path in media(f"{kind}/training", "first_frame_path"):
        with Image.open(path) as picture:
            shapes[(picture.width > picture.height) - (picture.width < picture.height)] += 1
    assert len(shapes) == 3
    assert max(shapes.values()) < 0.9 * shapes.total()
    assert {path.suffix for path in media(f"{kind}/training", "video_path")} == {".mp4", ".mov"}
    assert {path.suffix for path in files(f"{kind}/training")} >= {".jpg", ".png", ".webp"}


def test_every_broken_case_is_expected_and_every_expected_case_is_there() -> None:
    expected = tomllib.loads((SAMPLES / "broken" / "expected.toml").read_text("utf-8"))
    there = {path.name for path in (SAMPLES / "broken").iterdir()} - {"README.md", "expected.toml"}
    assert set(expected) == there
    assert all(name.startswith(f"{case['code']}-") for name, case in expected.items())
