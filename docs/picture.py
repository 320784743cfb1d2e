"""Takes the picture of the report in README and docs/report.md: `make picture`. Needs chromium and chromedriver."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from base64 import b64decode
from io import BytesIO
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
ROOT = HERE.parent
SIZE = (1200, 1640)

sys.path.insert(0, str(ROOT / "tests"))
from browser import appear, chromium  # noqa: E402


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


def take(target: Path) -> None:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as name, chromium() as driver:
        spoil(Path(name, "money_rain"))
        command = [sys.executable, "-m", "datasetkit", "report", "money_rain", "-o", "report.html", "--no-cache"]
        subprocess.run([*command, "--model", "wan2.2-i2v-flash"], cwd=name, check=False)
        appear(driver, width=SIZE[0], height=SIZE[1])
        driver.get(Path(name, "report.html").as_uri())
        shot = b64decode(driver.execute_cdp_cmd("Page.captureScreenshot", {})["data"])
    with Image.open(BytesIO(shot)) as image:
        image.save(target, "WEBP", quality=80, method=6)


if __name__ == "__main__":
    take(HERE / "report.webp")
    print("wrote docs/report.webp")
