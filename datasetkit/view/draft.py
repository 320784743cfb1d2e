"""What the page edits, as values: windows, captions and persons, and what one edit makes of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from datasetkit.errors import DatasetkitError
from datasetkit.view.captions import CaptionRules, composed
from datasetkit.windows import Window, fault_of_name, name_key

_MICROSECONDS = 10**6
_ROUNDING = Fraction(2, _MICROSECONDS)  # a start and a length, each rounded up
_PART = "Choose a part of the clip."


@dataclass(frozen=True, slots=True)
class ClipDraft:
    """A clip's windows, the caption of each, and the person that a human chose ("" if none did)."""

    windows: tuple[Window, ...] = ()
    captions: tuple[str, ...] = ()
    person: str = ""

    @property
    def dropped(self) -> bool:
        """Whether none of its windows is kept."""
        return bool(self.windows) and not any(window.keep for window in self.windows)


Draft = Mapping[str, ClipDraft]
"""The clips' drafts by their keys, in the order of the folder."""


@dataclass(frozen=True, slots=True)
class ClipEdit:
    """An edit of the clip ``key``, in the window of that number, counted from 0. ``do`` says which one.

    ``name`` is that of the window that the page shows under this number.
    ``start`` and ``seconds`` are of "window" and "add", ``keep`` of "keep", ``text`` of "caption", "name", "person".
    """

    key: str
    window: int
    name: str
    do: str
    start: Fraction = Fraction(0)
    seconds: Fraction = Fraction(0)
    keep: bool = True
    text: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """What an edit has to fit into: the clip's ``seconds``, the ``longest`` and the ``shortest`` window.

    ``rules`` say how captions are put together. ``has_clip``: there is a clip, which can be dropped. ``one_caption``:
    all windows of a clip share it.
    """

    seconds: Fraction
    longest: Fraction | None
    shortest: Fraction
    rules: CaptionRules
    has_clip: bool
    one_caption: bool


def edited(draft: Draft, edit: ClipEdit, room: Room) -> dict[str, ClipDraft]:
    """The draft after an edit. Raises DatasetkitError for a value that can't be used.

    Several lines of a dataset may name one clip. Its windows are the same for all of them.
    """
    clip = draft[edit.key]
    if not 0 <= edit.window < len(clip.windows):
        raise DatasetkitError(f"the clip has no window {edit.window + 1}", "Choose one of its windows.")
    changed = _EDITS[edit.do](clip, edit, room)
    path = clip.windows[0].clip
    same = {key: one for key, one in draft.items() if one.windows[0].clip == path}
    if edit.do in ("name", "add"):
        _require_free({window.name for key, one in draft.items() if key not in same for window in one.windows}, changed)
    count = len(changed.windows)
    others = {
        key: replace(one, windows=changed.windows, captions=one.captions[:1] * count) for key, one in same.items()
    }
    return {**draft, **others, edit.key: changed}


def names_in(draft: Draft) -> set[str]:
    """The names that windows have, as `name_key` compares them."""
    return {name_key(window.name) for one in draft.values() for window in one.windows}


def seconds_of(value: float) -> Fraction:
    """Seconds as cuts.csv holds them, in microseconds."""
    return Fraction(round(value * _MICROSECONDS), _MICROSECONDS)


def rounded_down(seconds: Fraction) -> Fraction:
    """The most seconds that cuts.csv can hold within a clip's exact length."""
    return Fraction(seconds * _MICROSECONDS // 1, _MICROSECONDS)


def _with_window(clip: ClipDraft, edit: ClipEdit, window: Window) -> ClipDraft:
    return replace(clip, windows=(*clip.windows[: edit.window], window, *clip.windows[edit.window + 1 :]))


def _moved(clip: ClipDraft, edit: ClipEdit, room: Room) -> ClipDraft:
    _require_inside(edit, room)
    before = clip.windows[edit.window]
    moved = replace(before, start=edit.start, seconds=edit.seconds)
    return clip if moved == before else _with_window(clip, edit, replace(moved, reason=""))  # it was the old one's


def _kept(clip: ClipDraft, edit: ClipEdit, room: Room) -> ClipDraft:
    if not room.has_clip:
        raise DatasetkitError("the sample has no clip, so cuts.csv can't drop it", "Delete its line from data.jsonl.")
    return _with_window(clip, edit, replace(clip.windows[edit.window], keep=edit.keep))


def _captioned(clip: ClipDraft, edit: ClipEdit, room: Room) -> ClipDraft:
    subject = " ".join(edit.text.split())
    captions = (
        composed(old, subject, room.rules, clip.person) if number == edit.window or room.one_caption else old
        for number, old in enumerate(clip.captions)
    )
    return replace(clip, captions=tuple(captions))


def _named(clip: ClipDraft, edit: ClipEdit, _room: Room) -> ClipDraft:
    if fault := fault_of_name(edit.text):
        raise DatasetkitError(fault, "Choose another name.")
    return _with_window(clip, edit, replace(clip.windows[edit.window], name=edit.text))


def _answered(clip: ClipDraft, edit: ClipEdit, room: Room) -> ClipDraft:
    if edit.text not in room.rules.persons:
        forms = ", ".join(room.rules.persons) or "no"
        raise DatasetkitError(f'the effect text has no "{edit.text}" form', f"It has {forms} forms.")
    captions = (composed(old, None, room.rules, edit.text) for old in clip.captions)
    return replace(clip, person=edit.text, captions=tuple(captions))


def _added(clip: ClipDraft, edit: ClipEdit, room: Room) -> ClipDraft:
    _require_inside(edit, room)
    window = Window(clip.windows[0].clip, edit.start, edit.seconds, edit.text)
    caption = clip.captions[edit.window] if room.one_caption else ""
    return replace(clip, windows=(*clip.windows, window), captions=(*clip.captions, caption))


def _removed(clip: ClipDraft, edit: ClipEdit, _room: Room) -> ClipDraft:
    if len(clip.windows) == 1:
        raise DatasetkitError("a clip's last window can't be removed", "Drop the clip instead.")
    here = edit.window
    left, captions = clip.windows[:here] + clip.windows[here + 1 :], clip.captions[:here] + clip.captions[here + 1 :]
    return replace(clip, windows=left, captions=captions)


_EDITS = {
    "window": _moved,
    "keep": _kept,
    "caption": _captioned,
    "name": _named,
    "person": _answered,
    "add": _added,
    "remove": _removed,
}
EDITS = tuple(_EDITS)
"""What an edit may do."""


def _require_inside(edit: ClipEdit, room: Room) -> None:
    if not room.seconds:
        raise DatasetkitError("there is no clip that can be read", "Convert it to MP4 first.")
    if edit.start < 0:
        raise DatasetkitError("the window starts before the clip", _PART)
    if edit.seconds < room.shortest:
        raise DatasetkitError("the window is shorter than a frame", _PART)
    if (end := edit.start + edit.seconds) > room.seconds + _ROUNDING:
        length = f"the clip is {float(room.seconds):.2f} s long"
        raise DatasetkitError(f"the window ends at {float(end):.2f} s; {length}", _PART)
    if room.longest is not None and edit.seconds > room.longest:
        limit = f"the limit is {float(room.longest):g} s"
        raise DatasetkitError(f"the window is {float(edit.seconds):.2f} s long; {limit}", "Choose a shorter part.")


def _require_free(others: set[str], clip: ClipDraft) -> None:
    taken = {*map(name_key, others)}
    for name in (window.name for window in clip.windows):
        if name_key(name) in taken:
            raise DatasetkitError(f'another sample is called "{name}"', "Choose another name.")
        taken.add(name_key(name))
