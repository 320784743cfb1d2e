"""What a full disk leaves: nothing new, and the old as it was. A limit on a file's size stands in for it."""

import subprocess
import sys
from pathlib import Path

import builders
import pytest

resource = pytest.importorskip("resource", reason="limits on a process are a matter of Unix")

LIMITED = """
import resource, sys
from pathlib import Path
from datasetkit.errors import DatasetkitError
from datasetkit.media.clips import edit_clip
from datasetkit.edits import Convert, Reencode, Which
from datasetkit.media.grabbing import grab
from datasetkit.repair.overlay import Overlay
from datasetkit.files import new_folder, replace_file
from datasetkit.media.stills import edit_image
from datasetkit.scan.folder import folder_tree

folder = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
try:
    match sys.argv[2]:
        case "encode":
            edit_clip(str(folder / "a.mp4"), folder / "made.mp4", Reencode("a.mp4", max_side=62))
        case "remux":
            edit_clip(str(folder / "b.mkv"), folder / "made.mp4", Reencode("b.mkv"))
        case "copy":
            edit_clip(str(folder / "a.mp4"), folder / "made.mp4", Reencode("a.mp4"))
        case "grab":
            grab(str(folder / "a.mp4"), folder / "made.jpg", Which.FIRST)
        case "convert":
            edit_image((folder / "c.png").open("rb"), folder / "made.png", Convert("c.png", format="BMP"))
        case "lines":
            replace_file(folder / "data.jsonl", b"x" * 3000)
        case "dataset":
            with new_folder(folder / "made") as stage:
                Overlay(folder_tree(folder, "set"), {"data.jsonl": b"x" * 3000}).write(stage)
except DatasetkitError as error:
    print("error:", error, "·", error.next_step)
"""


@pytest.mark.parametrize("what", ["encode", "remux", "copy", "grab", "convert", "lines", "dataset"])
def test_a_full_disk_is_reported_and_leaves_nothing(tmp_path: Path, what: str) -> None:
    builders.clip(tmp_path / "a.mp4", frames=20)
    builders.clip(tmp_path / "b.mkv", frames=20)
    builders.png(tmp_path / "c.png")
    (tmp_path / "data.jsonl").write_bytes(b'{"prompt": "a"}\n')
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path), what], capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("error: can't")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
