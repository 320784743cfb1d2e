"""One folder being edited: what is on disk, what was found out about it, and the edits that aren't saved yet.

Several threads use it: those that answer requests, those that look at clips, and the one that judges. Everything that
changes is changed under one lock; what takes long is done outside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from operator import is_not
from threading import Condition

from datasetkit.errors import DatasetkitError
from datasetkit.model import Present
from datasetkit.report.visual.values import Remark
from datasetkit.scan.reading import Named
from datasetkit.spec import ModelSpec, find_model
from datasetkit.view.board import Board
from datasetkit.view.draft import ClipDraft, ClipEdit, Draft, Room, edited, names_in, rounded_down
from datasetkit.view.folder import ViewedClip, ViewedFolder, changed_media, is_clip, named_media
from datasetkit.view.history import History, carried_over, label_of
from datasetkit.view.judging import Judged, NextCommands, judge_folder
from datasetkit.view.picking import refuse_other_edit
from datasetkit.view.plainfiles import first_draft, new_files
from datasetkit.view.saving import Changes, FileWatch, OutdatedError, digest_of, save_files
from datasetkit.view.showing import Json, Playback, shown_clip, shown_remark
from datasetkit.windows import Window, free_name


class Session:
    """The state of the page. ``read`` reads the folder from disk."""

    def __init__(self, read: Callable[[], ViewedFolder], commands: NextCommands) -> None:
        self._read, self._commands = read, commands
        self._changing = Condition()
        self._folder, self._media, self._playback = read(), dict[Named, Present](), dict[str, Playback]()
        self._judged, self._due, self._unjudged, self._judging = Judged(), True, False, False
        self._board, self._broken = Board(), ""
        self._planned: tuple[tuple[ViewedFolder, Draft, Draft], dict[str, bytes]] | None = None  # by `_new_files`
        draft = first_draft(self._folder, self._longest)
        self._history, self._watch = History(draft, draft), FileWatch(self._folder)
        with self._changing:
            self._refresh(draft)

    @property
    def folder(self) -> ViewedFolder:
        """The folder, with what was found out about its media."""
        with self._changing:
            return self._folder

    @property
    def unsaved(self) -> tuple[str, ...]:
        """The files that saving would write."""
        with self._changing:
            return tuple(self._new_files())

    def clip(self, key: str) -> ViewedClip:
        """The clip with that key. Raises DatasetkitError if there is none."""
        with self._changing:
            found = next((clip for clip in self._folder.clips if clip.key == key), None)
        if found is None:
            raise DatasetkitError("the folder has no such clip any more", "Reload the page.")
        return found

    def window(self, key: str, number: int) -> Window | None:
        """A window of a clip as it is drafted, None if it has no such window."""
        with self._changing:
            draft = self._history.draft.get(key)
        return draft.windows[number] if draft and 0 <= number < len(draft.windows) else None

    def state(self, since: int = 0) -> Json:
        """What the page shows; of the clips only those that have changed after the version ``since``.

        Files that others have changed are read again, unless edits aren't saved yet.
        """
        with self._changing:
            stale = self._watch.stale()
            if stale and not self._history.unsaved:
                with suppress(DatasetkitError):  # a file that can't be read stays stale; `reload` says why
                    self._take_over()
                    stale = ()
            return self._state(since, stale)

    def edit(self, version: int, edit: ClipEdit) -> None:
        """Make an edit.

        Raises OutdatedError if its clip was edited after ``version`` or the window is another one now, DatasetkitError
        for a value that can't be used.
        """
        with self._changing:
            clip, draft = self.clip(edit.key), self._history.draft
            if self._folder.picks:
                refuse_other_edit(edit.do)
            if self._board.is_edited(clip.key, version):
                raise OutdatedError(f"{clip.path} was changed meanwhile, in another tab or by undo")
            shown = self.window(clip.key, edit.window)
            if shown is None or shown.name != edit.name:
                raise OutdatedError(f'window {edit.window + 1} of {clip.path} isn\'t "{edit.name}" any more')
            if edit.do == "add":
                edit = replace(edit, text=free_name(draft[clip.key].windows[0].name, names_in(draft)))
            after = edited(draft, edit, self._room(clip))
            if after[clip.key] != draft[clip.key]:
                new_files(self._folder, self._history.written, after)  # refuses what a file can't take
                self._keep(self._history.edited(label_of(edit, clip.path), after))

    def undo(self, version: int) -> None:
        """Take the last edit back. Raises OutdatedError if anything was edited after ``version``."""
        with self._changing:
            self._require_latest(version)
            self._keep(self._history.undone())

    def redo(self, version: int) -> None:
        """Make the edit again that was undone last. Raises OutdatedError if anything was edited after ``version``."""
        with self._changing:
            self._require_latest(version)
            self._keep(self._history.redone())

    def changes(self) -> Changes:
        """The files that saving would write, each as it is and as it would be."""
        with self._changing:
            return {name: (self._folder.files[name], content) for name, content in self._new_files().items()}

    def save(self, digest: str) -> None:
        """Write the edited files.

        Raises OutdatedError if others have changed one, or these aren't the `changes` with that digest;
        DatasetkitError if one can't be written.
        """
        with self._changing:
            changes = self.changes()
            if digest_of(changes) != digest:
                raise OutdatedError("the edits have changed since this diff was shown")
            new = {name: content for name, (_, content) in changes.items()}
            save_files(self._folder, new)
            self._folder = replace(self._folder, files={**self._folder.files, **new})
            self._watch = FileWatch(self._folder)
            self._keep(self._history.saved())

    def reload(self) -> list[str]:
        """Read the folder again and make the unsaved edits again; gives in words what no longer fits."""
        with self._changing:
            return self._take_over()

    def found(self, named: Named, medium: Present, seen_in: ViewedFolder) -> None:
        """Take in what was found out about a file, unless it has changed since the folder was as in ``seen_in``."""
        with self._changing:
            if seen_in.tree is not self._folder.tree and named in changed_media(seen_in, self._folder):
                return
            self._media[named] = medium
            self._folder = self._folder.seen({named: medium})
            self._refresh(clip.key for clip in self._folder.clips if named in named_media(clip))
            self._unjudged = True
            if self._board.is_ready:
                self._want_judgement()

    def broke(self, reason: str) -> None:
        """Take in that work beside the answers has ended, by a mistake in the program."""
        with self._changing:
            self._broken = reason
            self._changing.notify_all()

    def plays(self, key: str, playback: Playback) -> None:
        """Take in how a clip is played."""
        with self._changing:
            self._playback[key] = playback
            self._refresh([key])
            self._changing.notify_all()

    def playback(self, key: str) -> Playback:
        """How a clip is played, as far as that is known."""
        with self._changing:
            return self._playback.get(key, Playback())

    def judge(self) -> None:
        """Judge the folder as it is drafted, if something has changed since that was last done."""
        with self._changing:
            if not self._due and not self._unjudged:
                return
            folder, draft = self._folder, self._history.draft
            self._due, self._unjudged, self._judging = False, False, True
        judged = judge_folder(folder, draft, self._commands)
        with self._changing:
            self._judged, self._judging = judged, False
            self._refresh(self._history.draft)
            self._changing.notify_all()

    def wait_until(self, holds: Callable[[], bool], seconds: float | None = None) -> None:
        """Wait until ``holds`` says so; it is asked at every change."""
        with self._changing:
            self._changing.wait_for(holds, seconds)

    @property
    def is_judged(self) -> bool:
        """Whether the findings are those of the folder as it is drafted now."""
        return not self._due and not self._unjudged and not self._judging

    @property
    def is_due(self) -> bool:
        """Whether the folder is to be judged at once: something was edited, or the last clip was looked at."""
        return self._due

    def wake(self) -> None:
        """Let those who wait look again."""
        with self._changing:
            self._changing.notify_all()

    @property
    def _model(self) -> ModelSpec | None:
        """What windows have to fit."""
        named = self._folder.settings.model
        return find_model(named) if named else None

    @property
    def _longest(self) -> Fraction | None:
        return Fraction(str(self._model.seconds)) if self._model else None

    def _take_over(self) -> list[str]:
        folder, before = self._read(), self._folder
        history, lost = carried_over(self._history, first_draft(folder, self._longest))
        paths = {clip.key: clip.path for clip in (*before.clips, *folder.clips)}
        changed = changed_media(before, folder)
        self._media = {named: medium for named, medium in self._media.items() if named not in changed}
        self._folder, self._watch = folder.seen(self._media), FileWatch(folder)
        self._board.keep(history.draft)
        self._keep(history)
        self._refresh(history.draft)
        return [f"{word} of {paths[key]}: the file has another one now" for key, word in lost]

    def _require_latest(self, version: int) -> None:
        if self._board.is_any_edited(version):
            raise OutdatedError("something was edited meanwhile, in another tab")

    def _keep(self, history: History) -> None:
        before, self._history = self._history.draft, history
        changed = [key for key, one in history.draft.items() if before.get(key) != one]
        self._board.edited(changed)
        self._refresh(changed)
        self._want_judgement()

    def _want_judgement(self) -> None:
        self._due = True
        self._changing.notify_all()

    def _room(self, clip: ViewedClip) -> Room:
        seconds = clip.video.seconds if clip.video else Fraction(0)
        shortest = min(rounded_down(1 / clip.video.rate), rounded_down(seconds)) if clip.video else Fraction(0)
        rules, one_caption = self._judged.rules(clip), not self._folder.raw
        return Room(seconds, self._longest, shortest, rules, has_clip=is_clip(clip), one_caption=one_caption)

    def _new_files(self) -> dict[str, bytes]:
        state = (self._folder, self._history.written, self._history.draft)
        if self._planned is None or any(map(is_not, state, self._planned[0])):
            self._planned = state, new_files(*state)
        return self._planned[1]

    def _refresh(self, keys: Iterable[str]) -> None:
        """Show those clips as they are now."""
        wanted, draft = {*keys}, self._history.draft
        clips = (clip for clip in self._folder.clips if clip.key in wanted)
        self._board.show({clip.key: self._build(clip, draft[clip.key]) for clip in clips})

    def _build(self, clip: ViewedClip, draft: ClipDraft) -> Json:
        ready = all(named in self._media for named in named_media(clip))
        card, rules = self._judged.cards.get(clip.key), self._judged.rules(clip)
        return shown_clip(clip, draft, card, rules, self._playback.get(clip.key, Playback()), ready=ready)

    def _state(self, since: int, stale: tuple[str, ...]) -> Json:
        folder, history, board = self._folder, self._history, self._board
        working = not (board.is_ready and self.is_judged) and not self._broken
        order, remarks = [clip.key for clip in folder.clips], [*self._broken_remarks(), *self._judged.remarks]
        questions = 0 if folder.picks else board.questions + self._judged.errors
        return {
            "version": board.version,
            "folder": folder.root.resolve().name,
            "kind": "picks" if folder.picks else "raw" if folder.raw else "dataset",
            "model": {"id": self._model.id, "seconds": self._model.seconds} if self._model else None,
            "unsaved": {"edits": history.unsaved, "files": [*self._new_files()] if history.unsaved else []},
            "undo": history.undo_label,
            "redo": history.redo_label,
            "working": {"done": board.ready, "total": len(order)} if working else None,
            "stale": list(stale),
            "open": questions,
            "findings": [shown_remark(one) for one in remarks],
            "next": "" if questions or working or self._broken else self._judged.following,
            "order": order,
            "clips": board.changed(order, since),
        }

    def _broken_remarks(self) -> Iterator[Remark]:
        if self._broken:
            remedy = "Save your edits, and start `datasetkit view` again."
            yield Remark("", "Looking at the clips has ended", "error", "", self._broken, remedy, "")
