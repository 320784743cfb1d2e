"""The plain files that the page edits, read into a draft, and a draft made into their new content. Pure."""

from __future__ import annotations

import difflib
from collections import defaultdict
from fractions import Fraction

from datasetkit import config, spec, windows
from datasetkit.edits import SetField
from datasetkit.errors import DatasetkitError
from datasetkit.intake.captions import CAPTIONS
from datasetkit.prompts.template import media_of
from datasetkit.repair.declaring import declare_persons, withdraw_persons
from datasetkit.repair.lines import edit_lines
from datasetkit.report.visual.values import TextRun
from datasetkit.view.captionfile import new_captions, read_captions
from datasetkit.view.draft import ClipDraft, Draft, rounded_down
from datasetkit.view.folder import ViewedClip, ViewedFolder
from datasetkit.view.picking import drafted_pick, new_table
from datasetkit.windows import Window, fault_of_clip, free_name, name_for, name_key

_CONTEXT = 1  # lines beside a change
_UNKNOWN = Fraction(1)  # seconds of a clip that can't be read; whether it is kept is all that its row says


def first_draft(folder: ViewedFolder, longest: Fraction | None) -> dict[str, ClipDraft]:
    """What the folder's files say. Raises DatasetkitError for a file that can't be read as what it should be."""
    if folder.picks:
        rows_of = folder.picks.rows
        return {c.key: drafted_pick(rows_of[c.path], c.video.seconds if c.video else None) for c in folder.clips}
    rows: defaultdict[str, list[Window]] = defaultdict(list)
    for window in folder.rows:
        rows[window.clip].append(window)
    cut, taken, draft = {*rows}, {name_key(row.name) for row in folder.rows}, dict[str, ClipDraft]()
    table = folder.files.get(CAPTIONS)
    captions = read_captions(folder.found, table, folder.rows) if folder.found else None
    for clip in folder.clips:
        if clip.path not in rows:
            rows[clip.path] = [_default(clip, longest if folder.raw else None, taken)]
            taken.add(name_key(rows[clip.path][0].name))
        own = tuple(rows[clip.path])
        names = [window.name for window in own] if clip.path in cut else [""]
        texts = (_prompt(clip) if captions is None else captions.get((clip.path, name), "") for name in names)
        draft[clip.key] = ClipDraft(own, tuple(texts), _person(folder, clip))
    return draft


def new_files(folder: ViewedFolder, base: Draft, draft: Draft) -> dict[str, bytes]:
    """The new content of the files in which the draft differs from the ``base`` that was read.

    Raises DatasetkitError for a file that can't take it.
    """
    if folder.picks:
        paths = {clip.key: clip.path for clip in folder.clips}
        return new_table(folder.picks, paths, folder.files[folder.picks.name] or b"", base, draft)
    made = {windows.NAME: _cuts(folder, base, draft), config.NAME: _config(folder, base, draft)}
    if folder.found:
        made[CAPTIONS] = new_captions(folder, folder.found, base, draft, made[windows.NAME])
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


def _default(clip: ViewedClip, longest: Fraction | None, taken: set[str]) -> Window:
    """The window of a clip that has none: from its beginning, as long as it or the model allows."""
    seconds = rounded_down(clip.video.seconds) if clip.video else _UNKNOWN
    return Window(clip.path, Fraction(0), min(seconds, longest or seconds), free_name(name_for(clip.path), taken))


def _prompt(clip: ViewedClip) -> str:
    return clip.sample.prompt.text if clip.sample.prompt else ""


def _person(folder: ViewedFolder, clip: ViewedClip) -> str:
    effect, media = folder.settings.effect, media_of(clip.sample.record)
    return str(effect.declared.names.get(media[0], "")) if effect and media else ""


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
        shown = folder.raw and clip.video is not None and not fault_of_clip(clip.path)
        if shown or clip.path in by_path or own != base[clip.key].windows:
            by_path[clip.path] = own
    for path in by_path:
        if fault := fault_of_clip(path):
            raise DatasetkitError(f"{windows.NAME} can't name a clip: {fault}", "Rename it and read the folder again.")
    rows = tuple(window for own in by_path.values() for window in own)
    text = windows.render(rows)
    read, faults = windows.parse(text)
    if faults or read != rows:
        reason = f"line {faults[0].line} {faults[0].reason}" if faults else "another value would be read from it"
        raise DatasetkitError(f"{windows.NAME} can't hold this: {reason}", "Choose other values.")
    return text.encode()


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
