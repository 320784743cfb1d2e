"""The datasets of a git repository that a commit touches: what a commit hook has to look at.

Asks git itself, because pre-commit names no deleted files and knows no type for clips. Imports nothing that costs
time, as most commits touch no dataset.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import click

from datasetkit import spec
from datasetkit.errors import DatasetkitError

# what pre-commit sets where it was given two commits to compare, as before a push and in CI
_FROM, _TO = "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"


def chosen(paths: Sequence[str], exclude: Sequence[str], *, staged: bool) -> Sequence[str]:
    """The paths that a command with `staged_options` is to look at: those given, or those that git knows of.

    Raises click.UsageError where there is nothing to go by, or an option has no meaning.
    """
    if staged:
        return touched(paths, exclude)
    if exclude:
        raise click.UsageError("--exclude is for --staged; leave out the PATHs that you don't want judged.")
    if not paths:
        raise click.MissingParameter(param_hint="'PATH...'", param_type="argument")
    return paths


def touched(named: Sequence[str], exclude: Sequence[str]) -> list[str]:
    """The folders of the datasets to judge, each once, as seen from the working directory.

    They are those in git's index with a change staged in them (between the two commits that pre-commit names, where
    it does), be it a deletion, and those that ``named`` (a data.jsonl or its folder) adds. A change belongs to
    the innermost dataset around it. ``exclude`` are shell patterns on the folders from the repository's root.

    Raises DatasetkitError outside of a repository.
    """
    top = _top()
    name = spec.limits().annotations_name
    roots = {PurePosixPath(path).parent for path in _paths("ls-files", "-z", "--", f":(glob)**/{name}", cwd=top)}
    changed = _paths("diff", "--name-only", "--no-renames", "-z", *_compared(), "--", cwd=top)
    found = {root for path in changed if (root := _innermost(path, roots)) is not None}
    found |= {_folder(path, name, top) for path in named}
    kept = [root for root in found if not any(fnmatchcase(str(root), pattern) for pattern in exclude)]
    return sorted(os.path.relpath(top / root) for root in kept)


def untracked(folder: str) -> frozenset[str]:
    """The files below a dataset's folder that a commit would lack: neither in git's index nor ignored.

    Its datasetkit.toml is none of them, as what it says is meant whether or not it is shared.
    """
    from datasetkit import config

    if not Path(folder).is_dir():
        return frozenset()
    top = _top()  # where git lends a hook its GIT_DIR, it takes whatever folder it is run in for this one
    root = PurePosixPath(Path(os.path.relpath(folder, top)).as_posix())
    listed = ("--literal-pathspecs", "ls-files", "-z", "--others", "--exclude-standard", "--", str(root))
    return frozenset(str(PurePosixPath(path).relative_to(root)) for path in _paths(*listed, cwd=top)) - {config.NAME}


def _top() -> Path:
    return Path(os.fsdecode(_git("rev-parse", "--show-toplevel", cwd=Path()).removesuffix(b"\n")))


def _compared() -> list[str]:
    start, end = os.environ.get(_FROM), os.environ.get(_TO)
    return [f"{start}...{end}"] if start and end else ["--cached"]


def _innermost(path: str, roots: set[PurePosixPath]) -> PurePosixPath | None:
    return next((folder for folder in PurePosixPath(path).parents if folder in roots), None)


def _folder(path: str, name: str, top: Path) -> PurePosixPath:
    place = Path(path)
    return PurePosixPath(Path(os.path.relpath(place.parent if place.name == name else place, top)).as_posix())


def _paths(*command: str, cwd: Path) -> list[str]:
    return [os.fsdecode(path) for path in _git(*command, cwd=cwd).split(b"\0") if path]


def _git(*command: str, cwd: Path) -> bytes:
    try:
        return subprocess.run(["git", *command], cwd=cwd, capture_output=True, check=True).stdout
    except FileNotFoundError as error:
        raise DatasetkitError(
            "git isn't installed, or not on PATH", "--staged needs it; name PATHs instead."
        ) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()
        raise DatasetkitError(f"git: {said}", "--staged works inside a git repository.") from error
