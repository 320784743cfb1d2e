"""Unsaved edits on files that others have changed: what is kept, and what is listed as lost."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from datasetkit.view.draft import ClipDraft
from datasetkit.view.history import History, carried_over
from datasetkit.windows import Window

WINDOW = Window("a.mp4", Fraction(0), Fraction(5), "a")
DRAFT = ClipDraft((WINDOW,), ("A dog.",))
SHORTER = replace(DRAFT, windows=(replace(WINDOW, seconds=Fraction(3)),))
BASE = {"a": DRAFT, "b": DRAFT}


def merged(ours: ClipDraft, theirs: ClipDraft) -> tuple[ClipDraft, list[tuple[str, str]]]:
    history = History(BASE, BASE).edited("an edit", {**BASE, "a": ours})
    kept, lost = carried_over(history, {**BASE, "a": theirs})
    return kept.draft["a"], lost


def test_edits_of_different_values_are_both_kept() -> None:
    theirs = replace(DRAFT, captions=("A cat.",))
    assert merged(SHORTER, theirs) == (replace(SHORTER, captions=("A cat.",)), [])


def test_the_same_edit_twice_is_no_conflict() -> None:
    assert merged(SHORTER, SHORTER) == (SHORTER, [])


def test_of_two_edits_of_one_value_the_disk_wins_and_ours_is_listed() -> None:
    theirs = replace(DRAFT, windows=(replace(WINDOW, start=Fraction(1)),))
    assert merged(SHORTER, theirs) == (theirs, [("a", "window")])


def test_a_window_that_they_removed_is_not_captioned() -> None:
    two = replace(DRAFT, windows=(WINDOW, replace(WINDOW, name="a_2")), captions=("A dog.", "A cat."))
    base = {"a": two}
    history = History(base, base).edited("an edit", {"a": replace(two, captions=("A dog.", "A bird."))})
    kept, lost = carried_over(history, {"a": DRAFT})
    assert kept.draft["a"] == DRAFT
    assert lost == [("a", "caption")]


def test_captions_and_windows_that_no_longer_fit_together_are_lost_together() -> None:
    two = replace(DRAFT, windows=(WINDOW, replace(WINDOW, name="a_2")), captions=("A dog.", "A dog."))
    theirs = replace(DRAFT, captions=("A cat.",))
    kept, lost = merged(two, theirs)
    assert kept == theirs
    assert {word for _, word in lost} == {"window", "caption"}


def test_a_clip_that_is_gone_takes_its_edits_along() -> None:
    history = History(BASE, BASE).edited("an edit", {**BASE, "a": SHORTER})
    kept, lost = carried_over(history, {"b": DRAFT})
    assert dict(kept.draft) == {"b": DRAFT}
    assert lost == [("a", "window")]


def test_what_was_kept_can_be_undone() -> None:
    history = History(BASE, BASE).edited("an edit", {**BASE, "a": SHORTER})
    kept, _ = carried_over(history, BASE)
    assert kept.draft["a"] == SHORTER
    assert kept.undone().draft == BASE


def test_undo_after_saving_is_an_unsaved_change() -> None:
    history = History(BASE, BASE).edited("an edit", {**BASE, "a": SHORTER}).saved()
    assert history.unsaved == 0
    assert history.undone().unsaved == 1
    assert history.undone().redone().unsaved == 0
