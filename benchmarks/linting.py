"""`datasetkit lint` against ffprobe once a clip plus Pillow once an image, and against av.open."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import claim, side_by_side
from benchmarks.samples import render

_FFPROBE = """
import pathlib, subprocess, sys
from PIL import Image
folder = pathlib.Path(sys.argv[1])
for clip in sorted(folder.glob("video_*")):
    subprocess.run(["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", str(clip)],
                   check=True, stdout=subprocess.DEVNULL)
for path in sorted(folder.glob("image_*")):
    with Image.open(path) as image:
        image.load()
"""
_AV_OPEN = """
import pathlib, sys
import av
from PIL import Image
folder = pathlib.Path(sys.argv[1])
for clip in sorted(folder.glob("video_*")):
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        (stream.width, stream.height, stream.frames, stream.duration)
for path in sorted(folder.glob("image_*")):
    with Image.open(path) as image:
        image.load()
"""
_FIRST_FRAMES = """
import os, pathlib, sys
from concurrent.futures import ThreadPoolExecutor
import av
def first(clip):
    with av.open(str(clip)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        next(container.decode(video=0))
with ThreadPoolExecutor(os.cpu_count()) as workers:
    list(workers.map(first, sorted(pathlib.Path(sys.argv[1]).glob("video_*"))))
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="datasetkit-bench-") as folder:
        samples = render(Path(folder) / "jpg", suffix=".jpg")
        _compare_depths(samples)
        if not shutil.which("ffprobe"):
            print("lint and ffprobe: left out, as there is no ffprobe on this machine")
            return
        for suffix in (".jpg", ".png"):
            samples = samples if suffix == ".jpg" else render(Path(folder) / "png", suffix=suffix)
            print(f"lint of 200 samples: 720p, 5 s, {suffix} frames")
            lint = [sys.executable, "-m", "datasetkit", "lint", str(samples), "--no-cache", "--depth", "header"]
            lint += ["--model", "wan2.2-i2v-flash"]
            runs = side_by_side(
                {
                    "datasetkit lint": lint,
                    "ffprobe a clip + Pillow an image": [sys.executable, "-c", _FFPROBE, str(samples)],
                    "av.open a clip + Pillow an image": [sys.executable, "-c", _AV_OPEN, str(samples)],
                },
                rounds=3,
            )
            own, probe, plain = runs.values()
            ratio = probe.seconds / own.seconds
            if suffix == ".jpg":
                claim("times as fast as ffprobe + Pillow", ratio, "≥ 15", ratio >= 15)
            else:
                print(f"       times as fast as ffprobe + Pillow: {ratio:.2f}")
            print(f"       times as fast as av.open + Pillow: {plain.seconds / own.seconds:.2f}")


def _compare_depths(samples: Path) -> None:
    print("lint of 200 samples: 720p, 5 s, .jpg frames, with an empty cache")
    lint = [sys.executable, "-m", "datasetkit", "lint", str(samples), "--no-cache", "--depth"]
    runs = side_by_side(
        {
            "lint --depth header": [*lint, "header"],
            "lint --depth frames": [*lint, "frames"],
            "first frames alone, by av": [sys.executable, "-c", _FIRST_FRAMES, str(samples)],
        },
        rounds=3,
    )
    header, frames, first = runs.values()
    bound = 3 * header.seconds + first.seconds
    claim(
        "seconds for frames; three times header, and the first frames",
        frames.seconds,
        f"≤ {bound:.2f}",
        frames.seconds <= bound,
    )
