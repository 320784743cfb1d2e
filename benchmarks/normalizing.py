"""20,000 prompts and 20 MB normalised: all as they should be, and 500 different drifts.

`DATASETKIT_BASELINE` names another checkout of the project, which is run in turn with this one.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import claim, side_by_side

LINES, SIZE, DRIFTS = 20_000, 20 * 10**6, 500
TEXT = (
    "Then the s86b5p money rain effect begins, countless huge-sized US dollar bills (beige background/dark green "
    "patterns) pour down like a torrential rain, densely hitting and surrounding her/him. The bills continue to fall, "
    "she/he stretches her/his arms upward, neck slightly tilted back, expression surprised."
)
HER = TEXT.replace("her/him", "her").replace("she/he", "she").replace("her/his", "her")
STRANGE = "slowly quickly camera zooms golden heavy softly bright sudden glowing wild little huge vivid endless".split()
_RUN = """
import sys
sys.path.insert(0, sys.argv[2])
from datasetkit.cli import run
sys.exit(run(["normalize", sys.argv[1]]) not in (0, 1))
"""


def main() -> None:
    here = Path(__file__).parents[1]
    other = os.environ.get("DATASETKIT_BASELINE")
    with tempfile.TemporaryDirectory(prefix="datasetkit-bench-") as folder:
        print(f"{LINES:,} prompts, {SIZE // 10**6} MB, normalised")
        exact = write(Path(folder) / "exact", [HER])
        drifted = write(Path(folder) / "drifted", sorted(set(drifts()))[:DRIFTS])
        commands = {
            "every prompt as it should be": [sys.executable, "-c", _RUN, str(exact), str(here)],
            f"{DRIFTS} different drifts": [sys.executable, "-c", _RUN, str(drifted), str(here)],
        }
        if other:
            commands[f"the same drifts, {other}"] = [sys.executable, "-c", _RUN, str(drifted), other]
        runs = side_by_side(commands, rounds=3)
        for name, run in list(runs.items())[:2]:
            claim(f"seconds, {name}", run.seconds, "< 10", run.seconds < 10)
            claim(f"MB, {name}", run.peak, "< 300", run.peak < 300)
        if other:
            _, new, old = runs.values()
            claim("CPU seconds of the baseline's", new.cpu / old.cpu, "<= 0.5", new.cpu <= 0.5 * old.cpu)


def drifts() -> Iterator[str]:
    """The effect with one to four words dropped, put in or replaced; more than there are to be."""
    chance = random.Random(5)
    for _ in range(2 * DRIFTS):
        words = HER.split(" ")
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(6, len(words) - 2)
            words[at : at + chance.randint(0, 1)] = chance.choices(STRANGE, k=chance.randint(0, 1))
        yield " ".join(words)


def write(folder: Path, effects: list[str]) -> Path:
    """A dataset of prompts of a kilobyte, each with a subject of its own, ending in ``effects`` in turn."""
    folder.mkdir()
    table = f'[effect]\ntrigger = "s86b5p"\ntext = "{TEXT}"\n'
    (folder / "datasetkit.toml").write_text(table, "utf-8")
    with (folder / "data.jsonl").open("w", encoding="utf-8") as lines:
        for number in range(LINES):
            effect = effects[number % len(effects)]
            room = SIZE // LINES - len(effect) - 100
            scene = ("A street in the rain, lamps on wet stone, a tram goes by. " * 30)[:room].rstrip() + "."
            record = {"prompt": f"A young woman in coat {number}. {scene} {effect}", "first_frame_path": "a.jpg"}
            lines.write(json.dumps(record) + "\n")
    return folder
