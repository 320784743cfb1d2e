"""Takes the pictures of docs/report.md and docs/view.md: `make picture`. Needs chromium and chromedriver."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from base64 import b64decode
from io import BytesIO
from pathlib import Path

from PIL import Image
from selenium.webdriver import Chrome

HERE = Path(__file__).parent
ROOT = HERE.parent
REPORT, VIEW = (1200, 1640), (1280, 1180)
MODEL = ("--model", "wan2.2-i2v-flash")

sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "view")]
from browser import appear, chromium  # noqa: E402
from shown_page import ViewPage, viewed  # noqa: E402


def spoil(folder: Path) -> None:
    """A copy of the sample set with four mistakes: two wrong images, a clip that is too long, drift in a prompt."""
    subprocess.run(["cp", "-rL", ROOT / "sample_data" / "i2v" / "training", folder], check=True)
    lines = [json.loads(line) for line in (folder / "data.jsonl").read_text("utf-8").splitlines()]
    paths = [folder / line["first_frame_path"] for line in lines]
    with Image.open(paths[13]) as other, Image.open(paths[4]) as own:
        other.convert("RGB").resize(own.size).save(paths[4])
    take = ROOT / "sample_data" / "raw" / "long take.mp4"
    (folder / lines[2]["video_path"]).write_bytes(take.read_bytes())
    lines[8]["prompt"] = lines[8]["prompt"].replace("pour down", "fall")
    (folder / "data.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def report(driver: Chrome, folder: Path) -> None:
    """Open the report."""
    command = [sys.executable, "-m", "datasetkit", "report", folder.name, "-o", "report.html", "--no-cache", *MODEL]
    subprocess.run(command, cwd=folder.parent, check=False)
    appear(driver, width=REPORT[0], height=REPORT[1])
    driver.get((folder.parent / "report.html").as_uri())


def view(driver: Chrome, address: str) -> None:
    """Open the page of `view` at the clip that is too long, and choose the part of it that holds the action."""
    appear(driver, width=VIEW[0], height=VIEW[1])
    page = ViewPage(driver, address)
    page.look_at("video_03.mov")
    page.drag("handle-start", 1.75 / 7)
    page.until(lambda: page.text("unsaved"))
    page.look_at("video_01.mp4")
    page.look_at("video_03.mov")
    page.until(lambda: driver.execute_script("return [...document.images].every((one) => one.complete)"))


def keep(driver: Chrome, target: Path) -> None:
    """Write what the browser shows."""
    shot = b64decode(driver.execute_cdp_cmd("Page.captureScreenshot", {})["data"])
    with Image.open(BytesIO(shot)) as image:
        image.save(target, "WEBP", quality=80, method=6)
    print(f"wrote docs/{target.name}")


def take() -> None:
    """Write all pictures."""
    with tempfile.TemporaryDirectory() as name, chromium() as driver:
        folder = Path(name, "money_rain")
        spoil(folder)
        report(driver, folder)
        keep(driver, HERE / "report.webp")
        with viewed(folder, *MODEL) as address:
            view(driver, address)
            keep(driver, HERE / "view.webp")


if __name__ == "__main__":
    take()
