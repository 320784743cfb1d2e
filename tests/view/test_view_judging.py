"""What is found in a folder as it is drafted, and the command that comes next."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from viewing import COMMANDS

from datasetkit.config import UNSET
from datasetkit.scan.facts import MemoryStore
from datasetkit.view.draft import ClipDraft
from datasetkit.view.folder import ViewedFolder, read_folder
from datasetkit.view.judging import Judged, judge_folder
from datasetkit.view.plainfiles import first_draft

TRAINING = Path(__file__).parents[2] / "sample_data" / "i2v" / "training"


@pytest.fixture(scope="module")
def folder() -> ViewedFolder:
    return read_folder(str(TRAINING), UNSET, MemoryStore())


def judged(folder: ViewedFolder, **changes: object) -> Judged:
    """The folder judged with the first clip's draft changed."""
    draft = first_draft(folder, None)
    key = folder.clips[0].key
    own = draft[key]
    window = replace(own.windows[0], **{name: changes.pop(name) for name in ("start", "keep") if name in changes})
    changed = replace(own, windows=(window,), **changes)
    return judge_folder(folder, {**draft, key: changed}, COMMANDS)


def test_a_dataset_without_errors_is_built(folder: ViewedFolder) -> None:
    found = judged(folder)
    assert (found.errors, found.following) == (0, "datasetkit build set")
    assert len(found.cards) == len(folder.clips)


def test_a_dataset_with_windows_is_cut_first(folder: ViewedFolder) -> None:
    assert judged(folder, start=Fraction(1, 2)).following == COMMANDS.cut


def test_a_dropped_clip_has_no_card_and_asks_for_no_cut(folder: ViewedFolder) -> None:
    found = judged(folder, start=Fraction(1, 2), keep=False)
    assert folder.clips[0].key not in found.cards
    assert found.following == "datasetkit build set"


def test_a_prompt_is_judged_as_it_is_drafted(folder: ViewedFolder) -> None:
    key = folder.clips[0].key
    codes = [remark.code for remark in judged(folder, captions=("A woman.",)).cards[key].remarks]
    assert codes
    assert codes != [remark.code for remark in judged(folder).cards[key].remarks]


def test_a_raw_folder_goes_to_init() -> None:
    raw = read_folder(str(TRAINING.parents[1] / "raw"), UNSET, MemoryStore())
    draft: dict[str, ClipDraft] = first_draft(raw, None)
    assert judge_folder(raw, draft, COMMANDS).following == COMMANDS.after_raw
