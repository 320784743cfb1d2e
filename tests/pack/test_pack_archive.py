import errno
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from packable import clip, image, sample, tree_of, write_folder, write_zip

from datasetkit.errors import DatasetkitError
from datasetkit.model import Kind, Role
from datasetkit.pack.archive import pack
from datasetkit.pack.layout import Layout, PackedFile, lay_out

SIZE = 700_001  # a few blocks and a bit


@pytest.fixture
def source(tmp_path):
    root = tmp_path / "set"
    root.mkdir()
    for number, name in enumerate(["第1个.jpg", "第1个.mp4", "b.jpg", "c.mov"]):
        path = root / name
        path.write_bytes(os.urandom(1000 if name.endswith("jpg") else SIZE))
        os.utime(path, (1e9 + number, 1e9 + number))
    return tree_of(root)


@pytest.fixture
def layout(source):
    size = {file.path: file.size for file in source.files}
    lines = [
        sample(1, "雨", first=image("第1个.jpg", size["第1个.jpg"]), clip=clip("第1个.mp4", size["第1个.mp4"])),
        sample(2, first=image("b.jpg", size["b.jpg"]), clip=clip("c.mov", size["c.mov"], "mov")),
    ]
    return lay_out(lines, Kind.I2V, Role.TRAINING, source.files)


