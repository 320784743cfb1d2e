import json
from pathlib import Path

import pytest

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
