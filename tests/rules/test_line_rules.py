from __future__ import annotations

import pytest
from values import NAME, dataset, found, i2v, image, kf2v, placed, record, sample, told, video, zipped

from datasetkit.model import (
    Annotations,
    BrokenLine,
    Dataset,
    Expected,
    Flaw,
    Kind,
    Missing,
    Outside,
    Role,
    Sample,
    Where,
)

FULL = {"prompt": "a person", "first_frame_path": "a.jpg", "video_path": "a.mp4"}


def valid(line: int = 1) -> Sample:
    return sample(line, first_frame_path=image(f"image_{line}.jpg"))


@pytest.mark.parametrize(
    "judged",
    [
        dataset(i2v()),
        dataset(i2v(1), i2v(2), i2v(3)),
        dataset(kf2v(1), kf2v(2)),
        dataset(valid()),
        dataset(sample(first_frame_path=image("a.jpg"), last_frame_path=image("b.jpg"))),
        dataset(record(FULL | {"prompt": "钱雨 😀 \u2028 \u0085"})),
        dataset(record(FULL | {"prompt": "  a person\n"})),
        dataset(i2v(1), sample(2, first_frame_path=image("image_1.jpg"), video_path=video("b.mp4"))),
        dataset(i2v(1, clip=video("a.mp4", digest="1")), i2v(2, clip=video("b.mp4", digest="2"))),
        dataset(),
    ],
)
def test_quiet(judged: Dataset) -> None:
    assert told(judged, "L") == []


