import os
import socket
from pathlib import Path

import pytest

from datasetkit.errors import DatasetkitError
from datasetkit.scan.folder import folder_tree


def paths(root: Path) -> list[str]:
    return [file.path for file in folder_tree(root, "set").files]


def test_files_are_sorted_with_their_sizes(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "b" / "c" / "x.jpg").write_bytes(b"12")
    (tmp_path / "a.txt").write_bytes(b"1")
    tree = folder_tree(tmp_path, "set")
    assert [(file.path, file.size) for file in tree.files] == [("a.txt", 1), ("b/c/x.jpg", 2)]
    assert tree.size == 3


def test_version_control_is_not_walked(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("x")
    assert paths(tmp_path) == []


def test_links_are_followed_and_loops_end(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x.jpg").write_bytes(b"1")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "linked").symlink_to(tmp_path / "real")
    (tmp_path / "set" / "y.jpg").symlink_to(tmp_path / "real" / "x.jpg")
    (tmp_path / "real" / "loop").symlink_to(tmp_path / "real")
    assert paths(tmp_path / "set") == ["linked/x.jpg", "y.jpg"]


def test_a_link_never_hides_the_folder_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "x.mp4").write_bytes(b"1")
    (tmp_path / "backup").symlink_to("clips")
    (tmp_path / "clips" / "up").symlink_to("..")
    (tmp_path / "self").symlink_to("self")
    assert paths(tmp_path) == ["backup/x.mp4", "clips/x.mp4", "self"]


def test_what_an_annex_has_not_fetched_reads_as_its_pointer(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").symlink_to(".git/annex/objects/aa/bb/SHA256E-s5--cc.mp4/SHA256E-s5--cc.mp4")
    tree = folder_tree(tmp_path, "set")
    with tree.open("x.mp4") as stream:
        assert stream.read() == b"/annex/objects/SHA256E-s5--cc.mp4\n"
    assert not isinstance(tree.locate("x.mp4"), str)


def test_pipes_and_sockets_are_hazards_and_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.mp4")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(tmp_path / "y"))
    tree = folder_tree(tmp_path, "set")
    assert tree.files == []
    assert sorted(hazard.path for hazard in tree.hazards) == ["x.mp4", "y"]


def test_a_part_of_a_tree_is_a_tree(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "x.jpg").write_bytes(b"1")
    part = folder_tree(tmp_path, "set").below("train/")
    assert [file.path for file in part.files] == ["x.jpg"]
    assert part.name == "set/train"


def test_a_folder_that_is_gone_could_not_be_run(tmp_path: Path) -> None:
    with pytest.raises(DatasetkitError, match=r"can't read the folder .*gone"):
        folder_tree(tmp_path / "gone", "gone")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing is closed to the superuser")
def test_a_folder_inside_that_can_not_be_listed_is_no_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    with pytest.raises(DatasetkitError, match=r"can't read the folder .*closed: Permission denied"):
        folder_tree(tmp_path, "set").files  # noqa: B018
    (tmp_path / "closed").chmod(0o700)