@pytest.fixture
def target(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    return out / "set.zip"


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_is_built(layout, source, target):
    built = write_zip(layout, source, target, verify=True)
    packed = target.read_bytes()
    assert built.bytes == layout.size == len(packed)
    assert built.sha256 == hashlib.sha256(packed).hexdigest()
    assert (built.path, built.samples) == (target, 2)
    assert layout.renames == {"第1个.jpg": "image_1.jpg", "第1个.mp4": "video_1.mp4"}
    assert left_in(target.parent) == ["set.zip", "set.zip.json"]
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == ["data.jsonl", "image_1.jpg", "video_1.mp4", "b.jpg", "c.mov"]
        assert archive.read("data.jsonl") == layout.annotations
        for file in layout.media:
            assert archive.read(file.path) == (source.root / file.source).read_bytes()


def test_the_same_input_gives_the_same_bytes(layout, source, target, tmp_path):
    write_zip(layout, source, target)
    moved = tmp_path / "elsewhere"
    shutil.copytree(source.root, moved, copy_function=shutil.copyfile)
    media = tuple(replace(file, changed=0) for file in layout.media)  # its files have another time
    write_zip(replace(layout, media=media), tree_of(moved), target.with_name("again.zip"))
    assert target.read_bytes() == target.with_name("again.zip").read_bytes()


def test_an_empty_set_makes_a_zip_of_an_empty_data_jsonl(source, target):
    write_zip(lay_out([], Kind.I2V, Role.TRAINING), source, target, verify=True)
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == ["data.jsonl"]


def test_progress_counts_up_to_the_size(layout, source, target):
    seen = []
    write_zip(layout, source, target, progress=lambda *progress: seen.append(progress))
    assert {(stage, total) for stage, _, total in seen} == {("writing", layout.size)}
    done = [done for _, done, _ in seen]
    assert done == sorted(done)
    assert done[-1] == layout.size
    assert len(done) > len(layout.members)


def test_an_existing_target_is_refused_and_forced(layout, source, target):
    target.write_bytes(b"old")
    with pytest.raises(DatasetkitError, match="exists") as caught:
        write_zip(layout, source, target)
    assert "--force" in caught.value.next_step
    assert target.read_bytes() == b"old"
    write_zip(layout, source, target, force=True)
    assert zipfile.is_zipfile(target)
    assert left_in(target.parent) == ["set.zip", "set.zip.json"]


def test_a_target_that_appears_meanwhile_is_refused(layout, source, target):
    with pytest.raises(DatasetkitError, match="exists"):
        write_zip(layout, source, target, progress=lambda *_: target.write_bytes(b"another's"))
    assert target.read_bytes() == b"another's"
    assert left_in(target.parent) == ["set.zip"]


def test_a_folder_is_no_target(layout, source, target):
    with pytest.raises(DatasetkitError, match="is a folder"):
        write_zip(layout, source, target.parent, force=True)


def test_a_missing_folder_is_named(layout, source, target):
    with pytest.raises(DatasetkitError, match=r"there is no folder .*nowhere"):
        pack(layout, source, target.parent / "nowhere" / "set.zip")


def test_a_zip_alone_is_written_whole_or_not_at_all(layout, source, target):
    pack(layout, source, target)
    write_zip(layout, source, target.with_name("same.zip"))
    assert target.read_bytes() == target.with_name("same.zip").read_bytes()
    with pytest.raises(DatasetkitError, match="already exists"):
        pack(layout, source, target)
    (source.root / "c.mov").unlink()
    with pytest.raises(DatasetkitError, match=r"can't read c\.mov"):
        pack(layout, source, target.with_name("other.zip"))
    assert left_in(target.parent) == ["same.zip", "same.zip.json", "set.zip"]


def grow(path):
    with path.open("ab") as file:
        file.write(b"more")


def shrink(path):
    os.truncate(path, 10)


def rewrite(path):
    with path.open("r+b") as file:
        file.write(b"other")


@pytest.mark.parametrize("change", [grow, shrink, rewrite])
def test_a_file_that_changes_while_it_is_read_stops_it(change, layout, source, target):
    clip_path = source.root / "第1个.mp4"

    def meanwhile(_stage, done, _total):
        if done > 300_000:  # within the clip
            change(clip_path)

    with pytest.raises(DatasetkitError, match=r"第1个\.mp4 has changed"):
        write_zip(layout, source, target, force=True, progress=meanwhile)
    assert left_in(target.parent) == []


@pytest.mark.parametrize("change", [grow, shrink])
def test_a_file_of_another_size_than_planned_stops_it(change, layout, source, target):
    change(source.root / "c.mov")
    with pytest.raises(DatasetkitError, match=r"c\.mov has changed since it was checked, when it had 700,001 bytes"):
        write_zip(layout, source, target)
    assert left_in(target.parent) == []


def test_a_file_that_was_replaced_by_one_of_the_same_size_stops_it(layout, source, target):
    other = source.root / "other"
    other.write_bytes(bytes(SIZE))
    other.replace(source.root / "c.mov")
    with pytest.raises(DatasetkitError, match=r"c\.mov has changed since it was checked"):
        write_zip(layout, source, target)
    assert left_in(target.parent) == []


def test_a_file_that_is_gone_stops_it(layout, source, target):
    (source.root / "b.jpg").unlink()
    with pytest.raises(DatasetkitError, match=r"can't read b\.jpg: No such file"):
        write_zip(layout, source, target)
    assert left_in(target.parent) == []


def test_verify_finds_a_source_that_changed_behind_the_copy(layout, source, target):
    def meanwhile(_stage, done, _total):
        if done == layout.size:
            times = (source.root / "b.jpg").stat()
            rewrite(source.root / "b.jpg")
            os.utime(source.root / "b.jpg", ns=(times.st_atime_ns, times.st_mtime_ns))

    with pytest.raises(DatasetkitError, match=r"b\.jpg differs from its source"):
        write_zip(layout, source, target, verify=True, progress=meanwhile)
    assert left_in(target.parent) == []


def damage_directory(path, layout):
    with path.open("r+b") as file:
        file.seek(layout.size - 40)
        file.write(b"?" * 20)


def damage_data(path, layout):
    with path.open("r+b") as file:
        file.seek(layout.size // 2)
        file.write(b"?" * 20)


@pytest.mark.parametrize(("damage", "verify"), [(damage_directory, False), (damage_data, True)])
def test_a_zip_that_does_not_read_back_is_not_kept(damage, verify, layout, source, target):
    def meanwhile(_stage, done, _total):
        if done == layout.size:
            (temporary,) = target.parent.glob(".*/work/new/0.zip")
            damage(temporary, layout)

    with pytest.raises(DatasetkitError, match="read back"):
        write_zip(layout, source, target, verify=verify, progress=meanwhile)
    assert left_in(target.parent) == []


@pytest.mark.parametrize("write", [write_zip, write_folder])
def test_ctrl_c_leaves_nothing(write, layout, source, target):
    def meanwhile(_stage, done, _total):
        if done > 300_000:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        write(layout, source, target, progress=meanwhile)
    assert left_in(target.parent) == []


def test_ctrl_c_leaves_an_existing_target(layout, source, target):
    target.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        write_zip(layout, source, target, force=True, progress=lambda *_: signal.raise_signal(signal.SIGINT))
    assert target.read_bytes() == b"old"
    assert left_in(target.parent) == ["set.zip"]


@pytest.mark.parametrize("write", [write_zip, write_folder])
def test_too_little_room_is_seen_before_anything_is_written(write, source, target):
    huge = Layout(Kind.I2V, Role.TRAINING, 1, b"", (PackedFile("b.jpg", "b.jpg", 1 << 60),))
    with pytest.raises(DatasetkitError, match=r"not enough disk space in .*: 1,152,921,504,606\.\d+ MB needed"):
        write(huge, source, target)
    assert left_in(target.parent) == []


LIMITED = """
import resource, signal, sys
from pathlib import Path
from packable import tree_of, write_folder, write_zip
from datasetkit.errors import DatasetkitError
from datasetkit.pack.archive import pack
from datasetkit.pack.layout import Layout, PackedFile
from datasetkit.model import Kind, Role
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
layout = Layout(Kind.I2V, Role.TRAINING, 1, b"{}", (PackedFile("c.mov", "c.mov", 700_001),))
try:
    write = {"write_zip": write_zip, "write_folder": write_folder}[sys.argv[1]]
    write(layout, tree_of(Path(sys.argv[2])), Path(sys.argv[3]))
except DatasetkitError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits on a file's size are POSIX's")
@pytest.mark.parametrize("write", ["write_zip", "write_folder"])
def test_a_write_that_fails_leaves_nothing(write, source, target):
    command = [sys.executable, "-c", LIMITED, write, source.root, target]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert f"can't write {target}: {os.strerror(errno.EFBIG)}" in done.stdout
    assert left_in(target.parent) == []


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte; only where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not shutil.which("mount"):
        pytest.skip("no mount here")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting is not permitted here")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("write", [write_zip, write_folder])
def test_a_disk_that_fills_up_meanwhile_leaves_nothing(write, layout, source, small_disk):
    one_clip = replace(layout, media=layout.media[:2])

    def meanwhile(_stage, done, _total):
        other = small_disk / "another's"
        if not other.exists():
            other.write_bytes(bytes(500_000))

    with pytest.raises(DatasetkitError, match=os.strerror(errno.ENOSPC)):
        write(one_clip, source, small_disk / "set.zip", progress=meanwhile)
    assert left_in(small_disk) == ["another's"]
