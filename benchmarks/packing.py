"""The packing stage of `build` against `7z a -tzip -mx0` and `zip -0`, side by side; and its memory.

The stage is timed from the layout to the zip and its manifest in their place: CRC, SHA-256, waiting for the disk,
reading the directory back. The others neither hash nor wait. All pack the same files of random bytes, between 1 and
30 MB each, from a warm page cache, in rounds that begin with another contender each. Of ours the start of Python isn't
counted.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import claim, own_peak, run
from datasetkit.findings import Assumed
from datasetkit.model import Dataset, Kind, Role, Source
from datasetkit.pack.building import write
from datasetkit.pack.layout import Layout, PackedFile
from datasetkit.scan.folder import folder_tree
from datasetkit.verdict import Verdict

_ROUNDS = 7
_MB = 1_000_000
_OTHERS = {"7z a -tzip -mx0": ["7z", "a", "-tzip", "-mx0", "-bd"], "zip -0": ["zip", "-0", "-r", "-q"]}
_OURS = "datasetkit"


def main() -> None:
    """Print the table. Writes 2 GB to the temporary folder and removes it."""
    with tempfile.TemporaryDirectory(prefix="packing-") as folder:
        large, small, out = Path(folder, "large"), Path(folder, "small"), Path(folder, "out.zip")
        count = _fill(large, 1000 * _MB)
        _fill(small, 10 * _MB)
        print(f"packing {count} files, 1 GB")
        seconds, peak = _compare(large, out)
        medians = {name: statistics.median(times) for name, times in seconds.items()}
        for name, median in medians.items():
            print(f"  {name:<18} {median:6.2f} s  {1000 / median:6.0f} MB/s   all rounds: {sorted(seconds[name])}")
        for name in medians.keys() - {_OURS}:
            ratio = medians[name] / medians[_OURS]
            claim(f"of the throughput of {name}", ratio, "≥ 0.7", ratio >= 0.7)
        more = peak - _ours(small, out)[1]
        claim("MB of memory more for 1 GB than for 10 MB", more, "≤ 16", more <= 16)


def _fill(root: Path, size: int) -> int:
    root.mkdir()
    sizes = random.Random(1)
    count = 0
    while size:
        part = min(size, sizes.randrange(_MB, 30 * _MB))
        (root / f"{count:03}.mp4").write_bytes(os.urandom(part))
        size, count = size - part, count + 1
    return count


def _compare(root: Path, out: Path) -> tuple[dict[str, list[float]], float]:
    """The seconds of each contender in each round, rounded, and the most memory that ours took, in MB."""
    names = [_OURS, *(name for name, command in _OTHERS.items() if shutil.which(command[0]))]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    peaks = []
    for turn in range(_ROUNDS):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            if name == _OURS:
                took, peak = _ours(root, out)
                peaks.append(peak)
            else:
                _clear(out)
                took = run([*_OTHERS[name], str(out), str(root)]).seconds
            seconds[name].append(round(took, 2))
    return seconds, max(peaks)


def _ours(root: Path, out: Path) -> tuple[float, float]:
    """Seconds of the stage and peak memory in MB, in a process of its own."""
    _clear(out)
    command = [sys.executable, "-m", "benchmarks.packing", str(root), str(out)]
    seconds, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(peak)


def _clear(out: Path) -> None:
    for path in (out, out.with_name(f"{out.name}.json")):
        path.unlink(missing_ok=True)
    os.sync()  # or the last contender's writing would slow this one


def _stage(root: Path, out: Path) -> None:
    """What a measured process does: pack, and print the seconds and its peak memory in MB."""
    tree = folder_tree(root, str(root))
    media = tuple(PackedFile(file.path, file.path, file.size, file.changed) for file in tree.files)
    layout = Layout(Kind.I2V, Role.TRAINING, len(media), b'{"prompt":"p"}\n', media)
    assumed = Assumed(Kind.I2V, Role.TRAINING, "from its lines", "from its lines")
    verdict = Verdict(Dataset(str(root), Source.FOLDER, 0), assumed, None, ())
    start = time.perf_counter()
    write({out: layout}, verdict, tree)
    print(time.perf_counter() - start, own_peak())


if __name__ == "__main__":
    _stage(Path(sys.argv[1]), Path(sys.argv[2]))
