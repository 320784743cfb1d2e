"""The table of `lint --trainer`."""

import shutil
from pathlib import Path

import builders
from conftest import Cli


def test_each_clip_is_listed_with_what_training_sees_of_it(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    builders.clip(folder / "video_0.mp4", frames=32, size=(1920, 1280))
    out = cli("lint", folder, "--trainer", "--model", "wan2.2-i2v-flash").out
    rows = [row.split() for row in out.splitlines() if row.startswith("  video_")]
    assert len(rows) == 20
    assert rows[0][:6] == ["video_0.mp4", "1920×1280", "16", "32", "2.00", "627×418"]
    assert rows[1][:6] == ["video_1.mp4", "64×96", "16", "33", "2.06", "64×96"]
    assert "the trainer sees" not in cli("lint", folder).out
