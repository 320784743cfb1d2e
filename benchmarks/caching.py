"""What the cache makes of a second run: a whole lint of 200 samples, and the hook's after one changed line."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import claim, side_by_side
from benchmarks.samples import render

_SETTLED = 2  # seconds after which the facts of a new file are kept


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="datasetkit-bench-") as name:
        folder = Path(name)
        checkout = str(Path(__file__).parents[1])
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (checkout, os.environ.get("PYTHONPATH"))))
        render(folder / "set", suffix=".jpg")
        _commit(folder)
        _change_a_line(folder / "set" / "data.jsonl")
        subprocess.run(["git", "-C", folder, "add", "-A"], check=True)
        time.sleep(_SETTLED)
        os.chdir(folder)
        print("a second lint of 200 samples: 720p, 5 s, .jpg frames")
        command = [sys.executable, "-m", "datasetkit", "lint"]
        imports = "import click, numpy, jsonschema, sqlite3"
        runs = side_by_side(
            {
                f'python -c "{imports}"': [sys.executable, "-c", imports],
                "lint, warm": [*command, "set"],
                "lint --staged, warm, one line changed": [*command, "--staged"],
            }
        )
        os.chdir(checkout)
    plain, warm, staged = runs.values()
    ratio = warm.seconds / plain.seconds
    claim("times the imports, for a warm lint", ratio, "≤ 4", ratio <= 4)
    claim("seconds for lint --staged", staged.seconds, "< 0.5", staged.seconds < 0.5)


def _commit(folder: Path) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-q", "-m", "all")):
        subprocess.run(["git", "-C", folder, *command], check=True)


def _change_a_line(file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace("place 7.", "place 8."), "utf-8")
