"""The plain files that the page edits, read into a draft, and a draft made into their new content. Pure."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import PurePosixPath

from datasetkit import config, spec, windows
from datasetkit.edits import SetField
from datasetkit.errors import DatasetkitError
from datasetkit.intake.captions import CAPTIONS
from datasetkit.prompts.template import media_of
from datasetkit.repair.declaring import declare_persons, withdraw_persons
from datasetkit.repair.lines import edit_lines
from datasetkit.report.visual.values import TextRun
from datasetkit.view.draft import ClipDraft, Draft, free_name, rounded_down
from datasetkit.view.folder import ViewedClip, ViewedFolder
from datasetkit.view.picking import drafted_pick, new_table
from datasetkit.windows import Window, fault_of_name

_COLUMNS = ["clip", "caption"]
_CONTEXT = 1  # lines beside a change
_UNKNOWN = Fraction(1)  # seconds of a clip that can't be read; whether it is kept is all that its row says
_LONGEST_STEM = 50  # letters of a name that is derived from one that cuts.csv doesn't allow


def first_draft(folder: ViewedFolder, longest: Fraction | None) -> dict[str, ClipDraft]:
    """What the folder's files say. Raises DatasetkitError for a file that can't be read as what it should be."""
    if folder.picks:
        rows_of = folder.picks.rows
        return {c.key: drafted_pick(rows_of[c.path], c.video.seconds if c.video else None) for c in folder.clips}
    rows: defaultdict[str, list[Window]] = defaultdict(list)
    for window in folder.rows:
        rows[window.clip].append(window)
    draft = dict[str, ClipDraft]()
    for clip in folder.clips:
        if clip.path not in rows:
            rows[clip.path] = [_default(clip, longest if folder.raw else None, draft)]
        own = tuple(rows[clip.path])
        captions = tuple(folder.captions.get(window.name, clip.caption) for window in own)
        draft[clip.key] = ClipDraft(own, captions, _person(folder, clip))
    return draft


def new_files(folder: ViewedFolder, base: Draft, draft: Draft) -> dict[str, bytes]:
    """The new content of the files in which the draft differs from the ``base`` that was read.

    Raises DatasetkitError for a file that can't take it.
    """
    if folder.picks:
        paths = {clip.key: clip.path for clip in folder.clips}
        return new_table(folder.picks, paths, folder.files[folder.picks.name] or b"", base, draft)
    made = {windows.NAME: _cuts(folder, base, draft), config.NAME: _config(folder, base, draft)}
    if folder.raw:
        made[CAPTIONS] = _caption_table(folder, base, draft)
    else:
        made[spec.limits().annotations_name] = _lines(folder, base, draft)
    return {name: content for name, content in made.items() if content != (folder.files[name] or b"")}


def line_changes(name: str, before: bytes | None, now: bytes) -> tuple[str, list[TextRun]]:
    """A unified diff of a file, and its lines as runs: "place", "kept", "removed" or "added"."""
    old, new = ((content or b"").decode("utf-8", "replace").splitlines() for content in (before, now))
    lines = [*difflib.unified_diff(old, new, name, name, lineterm="", n=_CONTEXT)]
    kinds = {"-": "removed", "+": "added", "@": "place"}
    runs = [TextRun(line if line[:1] == "@" else line[1:], kinds.get(line[:1], "kept")) for line in lines[2:]]
    return "\n".join(lines), runs


def _text(folder: ViewedFolder, name: str) -> str:
    try:
        return (folder.files[name] or b"").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetkitError(f"{folder.tree.name}/{name} isn't UTF-8", "Save it as UTF-8.") from error


def _default(clip: ViewedClip, longest: Fraction | None, draft: Draft) -> Window:
    """The window of a clip that has none: from its beginning, as long as it or the model allows."""
    seconds = rounded_down(clip.video.seconds) if clip.video else _UNKNOWN
    return Window(clip.path, Fraction(0), min(seconds, longest or seconds), free_name(_stem(clip.path), draft))


def _stem(path: str) -> str:
    """A name for a sample of the clip, as near to the clip's own as cuts.csv allows."""
    stem = PurePosixPath(path).stem
    plain = re.sub(r"[^\w-]", "_", stem)[:_LONGEST_STEM]
    return next((name for name in (stem, plain) if not fault_of_name(name)), "clip")


