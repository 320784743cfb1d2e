"""A data.jsonl of 20,000 lines and 20 MB, judged with few media and with every file missing."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import claim, side_by_side
from benchmarks.samples import EFFECT

LINES, SIZE = 20_000, 20 * 10**6


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="datasetkit-bench-") as folder:
        path = Path(folder)
        write(path)
        print(f"a data.jsonl of {LINES:,} lines and {(path / 'data.jsonl').stat().st_size / 1e6:.1f} MB")
        command = [sys.executable, "-c", _LINT, str(path)]
        own = side_by_side({"datasetkit lint, every file missing": command}, rounds=3)
        seconds = next(iter(own.values())).seconds
        claim("seconds", seconds, "< 4", seconds < 4)


def write(folder: Path) -> None:
    """Twenty thousand lines of a kilobyte, each with a prompt of its own."""
    with (folder / "data.jsonl").open("w", encoding="utf-8") as lines:
        for number in range(LINES):
            record = {
                "prompt": f"Person {number}. ",
                "first_frame_path": f"image_{number}.jpg",
                "video_path": f"video_{number}.mp4",
            }
            room = SIZE // LINES - len(json.dumps(record)) - len(EFFECT) - 1
            record["prompt"] += ("A street in the rain, lamps on wet stone. " * 30)[:room] + EFFECT
            lines.write(json.dumps(record) + "\n")


_LINT = """
import sys
from datasetkit.cli import run
sys.exit(run(["lint", sys.argv[1]]) != 1)  # the files are missing, so errors are what is wanted
"""
