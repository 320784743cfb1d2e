"""cuts.csv: what is written is read back, and what can't be used is named with its line."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit import spec
from datasetkit.windows import Window, WindowFault, fault_of_name, free_name, name_for, name_key, parse, render

HEADER = "clip,start,seconds,name,keep,reason\n"
ONE = Window("a.mp4", Fraction("4.2"), Fraction(5), "pour")

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.text("aZ09é雨_-. '\"", min_size=1, max_size=12).filter(lambda name: not fault_of_name(name))
MICROSECONDS = st.integers(0, 10**12).map(lambda count: Fraction(count, 10**6))
WINDOWS = st.lists(
    st.builds(
        Window,
        TEXTS.filter(str.strip),
        MICROSECONDS,
        MICROSECONDS.filter(bool),
        NAMES.filter(lambda name: name == name.strip()),
        st.booleans(),
        TEXTS,
    ),
    unique_by=lambda window: window.name.casefold(),
    max_size=5,
)


@given(WINDOWS)
def test_what_is_written_is_read_back(windows: list[Window]) -> None:
    assert parse(render(windows)) == (tuple(windows), ())


@given(st.text(max_size=80) | st.text('a,";\t\n\r1.0-', max_size=80).map(lambda rows: HEADER + rows))
def test_any_text_is_read_as_windows_or_faults(text: str) -> None:
    windows, faults = parse(text)
    assert parse(render(windows)) == (windows, ())
    assert windows or faults or not text.removeprefix(HEADER).strip(',;\t"\n\r ')


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffclip,start,seconds,name,keep\r\na.mp4,4.2,5,pour,yes\r\n",
        "clip;start;seconds;name;keep\na.mp4;4.20;5.0;pour;\n",
        'Keep, Name ,seconds,start,clip\n\nTRUE," pour",5.,4.2000001,"a.mp4"\n,,,,\n',
        "clip\tstart\tseconds\tname\tkeep\na.mp4\t4.2\t5\tpour",
    ],
)
def test_what_spreadsheets_write_is_read(text: str) -> None:
    assert parse(text) == ((ONE,), ())


@pytest.mark.parametrize(
    ("keep", "kept"), [("yes", True), ("", True), ("1", True), ("No", False), ("FALSE", False), ("0", False)]
)
def test_keep_may_be_written_in_several_ways(keep: str, kept: bool) -> None:
    ((window,), faults) = parse(f"{HEADER}a.mp4,0,5,pour,{keep},\n")
    assert (window.keep, faults) == (kept, ())


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a.mp4,four,5,pour,yes", 'start is "four"'),
        ("a.mp4,-1,5,pour,yes", 'start is "-1"'),
        ("a.mp4,1e3,5,pour,yes", 'start is "1e3"'),
        ("a.mp4,1/3,5,pour,yes", 'start is "1/3"'),
        ("a.mp4,٣,5,pour,yes", 'start is "٣"'),
        ("a.mp4,nan,5,pour,yes", 'start is "nan"'),
        (f"a.mp4,{'9' * 5000},5,pour,yes", "write a number of seconds"),
        ("a.mp4,1,0,pour,yes", "more than 0"),
        ("a.mp4,1,0.0000001,pour,yes", "more than 0"),
        ("a.mp4,1", 'seconds is ""'),
        ("a.mp4,1,5,pour,maybe", 'keep is "maybe"'),
        ("a.mp4,1,5,pour,yes,nice,really", "7 cells for 6 columns"),
        ("a.mp4,1,5,,yes", "name is empty"),
        ("a.mp4,1,5,sub/pour,yes", '"sub/pour"'),
        ("a.mp4,1,5,pour?,yes", '"pour?"'),
        ("a.mp4,1,5,..,yes", '".."'),
        ("a.mp4,1,5,con,yes", '"con"'),
        ("a.mp4,1,5,COM1.take,yes", '"COM1.take"'),
        ("a.mp4,1,5,pour.,yes", '"pour."'),
        (f"a.mp4,1,5,{'雨' * 70},yes", "longer than 200 bytes"),
        (",1,5,pour,yes", "names no clip"),
        ('a.mp4,1,5,pour,"yes', "can't be read as a row"),
        ('a.mp4,1,5,pour,"yes"x', "can't be read as a row"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(row: str, words: str) -> None:
    windows, (fault,) = parse(f"{HEADER}b.mp4,0,1,fine,yes,\n{row}\n")
    assert [window.name for window in windows] == ["fine"]
    assert fault.line == 3
    assert words in fault.reason


@pytest.mark.parametrize("name", ["POUR", "pour"])
def test_a_name_stands_once_whatever_its_case(name: str) -> None:
    windows, (fault,) = parse(f'{HEADER}a.mp4,4.2,5,pour,yes,"two\nlines"\nb.mp4,0,5,{name},yes,\n')
    assert len(windows) == 1
    assert fault.line == 4
    assert "line 2" in fault.reason


def test_a_decimal_comma_is_said() -> None:
    _, (fault,) = parse("clip;start;seconds;name;keep\na.mp4;9,5;5;pour;yes\n")
    assert fault.reason == 'start is "9,5"; write a point, not a comma: 9.5'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no header"),
        ("\n\n", "has no header"),
        ("a.mp4,0,5,pour,yes\n", "has no header; the first line must be clip,start,seconds,name,keep"),
        ("clip,begin,seconds,name,keep\na.mp4,0,5,pour,yes\n", "lacks the column start"),
        ("clip,start,seconds,name\na.mp4,0,5,pour\n", "lacks the column keep"),
        ('"clip,start', "can't be read as a table"),
    ],
)
def test_without_its_columns_a_file_has_no_windows(text: str, words: str) -> None:
    windows, faults = parse(text)
    assert (windows, faults[0].line) == ((), 1)
    assert words in faults[0].reason


@pytest.mark.parametrize(
    ("header", "words"),
    [("clip,start,seconds,name,keep,note", '"note"'), ("clip,clip,start,seconds,name,keep", "twice")],
)
def test_a_wrong_column_is_named(header: str, words: str) -> None:
    _, faults = parse(f"{header}\n")
    assert [(fault.line, words in fault.reason) for fault in faults] == [(1, True)]


def test_a_huge_file_is_not_read() -> None:
    text = HEADER + "a" * spec.limits().cuts_bytes
    assert parse(text) == ((), (WindowFault(1, "is larger than 17 MB"),))


def test_numbers_are_written_as_plain_decimals() -> None:
    rows = [Window("a.mp4", Fraction(1, 3), Fraction(10**7), "third", keep=False, reason='a "good" one, mostly')]
    assert render(rows) == f'{HEADER}a.mp4,0.333333,10000000,third,no,"a ""good"" one, mostly"\n'


@given(TEXTS, st.sampled_from(["", "_1", "_12"]), st.sampled_from([1, 20]))
def test_a_free_name_can_be_used(stem: str, ending: str, times: int) -> None:
    clip = f"deep/{stem * times}.mp4"
    taken = {name_key(free_name(name_for(clip), (), ending))}
    name = free_name(name_for(clip), taken, ending)
    assert name_key(name) not in taken
    assert fault_of_name(name) == ""
