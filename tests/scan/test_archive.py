import io
import os
import shutil
import stat
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasetkit.errors import DatasetkitError
from datasetkit.scan.archive import ZipTree, zip_tree


def pack(entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def raw(
    name: bytes, content: bytes, *, flags: int = 0, extra: bytes = b"", declared: int | None = None, method: int = 0
) -> bytes:
    """A zip of one stored entry, its header written by hand."""
    size = len(content) if declared is None else declared
    fields = struct.pack(
        "<HHHHHLLLHH", 20, flags, method, 0, 33, zlib.crc32(content), len(content), size, len(name), len(extra)
    )
    local = b"PK\x03\x04" + fields + name + extra + content
    central = b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + name + extra
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def tree_of(tmp_path: Path, data: bytes) -> ZipTree:
    path = tmp_path / "set.zip"
    path.write_bytes(data)
    return zip_tree(path, "set.zip")


def read(tree: ZipTree, path: str) -> bytes:
    with tree.open(path) as stream:
        return stream.read()


def names(tree: ZipTree) -> list[str]:
    return [file.path for file in tree.files]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_entries_are_read_and_sought(tmp_path: Path, method: int) -> None:
    tree = tree_of(tmp_path, pack({"a.txt": b"hello", "b/": b"", "b/c.bin": bytes(range(256)) * 50}, method))
    assert names(tree) == ["a.txt", "b/c.bin"]
    with tree.open("b/c.bin") as stream:
        stream.seek(-256, io.SEEK_END)
        assert stream.read() == bytes(range(256))
        stream.seek(10)
        assert stream.read(3) == b"\n\x0b\x0c"
    tree.close()


def test_a_part_of_a_zip_is_a_tree(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, pack({"set/data.jsonl": b"{}", "set/a.jpg": b"x", "b.txt": b""})).below("set/")
    assert names(tree) == ["a.jpg", "data.jsonl"]
    assert read(tree, "a.jpg") == b"x"


def test_bytes_before_and_after_the_archive_are_passed_over(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, b"#!/bin/sh\n" * 9 + pack({"a.txt": b"hello"}) + b"\0" * 50)
    assert read(tree, "a.txt") == b"hello"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_chinese_names_without_the_utf_8_flag(tmp_path: Path, encoding: str) -> None:
    assert names(tree_of(tmp_path, raw("第1个.mp4".encode(encoding), b"x"))) == ["第1个.mp4"]


def test_the_name_in_info_zips_extra_field_rules(tmp_path: Path) -> None:
    name = b"?1?.mp4"
    field = struct.pack("<BL", 1, zlib.crc32(name)) + "第1个.mp4".encode()
    assert names(tree_of(tmp_path, raw(name, b"x", extra=struct.pack("<HH", 0x7075, len(field)) + field))) == [
        "第1个.mp4"
    ]


def test_data_descriptors_and_zip64(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        """A target that can't be sought, which makes zipfile write data descriptors."""

        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += data
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as archive, archive.open("a.txt", "w", force_zip64=True) as entry:  # type: ignore[arg-type]
        entry.write(b"hello")
    assert read(tree_of(tmp_path, bytes(pipe.data)), "a.txt") == b"hello"


def test_backslashes_are_read_and_reported(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, raw(b"image\\a.jpg", b"x"))
    assert names(tree) == ["image/a.jpg"]
    assert read(tree, "image/a.jpg") == b"x"
    assert [(hazard.path, hazard.unsafe) for hazard in tree.hazards] == [("image/a.jpg", True)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (b"/etc/passwd", "has an absolute path"),
        (b"../a.jpg", "leaves the archive with .."),
        (b"a/../../b.jpg", "leaves the archive with .."),
        (b"a\\..\\..\\b.jpg", "leaves the archive with .."),
        (b"C:\\a.jpg", "has a drive letter in its path"),
        (b"a\0.jpg", "has a NUL in its name"),
    ],
)
def test_an_unsafe_name_is_reported_and_not_listed(tmp_path: Path, name: bytes, reason: str) -> None:
    tree = tree_of(tmp_path, raw(name, b"x"))
    assert names(tree) == []
    assert [hazard.reason for hazard in tree.hazards] == [reason]
    assert tree.hazards[0].unsafe


@pytest.mark.parametrize(
    ("mode", "reason"), [(stat.S_IFLNK, "is a link, not a file"), (stat.S_IFCHR, "is a device, not a file")]
)
def test_links_and_devices_are_reported_and_not_listed(tmp_path: Path, mode: int, reason: str) -> None:
    entry = zipfile.ZipInfo("a.jpg")
    entry.create_system, entry.external_attr = 3, (mode | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    tree = tree_of(tmp_path, buffer.getvalue())
    assert names(tree) == []
    assert [hazard.reason for hazard in tree.hazards] == [reason]


def corrupted() -> bytes:
    data = bytearray(pack({"a.txt": b"hello", "b.txt": b"there"}))
    data[data.index(b"hello")] ^= 1
    return bytes(data)


def twice() -> bytes:
    return pack({"a.txt": b"1", "b.txt": b"2"}).replace(b"b.txt", b"a.txt")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "can't be read as a zip"),
        (b"hello", "can't be read as a zip"),
        (pack({"a.txt": b"x" * 500})[:-40], "can't be read as a zip"),
        (corrupted(), "can't be unpacked: its checksum is wrong"),
        (raw(b"a.txt", b"hello", flags=1), "is encrypted"),
        (raw(b"a.txt", b"hello", method=9), "is packed with deflate64"),
        (raw(b"a.txt", b"hello", declared=9), "has a wrong size"),
        (pack({"a.bmp": bytes(300 << 20)}, zipfile.ZIP_DEFLATED), "zip bomb"),
        (pack({f"{n}": b"" for n in range(10)}).replace(struct.pack("<HH", 10, 10), struct.pack("<HH", 10, 10)), ""),
    ],
    ids=["empty", "text", "cut", "crc", "encrypted", "method", "size", "bomb", "fine"],
)
def test_damage_is_a_hazard_of_the_whole(tmp_path: Path, data: bytes, reason: str) -> None:
    tree = tree_of(tmp_path, data)
    assert [hazard.reason[: len(reason)] if reason != "zip bomb" else "zip bomb" for hazard in tree.hazards] == (
        [reason] if reason else []
    )
    assert bool(tree.files) == (not reason)
    tree.close()


