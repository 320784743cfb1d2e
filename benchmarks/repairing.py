"""`datasetkit init` and the encoding pass of `fix` against ffmpeg doing the same; `init` with a long caption table."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import claim, side_by_side
from benchmarks.samples import render

_CLIPS = 100
_ROWS = 10_000
_INIT = """
import sys, tempfile
from datasetkit.cli import run
with tempfile.TemporaryDirectory(dir=sys.argv[2]) as folder:
    sys.exit(run(["init", sys.argv[1], "-o", folder + "/new"]))
"""
_PAIR = """
import sys
from datasetkit.intake.raw import read_raw
from datasetkit.scan.datasets import open_tree
pairing = read_raw(open_tree(sys.argv[1]))
sys.exit(sum(files.caption is not None for files in pairing.clips) != int(sys.argv[2]))
"""
_FFMPEG_FRAMES = """
import pathlib, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor
def frame(clip):
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(clip), "-frames:v", "1", "-q:v", "2",
                    f"{folder}/{clip.stem}.jpg"], check=True, stdin=subprocess.DEVNULL)
with tempfile.TemporaryDirectory(dir=sys.argv[2]) as folder, ThreadPoolExecutor(2) as pool:
    list(pool.map(frame, sorted(pathlib.Path(sys.argv[1]).iterdir())))
"""
_ENCODE = """
import pathlib, sys, tempfile
from datasetkit.media.clips import edit_clip
from datasetkit.edits import Reencode
with tempfile.TemporaryDirectory(dir=sys.argv[2]) as folder:
    edit_clip(sys.argv[1], pathlib.Path(folder, "x.mp4"), Reencode("x", max_side=1024))
"""
_FFMPEG_ENCODE = """
import subprocess, sys, tempfile
with tempfile.TemporaryDirectory(dir=sys.argv[2]) as folder:
    subprocess.run(["ffmpeg", "-v", "error", "-i", sys.argv[1], "-vf", "scale=1024:576",
                    "-c:v", "libx264", "-crf", "16", "-preset", "medium",
                    "-pix_fmt", "yuv420p", "-movflags", "+faststart", folder + "/x.mp4"],
                   check=True, stdin=subprocess.DEVNULL)
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="datasetkit-bench-") as folder:
        _pair(Path(folder))
    if not shutil.which("ffmpeg"):
        print("init, fix: left out, as there is no ffmpeg on this machine")
        return
    with tempfile.TemporaryDirectory(prefix="datasetkit-bench-") as folder:
        samples, raw = render(Path(folder, "samples"), suffix=".jpg"), Path(folder, "raw")
        raw.mkdir()
        for clip in sorted(samples.glob("video_*"))[:_CLIPS]:
            clip.rename(raw / clip.name)
        print(f"init of {_CLIPS} clips: 720p, 5 s")
        _compare("datasetkit init", _INIT, "ffmpeg a clip, two at a time", _FFMPEG_FRAMES, [str(raw), folder], 1.2)
        print("an encoding pass of fix: one such clip to 1024×576")
        clip = str(next(raw.iterdir()))
        _compare("datasetkit's encoder", _ENCODE, "ffmpeg, same settings", _FFMPEG_ENCODE, [clip, folder], 1.25)


def _pair(raw: Path) -> None:
    """Pairing alone, so the clips need no more than a beginning."""
    for number in range(_ROWS):
        (raw / f"{number}.mp4").write_bytes(b"\0\0\0\x18ftypisom")
    rows = "".join(f"/home/me/clips/{number}.mp4,clip {number}\n" for number in range(_ROWS))
    (raw / "captions.csv").write_text("video,caption\n" + rows)
    print(f"pairing {_ROWS:,} clips with a table")
    program = [sys.executable, "-c", _PAIR, str(raw), str(_ROWS)]
    seconds = side_by_side({"datasetkit": program}, rounds=3)["datasetkit"].seconds
    claim("seconds", seconds, "< 3", seconds < 3)


def _compare(own: str, program: str, other: str, rival: str, arguments: list[str], bound: float) -> None:
    runs = side_by_side(
        {
            own: [sys.executable, "-c", program, *arguments],
            other: [sys.executable, "-c", rival, *arguments],
        },
        rounds=3,
    )
    one, two = runs.values()
    ratio = one.seconds / two.seconds
    claim("times the time of ffmpeg", ratio, f"≤ {bound}", ratio <= bound)
