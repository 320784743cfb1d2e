import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit.report.columns import align, cells, plural, printable, size, wrap


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("abc", 3), ("第1个", 5), ("e\u0301", 1), ("💸", 2), ("a\u200bb", 2)]
)
def test_cells(text: str, count: int) -> None:
    assert cells(text) == count


def test_columns_are_as_wide_as_their_widest_text() -> None:
    assert align([("第", "a", "x"), ("b", "cc", "yy")]) == [["第", "a ", "x"], ["b ", "cc", "yy"]]


def test_no_rows_are_no_rows() -> None:
    assert align([]) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31m", r"a\x1b[31m"),
        ("a\nb", r"a\nb"),
        ("第1个.mp4", "第1个.mp4"),
        ("a\udce9.jpg", r"a\udce9.jpg"),
        ("a\u202eb", r"a\u202eb"),
    ],
)
def test_what_could_steer_a_terminal_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (61_234_567, "61.2 MB"),
        (999_999, "1000 kB"),
        (1_073_741_824, "1.07 GB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text


def test_plurals() -> None:
    assert [plural(n, "sample") for n in (0, 1, 2, 1000)] == ["0 samples", "1 sample", "2 samples", "1,000 samples"]
    assert plural(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 100, ["one two three"]),
        ("第一个 数据集", 6, ["第一个", "数据集"]),
        ("第一个数据集", 5, ["第一", "个数", "据集"]),
        ("a abcdefgh b", 4, ["a", "abcd", "efgh", "b"]),
        ("💸💸 x", 1, ["💸", "💸", "x"]),
        ("e\u0301e\u0301", 1, ["e\u0301e\u0301"]),
    ],
)
def test_wrapping(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@given(st.text(), st.integers(-3, 40), st.integers(-3, 40))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, width: int, later: int) -> None:
    first, *rest = wrap(text, width, later)
    assert cells(first) <= max(width, 2)
    assert all(cells(line) <= max(later, 2) for line in rest)
    assert "".join([first, *rest]).replace(" ", "") == text.replace(" ", "")
