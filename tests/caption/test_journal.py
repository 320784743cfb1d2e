from __future__ import annotations

from pathlib import Path

import pytest

from datasetkit.caption.journal import NAME, AnswerKey, KeptAnswer, read_journal
from datasetkit.caption.keeping import JournalFile
from datasetkit.errors import DatasetkitError

KEY = AnswerKey("ab" * 32, "eyes", 8, "0123456789abcdef", 1)
ANSWER = KeptAnswer("A woman.\nPERSON: she\ud800", "stop", 3650, None)


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    JournalFile(tmp_path).keep("a.mp4", KEY, ANSWER)
    again = JournalFile(tmp_path)
    assert again.answer(KEY) == ANSWER
    others = [AnswerKey("cd" * 32, *_rest()), AnswerKey(KEY.sha256, "ears", 8, KEY.instruction, 1)]
    others += [AnswerKey(KEY.sha256, "eyes", 9, KEY.instruction, 1), AnswerKey(KEY.sha256, "eyes", 8, "other", 1)]
    assert [again.answer(key) for key in others] == [None] * 4


def _rest() -> tuple[str, int, str, int]:
    return KEY.captioner, KEY.frames, KEY.instruction, KEY.attempt


@pytest.mark.parametrize("lost", [1, 20, 100])
def test_half_a_line_of_a_killed_run_costs_that_line_alone(tmp_path: Path, lost: int) -> None:
    first, second, third = (AnswerKey(KEY.sha256, "eyes", 8, KEY.instruction, attempt) for attempt in (1, 2, 3))
    before = JournalFile(tmp_path)
    before.keep("a.mp4", first, ANSWER)
    before.keep("a.mp4", second, ANSWER)
    file = tmp_path / NAME
    file.write_bytes(file.read_bytes()[: -lost - 1])
    JournalFile(tmp_path).keep("a.mp4", third, ANSWER)
    after = JournalFile(tmp_path)
    assert after.answer(first) == after.answer(third) == ANSWER
    assert after.answer(second) is None


def test_a_caption_is_unreviewed_until_that_caption_is_accepted(tmp_path: Path) -> None:
    journal = JournalFile(tmp_path)
    journal.written({"a.mp4": "A woman.", "b.mp4": "A man."})
    journal.accept({"a.mp4": "Another woman.", "b.mp4": "A man."})
    assert read_journal((tmp_path / NAME).read_bytes()).unreviewed == {"a.mp4": "A woman."}


@pytest.mark.parametrize("line", [b"", b"[]", b"{", b'{"answer": 1}', b'{"answer": "x", "finish": "stop"}', b"\xff"])
def test_other_lines_are_skipped(line: bytes) -> None:
    found = read_journal(line + b"\n")
    assert (dict(found.answers), dict(found.unreviewed)) == ({}, {})


def test_a_journal_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with pytest.raises(DatasetkitError, match="can't read"):
        JournalFile(tmp_path)
