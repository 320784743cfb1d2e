from __future__ import annotations

from pathlib import Path

import pytest

from datasetkit.edits import SetField
from datasetkit.errors import DatasetkitError
from datasetkit.files import sole_run
from datasetkit.repair.writing import moved_edits, write_fields

BEFORE = b'{"prompt": "a"}\n{"prompt": "b"}\n{"prompt": "c"}\n{"prompt": "c"}\n'
EDITS = [SetField(line, "prompt", f"new {line}") for line in (1, 2, 3)]


@pytest.mark.parametrize(
    ("now", "places"),
    [
        (BEFORE, {1: 1, 2: 2, 3: 3}),
        (b"\n" + BEFORE, {1: 2, 2: 3}),  # of the two equal lines, either could be the third
        (BEFORE.replace(b'"b"', b'"mine"'), {1: 1, 3: 3}),
        (BEFORE.partition(b"\n")[2], {2: 1, 3: 3}),
        (b"", {}),
    ],
)
def test_an_edit_goes_to_its_own_line_or_nowhere(now: bytes, places: dict[int, int]) -> None:
    assert {line: edit.line for line, edit in moved_edits(BEFORE, now, EDITS).items()} == places


def test_lines_that_changed_are_skipped_and_the_others_written(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_bytes(BEFORE.replace(b'"a"', b'"mine"'))
    assert write_fields(file, BEFORE, EDITS) == {1}
    assert file.read_bytes() == b'{"prompt": "mine"}\n{"prompt": "new 2"}\n{"prompt": "new 3"}\n{"prompt": "c"}\n'
    assert [path.name for path in tmp_path.iterdir()] == ["data.jsonl"]


def test_only_one_run_writes_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_bytes(BEFORE)
    with sole_run(tmp_path, "writing"), pytest.raises(DatasetkitError, match="another datasetkit run is writing"):
        write_fields(file, BEFORE, EDITS)
    assert write_fields(file, BEFORE, EDITS) == frozenset()


def test_an_error_of_the_work_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(BrokenPipeError), sole_run(tmp_path, "writing"):
        raise BrokenPipeError
    assert list(tmp_path.iterdir()) == []
