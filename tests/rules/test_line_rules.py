from __future__ import annotations

from dataclasses import replace

import pytest
from values import (
    NAME,
    assert_finding,
    dataset,
    found,
    i2v,
    image,
    kf2v,
    messages,
    placed,
    record,
    sample,
    video,
    zipped,
)

from datasetkit.edits import SetField
from datasetkit.model import (
    Annotations,
    BrokenLine,
    Dataset,
    Expected,
    Flaw,
    Kind,
    Medium,
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
    assert messages(judged, "L") == []


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
            broken(Flaw.NOT_JSON, "there is a comma before the closing bracket", 14),
            "L202 error: column 14 | a comma before the closing bracket",
        ),
        (broken(Flaw.NOT_JSON, "the line is nested too deeply"), "L202 error: nested too deeply"),
        (
            dataset(i2v(), annotations=Annotations(NAME, 9, blank=(2,))),
            "L203 advice: line 2 is blank",
        ),
        (
            dataset(i2v(), annotations=Annotations(NAME, 9, blank=(2, 4, 5, 6))),
            "L203 advice: lines 2, 4, 5 and 1 more are blank",
        ),
        (
            dataset(sample(first_frame_path=image(), video_path=video(), repeated=["prompt"])),
            'L204 error: this line has "prompt" more than once',
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
            'L206 error: video_path is missing | "vidio_path" | Did you mean "video_path"?',
        ),
        (
            dataset(record({"Prompt": "a", "first_frame_path": "a.jpg", "video_path": "a.mp4"})),
            'L206 error: prompt is missing | "Prompt" | Did you mean "prompt"?',
        ),
        (dataset(record(FULL | {"prompt": ["a"]})), 'L207 error: prompt must be text | ["a"]'),
        (dataset(record(FULL | {"prompt": None})), "L207 error: prompt must be text | null"),
        (dataset(record(FULL | {"prompt": True})), "L207 error: prompt must be text | true"),
        (dataset(record(FULL | {"prompt": 1.5})), "L207 error: prompt must be text | 1.5"),
        (dataset(record(FULL | {"video_path": {}})), "L207 error: video_path must be text | {}"),
        (dataset(record(FULL | {"prompt": ""})), "L207 error: prompt is empty"),
        (dataset(record(FULL | {"prompt": " \u3000\n"})), "L207 error: prompt is only white space"),
        (
            dataset(record(FULL | {"prompt": "a \ud83d"})),
            "L207 error: prompt | half a surrogate pair",
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
            'L208 warning: vidio_path is not a field of i2v training lines | Did you mean "video_path"?',
        ),
        (
            dataset(record({"prompt": "a", "first_frame_path": "a.jpg", "vidio_path": "b.mp4"})),
            'L208 warning: vidio_path is not a field of i2v validation lines | Did you mean "video_path"?',
        ),
        (
            dataset(sample(first_frame_path=Missing("image_9.jpeg", Expected.IMAGE), video_path=video())),
            "L209 error: there is no file image_9.jpeg",
        ),
        (
            dataset(
                sample(first_frame_path=Missing("image_9.jpeg", Expected.IMAGE, ("image_9.jpg",)), video_path=video())
            ),
            "L209 error: there is no file image_9.jpeg | did you mean image_9.jpg?",
        ),
        (
            dataset(
                sample(first_frame_path=Missing("a.jpg", Expected.IMAGE, ("A.jpg", "b/a.jpg")), video_path=video())
            ),
            "L209 error: there is no file a.jpg | did you mean A.jpg or b/a.jpg?",
        ),
        (
            dataset(
                sample(first_frame_path=Missing("cafe\u0301.jpg", Expected.IMAGE, ("café.jpg",)), video_path=video())
            ),
            "L209 error: there is no file cafe\u0301.jpg | did you mean café.jpg? | another Unicode form",
        ),
        (
            dataset(sample(first_frame_path=Missing("a.jpg ", Expected.IMAGE, ("a.jpg",)), video_path=video())),
            "L209 error: there is no file 'a.jpg ' | did you mean a.jpg?",
        ),
        (
            dataset(sample(first_frame_path=Outside("../a.jpg", Expected.IMAGE), video_path=video())),
            "L210 error: ../a.jpg | outside the dataset's folder",
        ),
        (
            dataset(sample(first_frame_path=Outside("C:\\a.jpg", Expected.IMAGE, ("a.jpg",)), video_path=video())),
            "L210 error: C:\\a.jpg | outside the dataset's folder | did you mean a.jpg?",
        ),
        (
            dataset(
                sample(first_frame_path=image("a.jpg"), video_path=video(), written={"first_frame_path": "./a.jpg"})
            ),
            "L210 advice: write a.jpg, not ./a.jpg",
        ),
        (
            zipped(
                sample(
                    first_frame_path=image("image/a.jpg"),
                    video_path=video(),
                    written={"first_frame_path": "image\\a.jpg"},
                )
            ),
            "L210 warning: write image/a.jpg, not image\\a.jpg",
        ),
        (
            dataset(
                sample(first_frame_path=image("i/a.jpg"), video_path=video(), written={"first_frame_path": "i//a.jpg"})
            ),
            "L210 advice: write i/a.jpg, not i//a.jpg",
        ),
        (
            dataset(i2v(1, clip=video("a.mp4")), i2v(2, clip=video("a.mp4"))),
            "L211 warning: a.mp4 is also the clip of line 1",
        ),
        (
            dataset(i2v(1, clip=video("a.mp4", digest="1")), i2v(2, clip=video("b.mp4", digest="1"))),
            "L211 warning: b.mp4 has the same content as a.mp4 | the clip of line 1",
        ),
        (
            dataset(kf2v(1), kf2v(2), i2v(3)),
            "L212 error: last_frame_path is missing | treated as kf2v training (from its lines)",
        ),
        (
            dataset(kf2v(1), i2v(2), i2v(3)),
            "L212 error: last_frame_path | treated as i2v training (from its lines)",
        ),
        (
            dataset(valid(1), valid(2), i2v(3)),
            "L212 warning: video_path | treated as i2v validation (from its lines)",
        ),
        (
            dataset(kf2v(1), kf2v(2), record(FULL | {"last_frame": "b.jpg"}, 3)),
            'L212 error: last_frame_path is missing | "last_frame" | Did you mean "last_frame_path"? | kf2v',
        ),
    ],
)
def test_finding(judged: Dataset, expected: str) -> None:
    assert_finding(judged, expected, "L")


