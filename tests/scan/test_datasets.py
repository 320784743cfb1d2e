import json
import zipfile
from pathlib import Path

import pytest

from datasetkit.errors import DatasetkitError
from datasetkit.model import Missing, Outside
from datasetkit.scan.datasets import open_tree, resolve, scan


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a.jpg", "a.jpg"),
        ("./image//a.jpg", "image/a.jpg"),
        ("image\\..\\a.jpg", "a.jpg"),
        (" a.jpg", " a.jpg"),
        ("a:b.jpg", None),
        ("aa:b.jpg", "aa:b.jpg"),
        ("../a.jpg", None),
        ("image/../../a.jpg", None),
        ("/a.jpg", None),
        ("\\\\host\\a.jpg", None),
        ("C:\\a.jpg", None),
        ("https://example.com/a.jpg", None),
        ("oss://bucket/a.jpg", None),
        ("a\0.jpg", None),
    ],
)
def test_the_path_that_a_line_means(text: str, path: str | None) -> None:
    assert resolve(text) == path


def test_a_name_in_another_unicode_form_or_with_a_space_is_suggested(tmp_path: Path) -> None:
    (tmp_path / "café.jpg").write_bytes(b"")
    written = {"first_frame_path": "cafe\u0301.jpg", "last_frame_path": " café.jpg", "video_path": "https://x/a.mp4"}
    (tmp_path / "data.jsonl").write_text(json.dumps({"prompt": "a", **written}))
    tree = open_tree(str(tmp_path))
    ((dataset, _),) = scan(tree)
    first, last, clip = (dataset.samples[0].medium(field) for field in written)
    assert isinstance(first, Missing)
    assert isinstance(last, Missing)
    assert isinstance(clip, Outside)
    assert (first.near, last.near) == (("café.jpg",), ("café.jpg",))


@pytest.mark.parametrize("written", ["C:\\data\\clips\\a.mp4", "/home/me/clips/a.mp4"])
def test_a_path_outside_whose_end_names_a_file_is_suggested(tmp_path: Path, written: str) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "a.mp4").write_bytes(b"")
    (tmp_path / "data.jsonl").write_text(json.dumps({"prompt": "a", "video_path": written}))
    ((dataset, _),) = scan(open_tree(str(tmp_path)))
    clip = dataset.samples[0].medium("video_path")
    assert isinstance(clip, Outside)
    assert clip.near == ("clips/a.mp4",)


def test_a_data_jsonl_in_a_zip_that_shrinks_could_not_be_run(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("data.jsonl", '{"prompt": "a"}')
    tree = open_tree(str(tmp_path / "set.zip"))
    (tmp_path / "set.zip").write_bytes(b"PK")
    with pytest.raises(DatasetkitError, match=r"data\.jsonl: the zip changed while it was being read"):
        list(scan(tree))
    tree.close()
