"""20,000 prompts and 20 MB normalised: all as they should be, and every one drifted."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import claim, side_by_side

LINES, SIZE = 20_000, 20 * 10**6
TEXT = (
    "Then the s86b5p money rain effect begins, countless huge-sized US dollar bills (beige background/dark green "
    "patterns) pour down like a torrential rain, densely hitting and surrounding her/him. The bills continue to fall, "
    "she/he stretches her/his arms upward, neck slightly tilted back, expression surprised."
)
HER = TEXT.replace("her/him", "her").replace("she/he", "she").replace("her/his", "her")
_RUN = """
import sys
from datasetkit.cli import run
sys.exit(run(["normalize", sys.argv[1]]) not in (0, 1))
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="datasetkit-bench-") as folder:
        print(f"{LINES:,} prompts, {SIZE // 10**6} MB, normalised")
        exact = write(Path(folder) / "exact", HER)
        drifted = write(Path(folder) / "drifted", HER.replace("continue to fall", "fall while the camera zooms in"))
        runs = side_by_side(
            {
                "every prompt as it should be": [sys.executable, "-c", _RUN, str(exact)],
                "every prompt drifted": [sys.executable, "-c", _RUN, str(drifted)],
            },
            rounds=1,
        )
        for name, run in runs.items():
            claim(f"seconds, {name}", run.seconds, "< 10", run.seconds < 10)
            claim(f"MB, {name}", run.peak, "< 300", run.peak < 300)


def write(folder: Path, effect: str) -> Path:
    """A dataset of prompts of a kilobyte, each with a subject of its own, ending in ``effect``."""
    folder.mkdir()
    table = f'[effect]\ntrigger = "s86b5p"\ntext = "{TEXT}"\n'
    (folder / "datasetkit.toml").write_text(table, "utf-8")
    with (folder / "data.jsonl").open("w", encoding="utf-8") as lines:
        for number in range(LINES):
            room = SIZE // LINES - len(effect) - 100
            scene = ("A street in the rain, lamps on wet stone, a tram goes by. " * 30)[:room].rstrip() + "."
            record = {"prompt": f"A young woman in coat {number}. {scene} {effect}", "first_frame_path": "a.jpg"}
            lines.write(json.dumps(record) + "\n")
    return folder
