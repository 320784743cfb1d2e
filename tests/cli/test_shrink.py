"""`build --shrink`: no more pixels than training has a use for."""

import shutil
import zipfile
from pathlib import Path

import av
import builders
from conftest import Cli
from PIL import Image

LIMIT = 262_144 * 2


def test_large_media_are_scaled_down_and_the_rest_left(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "set", tmp_path / "out"
    shutil.copytree(clean, folder)
    builders.clip(folder / "video_0.mp4", frames=32, size=(960, 640), options={"crf": "4"})
    builders.jpeg(folder / "image_0.jpg", (960, 640))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert cli("build", folder, "-o", tmp_path / "plain.zip").code == 0
    ran = cli("build", folder, "-o", tmp_path / "small.zip", "--model", "wan2.2-i2v-flash", "--shrink", "--verify")
    assert ran.code == 0
    assert "shrunk 2 files to at most 524,288 pixels, which saves " in ran.err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    with zipfile.ZipFile(tmp_path / "small.zip") as archive:
        archive.extractall(out)
    with av.open(str(out / "video_0.mp4")) as container, Image.open(out / "image_0.jpg") as image:
        stream = container.streams.video[0]
        assert sum(1 for _ in container.decode(stream)) == 32
        for width, height in ((stream.width, stream.height), image.size):
            assert LIMIT * 0.9 < width * height <= LIMIT
            assert abs(width / height - 1.5) < 0.02
    assert (out / "video_1.mp4").read_bytes() == before["video_1.mp4"]
    assert (tmp_path / "small.zip").stat().st_size < (tmp_path / "plain.zip").stat().st_size
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []


def test_nothing_is_enlarged(cli: Cli, clean: Path, tmp_path: Path) -> None:
    assert cli("build", clean, "-o", tmp_path / "plain.zip").code == 0
    ran = cli("build", clean, "-o", tmp_path / "small.zip", "--shrink=4")
    assert "nothing to shrink" in ran.err
    assert (tmp_path / "small.zip").read_bytes() == (tmp_path / "plain.zip").read_bytes()


def test_the_path_is_not_taken_for_the_factor(cli: Cli, clean: Path, tmp_path: Path) -> None:
    for number, words in enumerate((["--shrink", clean], ["--shrink", 4, clean], [clean, "--shrink"])):
        ran = cli("build", *words, "-o", tmp_path / f"{number}.zip")
        assert (ran.code, "nothing to shrink" in ran.err) == (0, True)


def test_a_factor_below_one_is_refused(cli: Cli, clean: Path, tmp_path: Path) -> None:
    assert cli("build", clean, "-o", tmp_path / "x.zip", "--shrink=0.5").code == 2
