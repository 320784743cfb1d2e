"""What it costs to start: `datasetkit --help` against `import click`."""

from __future__ import annotations

import sys

from benchmarks.measure import claim, side_by_side


def main() -> None:
    print("start-up")
    runs = side_by_side(
        {
            "datasetkit --help": [sys.executable, "-m", "datasetkit", "--help"],
            'python -c "import click"': [sys.executable, "-c", "import click"],
        },
        rounds=15,
    )
    own, click = runs.values()
    ratio = own.seconds / click.seconds
    claim("of the time of import click", ratio, "≤ 1.5", ratio <= 1.5)
