"""The picks of `select` on the page: their clips in the order of the choice, and which of them are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from datasetkit.errors import DatasetkitError
from datasetkit.pool.inputs import read_pick_table
from datasetkit.pool.picks import Pick
from datasetkit.view.csvtext import csv_text
from datasetkit.view.draft import ClipDraft, Draft, rounded_down
from datasetkit.windows import Window

_UNKNOWN = Fraction(1)  # seconds of a clip that can't be read


@dataclass(frozen=True, slots=True)
class PickTable:
    """A picks.csv: the folder that it is in, its name, and its rows by the clips' paths, in their order."""

    folder: Path
    name: str
    rows: Mapping[str, Pick]


def read_table(file: Path) -> PickTable:
    """Read a picks.csv. Raises DatasetkitError if it can't be read."""
    return PickTable(file.parent, file.name, {pick.clip: pick for pick in read_pick_table(file)})


def drafted_pick(pick: Pick, seconds: Fraction | None) -> ClipDraft:
    """A clip of that length as its row says; its window is all of it."""
    whole = Window(pick.clip, Fraction(0), rounded_down(seconds or _UNKNOWN), pick.name, pick.keep, pick.reason)
    return ClipDraft((whole,), ("",))


def refuse_other_edit(do: str) -> None:
    """Raise DatasetkitError for an edit that a picks.csv can't hold."""
    if do != "keep":
        raise DatasetkitError("picks.csv only says which clips are kept", "Cut and describe the chosen clips later.")


def new_table(table: PickTable, paths: Mapping[str, str], before: bytes, base: Draft, draft: Draft) -> dict[str, bytes]:
    """The new content of the table, if a clip is kept that wasn't or the reverse; ``paths`` are by the drafts' keys."""
    keep = {
        path: "no" if draft[key].dropped else "yes"
        for key, path in paths.items()
        if base[key].dropped != draft[key].dropped
    }
    if not keep:
        return {}
    text = csv_text(before, ("clip", "keep"))
    if text is None:
        raise DatasetkitError(f"{table.name} lacks the columns clip and keep", "Add them.")
    made = text.edited(lambda cells: {**cells, "keep": keep.get(cells["clip"].strip(), cells["keep"])})
    return {table.name: made.encoded()}
