from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit.errors import DatasetkitError
from datasetkit.pool.picks import Pick, parse, render, unique_names
from datasetkit.windows import fault_of_name

PICKS = (
    Pick(1, "b/x, y.mp4", "x, y", True, 0.9123, 'the best "quality"', "a.mp4"),
    Pick(2, "c.mp4", "c", True, 0.5, "differs in shape from b/x, y.mp4"),
    Pick(3, "a.mp4", "a", False, 0.75, "next in line for b/x, y.mp4"),
)


def test_what_is_written_is_read_again() -> None:
    assert parse(render(PICKS)) == PICKS
    assert render(PICKS).splitlines()[0] == "rank,clip,name,keep,score,reason,next"


def test_what_a_person_or_a_spreadsheet_makes_of_it_is_read() -> None:
    semicolons = "\ufeffclip;keep;name\r\nb.mp4;NO;b\r\nodd/a.mp4; yes ;\r\n"
    assert parse(semicolons) == (Pick(1, "b.mp4", "b", False, 0.0), Pick(2, "odd/a.mp4", "a", True, 0.0))


def test_a_row_without_a_name_gets_one_that_no_other_has() -> None:
    assert [pick.name for pick in parse("clip,keep,name\nx/a.mp4,yes,\nA.mp4,yes,A\n")] == ["a_2", "A"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no column clip and no column keep"),
        ("clip,name\na.mp4,a\n", "no column keep"),
        ("clip,keep\na.mp4,maybe\n", 'line 2: keep is "maybe"; write yes or no'),
        ("clip,keep\na.mp4\n", 'line 2: keep is ""'),
        ("clip,keep\n,yes\n", "line 2: it names no clip"),
        ("clip,keep,name\na.mp4,yes,../a\n", "line 2: files can't be called"),
        ("clip,keep\na.mp4,yes\na.mp4,no\n", "gives the clip a.mp4 twice"),
        ("clip,keep,name\na.mp4,yes,x\nb.mp4,yes,X\n", "gives the name x twice"),
        ('clip,keep\n"a.mp4,yes\n', "line"),
    ],
)
def test_a_table_that_cannot_be_followed_is_refused(text: str, fault: str) -> None:
    with pytest.raises(DatasetkitError, match=r"mine\.csv") as raised:
        parse(text, "mine.csv")
    assert fault in str(raised.value)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: "/" not in text)))
def test_names_are_such_as_files_can_have(stems: list[str]) -> None:
    paths = list(dict.fromkeys(f"{number % 2}/{stem}.mp4" for number, stem in enumerate(stems)))
    names = unique_names(paths)
    assert list(names) == paths
    assert len({name.casefold() for name in names.values()}) == len(paths)
    assert not any(map(fault_of_name, names.values()))