def broken(flaw: Flaw, message: str, column: int | None = None) -> Dataset:
    return dataset(i2v(), BrokenLine(Where(NAME, 2), flaw, message, column))


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (
            broken(Flaw.ENCODING, "byte 7 of the line (0xff) is not UTF-8"),
            "L201 error: byte 7 of the line (0xff) is not UTF-8",
        ),
        (
            dataset(i2v(), annotations=Annotations(NAME, 9, bom=True)),
            "L201 advice: the file begins with a byte order mark (BOM)",
        ),
        (
            zipped(i2v(), annotations=Annotations(NAME, 9, bom=True)),
            "L201 error: the file begins with a byte order mark (BOM)",
        ),
        (
            broken(Flaw.NOT_JSON, "a comma stands before the closing bracket", 14),
            "L202 error: column 14: a comma stands before the closing bracket",
        ),
        (broken(Flaw.NOT_JSON, "the line nests too deeply"), "L202 error: the line nests too deeply"),
        (
            dataset(i2v(), annotations=Annotations(NAME, 9, blank=(2,))),
            "L203 advice: 1 line is blank: 2",
        ),
        (
            dataset(i2v(), annotations=Annotations(NAME, 9, blank=(2, 4, 5, 6))),
            "L203 advice: 4 lines are blank: 2, 4, 5 and 1 more",
        ),
        (
            dataset(sample(first_frame_path=image(), video_path=video(), repeated=["prompt"])),
            "L204 error: given more than once in this line: prompt",
        ),
        (
            broken(Flaw.NOT_A_RECORD, "the line holds an array, not an object {…}"),
            "L205 error: the line holds an array, not an object {…}",
        ),
        (
            dataset(record({"first_frame_path": "a.jpg", "video_path": "a.mp4"})),
            "L206 error: prompt is missing",
        ),
        (
            dataset(i2v(1), record({"prompt": "a", "first_frame_path": "a.jpg", "vidio_path": "a.mp4"}, 2)),
            "L206 error: video_path is missing, but vidio_path is there: is it meant?",
        ),
        (
            dataset(record({"Prompt": "a", "first_frame_path": "a.jpg", "video_path": "a.mp4"})),
            "L206 error: prompt is missing, but Prompt is there: is it meant?",
        ),
        (dataset(record(FULL | {"prompt": ["a"]})), "L207 error: prompt is an array, not text"),
        (dataset(record(FULL | {"prompt": None})), "L207 error: prompt is null, not text"),
        (dataset(record(FULL | {"prompt": True})), "L207 error: prompt is true or false, not text"),
        (dataset(record(FULL | {"prompt": 1.5})), "L207 error: prompt is a number, not text"),
        (dataset(record(FULL | {"video_path": {}})), "L207 error: video_path is an object, not text"),
        (dataset(record(FULL | {"prompt": ""})), "L207 error: prompt is empty"),
        (dataset(record(FULL | {"prompt": " \u3000\n"})), "L207 error: prompt is only white space"),
        (
            dataset(record(FULL | {"prompt": "a \ud83d"})),
            "L207 error: prompt holds half a surrogate pair, which UTF-8 can't hold",
        ),
        (
            dataset(record(FULL | {"note": "retake"})),
            "L208 advice: note is not a field of i2v training lines",
        ),
        (
            zipped(record(FULL | {"note": "retake"})),
            "L208 warning: note is not a field of i2v training lines",
        ),
        (
            dataset(record(FULL | {"vidio_path": "b.mp4"})),
            "L208 warning: vidio_path is not a field of i2v training lines: is video_path meant?",
        ),
        (
            dataset(record({"prompt": "a", "first_frame_path": "a.jpg", "vidio_path": "b.mp4"})),
            "L208 warning: vidio_path is not a field of i2v validation lines: is video_path meant?",
        ),
        (
            dataset(sample(first_frame_path=Missing("image_9.jpeg", Expected.IMAGE), video_path=video())),
            "L209 error: there is no file image_9.jpeg",
        ),
        (
            dataset(
                sample(first_frame_path=Missing("image_9.jpeg", Expected.IMAGE, ("image_9.jpg",)), video_path=video())
            ),
            "L209 error: image_9.jpeg is not there, but image_9.jpg is",
        ),
        (
            dataset(
                sample(first_frame_path=Missing("a.jpg", Expected.IMAGE, ("A.jpg", "b/a.jpg")), video_path=video())
            ),
            "L209 error: a.jpg is not there, but A.jpg and b/a.jpg are",
        ),
        (
            dataset(
                sample(first_frame_path=Missing("cafe\u0301.jpg", Expected.IMAGE, ("café.jpg",)), video_path=video())
            ),
            "L209 error: cafe\u0301.jpg is not there, but café.jpg is, in another Unicode form",
        ),
        (
            dataset(sample(first_frame_path=Missing("a.jpg ", Expected.IMAGE, ("a.jpg",)), video_path=video())),
            "L209 error: 'a.jpg ' is not there, but a.jpg is",
        ),
        (
            dataset(sample(first_frame_path=Outside("../a.jpg", Expected.IMAGE), video_path=video())),
            "L210 error: ../a.jpg leads out of the folder that holds data.jsonl",
        ),
        (
            dataset(
                sample(first_frame_path=image("a.jpg"), video_path=video(), written={"first_frame_path": "./a.jpg"})
            ),
            "L210 advice: ./a.jpg is better written a.jpg",
        ),
        (
            zipped(
                sample(
                    first_frame_path=image("image/a.jpg"),
                    video_path=video(),
                    written={"first_frame_path": "image\\a.jpg"},
                )
            ),
            "L210 warning: image\\a.jpg is better written image/a.jpg",
        ),
        (
            dataset(
                sample(first_frame_path=image("i/a.jpg"), video_path=video(), written={"first_frame_path": "i//a.jpg"})
            ),
            "L210 advice: i//a.jpg is better written i/a.jpg",
        ),
        (
            dataset(i2v(1, clip=video("a.mp4")), i2v(2, clip=video("a.mp4"))),
            "L211 warning: a.mp4 is also the clip of line 1",
        ),
        (
            dataset(i2v(1, clip=video("a.mp4", digest="1")), i2v(2, clip=video("b.mp4", digest="1"))),
            "L211 warning: b.mp4 holds the same bytes as a.mp4, the clip of line 1",
        ),
        (
            dataset(kf2v(1), kf2v(2), i2v(3)),
            "L212 error: last_frame_path is missing; this is judged as a kf2v training set (from its lines)",
        ),
        (
            dataset(kf2v(1), i2v(2), i2v(3)),
            "L212 error: last_frame_path has no place here: this is judged as an i2v training set (from its lines)",
        ),
        (
            dataset(valid(1), valid(2), i2v(3)),
            "L212 warning: video_path has no place here: this is judged as an i2v validation set (from its lines)",
        ),
        (
            dataset(kf2v(1), kf2v(2), record(FULL | {"last_frame": "b.jpg"}, 3)),
            (
                "L212 error: last_frame_path is missing, but last_frame is there: is it meant?; "
                "this is judged as a kf2v training set (from its lines)"
            ),
        ),
    ],
)
def test_finding(judged: Dataset, expected: str) -> None:
    assert told(judged, "L") == [expected]


