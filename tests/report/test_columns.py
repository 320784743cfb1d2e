from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit.printable import Printable, styled, unstyled, wrapped
from datasetkit.report.columns import align, cells, plural, quoted, size, table


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("abc", 3), ("第1个", 5), ("e\u0301", 1), ("💸", 2), (styled(Printable("ab"), fg="red"), 2)],
)
def test_cells(text: str, count: int) -> None:
    assert cells(text) == count


def test_columns_are_as_wide_as_their_widest_text() -> None:
    assert align([("第", "a", "x"), ("b", "cc", "yy")]) == [["第", "a ", "x"], ["b ", "cc", "yy"]]
    assert table([("第", "x"), ("b\n", "yy")], margin=" ") == [" 第   x", r" b\n  yy"]


def test_no_rows_are_no_rows() -> None:
    assert align([]) == table([]) == []


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
        ("abcd wan2.2-i2v", 10, ["abcd", "wan2.2-i2v"]),
        ("💸💸 x", 1, ["💸", "💸", "x"]),
    ],
)
def test_wrapping(text: str, width: int, lines: list[str]) -> None:
    assert wrapped(Printable(text), width, 0).split("\n") == lines


@given(st.text().map(Printable), st.integers(2, 40), st.integers(0, 9))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: Printable, width: int, indent: int) -> None:
    lines = wrapped(text, width, indent).split("\n")
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert wrapped(text, None, indent) == text


def test_colours_survive_wrapping() -> None:
    red = styled(Printable("one two"), fg="red")
    assert wrapped(red, 4, 0) == "\x1b[31mone\x1b[0m\n\x1b[31mtwo\x1b[0m"
    assert unstyled(wrapped(red, 5, 2)) == "one\n  two"


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=20))
def test_a_quoted_argument_is_printable_and_can_be_pasted(arguments: list[str]) -> None:
    bash = shutil.which("bash")
    if not bash:
        pytest.skip("bash is not installed")
    odd = [*arguments, "::error", "##[error]x", "it's\x1b", os.fsdecode(b"caf\xe9")]
    typed = [quoted(argument) for argument in odd]
    assert [Printable(argument) for argument in typed] == typed
    ran = subprocess.run([bash, "-c", f"printf '%s\\0' {' '.join(typed)}"], stdout=subprocess.PIPE, check=True)
    assert [os.fsdecode(word) for word in ran.stdout.split(b"\0")[:-1]] == odd
