import os

import pytest

from datasetkit.errors import DatasetkitError
from datasetkit.pack.target import refuse_existing


@pytest.mark.parametrize("force", [False, True])
def test_a_free_name_is_taken(tmp_path, force):
    refuse_existing(tmp_path / "set.zip", force=force)


def test_a_file_or_a_link_is_replaced_only_by_force(tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("file", "dangling"):
        refuse_existing(tmp_path / name, force=True)
        with pytest.raises(DatasetkitError, match="exists"):
            refuse_existing(tmp_path / name, force=False)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_not_replaced_even_by_force(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        with pytest.raises(DatasetkitError, match="is a pipe or device, not a file"):
            refuse_existing(tmp_path / name, force=True)


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "is a folder"), ("gone/set.zip", "there is no folder"), ("x" * 5000, "could not be written: File name too")],
)
def test_where_no_file_can_be(tmp_path, name, message):
    with pytest.raises(DatasetkitError, match=message):
        refuse_existing(tmp_path / name, force=True)
