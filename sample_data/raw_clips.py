"""Clips as they come from a camera or a phone: odd names, one too long, one in a container that isn't accepted."""

from __future__ import annotations

import tomllib
from pathlib import Path

from encode import write_clip
from scenes import TABLES, Form, Scene, money_rain

VP9 = {"crf": "42", "b": "0", "deadline": "good", "cpu-used": "4"}
# name, size, frames, rate; the third lasts 7 s
CLIPS = [
    ("clip a.mov", (256, 192), 60, 24),
    ("第二段.mp4", (180, 320), 49, 16),
    ("long take.mp4", (240, 180), 112, 16),
    ("IMG_0042.webm", (208, 208), 50, 25),
]


def write_raw(root: Path) -> None:
    """Write the raw clips: the people of the i2v validation set, met in other light."""
    root.mkdir(parents=True, exist_ok=True)
    tables = tomllib.loads((TABLES / "i2v.toml").read_text("utf-8"))["validation"]
    for number, ((name, size, frames, rate), table) in enumerate(zip(CLIPS, tables, strict=False)):
        form = Form(size, frames, rate, Path(name).suffix, "", "", 0)
        scene = Scene(number, "", form, money_rain(table, form, f"raw {number}"))
        codec, options = ("libvpx-vp9", VP9) if name.endswith(".webm") else ("libx264", None)
        write_clip(root / name, scene.frames(), rate, codec=codec, options=options)
