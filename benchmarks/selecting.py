"""`datasetkit select` over thousands of clips: time, peak memory, and how long it takes to find near-copies."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from itertools import repeat
from pathlib import Path

import av
import numpy as np
from PIL import Image

from benchmarks.measure import claim, run

FEW, MANY = 1_000, 10_000
SIDE, FRAMES = 64, 16  # of a clip of one second
_COPIES = 20  # every so many clips one is a copy of the clip before it, at a lower quality

# run as a process of its own: the facts are kept by then
_WARM = """
import sys, time
from datasetkit.media.likeness import groups_alike
from datasetkit.pool.profiles import profile_of
from datasetkit.pool.scanning import scan_pool
start = time.perf_counter()
profiles = [profile_of(record.facts) for record in scan_pool(sys.argv[1])]
read = time.perf_counter()
groups = groups_alike([one.hashes for one in profiles])
found = time.perf_counter()
print(f"{read - start:.1f} s to read the kept facts, {found - read:.2f} s to find {len(groups):,} groups")
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="datasetkit-bench-") as folder:
        peaks = {}
        for count in (FEW, MANY):
            pool = render(Path(folder) / str(count), count)
            print(f"select 40 of {count:,} clips of 64×64 and 1 s")
            command = [sys.executable, "-m", "datasetkit", "select", str(pool), "-n", "40", "--seconds", "1", "-o"]
            for name in ("cold", "warm"):
                ran = run([*command, f"{pool}_{name}"])
                peaks[name, count] = ran.peak
                print(f"  {name}: {ran.seconds:8.1f} s   cpu {ran.cpu:8.1f} s   peak {ran.peak:6.1f} MB")
            timed = subprocess.run([sys.executable, "-c", _WARM, str(pool)], check=True, capture_output=True, text=True)
            print(f"  {timed.stdout.strip()}")
        for name in ("cold", "warm"):
            ratio = peaks[name, MANY] / peaks[name, FEW]
            claim(f"peak memory of {MANY:,} clips, in times that of {FEW:,} ({name})", ratio, "≤ 2", ratio <= 2)


def render(folder: Path, count: int) -> Path:
    """A pool of ``count`` clips, each with pixels of its own, but for the copies among them."""
    folder.mkdir()
    with ProcessPoolExecutor() as pool:
        for _ in pool.map(_clip, range(count), repeat(folder), chunksize=100):
            pass
    return folder


def _clip(number: int, folder: Path) -> None:
    """A view that moves over a pattern."""
    copied = number % _COPIES == 1
    random = np.random.default_rng(number - copied)
    size = (2 * SIDE, 2 * SIDE)
    planes = (Image.fromarray(random.integers(0, 256, (8, 8), np.uint8)) for _ in range(3))
    wide = np.asarray(Image.merge("RGB", [one.resize(size, Image.Resampling.BICUBIC) for one in planes]))
    step = random.integers(0, 5, 2)
    options = {"preset": "ultrafast", "crf": "38" if copied else "24"}
    with av.open(str(folder / f"clip_{number:05}.mp4"), "w") as output:
        stream = output.add_stream("libx264", rate=Fraction(FRAMES), options=options)
        stream.width = stream.height = SIDE
        stream.pix_fmt, stream.codec_context.thread_count = "yuv420p", 1
        for moment in range(FRAMES):
            down, right = step * moment
            picture = np.ascontiguousarray(wide[down : down + SIDE, right : right + SIDE])
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode(None))
