"""Where datasets lie in their repository."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from datasetkit.report.places import Placed
from datasetkit.verdict import Verdict


def place(verdicts: Iterable[Verdict]) -> list[Placed]:
    """The verdicts with their datasets' paths from the root of the working directory's git repository, if any."""
    root = repository_root()
    return [Placed(verdict, path_below(root, verdict.dataset.name)) for verdict in verdicts]


def repository_root() -> Path:
    """The top of the git repository that the working directory is in; outside of any, that directory itself."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)


def path_below(root: Path, name: str) -> str:
    """A path as users spell it, from ``root``; "" is root itself. Absolute where it lies outside."""
    absolute = Path(os.path.abspath(name))  # noqa: PTH100 - resolve() would follow links out of the repository
    for spelt in (absolute, absolute.resolve()):
        if spelt.is_relative_to(root):
            below = spelt.relative_to(root).as_posix()
            return "" if below == "." else below
    return absolute.as_posix()
