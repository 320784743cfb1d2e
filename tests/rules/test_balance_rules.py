from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from values import assert_finding, clip, dataset, found, i2v, image, kf2v, messages, sample

from datasetkit import spec
from datasetkit.model import BrokenLine, Dataset, Flaw, Role, Sample, Where

PORTRAIT, LANDSCAPE, SQUARE = (360, 640), (640, 360), (512, 512)


def training(sizes: Sequence[tuple[int, int]], seconds: Sequence[int] = (3, 4, 5)) -> Dataset:
    """A training sample for each size, lengths in turn."""
    return dataset(*(_line(n, size, seconds[n % len(seconds)]) for n, size in enumerate(sizes, 1)))


def _line(number: int, size: tuple[int, int], seconds: int) -> Sample:
    width, height = size
    shown = clip(seconds * 16, path=f"video_{number}.mp4", width=width, height=height)
    return i2v(number, first=image(f"image_{number}.jpg", width=width, height=height), clip=shown)


def validation(number: int, size: tuple[int, int] = LANDSCAPE) -> Dataset:
    width, height = size
    lines = [sample(n, first_frame_path=image(f"{n}.jpg", width=width, height=height)) for n in range(1, number + 1)]
    return dataset(*lines)


def mixed(number: int) -> Dataset:
    return training([(PORTRAIT, LANDSCAPE)[n % 2] for n in range(number)])


@pytest.mark.parametrize(
    "judged",
    [
        mixed(20),
        mixed(100),
        dataset(annotations=None),
        validation(5),
        training([PORTRAIT] * 17 + [LANDSCAPE] * 3),
        training([PORTRAIT] * 17 + [SQUARE] * 3, (5,)),
    ],
)
def test_quiet(judged: Dataset) -> None:
    assert messages(judged, "S") == []


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (dataset(), "S701 error: 0 samples | at least 10"),
        (mixed(1), "S701 error: 1 sample | at least 10"),
        (training([LANDSCAPE] * 9, (5,)), "S701 error: 9 samples | at least 10"),
        (mixed(10), "S702 advice: 10 samples | 20 or more are recommended"),
        (mixed(19), "S702 advice: 19 samples | 20 or more are recommended"),
        (
            training([PORTRAIT] * 18 + [LANDSCAPE] * 2),
            "S704 advice: 18 of 20 samples are portrait",
        ),
        (training([SQUARE] * 20), "S704 advice: 20 of 20 samples are square"),
        (validation(20), "S704 advice: 20 of 20 samples are landscape"),
        (
            training([PORTRAIT] * 20, (5,)),
            "S705 advice: all 20 clips | 360×640 | 5.00 s",
        ),
    ],
)
def test_finding(judged: Dataset, expected: str) -> None:
    assert_finding(judged, expected, "S")


@pytest.mark.parametrize(
    ("number", "model", "expected"),
    [
        (0, "wan2.7-i2v", "1 for wan2.7-i2v"),
        (4, "wan2.2-i2v-flash", "4 for wan2.2-i2v-flash"),
        (3, None, "(4 for wan2.2-i2v-flash)"),
        (2, None, "(2 for wan2.6-i2v, 2 for wan2.5-i2v-preview and 4 for wan2.2-i2v-flash)"),
    ],
)
def test_a_validation_set_exceeds_a_batch(number: int, model: str | None, expected: str) -> None:
    heading = f"S703 warning: {number} validation samples | more than the batch_size"
    assert_finding(validation(number), f"{heading} | {expected}", "S", model=model, role=Role.VALIDATION)


@pytest.mark.parametrize(("number", "model"), [(5, "wan2.2-i2v-flash"), (2, "wan2.7-i2v")])
def test_a_validation_set_of_more_than_a_batch(number: int, model: str) -> None:
    assert messages(validation(number), "S", model=model) == []


@pytest.fixture
def large_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models as some may come: the newest trains 16 samples at once."""
    newest, *others = spec.models()
    known = (replace(newest, batch_size=16), *others)
    monkeypatch.setattr(spec, "models", lambda: known)


@pytest.mark.usefixtures("large_batches")
def test_a_training_set_exceeds_a_batch() -> None:
    needs = "12 samples | more than the batch_size (16 for wan2.7-i2v)"
    assert_finding(mixed(12), f"S701 error: {needs}", "S", model="wan2.7-i2v")
    assert_finding(mixed(12), f"S701 warning: {needs}", "S")
    assert_finding(mixed(17), "S702 advice: 17 samples", "S")


@pytest.mark.parametrize(("whole", "expected"), [(9, []), (19, []), (8, ["S701"]), (18, ["S702"])])
def test_a_line_that_is_broken_is_not_reported_as_missing_too(whole: int, expected: list[str]) -> None:
    judged = mixed(whole)
    broken = BrokenLine(Where("data.jsonl", whole + 1), Flaw.NOT_JSON, "no")
    counts = [f.code for f in found(replace(judged, lines=(*judged.lines, broken)), "S7") if f.code < "S704"]
    assert counts == (["S702"] if whole == 9 else expected)


def test_a_clip_counts_as_it_is_displayed() -> None:
    def turned(n: int) -> Sample:
        return i2v(n, clip=clip(16 * (3 + n % 3), path=f"{n}.mp4", rotation=90))

    assert messages(dataset(*map(turned, range(1, 21))), "S") == ["S704 advice: 20 of 20 samples are portrait"]


def test_lengths_that_differ_by_a_frame_are_one_length() -> None:
    lines = [kf2v(n, clip=clip(80 + n % 2, path=f"{n}.mp4")) for n in range(1, 21)]
    assert_finding(dataset(*lines), "S705 advice: all 20 clips | 640×360 | 5.06 s", "S")
