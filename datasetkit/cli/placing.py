"""Where datasets are in their repository."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from datasetkit.report.places import Placed
from datasetkit.verdict import Verdict


def place(verdicts: Iterable[Verdict]) -> list[Placed]:
    """The verdicts, with paths from the root of the git repository; outside of one, from the working directory."""
    here = Path.cwd()
    root = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)
    return [Placed(verdict, _path_below(root, verdict.dataset.name)) for verdict in verdicts]


def _path_below(root: Path, name: str) -> str:
    """A path as the user wrote it, from ``root``; "" is root itself. Absolute if it is elsewhere."""
    absolute = Path(os.path.abspath(name))  # noqa: PTH100 - resolve() would follow links out of the repository
    for path in (absolute, absolute.resolve()):
        if path.is_relative_to(root):
            return "" if path == root else path.relative_to(root).as_posix()
    return absolute.as_posix()
