"""What holds from a folder of real media to its zip and back."""

import json
import shutil
import zipfile

import pytest
from packable import write_zip

from datasetkit.model import Kind, Role
from datasetkit.pack.layout import lay_out
from datasetkit.scan.datasets import open_tree, scan


def untidy(folder, media):
    """A set as people make them: Chinese and spaced names, BOM, `./`, one stem twice, extensions that lie, litter."""
    copies = {
        "素材/第1个.mp4": "clip.mp4",
        "素材/第1个.JPG": "image.jpg",
        "素材/尾.jpg": "image.png",
        "b b.mov": "clip.mov",
        "b b.png": "image.webp",
        "notes.mp4": "fragmented.mp4",
    }
    for name, original in copies.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(media / original, folder / name)
    (folder / ".DS_Store").write_bytes(b"litter")
    lines = [
        {"prompt": "雨  落", "first_frame_path": "./素材/第1个.JPG", "last_frame_path": "素材/尾.jpg",
         "video_path": "素材/第1个.mp4"},
        {"video_path": "b b.mov", "first_frame_path": "b b.png", "last_frame_path": "素材/尾.jpg",
         "prompt": "a\u2028b"},
    ]  # fmt: skip
    text = "\r\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (folder / "data.jsonl").write_bytes(b"\xef\xbb\xbf" + text.encode())
    return folder


def build(path, target, kind, role=Role.TRAINING):
    tree = open_tree(str(path))
    try:
        ((dataset, own),) = scan(tree)
        return write_zip(lay_out(dataset.samples, kind, role), own, target, verify=True)
    finally:
        tree.close()


@pytest.fixture
def folder(tmp_path, media):
    return untidy(tmp_path / "set", media)


def test_an_untidy_folder_becomes_a_tidy_kf2v_zip(folder, tmp_path):
    build(folder, tmp_path / "a.zip", Kind.KF2V)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == [
            "data.jsonl",
            "image/image_1_first.jpg",
            "image/image_001_last.png",
            "video/video_1.mp4",
            "image/image_b_b_first.webp",
            "video/video_b_b.mov",
        ]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("role", Role)
def test_a_build_built_again_is_the_same_to_the_byte(folder, tmp_path, kind, role):
    first, twice = tmp_path / "a.zip", tmp_path / "b.zip"
    from_folder, from_zip = tmp_path / "c.zip", tmp_path / "d.zip"
    build(folder, first, kind, role)
    build(folder, twice, kind, role)
    shutil.unpack_archive(first, tmp_path / "unpacked")
    assert build(tmp_path / "unpacked", from_folder, kind, role).layout.renames == {}
    assert build(first, from_zip, kind, role).layout.renames == {}
    assert first.read_bytes() == twice.read_bytes() == from_folder.read_bytes() == from_zip.read_bytes()


def content(tree, path):
    with tree.open(path) as stream:
        return stream.read()


def held(path):
    """Each sample's prompt and the bytes of its media, by field."""
    tree = open_tree(str(path))
    try:
        ((dataset, own),) = scan(tree)
        return [
            (sample.prompt.text, {r.where.field: content(own, r.medium.path) for r in sample.references})
            for sample in dataset.samples
        ]
    finally:
        tree.close()


def test_the_zip_holds_the_same_samples(folder, tmp_path):
    build(folder, tmp_path / "a.zip", Kind.KF2V)
    assert held(tmp_path / "a.zip") == held(folder)
