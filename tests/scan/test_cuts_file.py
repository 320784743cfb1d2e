"""The file cuts.csv as it is found on disk and in zips."""

from fractions import Fraction
from pathlib import Path
from zipfile import ZipFile

import pytest

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.scan.cuts import own_windows, windows_in
from datasetkit.scan.datasets import open_tree
from datasetkit.windows import Window

TEXT = "\ufeffclip,start,seconds,name,keep\r\na.mp4,1,2,pour,yes\r\n"
WINDOWS = (Window("a.mp4", Fraction(1), Fraction(2), "pour"),)


def test_the_file_is_read_from_a_folder_a_zip_or_anywhere(tmp_path: Path) -> None:
    file = tmp_path / "cuts.csv"
    assert own_windows(open_tree(str(tmp_path))) == ()
    file.write_bytes(TEXT.encode())
    with ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.write(file, "inner/cuts.csv")
        archive.writestr("inner/data.jsonl", "")
    assert own_windows(open_tree(str(tmp_path))) == WINDOWS
    assert own_windows(open_tree(str(tmp_path / "set.zip" / "inner"))) == WINDOWS
    assert windows_in(file) == WINDOWS


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (TEXT.encode("utf-16"), "is not UTF-8 (byte 1)"),
        (f"{TEXT}a.mp4,1,2,pour,yes\nb.mp4,1,2,,yes\n".encode(), 'line 3: line 2 is called "pour" too; give each'),
        (TEXT.encode() + b",0,1,x,yes\n" * 7, "; 2 more"),
        (b"a" * (spec.limits().cuts_bytes + 1), "larger than 17 MB"),
    ],
)
def test_a_file_that_can_not_be_used_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "cuts.csv").write_bytes(content)
    with pytest.raises(DatasetkitError) as refused:
        own_windows(open_tree(str(tmp_path)))
    assert words in str(refused.value)
    assert str(tmp_path / "cuts.csv") in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetkitError, match="No such file"):
        windows_in(tmp_path / "lost.csv")
