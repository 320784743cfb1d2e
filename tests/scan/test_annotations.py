import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from datasetkit.model import BrokenLine, Flaw, Sample
from datasetkit.scan.annotations import parse

PROMPT = "The video begins showing a young woman. Then the s86b5p money rain effect begins."


def broken(text: str | bytes) -> list[BrokenLine]:
    data = text if isinstance(text, bytes) else text.encode()
    return [line for line in parse(data, "data.jsonl")[1] if isinstance(line, BrokenLine)]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('{"prompt": "a", "last_frame_path": "b.jpg", }', "a comma before the closing bracket"),
        ('{"prompt": "a"},', "a comma outside the object"),
        ('{"prompt": "a"}{"prompt": "b"}', "several objects on one line"),
        ('{"prompt": "a"}, {"prompt": "b"}', "several objects on one line"),
        ("{'prompt': 'a', 'video_path': None}", "this is Python, not JSON"),
        ("{“prompt”: “a”}", "the quotes are typographic"),
        ('{"prompt": "a"} // the first', "there is a comment"),
        ('{"prompt": "a" /* the first */}', "there is a comment"),
        ('{"prompt": NaN}', "NaN and Infinity are not allowed"),
        ('{"prompt": "a\tb"}', "control character inside a string"),
        ('{"prompt": "a", "video_path": "vid', "the line is cut off"),
        ('{"prompt" "a"}', "not JSON: expecting ':' delimiter"),
        ("prompt: a", "not JSON: expecting value"),
        ("[" * 100_000, "one JSON array"),
        ('{"a":' + "[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "a number has over 4,300 digits"),
    ],
)
def test_the_cause_is_named(text: str, cause: str) -> None:
    (line,) = broken(text)
    assert line.flaw is Flaw.NOT_JSON
    assert cause in line.message


def test_a_cause_inside_a_string_is_not_the_cause() -> None:
    (line,) = broken('{"prompt": "he said, }", "a": }')
    assert "comma" not in line.message


def test_the_column_is_reported() -> None:
    assert broken('{"prompt" "a"}')[0].column == 11


def test_an_object_over_several_lines_is_one_finding_and_the_next_line_is_read() -> None:
    text = json.dumps({"prompt": "a", "x": {"y": 1}}, indent=2) + '\n{"prompt": "b"}\n'
    first, second = parse(text.encode(), "data.jsonl")[1]
    assert isinstance(first, BrokenLine)
    assert first.message == "one object is spread over lines 1 to 6; write it on one line"
    assert isinstance(second, Sample)
    assert second.line == 7


def test_a_line_that_was_cut_off_does_not_swallow_the_next() -> None:
    first, second = parse(b'{"prompt": "a\n{"prompt": "b"}\n', "data.jsonl")[1]
    assert isinstance(first, BrokenLine)
    assert isinstance(second, Sample)


def test_an_array_for_the_whole_file_is_one_finding() -> None:
    (line,) = broken(json.dumps([{"prompt": "a"}, {"prompt": "b"}], indent=1))
    assert "one JSON array" in line.message


@pytest.mark.parametrize(
    "text", ['["a", "b"]\n{"prompt": "b"}\n', '["a", "b"]\n', '[{"prompt": "a"}]\n{"prompt": "b"}']
)
def test_an_array_on_the_first_line_does_not_make_the_file_one(text: str) -> None:
    first, *others = parse(text.encode(), "data.jsonl")[1]
    assert isinstance(first, BrokenLine)
    assert first.flaw is Flaw.NOT_A_RECORD
    assert [line.where.line for line in others if isinstance(line, Sample)] == [2] * text.count("\n{")


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ('{"prompt": "a", }', '{"prompt": "a"}'),
        ('{"prompt": "a"},', '{"prompt": "a"}'),
        (',{"prompt": "a", },', '{"prompt": "a"}'),
        ('{"prompt": "a"}, {"prompt": "b"}', '{"prompt": "a"}\n{"prompt": "b"}'),
        ("{'prompt': 'it is \"a\"'}", '{"prompt": "it is \\"a\\""}'),
        ('{"prompt": "a"} # the first', '{"prompt": "a"}'),
        ('{"prompt": "a\tb"}', '{"prompt": "a b"}'),
        ('{\n"prompt": "a"\n}', '{"prompt": "a"}'),
        ('[{"prompt": "a"},\n{"prompt": "钱雨"}]\n', '{"prompt": "a"}\n{"prompt": "钱雨"}'),
        ('{"prompt": "a", "prompt": "b", }', None),  # which of the two?
        ('{"prompt": NaN}', None),
        ('{"prompt": "a", "take": 3, }', None),
        ('{"prompt": "a', None),
        ('[{"prompt": "a"},', None),
    ],
)
def test_a_line_is_corrected_where_there_is_no_doubt(text: str, corrected: str | None) -> None:
    assert broken(text)[0].corrected == corrected


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_utf_16_is_corrected(encoding: str) -> None:
    text = '{"prompt": "钱雨"}\n{"prompt": "b"}\n'
    assert broken(text.encode(encoding))[0].corrected == text
    assert broken(text.encode(encoding)[:-1])[0].corrected is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named(encoding: str) -> None:
    (line,) = broken('{"prompt": "a"}'.encode(encoding))
    assert line.flaw is Flaw.ENCODING
    assert "UTF-16" in line.message


