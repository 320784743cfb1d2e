"""The datasets of a git repository that a commit changes, for a commit hook.

It asks git itself, because pre-commit names no deleted files and knows no type for clips. It imports nothing slow, as
most commits change no dataset.
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

# pre-commit sets these if it has two commits to compare, as before a push and in CI
_FROM, _TO = "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"


def chosen(paths: Sequence[str], exclude: Sequence[str], *, staged: bool) -> Sequence[str]:
    """The paths for a command with `staged_options`: those that were given, or those that git knows of.

    Raises click.UsageError if there are none, or if --exclude is given without --staged.
    """
    if staged:
        return changed(paths, exclude)
    if exclude:
        raise click.UsageError("--exclude only works with --staged. Leave out the PATHs that you don't want.")
    if not paths:
        raise click.MissingParameter(param_hint="'PATH...'", param_type="argument")
    return paths


def changed(named: Sequence[str], exclude: Sequence[str]) -> list[str]:
    """The folders of the datasets that a commit changes, as seen from the working directory, each once.

    A deletion is a change too. A change belongs to the innermost dataset around it. Only staged changes count, or
    those between the two commits that pre-commit names. ``named`` adds datasets (a data.jsonl or its folder).
    ``exclude`` holds shell patterns for folders, as seen from the repository's root.

    Raises DatasetkitError outside a repository.
    """
    top = _top()
    name = spec.limits().annotations_name
    roots = {PurePosixPath(path).parent for path in _paths("ls-files", "-z", "--", f":(glob)**/{name}", cwd=top)}
    start, end = os.environ.get(_FROM), os.environ.get(_TO)
    compared = f"{start}...{end}" if start and end else "--cached"
    paths = _paths("diff", "--name-only", "--no-renames", "-z", compared, "--", cwd=top)
    found = {root for path in paths if (root := _innermost(path, roots)) is not None}
    found |= {_from_top(Path(path).parent if Path(path).name == name else path, top) for path in named}
    kept = [root for root in found if not any(fnmatchcase(str(root), pattern) for pattern in exclude)]
    return sorted(os.path.relpath(top / root) for root in kept)


def untracked(folder: str) -> frozenset[str]:
    """The files in a dataset's folder that a commit would lack: neither in git's index nor ignored.

    Its datasetkit.toml isn't among them: it counts, shared or not.
    """
    from datasetkit import config

    if not Path(folder).is_dir():
        return frozenset()
    top = _top()  # with a hook's GIT_DIR, git takes whatever folder it runs in for the top
    root = _from_top(folder, top)
    listed = ("--literal-pathspecs", "ls-files", "-z", "--others", "--exclude-standard", "--", str(root))
    return frozenset(str(PurePosixPath(path).relative_to(root)) for path in _paths(*listed, cwd=top)) - {config.NAME}


def _top() -> Path:
    return Path(os.fsdecode(_git("rev-parse", "--show-toplevel", cwd=Path()).removesuffix(b"\n")))


def _innermost(path: str, roots: set[PurePosixPath]) -> PurePosixPath | None:
    return next((folder for folder in PurePosixPath(path).parents if folder in roots), None)


def _from_top(path: str | Path, top: Path) -> PurePosixPath:
    return PurePosixPath(Path(os.path.relpath(path, top)).as_posix())


def _paths(*command: str, cwd: Path) -> list[str]:
    return [os.fsdecode(path) for path in _git(*command, cwd=cwd).split(b"\0") if path]


def _git(*command: str, cwd: Path) -> bytes:
    try:
        return subprocess.run(["git", *command], cwd=cwd, capture_output=True, check=True).stdout
    except FileNotFoundError as error:
        raise DatasetkitError(
            "git isn't installed, or not on PATH", "Install git, or give the dataset's path instead of --staged."
        ) from error
    except subprocess.CalledProcessError as error:
        message = error.stderr.decode(errors="replace").strip()
        if "not a git repository" in message:
            message = "--staged needs a git repository, and this folder isn't in one"
            raise DatasetkitError(message, "Run this in a git repository, or give the dataset's path.") from error
        raise DatasetkitError(f"git: {message}", "Give the dataset's path instead of --staged.") from error