def _person(folder: ViewedFolder, clip: ViewedClip) -> str:
    effect, media = folder.settings.effect, media_of(clip.sample.record)
    return str(effect.declared.names.get(media[0], "")) if effect and media else ""


def is_own_table(folder: ViewedFolder) -> bool:
    """Whether captions.csv is missing, or has the columns that the page writes."""
    if not folder.files.get(CAPTIONS):
        return True
    return next(csv.reader(io.StringIO(_text(folder, CAPTIONS), newline="")), []) == _COLUMNS


def _cuts(folder: ViewedFolder, base: Draft, draft: Draft) -> bytes:
    """cuts.csv: the file as it is, or all rows that say something, in the file's order of clips."""
    before = folder.files[windows.NAME] or b""
    if all(base[key].windows == draft[key].windows for key in draft):
        return before
    by_path: dict[str, tuple[Window, ...]] = {row.clip: () for row in folder.rows}
    for row in folder.rows:
        by_path[row.clip] += (row,)
    for clip in folder.clips:
        own = draft[clip.key].windows
        shown = folder.raw and clip.video is not None
        if shown or clip.path in by_path or own != base[clip.key].windows:
            by_path[clip.path] = own
    return windows.render(window for own in by_path.values() for window in own).encode("utf-8", "surrogateescape")


def _caption_table(folder: ViewedFolder, base: Draft, draft: Draft) -> bytes:
    """captions.csv: the file as it is, or its rows with the changed captions, and new ones behind."""
    before = folder.files[CAPTIONS] or b""
    changed = dict(_changed_captions(folder, base, draft))
    if not changed:
        return before
    if not is_own_table(folder):
        raise DatasetkitError(
            f"{CAPTIONS} has other columns than {','.join(_COLUMNS)}",
            "Give it another name, such as metadata.csv, or these columns.",
        )
    known = csv.reader(io.StringIO(_text(folder, CAPTIONS), newline=""))
    rows = {row[0]: row[1] for row in islice(known, 1, None) if len(row) > 1} | changed
    gone = _names(base) - _names(draft)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerows([_COLUMNS, *([name, text] for name, text in rows.items() if text and name not in gone)])
    return table.getvalue().encode("utf-8", "surrogateescape")


def _names(draft: Draft) -> set[str]:
    return {window.name for clip in draft.values() for window in clip.windows}


def _changed_captions(folder: ViewedFolder, base: Draft, draft: Draft) -> Iterator[tuple[str, str]]:
    """The captions that differ, by the names that cuts.csv gives; by the clip's path where it has no row for it."""
    renders = bool(folder.files[windows.NAME]) or any(base[key].windows != draft[key].windows for key in draft)
    for clip in folder.clips:
        own, known = draft[clip.key], base[clip.key]
        before = dict(zip((window.name for window in known.windows), known.captions, strict=True))
        for window, text in zip(own.windows, own.captions, strict=True):
            if text != before.get(window.name, clip.caption):
                yield window.name if renders else clip.path, text


def _lines(folder: ViewedFolder, base: Draft, draft: Draft) -> bytes:
    name = spec.limits().annotations_name
    edits = (
        SetField(clip.sample.line, "prompt", draft[clip.key].captions[0])
        for clip in folder.clips
        if draft[clip.key].captions != base[clip.key].captions
    )
    return edit_lines(folder.files[name] or b"", edits)


def _config(folder: ViewedFolder, base: Draft, draft: Draft) -> bytes:
    """datasetkit.toml with the persons that were chosen, without those that were taken back."""
    changed = [clip for clip in folder.clips if draft[clip.key].person != base[clip.key].person]
    if not changed:
        return folder.files[config.NAME] or b""
    said = {media_of(clip.sample.record)[0]: draft[clip.key].person for clip in changed}
    text = withdraw_persons(_text(folder, config.NAME), [path for path, person in said.items() if not person])
    return declare_persons(text, {path: person for path, person in said.items() if person}).encode()
