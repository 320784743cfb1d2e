"""What the hook costs in the real pre-commit: all 200 samples unchanged, and a commit that touches no dataset."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import claim, side_by_side
from benchmarks.samples import render

# the hook as .pre-commit-hooks.yaml has it, but run by this Python, so that nothing is installed
_CONFIGURATION = f"""
repos:
- repo: local
  hooks:
  - id: datasetkit-lint
    name: datasetkit lint
    language: system
    entry: {sys.executable} -m datasetkit lint --staged
    files: (^|/)data\\.jsonl$
    always_run: true
    require_serial: true
"""


def main() -> None:
    if not importlib.util.find_spec("pre_commit"):
        print("hooks: left out, as pre-commit is not installed")
        return
    checkout = str(Path(__file__).parents[1])
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (checkout, os.environ.get("PYTHONPATH"))))
    with tempfile.TemporaryDirectory(prefix="datasetkit-bench-") as folder:
        render(Path(folder, "set"), suffix=".jpg")
        Path(folder, ".pre-commit-config.yaml").write_text(_CONFIGURATION)
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        for command in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-q", "-m", "all")):
            subprocess.run(["git", "-C", folder, *command], check=True)
        os.chdir(folder)
        print("the hook in pre-commit, 200 samples: 720p, 5 s, .jpg frames")
        run = [sys.executable, "-m", "pre_commit", "run"]
        runs = side_by_side({"--all-files": [*run, "--all-files"], "no dataset touched": run}, rounds=3)
        os.chdir(checkout)
    claim("seconds for --all-files", runs["--all-files"].seconds, "< 2.5", runs["--all-files"].seconds < 2.5)
