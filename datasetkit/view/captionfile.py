"""captions.csv of a raw folder: the captions that `init` reads, and the table's content for a draft. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from datasetkit import windows
from datasetkit.errors import DatasetkitError
from datasetkit.intake.captions import CAPTIONS, decode
from datasetkit.intake.cutting import by_window
from datasetkit.intake.pairing import clips_named, pair
from datasetkit.intake.raw import RawFiles
from datasetkit.view.csvtext import Cells, CsvText, csv_text
from datasetkit.view.draft import Draft
from datasetkit.view.folder import ViewedFolder
from datasetkit.windows import Window, name_key

_COLUMNS = ("clip", "caption")
_HEADER = b"clip,caption\n"

Captions = Mapping[tuple[str, str], str]
"""Captions by the path of the clip and the name of its window; the name is "" where cuts.csv has no row."""


def read_captions(found: RawFiles, table: bytes | None, rows: Sequence[Window]) -> Captions:
    """The captions that `init` finds with this captions.csv and these rows of cuts.csv; dropped windows have theirs."""
    others = {path: text for path, text in found.texts.items() if path != CAPTIONS}
    text = decode(table) if table else None
    texts = others if text is None else {**others, CAPTIONS: text}
    pairing = by_window(pair(found.clips, (), texts, [replace(row, keep=True) for row in rows]))
    return {(one.clip, one.window.name if one.window else ""): one.caption or "" for one in pairing.clips}


def new_captions(folder: ViewedFolder, found: RawFiles, base: Draft, draft: Draft, cuts: bytes) -> bytes:
    """captions.csv for the draft, beside the new content of cuts.csv; only rows that must change do.

    Raises DatasetkitError if `init` wouldn't read the draft's captions from it.
    """
    before = folder.files[CAPTIONS]
    if all((one.windows, one.captions) == (base[key].windows, base[key].captions) for key, one in draft.items()):
        return before or b""
    rows, _ = windows.parse(cuts.decode("utf-8-sig", "surrogateescape"))
    wanted = _wanted(folder, draft, rows)
    made = before
    if table := csv_text(before or _HEADER, _COLUMNS):
        moved = _moved(table, base, draft)
        read = read_captions(found, moved.encoded(), rows)
        wrong = {key: text for key, text in wanted.items() if read.get(key, "") != text}
        table = _captioned(moved, wanted, wrong, found)
        made = table.encoded() if table.rows or before else None
    _require_read(found, made, rows, wanted, is_own=table is not None)
    return made or b""


def _wanted(folder: ViewedFolder, draft: Draft, rows: Sequence[Window]) -> Captions:
    named = {row.name for row in rows}
    return {
        (clip.path, window.name if window.name in named else ""): " ".join(text.split())
        for clip in folder.clips
        for window, text in zip(draft[clip.key].windows, draft[clip.key].captions, strict=True)
    }


def _moved(table: CsvText, base: Draft, draft: Draft) -> CsvText:
    """The table with the new names of windows, without the rows of those that are gone."""
    moves = {name_key(old): new for old, new in _renames(base, draft)}
    gone = _names(base) - _names(draft) - moves.keys()

    def moved(cells: Cells) -> Cells | None:
        key = name_key(cells["clip"].strip())
        return None if key in gone else {**cells, "clip": moves[key]} if key in moves else cells

    return table.edited(moved)


def _renames(base: Draft, draft: Draft) -> Iterator[tuple[str, str]]:
    for key, one in draft.items():
        if len(one.windows) >= len(base[key].windows):  # new ones stand behind the others
            pairs = zip(base[key].windows, one.windows, strict=False)
            yield from ((old.name, new.name) for old, new in pairs if old.name != new.name)


def _names(draft: Draft) -> set[str]:
    return {name_key(window.name) for clip in draft.values() for window in clip.windows}


def _captioned(table: CsvText, wanted: Captions, wrong: Captions, found: RawFiles) -> CsvText:
    """The table with those captions, in the rows that name their windows or clips, or in new ones."""
    names = {name_key(name): (path, name) for path, name in wanted if name}
    keys = defaultdict[str, list[tuple[str, str]]](list)
    for path, name in wanted:
        keys[path].append((path, name))
    written = [table.cells(row)["clip"].strip() for row in table.rows]
    clips, here = clips_named(written, found.clips), set[tuple[str, str]]()

    def captioned(cells: Cells) -> Cells:
        clip = cells["clip"].strip()
        of_clip = keys[clips.get(clip, "")]
        key = names.get(name_key(clip)) or (of_clip[0] if len(of_clip) == 1 else None)
        if key is None or key not in wrong:
            return cells
        here.add(key)
        return {**cells, "caption": wrong[key]}

    edited = table.edited(captioned)
    added = [(name or path, text) for (path, name), text in wrong.items() if (path, name) not in here]
    return edited.extended({"clip": clip, "caption": text} for clip, text in added) if added else edited


def _require_read(
    found: RawFiles, table: bytes | None, rows: Sequence[Window], wanted: Captions, *, is_own: bool
) -> None:
    """Raise DatasetkitError if these captions aren't what is read."""
    read = read_captions(found, table, rows)
    wrong = next((key for key, text in wanted.items() if read.get(key, "") != text), None)
    if wrong is None:
        return
    if table and decode(table) is None:
        raise DatasetkitError(f"{CAPTIONS} isn't UTF-8", "Save it as UTF-8.")
    if not is_own:
        raise DatasetkitError(
            f"{CAPTIONS} lacks the columns {' and '.join(_COLUMNS)}",
            "Give it another name, such as metadata.csv, or these columns.",
        )
    message = f"in {CAPTIONS}, {wrong[0]} would get another caption than the page shows"
    raise DatasetkitError(message, "Correct its rows in a text editor, then reload the page.")
