import os

import pytest
from packable import clip, image, sample, tree_of, write_folder, write_zip

from datasetkit.errors import DatasetkitError
from datasetkit.model import Kind, Role
from datasetkit.pack.layout import lay_out


@pytest.fixture
def source(tmp_path):
    root = tmp_path / "set"
    root.mkdir()
    for name in ("1.jpg", "1.png", "1.mp4"):
        (root / name).write_bytes(os.urandom(400_000))
    return tree_of(root)


@pytest.fixture
def layout():
    first, last = image("1.jpg", 400_000), image("1.png", 400_000, "PNG")
    return lay_out([sample(1, first=first, last=last, clip=clip("1.mp4", 400_000))], Kind.KF2V, Role.TRAINING)


def files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_it_holds_what_the_zip_holds(layout, source, tmp_path):
    target = tmp_path / "out"
    seen = []
    built = write_folder(layout, source, target, verify=True, progress=lambda *progress: seen.append(progress))
    assert files(target) == {
        "data.jsonl": layout.annotations,
        "image/image_1_first.jpg": (source.root / "1.jpg").read_bytes(),
        "image/image_1_last.png": (source.root / "1.png").read_bytes(),
        "video/video_1.mp4": (source.root / "1.mp4").read_bytes(),
    }
    size = sum(map(len, files(target).values()))
    assert built.bytes == size
    assert seen[-1] == ("writing", size, size)
    assert built.sha256 is None


def test_an_empty_folder_is_filled(layout, source, tmp_path):
    (tmp_path / "out").mkdir()
    write_folder(layout, source, tmp_path / "out")
    assert len(files(tmp_path / "out")) == 4


def test_a_folder_that_holds_anything_is_refused_and_left_alone(layout, source, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine").write_text("mine")
    with pytest.raises(DatasetkitError, match="isn't an empty folder"):
        write_folder(layout, source, out)
    assert files(out) == {"mine": b"mine"}


def test_a_file_is_refused(layout, source, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(DatasetkitError, match="isn't an empty folder"):
        write_folder(layout, source, tmp_path / "out")


def test_what_fails_leaves_the_empty_folder_as_it_was(layout, source, tmp_path):
    (tmp_path / "out").mkdir()
    (source.root / "1.mp4").unlink()
    with pytest.raises(DatasetkitError, match=r"can't read 1\.mp4"):
        write_folder(layout, source, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_verify_finds_a_difference(layout, source, tmp_path):
    def meanwhile(_stage, done, _total):
        if done == sum(size for _, size in layout.members):
            (source.root / "1.png").write_bytes(bytes(400_000))

    with pytest.raises(DatasetkitError, match=r"image_1_last\.png differs"):
        write_folder(layout, source, tmp_path / "out", verify=True, progress=meanwhile)
    assert not (tmp_path / "out").exists()


def test_a_folder_built_builds_the_same_zip(layout, source, tmp_path):
    out = tmp_path / "out"
    write_folder(layout, source, out)
    media = {key: f"image/image_1_{key}{ext}" for key, ext in (("first", ".jpg"), ("last", ".png"))}
    line = sample(
        1, first=image(media["first"], 400_000), last=image(media["last"], 400_000, "PNG"),
        clip=clip("video/video_1.mp4", 400_000),
    )  # fmt: skip
    write_zip(layout, source, tmp_path / "a.zip")
    write_zip(lay_out([line], Kind.KF2V, Role.TRAINING), tree_of(out), tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
