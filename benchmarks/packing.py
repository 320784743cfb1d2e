"""The packing stage against `7z a -tzip -mx0`, `zip -0` and Python's zipfile, side by side and as ratios.

Each contender runs in a process of its own over the same 200 files of random bytes, in a warm page cache, in
rounds that begin with another one each. Throughput is the median of the rounds. Memory is the process's largest
resident set, so far as that is larger than the bare Python's that starts it. Of the contenders in Python only
the work is timed, not Python's start. The stage is timed three ways: with CRC and SHA-256; with MD5 as well,
which one core makes no faster than the line below the table says; and the whole of `pack`, which also reads the
directory back and waits for the disk, as no other contender does.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

from datasetkit.model import Kind, Role
from datasetkit.pack.archive import pack, write_hashed
from datasetkit.pack.layout import Layout, Placed
from datasetkit.scan.folder import folder_tree

ROUNDS = 5
CLIP, FRAME = 2_700_000, 300_000
SAMPLES = {"10 MB": 3, "300 MB": 100, "1 GB": 330}

OURS = {
    "datasetkit: CRC, SHA-256": "sha256",
    "datasetkit: CRC, SHA-256, MD5": "sha256,md5",
    "datasetkit: the whole of pack": "pack",
}
SEVEN_ZIP = "7z a -tzip -mx0"

# A process inherits the peak of the one that starts it; so a small one does.
LAUNCHER = """
import os, sys, time
start = time.perf_counter()
_, status, usage = os.wait4(os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ), 0)
print(time.perf_counter() - start, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def main() -> None:
    """Print the table. Writes 2.7 GB to the temporary folder and removes it."""
    with tempfile.TemporaryDirectory(prefix="packing-") as folder:
        sets = {name: render(Path(folder) / name, samples) for name, samples in SAMPLES.items()}
        compare(sets["300 MB"])
        print()
        show_memory({name: sets[name] for name in ("10 MB", "1 GB")})


def render(root: Path, samples: int) -> Path:
    root.mkdir()
    for number in range(samples):
        (root / f"video_{number:03}.mp4").write_bytes(os.urandom(CLIP))
        (root / f"image_{number:03}.jpg").write_bytes(os.urandom(FRAME))
    return root


def compare(root: Path) -> None:
    contenders = commands(root, root.with_name("out.zip"))
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    peaks: dict[str, float] = {}
    names = list(contenders)
    for turn in range(ROUNDS):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            took, peaks[name] = measure(contenders[name], root.with_name("out.zip"))
            seconds[name].append(took)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    size = sum(path.stat().st_size for path in root.iterdir())
    print(f"{'200 files, 300 MB, stored':32}{'MB/s':>8}{'of 7z':>8}{'peak MB':>9}")
    for name, median in medians.items():
        ratio = f"{medians[SEVEN_ZIP] / median:.2f}" if SEVEN_ZIP in medians else "-"
        print(f"{name:32}{size / median / 1e6:8.0f}{ratio:>8}{peaks[name]:9.1f}")
    print(f"{'(MD5 alone, one core)':32}{md5_speed() / 1e6:8.0f}")


def show_memory(sets: dict[str, Path]) -> None:
    peaks = {}
    for name, root in sets.items():
        out = root.with_name("out.zip")
        peaks[name] = measure(commands(root, out)["datasetkit: the whole of pack"], out)[1]
        print(f"peak memory of pack, {name} zip {peaks[name]:12.1f} MB")
    print(f"difference {peaks['1 GB'] - peaks['10 MB']:30.1f} MB")


def commands(root: Path, out: Path) -> dict[str, list[str]]:
    """The contenders that are installed, with their command lines."""
    python = {name: [sys.executable, __file__, work, str(root), str(out)] for name, work in OURS.items()}
    others = {
        SEVEN_ZIP: ["7z", "a", "-tzip", "-mx0", "-bd", str(out), str(root)],
        "zip -0": ["zip", "-0", "-r", "-q", str(out), str(root)],
        "zipfile": [sys.executable, __file__, "zipfile", str(root), str(out)],
    }
    return {name: line for name, line in {**others, **python}.items() if shutil.which(line[0])}


def measure(command: Sequence[str], out: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of a command that writes ``out``."""
    path = os.pathsep.join(filter(None, [str(Path.cwd()), *sys.path]))
    out.unlink(missing_ok=True)
    os.sync()  # or the last contender's writing would slow this one
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LAUNCHER, *command],
        env=os.environ | {"PYTHONPATH": path},
        check=True,
        capture_output=True,
        text=True,
    )
    *printed, took, peak = done.stdout.split()
    seconds = printed[-1] if command[0] == sys.executable else took
    return float(seconds), int(peak) * (1 if sys.platform == "darwin" else 1024) / 1e6


def work(name: str, root: Path, out: Path) -> float:
    """Seconds of one of the contenders in Python."""
    tree = folder_tree(root, str(root))
    media = tuple(Placed(file.path, file.path, file.size) for file in tree.files)
    layout = Layout(Kind.I2V, Role.TRAINING, len(media) // 2, b'{"prompt":"p"}\n', media)
    start = time.perf_counter()
    if name == "zipfile":
        with zipfile.ZipFile(out, "w") as archive:
            for file in tree.files:
                archive.write(root / file.path, file.path)
    elif name == "pack":
        pack(layout, tree, out)
    else:
        write_hashed(layout, tree, out, name.split(","))
    return time.perf_counter() - start


def md5_speed() -> float:
    """Bytes a second of MD5 on one core."""
    block, start = bytes(1 << 20), time.perf_counter()
    digest = hashlib.md5(usedforsecurity=False)
    for _ in range(200):
        digest.update(block)
    return 200 * len(block) / (time.perf_counter() - start)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(work(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
    else:
        main()