def test_other_encodings_are_reported_with_their_byte() -> None:
    (line,) = broken(b'{"prompt": "caf\xe9"}')
    assert line.flaw is Flaw.ENCODING
    assert "byte 16 of the line (0xe9) is not UTF-8" in line.message


@pytest.mark.parametrize("text", ["[1]x", '"a"', "5", "null", "true"])
def test_what_is_no_object_is_named(text: str) -> None:
    (line,) = broken('{"prompt": "a"}\n' + text)
    assert line.flaw in (Flaw.NOT_A_RECORD, Flaw.NOT_JSON)
    assert line.where.line == 2


def test_bom_crlf_and_final_newlines_are_read() -> None:
    annotations, lines = parse(b'\xef\xbb\xbf{"prompt": "a"}\r\n\r\n{"prompt": "b"}\r\n\r\n\r\n', "data.jsonl")
    assert annotations.bom
    assert annotations.blank == (2,)
    assert [line.where.line for line in lines if isinstance(line, Sample)] == [1, 3]


def test_line_separators_of_unicode_do_not_end_a_line() -> None:
    (line,) = parse('{"prompt": "a\u2028b\u0085c"}'.encode(), "data.jsonl")[1]
    assert isinstance(line, Sample)
    assert line.record["prompt"] == "a\u2028b\u0085c"


def test_repeated_keys_are_listed_of_the_record_alone() -> None:
    text = '{"prompt": "a", "x": {"y": 1, "y": 2}, "prompt": "b"}\n{"x": {"y": 1, "y": 2}}'
    first, second = parse(text.encode(), "data.jsonl")[1]
    assert isinstance(first, Sample)
    assert isinstance(second, Sample)
    assert first.repeated == ("prompt",)
    assert second.repeated == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"prompt": "' + '\\"' * 200_000, "cut off"),
        ('{"prompt": 1} ' + "/* " * 200_000, "there is a comment"),
        ('"a": [\n' * 20_000, "cut off"),
        ("{\n" * 20_000, "cut off"),
        ("{}," * 200_000, "several objects"),
    ],
    ids=["quotes", "comments", "arrays", "objects", "row"],
)
def test_what_is_broken_all_over_is_read_in_a_moment(text: str, message: str) -> None:
    """Each would take minutes or hours if every part of it were compared with every other."""
    _, lines = parse(text.encode(), "data.jsonl")
    assert len(lines) == max(1, text.count("\n"))
    assert all(isinstance(line, BrokenLine) and message in line.message for line in lines)


def test_a_key_given_twice_among_many_is_found_in_a_moment() -> None:
    keys = [*(f'"{number}": 0' for number in range(100_000)), '"7": 1']
    (line,) = parse(f"{{{', '.join(keys)}}}".encode(), "data.jsonl")[1]
    assert isinstance(line, Sample)
    assert line.repeated == ("7",)


def test_an_empty_file_has_no_lines() -> None:
    assert parse(b"", "data.jsonl")[1] == []
    assert parse(b"\n\n", "data.jsonl")[0].blank == ()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    parse(data, "data.jsonl")


VALID = json.dumps({"prompt": PROMPT, "first_frame_path": "image_1.jpg", "video_path": "video_1.mp4"}).encode()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 255)), max_size=4), st.integers(0, len(VALID)))
def test_mutated_lines_are_read_and_the_line_after_them_too(changes: list[tuple[int, int]], cut: int) -> None:
    line = bytearray(VALID)
    for at, value in changes:
        line[at] = value
    first = bytes(line[:cut]).replace(b"\n", b" ")
    # these make it a file of another sort
    assume(
        not first.lstrip().startswith(b"[") and b"\0" not in first[:4] and first[:2] not in (b"\xff\xfe", b"\xfe\xff")
    )
    _, lines = parse(first + b"\n" + VALID, "data.jsonl")
    assert isinstance(lines[-1], Sample)
