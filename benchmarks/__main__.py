"""`python -m benchmarks [NAME...]`."""

from __future__ import annotations

import importlib
import os
import platform
import sys
import tempfile

NAMES = (
    "starting",
    "reading",
    "decoding",
    "normalizing",
    "linting",
    "packing",
    "repairing",
    "reporting",
    "uploading",
    "caching",
)
NAMES += ("hooks", "pooling", "selecting")


def main() -> None:
    chosen = sys.argv[1:] or NAMES
    unknown = [name for name in chosen if name not in NAMES]
    if unknown:
        sys.exit(f"no benchmark is called {unknown[0]}; there are {', '.join(NAMES)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; medians of whole processes, run in turn\n")
    with tempfile.TemporaryDirectory(prefix="datasetkit-bench-") as cache:
        os.environ["DATASETKIT_CACHE"] = cache  # the user's own stays as it is
        for name in chosen:
            importlib.import_module(f"benchmarks.{name}").main()
            print()


main()
