"""Writes sample_data/broken/: a case a folder or zip, and expected.toml with their codes."""

from __future__ import annotations

import shutil
from pathlib import Path

from broken_archives import archives
from broken_folders import folders
from broken_parts import Case
from broken_pictures import pictures
from broken_prompts import pairs, prompts


def write_broken(root: Path) -> None:
    """Write every case again; the README, which is written by hand, stays."""
    for old in root.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        elif old.name != "README.md":
            old.unlink()
    cases = sorted([*folders(), *pictures(), *archives(), *prompts(), *pairs()], key=lambda case: case.name)
    for case in cases:
        write_case(root, case)
    entries = "\n".join(_entry(case) for case in cases)
    head = "# What `datasetkit lint CASE --ignore S` finds, and the options a case needs.\n\n"
    (root / "expected.toml").write_text(head + entries, "utf-8", newline="\n")


def write_case(root: Path, case: Case) -> None:
    """Write a case's zip, or its files."""
    if isinstance(case.content, bytes):
        (root / case.name).write_bytes(case.content)
        return
    for name, data in case.content.items():
        path = root / case.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _entry(case: Case) -> str:
    options = ", ".join(f'"{option}"' for option in case.options)
    ignore = 'ignore = "S701,S702,S703"\n' * case.code.startswith("S")
    return f'["{case.name}"]\ncode = "{case.code}"\noptions = [{options}]\n{ignore}'
