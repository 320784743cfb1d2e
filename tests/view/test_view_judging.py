"""What is found in a folder as it is drafted, and the command that comes next."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import builders
import pytest
from viewing import COMMANDS, dataset_folder, raw_folder

from datasetkit.config import UNSET, Settings
from datasetkit.scan.facts import MemoryStore
from datasetkit.view.draft import ClipDraft
from datasetkit.view.folder import ViewedFolder, read_folder
from datasetkit.view.judging import Judged, judge_folder
from datasetkit.view.plainfiles import first_draft

MODEL = Settings(model="wan2.2-i2v-flash")
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


def test_a_window_is_judged_and_not_the_clip_around_it(tmp_path: Path) -> None:
    raw = read_folder(str(raw_folder(tmp_path, "take.mp4", seconds=8)), MODEL, MemoryStore())
    draft = first_draft(raw, None)  # as an own cuts.csv may say: longer than the model takes
    key = raw.clips[0].key
    (window,) = draft[key].windows
    too_long = judge_folder(raw, draft, COMMANDS)
    assert [one.code for one in too_long.cards[key].remarks] == ["V407"]
    assert too_long.errors == 1
    shorter = replace(draft[key], windows=(replace(window, start=Fraction(1), seconds=Fraction(5)),))
    assert judge_folder(raw, {key: shorter}, COMMANDS).errors == 0
    dropped = replace(draft[key], windows=(replace(window, keep=False),))
    assert judge_folder(raw, {key: dropped}, COMMANDS).errors == 0


def test_a_dataset_clip_is_judged_by_its_window(tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path, "A woman stands by a wall.")
    builders.clip(folder / "video_1.mp4", frames=160)
    found = read_folder(str(folder), MODEL, MemoryStore())
    draft = first_draft(found, None)
    key = found.clips[0].key

    def codes(seconds: Fraction) -> list[str]:
        window = replace(draft[key].windows[0], seconds=seconds)
        judged = judge_folder(found, {key: replace(draft[key], windows=(window,))}, COMMANDS)
        assert judged.cards[key].facts[2] == "10.00 s"
        return [remark.code for remark in judged.cards[key].remarks]

    assert "V407" in codes(Fraction(10))
    assert "V407" not in codes(Fraction(5))
