import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packable import clip, image, missing, sample

from datasetkit.errors import DatasetkitError
from datasetkit.model import Kind, Role
from datasetkit.pack.layout import lay_out

I2V, KF2V = Kind.I2V, Kind.KF2V
TRAINING, VALIDATION = Role.TRAINING, Role.VALIDATION


def paths(layout):
    return [path for path, _ in layout.members]


@pytest.mark.parametrize("lacking", ["first_frame_path", "video_path", "prompt"])
def test_a_line_that_lacks_a_field_is_not_written(lacking):
    whole = sample(3, first=image("a.jpg"), clip=clip("a.mp4"))
    record = {field: value for field, value in whole.record.items() if field != lacking}
    references = tuple(r for r in whole.references if r.where.field != lacking)
    with pytest.raises(DatasetkitError, match=rf"data\.jsonl:3 has no {lacking}"):
        lay_out([replace(whole, record=record, references=references)], I2V, TRAINING)


def test_a_path_that_is_no_text_is_not_written():
    whole = sample(3, first=image("a.jpg"), clip=clip("a.mp4"))
    references = tuple(r for r in whole.references if r.where.field != "video_path")
    with pytest.raises(DatasetkitError, match="no video_path"):
        lay_out([replace(whole, record=whole.record | {"video_path": 3}, references=references)], I2V, TRAINING)


def test_lines_are_rewritten_in_the_schemas_order_and_nothing_else_is_kept():
    line = sample(
        1, "红  rain ", written={"first": "./第1个.JPG"}, extra={"note": 1},
        first=image("第1个.JPG"), clip=clip("第1个.mp4"),
    )  # fmt: skip
    layout = lay_out([line], I2V, TRAINING)
    text = '{"prompt":"红  rain ","first_frame_path":"image_1.jpg","video_path":"video_1.mp4"}\n'
    assert layout.annotations == text.encode()
    assert layout.renames == {"第1个.JPG": "image_1.jpg", "第1个.mp4": "video_1.mp4"}


def test_data_jsonl_comes_first_then_media_in_the_order_of_the_lines():
    lines = [
        sample(1, clip=clip("z.mp4", 7), last=image("y.png", 2, "PNG"), first=image("x.jpg", 1)),
        sample(2, clip=clip("c.mov"), last=image("x.jpg", 1), first=image("a.webp", 4, "WEBP")),
    ]
    layout = lay_out(lines, KF2V, TRAINING)
    assert layout.members == (
        ("data.jsonl", len(layout.annotations)),
        ("image/x.jpg", 1),
        ("image/y.png", 2),
        ("video/z.mp4", 7),
        ("image/a.webp", 4),
        ("video/c.mov", 5),
    )
    assert json.loads(layout.annotations.splitlines()[1])["last_frame_path"] == "image/x.jpg"


def test_a_validation_set_has_no_clips():
    layout = lay_out([sample(1, first=image("a.jpg"), clip=clip("a.mp4"))], I2V, VALIDATION)
    assert paths(layout) == ["data.jsonl", "a.jpg"]
    assert layout.annotations == b'{"prompt":"p","first_frame_path":"a.jpg"}\n'


def test_an_i2v_set_is_flat():
    layout = lay_out([sample(1, first=image("image/a.jpg"), clip=clip("video/b.mp4"))], I2V, TRAINING)
    assert paths(layout) == ["data.jsonl", "a.jpg", "b.mp4"]


def test_no_samples_give_an_empty_data_jsonl():
    layout = lay_out([], I2V, TRAINING)
    assert layout.members == (("data.jsonl", 0),)


def test_a_prompt_has_no_line_end_for_any_reader_and_stays_the_same():
    prompt = "a\u2028b\x85c\u2029d\ne\x1ef"
    layout = lay_out([sample(1, prompt, first=image("a.jpg"))], I2V, VALIDATION)
    (line,) = layout.annotations.decode().splitlines()
    assert json.loads(line)["prompt"] == prompt


def test_a_line_that_names_no_file_cant_be_built():
    with pytest.raises(DatasetkitError, match=r"data.jsonl:4: there is no file .b.jpg. .first_frame_path"):
        lay_out([sample(4, first=missing("b.jpg"), clip=clip("a.mp4"))], I2V, TRAINING)


def test_a_field_that_isnt_written_may_name_nothing():
    layout = lay_out([sample(1, first=image("a.jpg"), last=missing("b.jpg"), clip=clip("c.mp4"))], I2V, TRAINING)
    assert paths(layout) == ["data.jsonl", "a.jpg", "c.mp4"]


def test_half_a_character_cant_be_built():
    with pytest.raises(DatasetkitError, match=r"data.jsonl:2: a broken character"):
        lay_out([sample(2, "\ud83d", first=image("a.jpg"))], I2V, VALIDATION)


NAMES = st.text(st.sampled_from("aA1_ 第.é/"), min_size=1, max_size=5).map(lambda s: s.strip("/") or "x")
LINES = st.lists(st.tuples(NAMES, NAMES, NAMES, st.text(max_size=5)), max_size=6)


def lines_of(rows):
    return [
        sample(
            n, prompt.encode("utf-8", "replace").decode(),
            first=image(f"{a}.jpg"), last=image(f"{b}.png", 4, "PNG"), clip=clip(f"{c}.mov"),
        )
        for n, (a, b, c, prompt) in enumerate(rows, 1)
    ]  # fmt: skip


@given(LINES, st.sampled_from(Kind), st.sampled_from(Role))
def test_laying_out_a_layout_changes_nothing(rows, kind, role):
    layout = lay_out(lines_of(rows), kind, role)
    again = lay_out([reread(n, line) for n, line in enumerate(layout.annotations.splitlines(), 1)], kind, role)
    assert again.annotations == layout.annotations
    assert again.members == layout.members
    assert again.renames == {}


def reread(number, line):
    record = json.loads(line)
    media = {}
    for key, field in {"first": "first_frame_path", "last": "last_frame_path", "clip": "video_path"}.items():
        if field in record:
            path = record[field]
            media[key] = clip(path) if key == "clip" else reread_image(path)
    return sample(number, record["prompt"], **media)


def reread_image(path):
    return image(path, 4, "PNG") if path.endswith(".png") else image(path)