def test_a_kind_that_was_asked_for_is_compared_with_the_lines() -> None:
    asked = {"kind": Kind.I2V, "origin": {"kind": "--kind"}}
    assert_finding(dataset(kf2v(1)), "L212 warning: last_frame_path | treated as i2v training (--kind)", "L", **asked)
    assert [f.code for f in found(dataset(i2v(1), i2v(2)), "L", kind=Kind.KF2V)] == ["L212", "L212"]


def test_a_role_that_was_asked_for_is_compared_with_the_lines() -> None:
    assert placed(dataset(valid(4)), "L", role=Role.TRAINING) == [("L206", 4, "video_path")]
    assert placed(dataset(i2v(4)), "L", role=Role.VALIDATION) == [("L212", 4, "video_path")]


@pytest.mark.parametrize(
    ("line", "model", "expected"),
    [
        (
            kf2v(),
            "wan2.2-i2v-flash",
            "this is a kf2v set | wan2.2-i2v-flash can't be trained on one | use wan2.7-i2v or wan2.2-kf2v-flash",
        ),
        (
            i2v(),
            "wan2.2-kf2v-flash-ft-202511111122-ab12",
            "wan2.2-kf2v-flash can't | use wan2.7-i2v, wan2.6-i2v, wan2.5-i2v-preview or wan2.2-i2v-flash",
        ),
    ],
)
def test_a_model_trains_only_its_kinds(line: Sample, model: str, expected: str) -> None:
    assert_finding(dataset(line), f"L213 error: {expected} | from its lines", "L", model=model)


@pytest.mark.parametrize(("line", "model"), [(kf2v(), "wan2.7-i2v"), (i2v(), "wan2.7-i2v"), (kf2v(), None)])
def test_a_model_may_train_both_kinds(line: Sample, model: str | None) -> None:
    assert messages(dataset(line), "L", model=model) == []


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


OTHERS = {"text": "a person", "image": "a.jpg", "video": "a.mp4"}


@pytest.mark.parametrize(("other", "field"), [("text", "prompt"), ("caption", "prompt"), ("image", "first_frame_path")])
def test_a_field_may_have_the_name_that_another_tool_gives_it(other: str, field: str) -> None:
    values = {name: value for name, value in FULL.items() if name != field} | {other: "a"}
    expected = f'L206 error: {field} is missing | the line has "{other}" | Did you mean "{field}"?'
    assert_finding(dataset(record(values)), expected, "L")


def test_each_field_of_another_tool_is_named_once() -> None:
    questions = {f.where.field: f.message.partition("Did you mean ")[2] for f in found(dataset(record(OTHERS)), "L")}
    assert questions == {"prompt": '"prompt"?', "first_frame_path": '"first_frame_path"?', "video": '"video_path"?'}


def test_a_field_of_another_tool_beside_the_real_one_is_left_out() -> None:
    assert_finding(dataset(record(FULL | {"caption": "a"})), "L208 advice: caption is not a field", "L")


@pytest.mark.parametrize(
    ("medium", "code"),
    [
        (Missing("image_9.jpeg", Expected.IMAGE, ("image_9.jpg",)), "L209"),
        (Outside("C:\\set\\image_9.jpg", Expected.IMAGE, ("image_9.jpg",)), "L210"),
    ],
)
def test_the_one_file_that_can_be_meant_is_a_safe_fix(medium: Medium, code: str) -> None:
    (finding,) = found(dataset(sample(4, first_frame_path=medium, video_path=video())), code)
    assert (finding.fix, finding.safe) == ((SetField(4, "first_frame_path", "image_9.jpg"),), True)
    several = replace(medium, near=("a.jpg", "b.jpg"))
    assert found(dataset(sample(4, first_frame_path=several, video_path=video())), code)[0].fix == ()


def test_a_long_value_is_cut_in_the_message() -> None:
    (finding,) = found(dataset(record(FULL | {"prompt": ["word"] * 500})), "L207")
    assert len(finding.message) < 100
