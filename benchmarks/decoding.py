"""A hundred clips of 720p and 5 s, each decoded once and looked at by all checks, beside ffmpeg doing nothing else."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.measure import claim, side_by_side
from benchmarks.samples import encoded

COUNT, DISTINCT, AT_A_TIME = 100, 8, 2


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="datasetkit-bench-") as folder:
        path = Path(folder)
        render(path)
        size = sum(file.stat().st_size for file in path.iterdir())
        print(f"{COUNT} clips of 720p and 5 s, {size / 1e6:.0f} MB, decoded {AT_A_TIME} at a time")
        own = {f"datasetkit, {kind}": [sys.executable, "-c", _LOOK, kind, folder] for kind in ("threads", "processes")}
        ffmpeg = shutil.which("ffmpeg")
        if not ffmpeg:
            side_by_side(own, rounds=1)
            print("  ffmpeg isn't installed: nothing to compare with")
            return
        runs = side_by_side(
            {**own, "ffmpeg -xerror -f null -": [sys.executable, "-c", _FFMPEG, ffmpeg, folder]}, rounds=3
        )
        threads, _, other = runs.values()
        claim(
            "all checks by threads to ffmpeg",
            threads.seconds / other.seconds,
            "<= 1.2",
            threads.seconds <= 1.2 * other.seconds,
        )


def render(folder: Path) -> None:
    """DISTINCT clips encoded, the others copies of them."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        originals = [clip for clip, _ in pool.map(encoded, range(DISTINCT), [".jpg"] * DISTINCT, [folder] * DISTINCT)]
    for number in range(COUNT):
        (folder / f"video_{number:03}.mp4").write_bytes(originals[number % DISTINCT])


_LOOK = f"""
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from datasetkit.media.checks import all_checks
from datasetkit.media.decode import decode
from datasetkit.media.videos import read_video

def look(path):
    video = read_video(str(path), path.name, path.stat().st_size)
    return decode(str(path), video, all_checks(video))

pool = {{"threads": ThreadPoolExecutor, "processes": ProcessPoolExecutor}}[sys.argv[1]]
with pool({AT_A_TIME}) as workers:
    seen = list(workers.map(look, sorted(Path(sys.argv[2]).glob("*.mp4"))))
sys.exit(not all(one.frames == 80 and one.complete and not one.damage for one in seen))
"""
_FFMPEG = f"""
import subprocess, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

def run(path):
    command = [sys.argv[1], "-nostdin", "-v", "error", "-xerror", "-i", path, "-f", "null", "-"]
    return subprocess.run(command).returncode

with ThreadPoolExecutor({AT_A_TIME}) as workers:
    sys.exit(any(workers.map(run, sorted(Path(sys.argv[2]).glob("*.mp4")))))
"""
