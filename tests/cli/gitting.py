"""A git repository for a test, untouched by the configuration of whoever runs it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT"))} | {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


def git(folder: Path, *command: str, **environment: str) -> str:
    """Run git there and give what it printed. Raises CalledProcessError."""
    return subprocess.run(
        ["git", *command],
        cwd=folder,
        env=ENVIRONMENT | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=True,
    ).stdout


def repository(folder: Path) -> Path:
    """A new, empty repository."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    return folder


def commit(folder: Path, message: str = "c") -> None:
    """Commit everything, past any hook."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--no-verify", "-m", message)