def test_a_kind_that_was_asked_for_is_held_against_the_lines() -> None:
    asked = {"kind": Kind.I2V, "origin": {"kind": "--kind"}}
    assert told(dataset(kf2v(1)), "L", **asked) == [
        "L212 warning: last_frame_path has no place here: this is judged as an i2v training set (--kind)"
    ]
    assert [f.code for f in found(dataset(i2v(1), i2v(2)), "L", kind=Kind.KF2V)] == ["L212", "L212"]


def test_a_role_that_was_asked_for_is_held_against_the_lines() -> None:
    assert placed(dataset(valid(4)), "L", role=Role.TRAINING) == [("L206", 4, "video_path")]
    assert placed(dataset(i2v(4)), "L", role=Role.VALIDATION) == [("L212", 4, "video_path")]


@pytest.mark.parametrize(
    ("line", "model", "expected"),
    [
        (kf2v(), "wan2.7-i2v", []),
        (i2v(), "wan2.7-i2v", []),
        (kf2v(), None, []),
        (
            kf2v(),
            "wan2.2-i2v-flash",
            [
                (
                    "L213 error: wan2.2-i2v-flash does not train kf2v (from its lines), "
                    "but wan2.7-i2v and wan2.2-kf2v-flash do"
                )
            ],
        ),
        (
            i2v(),
            "wan2.2-kf2v-flash-ft-202511111122-ab12",
            [
                (
                    "L213 error: wan2.2-kf2v-flash does not train i2v (from its lines), "
                    "but wan2.7-i2v, wan2.6-i2v, wan2.5-i2v-preview and wan2.2-i2v-flash do"
                )
            ],
        ),
    ],
)
def test_a_model_trains_only_its_kinds(line: Sample, model: str | None, expected: list[str]) -> None:
    assert told(dataset(line), "L", model=model) == expected


def test_findings_point_at_line_and_field() -> None:
    missing = Missing("a.jpg", Expected.IMAGE)
    judged = dataset(
        record(FULL, 1),
        sample(2, first_frame_path=missing, video_path=video()),
        record(FULL | {"prompt": 3}, 3),
        annotations=Annotations(NAME, 9, blank=(4, 6)),
    )
    assert placed(judged) == [("L209", 2, "first_frame_path"), ("L207", 3, "prompt"), ("L203", 4, None)]


def test_a_file_of_another_sort_is_judged_by_each_field_that_names_it() -> None:
    """A path is right as one line's clip and wrong as another's frame."""
    as_frame = Missing("video_1.mp4", Expected.IMAGE)
    judged = dataset(i2v(1), sample(2, first_frame_path=as_frame, video_path=video("b.mp4")))
    assert placed(judged) == [("L209", 2, "first_frame_path")]


def test_a_misspelling_in_every_line_is_told_at_each() -> None:
    lines = [record({"prompt": "a", "first_frame_path": "a.jpg", "vidio_path": "a.mp4"}, n) for n in range(1, 501)]
    assert placed(dataset(*lines)) == [("L208", n, "vidio_path") for n in range(1, 501)]
