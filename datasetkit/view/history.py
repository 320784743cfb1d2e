"""The edits of a session, which can be undone and done again, and kept when others change the files meanwhile. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from datasetkit.view.draft import ClipDraft, ClipEdit, Draft

_LABELS = {
    "window": "move the window of {}",
    "caption": "the caption of {}",
    "name": "rename {}",
    "person": "the person of {}",
    "add": "another window of {}",
    "remove": "remove {}",
}
_WORDS = {"windows": "window", "captions": "caption", "person": "person"}


@dataclass(frozen=True, slots=True)
class MadeEdit:
    """An edit in words, and the draft after it."""

    label: str
    after: Draft


@dataclass(frozen=True, slots=True)
class History:
    """The edits since the ``base`` was read, of which so many are ``done``; ``written`` is what the files hold."""

    base: Draft
    written: Draft
    made: tuple[MadeEdit, ...] = ()
    done: int = 0

    @property
    def draft(self) -> Draft:
        """What the page shows."""
        return self.made[self.done - 1].after if self.done else self.base

    @property
    def undo_label(self) -> str | None:
        """What `undone` would take back."""
        return self.made[self.done - 1].label if self.done else None

    @property
    def redo_label(self) -> str | None:
        """What `redone` would do again."""
        return self.made[self.done].label if self.done < len(self.made) else None

    @property
    def unsaved(self) -> int:
        """How many values differ from what the files hold."""
        return sum(1 for _ in _differences(self.draft, self.written))

    def edited(self, label: str, after: Draft) -> History:
        """The history with one more edit, in the place of those that were undone."""
        return replace(self, made=(*self.made[: self.done], MadeEdit(label, after)), done=self.done + 1)

    def undone(self) -> History:
        """The history with its last edit undone; the same if there is none."""
        return replace(self, done=max(0, self.done - 1))

    def redone(self) -> History:
        """The history with the last undone edit done again; the same if there is none."""
        return replace(self, done=min(len(self.made), self.done + 1))

    def saved(self) -> History:
        """The history when the files hold its draft."""
        return replace(self, written=self.draft)


def label_of(edit: ClipEdit, path: str) -> str:
    """An edit of the clip with that path, in words."""
    keep = "keep {}" if edit.keep else "drop {}"
    return _LABELS.get(edit.do, keep).format(path)


def carried_over(history: History, theirs: Draft) -> tuple[History, list[tuple[str, str]]]:
    """The unsaved edits made again on what the files hold now; and what no longer fits, as a clip's key and a word.

    A value that was changed in both ways stays as the files have it.
    """
    merged, lost = dict(theirs), []
    for key, name in _differences(history.draft, history.written):
        ours = getattr(history.draft[key], name)
        if key not in theirs or getattr(theirs[key], name) not in (getattr(history.written[key], name), ours):
            lost.append((key, _WORDS[name]))
        else:
            merged[key] = replace(merged[key], **{name: ours})
    for key in [key for key, one in merged.items() if len(one.windows) != len(one.captions)]:
        lost.append((key, "window"))
        merged[key] = theirs[key]
    fresh = History(theirs, theirs)
    return (fresh.edited("the unsaved changes", merged) if merged != dict(theirs) else fresh), lost


def _differences(one: Draft, other: Draft) -> Iterator[tuple[str, str]]:
    """The values that differ: the key of the clip and the name of its field."""
    for key, clip in one.items():
        for name in (each.name for each in fields(ClipDraft)):
            if key not in other or getattr(clip, name) != getattr(other[key], name):
                yield key, name
