import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit.edits import DropLine, SetField, SetLine, StripBom
from datasetkit.errors import DatasetkitError
from datasetkit.repair.lines import edit_lines, replace_value


@pytest.mark.parametrize(
    ("line", "after"),
    [
        (b'{"prompt": "a", "x": 1}', b'{"prompt": "new", "x": 1}'),
        (b'  { "x" :[1, {"prompt": 2}],"prompt":"a" }\r', b'  { "x" :[1, {"prompt": 2}],"prompt":"new" }\r'),
        (b'{"prompt": "a", "prompt": "b"}', b'{"prompt": "a", "prompt": "new"}'),
        (b'{"prompt": null}', b'{"prompt": "new"}'),
        (b'{"\\u0070rompt": 1.50}', b'{"\\u0070rompt": "new"}'),
    ],
)
def test_only_the_value_changes(line: bytes, after: bytes) -> None:
    assert replace_value(line, "prompt", "new", 1) == after


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ('{"prompt": "a"}', '{"prompt": "é"}'),
        ('{"prompt": "\\u00fc"}', '{"prompt": "\\u00e9"}'),
        ('{"prompt": "ü \\u00fc"}', '{"prompt": "é"}'),
    ],
)
def test_letters_are_escaped_as_the_line_does(line: str, after: str) -> None:
    assert replace_value(line.encode(), "prompt", "é", 1) == after.encode()


@pytest.mark.parametrize("line", [b"", b"[1]", b'{"a": 1', b"\xff", b'{"a": 1} x', b"[" * 100_000, b'{"x": "a"}'])
def test_what_is_not_a_record_is_refused(line: bytes) -> None:
    with pytest.raises(DatasetkitError):
        replace_value(line, "prompt", "new", 3)


VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v, max_size=3))
SPACE = st.text(alphabet=" \t", max_size=2)


@given(st.dictionaries(st.text(), VALUES, min_size=1, max_size=5), st.data(), SPACE, SPACE, st.booleans(), st.text())
def test_every_other_byte_stays(record: dict, data: st.DataObject, comma: str, colon: str, ascii_: bool, new: str):
    text = json.dumps(record, separators=("," + comma, ":" + colon), ensure_ascii=ascii_)
    key = data.draw(st.sampled_from(list(record)))
    after = replace_value(text.encode("utf-8", "surrogatepass"), key, new, 1).decode()
    assert json.loads(after) == {**record, key: new}
    assert list(json.loads(after)) == list(record)
    old = json.dumps(record[key], separators=("," + comma, ":" + colon), ensure_ascii=ascii_)
    same = 0
    while same < min(len(after), len(text)) and after[same] == text[same]:
        same += 1
    tail = text[::-1]
    back = 0
    while back < min(len(after), len(text)) - same and after[::-1][back] == tail[back]:
        back += 1
    assert len(text) - same - back <= len(old)


@given(st.lists(st.sampled_from([b'{"a": 1}', b'{"a": 1}\r', b"", b"junk \xff"]), min_size=1), st.data())
def test_other_lines_stay(lines: list[bytes], data: st.DataObject) -> None:
    number = data.draw(st.integers(1, len(lines)))
    after = edit_lines(b"\n".join(lines), [SetLine(number, '{"b": 2}')]).split(b"\n")
    assert after[: number - 1] == lines[: number - 1]
    assert after[number:] == lines[number:]
    assert after[number - 1] == b'{"b": 2}' + b"\r" * lines[number - 1].endswith(b"\r")


def test_edits_use_the_numbers_of_the_original() -> None:
    data = b'\xef\xbb\xbf{"prompt": "a"}\r\n\r\n{\r\n"prompt":\r\n"b"}\r\n{"prompt": "c", "v": "x.gif"}\n'
    edits = [
        StripBom(),
        DropLine(2),
        SetLine(3, '{"prompt": "b"}', 5),
        SetField(6, "prompt", "C"),
        SetField(6, "v", "x.mp4"),
    ]
    assert edit_lines(data, edits) == (b'{"prompt": "a"}\r\n{"prompt": "b"}\r\n{"prompt": "C", "v": "x.mp4"}\n')


def test_without_edits_nothing_changes() -> None:
    data = b"\xef\xbb\xbf{}\r\n\n x"
    assert edit_lines(data, []) == data


@pytest.mark.parametrize("edit", [DropLine(1), DropLine(9), SetField(9, "a", "b"), SetLine(1, "x", 9)])
def test_lines_that_another_program_changed_are_refused(edit: object) -> None:
    with pytest.raises(DatasetkitError):
        edit_lines(b'{"a": 1}\n', [edit])
