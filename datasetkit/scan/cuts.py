"""The cuts.csv of a folder or zip, or one beside it. A file with a row that can't be used is refused as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.scan.tree import Tree
from datasetkit.windows import NAME, Window, WindowFault, parse

_SHOWN = 5  # faults in one message


def own_windows(tree: Tree) -> tuple[Window, ...]:
    """The windows in the cuts.csv at a tree's root; none if there is no such file. Raises DatasetkitError."""
    if not any(file.path == NAME for file in tree.files):
        return ()
    name = f"{tree.name}/{tree.prefix}{NAME}"
    try:
        with tree.open(NAME) as file:
            return _read(file, name)
    except OSError as error:
        raise _unreadable(name, error) from error


def windows_in(path: Path) -> tuple[Window, ...]:
    """The windows in a file. Raises DatasetkitError if it can't be read or used."""
    try:
        with path.open("rb") as file:
            return _read(file, str(path))
    except OSError as error:
        raise _unreadable(str(path), error) from error


def dropped_clips(windows: Iterable[Window]) -> dict[str, str]:
    """The clips of which no window is kept, each with the reasons given."""
    rows: dict[str, list[Window]] = defaultdict(list)
    for window in windows:
        rows[window.clip].append(window)
    none_kept = {clip: several for clip, several in rows.items() if not any(one.keep for one in several)}
    return {clip: "; ".join(one.reason for one in several if one.reason) for clip, several in none_kept.items()}


def _read(file: BinaryIO, name: str) -> tuple[Window, ...]:
    return windows_from(file.read(spec.limits().cuts_bytes + 1), name)


def windows_from(data: bytes, name: str) -> tuple[Window, ...]:
    """The windows in the bytes of the file ``name``. Raises DatasetkitError if they can't be used."""
    cap = spec.limits().cuts_bytes
    if len(data) > cap:
        raise DatasetkitError(f"{name} is larger than {cap / 1e6:,.0f} MB", "Check that this is the right file.")
    try:
        windows, faults = parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DatasetkitError(f"{name} is not UTF-8 (byte {error.start + 1})", "Save it as UTF-8.") from error
    if faults:
        raise DatasetkitError(f"{name} can't be used: {_listed(faults)}", "Correct it, or move it away.")
    return windows


def _listed(faults: tuple[WindowFault, ...]) -> str:
    more = [f"{len(faults) - _SHOWN:,} more"] if len(faults) > _SHOWN else []
    return "; ".join([*(f"line {fault.line}: {fault.reason}" for fault in faults[:_SHOWN]), *more])


def _unreadable(name: str, error: OSError) -> DatasetkitError:
    step = "Move it away." if isinstance(error, IsADirectoryError) else "Check its name and permissions."
    return DatasetkitError(f"can't read {name}: {error.strerror or error}", step)