def test_two_entries_of_one_name_are_damage(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, twice())
    assert [hazard.reason for hazard in tree.hazards] == ["is in the archive twice"]


def test_entries_that_share_bytes_are_damage(tmp_path: Path) -> None:
    """The shape of a zip bomb without recursion: every entry of the directory names the same bytes."""
    data = raw(b"a.txt", b"hello" * 100)
    end = data.index(b"PK\x05\x06")
    start = data.index(b"PK\x01\x02")
    central = data[start:end]
    both = central + central.replace(b"a.txt", b"b.txt")
    record = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 2, 2, len(both), start, 0)
    tree = tree_of(tmp_path, data[:start] + both + record)
    assert tree.files == []
    assert tree.hazards


def test_a_directory_that_claims_too_much_is_refused_unread(tmp_path: Path) -> None:
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 65535, 65535, 200 << 20, 0, 0)
    tree = tree_of(tmp_path, b"PK\x01\x02" + bytes(5000) + end)
    assert "it lists 65,535 entries in a directory of 209.7 MB; the limits are" in tree.hazards[0].reason


def test_a_file_that_is_gone_could_not_be_run(tmp_path: Path) -> None:
    with pytest.raises(DatasetkitError, match=r"can't read gone\.zip"):
        zip_tree(tmp_path / "gone.zip", "gone.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_that_shrinks_while_it_is_read_is_an_error_of_reading(tmp_path: Path, method: int) -> None:
    content = bytes(range(256)) * 5_000
    tree = tree_of(tmp_path, pack({"a.mp4": content, "b.mp4": content}, method))
    os.truncate(tmp_path / "set.zip", 40)
    for path in ("a.mp4", "b.mp4"):
        with pytest.raises(OSError, match="the zip changed while it was being read"):
            read(tree, path)
    tree.close()


RAR = b"Rar!\x1a\x07\x01\x00"


@pytest.mark.parametrize(
    ("name", "data", "message", "hint"),
    [
        ("a.rar", RAR, "a.rar is a RAR archive, not a folder or zip", "Unpack it"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "a.7z is a 7z archive, not a folder or zip", "Unpack it"),
        ("a.tar.gz", b"\x1f\x8b\x08\x00", "a.tar.gz is a gzip archive, not a folder or zip", "Unpack it"),
        ("a.jpg", b"\xff\xd8\xff", "a.jpg is a JPEG image, not a folder or zip", "datasetkit init"),
        ("a", bytes([1] * 9), "a is not a folder or zip", "Give the path of a dataset's folder or zip."),
    ],
)
def test_what_no_one_calls_a_zip_could_not_be_run(
    tmp_path: Path, name: str, data: bytes, message: str, hint: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DatasetkitError, match=f"^{message}$") as raised:
        zip_tree(tmp_path / name, name)
    assert hint in raised.value.next_step


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (RAR, "it is a RAR archive"),
        (b"<html>", "it is a web page (HTML)"),
        (b"", "it is an empty file"),
        (b"PK\3\4", "zip"),
    ],
)
def test_what_is_called_a_zip_and_is_none_is_a_hazard(tmp_path: Path, data: bytes, reason: str) -> None:
    (hazard,) = tree_of(tmp_path, data).hazards
    assert reason in hazard.reason


@pytest.mark.skipif(not shutil.which("zip"), reason="there is no zip command")
def test_what_the_zip_command_writes(tmp_path: Path) -> None:
    (tmp_path / "第1个.txt").write_text("x")
    subprocess.run(["zip", "-q", "-r", "set.zip", "第1个.txt"], cwd=tmp_path, check=True)
    assert names(zip_tree(tmp_path / "set.zip", "set.zip")) == ["第1个.txt"]


SEED = pack({"data.jsonl": b'{"prompt": "a"}', "image/第1个.jpg": b"x" * 40}, zipfile.ZIP_DEFLATED)


@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), max_size=6),
    st.integers(0, len(SEED)),
    st.binary(max_size=30),
)
def test_any_damage_is_a_hazard_or_reads(tmp_path: Path, changes: list[tuple[int, int]], cut: int, more: bytes) -> None:
    data = bytearray(SEED)
    for at, value in changes:
        data[at] = value
    tree = tree_of(tmp_path, bytes(data[: cut or None]) + more)
    for file in tree.files:
        assert len(read(tree, file.path)) == file.size
    tree.close()
