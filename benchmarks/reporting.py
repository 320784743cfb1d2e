"""`datasetkit report`: its page's size and time for 100 samples, and how a browser takes the page of 1,000."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
from PIL import Image

from benchmarks.measure import claim, run, side_by_side
from benchmarks.samples import EFFECT

USUAL, MANY = 100, 1000
_DATASETKIT = [sys.executable, "-m", "datasetkit"]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="datasetkit-bench-") as name:
        folder = Path(name)
        _usual(folder)
        _many(folder)


def _usual(folder: Path) -> None:
    samples, page = folder / "usual", folder / "usual.html"
    _render(samples, USUAL, partial(_encoded, folder=samples, size=(1280, 720), frames=80))
    print(f"report of {USUAL} samples: 720p, 5 s, every clip another one")
    lint = [*_DATASETKIT, "lint", str(samples), "--no-cache", "--depth", "full"]
    report = [*_DATASETKIT, "report", str(samples), "--no-cache", "-o", str(page)]
    own, other = side_by_side({"datasetkit report": report, "datasetkit lint --depth full": lint}, rounds=1).values()
    claim("times a full lint", own.seconds / other.seconds, "≤ 1.3", own.seconds <= 1.3 * other.seconds)
    size = page.stat().st_size / 1e6
    claim("MB of its page", size, "≤ 12", size <= 12)


def _many(folder: Path) -> None:
    samples, page = folder / "many", folder / "many.html"
    _render(samples, MANY, partial(_encoded, folder=samples, size=(320, 180), frames=32))
    run([*_DATASETKIT, "report", str(samples), "--no-cache", "-o", str(page)])
    size = page.stat().st_size / 1e6
    print(f"the page of {MANY:,} samples")
    claim("MB", size, "< 40", size < 40)
    if shutil.which("chromium") and shutil.which("chromedriver"):
        _browse(page)
    else:
        print("  chromium isn't installed: not opened")


def _browse(page: Path) -> None:
    """How long the browser takes until the page can be used, and until a filter is applied and drawn."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "report"))
    from browser import appear, chromium
    from selenium.webdriver.common.by import By

    drawn = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(1)))"
    with chromium() as driver:
        appear(driver)
        started = time.perf_counter()
        driver.get(page.as_uri())
        driver.execute_async_script(drawn)
        seconds = time.perf_counter() - started
        claim("seconds to load", seconds, "< 10", seconds < 10)
        slowest = 0.0
        for name in ("show-clean", "show-found", "show-advice", "show-all"):
            started = time.perf_counter()
            driver.find_element(By.ID, name).click()
            driver.execute_async_script(drawn)
            slowest = max(slowest, time.perf_counter() - started)
        claim("seconds for a filter, at most", slowest, "< 1", slowest < 1)


def _render(folder: Path, count: int, encode: partial[tuple[bytes, bytes]]) -> None:
    """An i2v training set in which no two clips are alike."""
    folder.mkdir()
    lines = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for number, (clip, image) in enumerate(pool.map(encode, range(count))):
            names = f"video_{number:04}.mp4", f"image_{number:04}.jpg"
            (folder / names[0]).write_bytes(clip)
            (folder / names[1]).write_bytes(image)
            prompt = f"The video begins showing person {number} in place {number * 7}. {EFFECT}"
            lines.append(json.dumps({"prompt": prompt, "first_frame_path": names[1], "video_path": names[0]}))
    (folder / "data.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def _encoded(seed: int, folder: Path, size: tuple[int, int], frames: int) -> tuple[bytes, bytes]:
    """A clip with detail everywhere that moves sideways, at 16 frames a second, and its first frame."""
    path, frame = folder / f".{seed}.mp4", folder / f".{seed}.jpg"
    random = np.random.default_rng(seed)
    planes = [Image.fromarray(random.integers(0, 256, (18, 32), np.uint8)) for _ in range(3)]
    picture = np.asarray(Image.merge("RGB", planes).resize(size, Image.Resampling.BICUBIC))
    Image.fromarray(picture).save(frame, quality=90)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=Fraction(16), options={"preset": "ultrafast", "crf": "24"})
        (stream.width, stream.height), stream.pix_fmt = size, "yuv420p"
        for number in range(frames):
            shown = np.ascontiguousarray(np.roll(picture, 6 * number, axis=1))
            output.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
        output.mux(stream.encode(None))
    content = path.read_bytes(), frame.read_bytes()
    path.unlink()
    frame.unlink()
    return content
