"""Writes prompts into data.jsonl: only the lines that are still as they were read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from datasetkit.edits import SetField
from datasetkit.files import remove_stale, replace_file, sole_run, unwritable
from datasetkit.repair.lines import edit_lines


def write_fields(file: Path, before: bytes, edits: Sequence[SetField]) -> frozenset[int]:
    """Make edits of ``before``, the bytes of data.jsonl as they were read, in the file as it is now, in one step.

    Returns the lines, as numbered in ``before``, that have changed meanwhile and so were skipped. Raises
    DatasetkitError if the file can't be written, or another run is writing it.
    """
    with sole_run(file.parent, "writing"):
        try:
            now = file.read_bytes()
        except OSError as error:
            raise unwritable(file, error) from error
        moved = moved_edits(before, now, edits)
        if moved:
            replace_file(file, edit_lines(now, moved.values()))
        else:
            remove_stale(file.parent)  # a run that was killed after its work was done may have left one
    return frozenset(edit.line for edit in edits if edit.line not in moved)


def moved_edits(before: bytes, now: bytes, edits: Sequence[SetField]) -> dict[int, SetField]:
    """The edits that can still be made, by their line in ``before``, each with the number that its line has ``now``.

    A line that has moved is found by its bytes, unless several lines have the same.
    """
    old, new = before.split(b"\n"), now.split(b"\n")
    places: defaultdict[bytes, list[int]] = defaultdict(list)
    for number, line in enumerate(new, 1):
        places[line].append(number)
    copies = Counter(old)
    moved = {}
    for edit in edits:
        line = old[edit.line - 1]
        unique = places[line] if copies[line] == 1 and len(places[line]) == 1 else []
        same = new[edit.line - 1 : edit.line] == [line]
        if same or unique:
            moved[edit.line] = replace(edit, line=edit.line if same else unique[0])
    return moved
