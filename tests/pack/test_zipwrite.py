import io
import shutil
import struct
import subprocess
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit.pack.zipwrite import write_zip, zip_size

CONTENTS = {"data.jsonl": b"{}\n", "image/a.jpg": b"", "video/b.mp4": bytes(range(256)) * 3000}


def build(contents, block=1000):
    out, settled = io.BytesIO(), []
    blobs = list(contents.values())

    def read(index):
        blob = blobs[index]
        return (blob[at : at + block] for at in range(0, len(blob), block))

    members = [(path, len(blob)) for path, blob in contents.items()]
    entries = write_zip(out, members, read, settled.append)
    assert zip_size(members) == len(out.getvalue())
    assert settled[-1] == len(out.getvalue())
    assert settled == sorted(settled)
    return out.getvalue(), entries


def stream(packed):
    """Read a zip from its front, by local headers alone, as Java's ZipInputStream does."""
    at = 0
    while packed[at : at + 4] == b"PK\3\4":
        need, flags, method, time, date, crc, stored, size, name, extra = struct.unpack_from("<5H3L2H", packed, at + 4)
        assert (need, flags, method, time, date, extra) == (20, 0, 0, 0, 0x21, 0)
        assert stored == size
        start = at + 30 + name
        content = packed[start : start + size]
        assert zlib.crc32(content) == crc
        yield packed[at + 30 : start].decode("ascii"), content
        at = start + size
    assert packed[at : at + 4] in (b"PK\1\2", b"PK\5\6")


def test_the_bytes_are_known():
    # held here in full: any other byte would make zips of old and new versions differ
    packed, _ = build({"a": b"hi"})
    local = "504b0304 1400 0000 0000 0000 2100 ac2a93d8 02000000 02000000 0100 0000 61 6869"
    central = (
        "504b0102 1403 1400 0000 0000 0000 2100 ac2a93d8 02000000 02000000 0100 0000 0000 0000 0000 0000a48100000000 61"
    )
    end = "504b0506 0000 0000 0100 0100 2f000000 21000000 0000"
    assert packed == bytes.fromhex(local + central + end)


def test_a_streaming_reader_takes_it():
    packed, _ = build(CONTENTS)
    assert dict(stream(packed)) == CONTENTS


def test_pythons_zipfile_takes_it():
    packed, entries = build(CONTENTS)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {info.filename: archive.read(info) for info in archive.infolist()} == CONTENTS
        for info, entry in zip(archive.infolist(), entries, strict=True):
            assert (info.date_time, info.extra, info.flag_bits, info.create_system) == (
                (1980, 1, 1, 0, 0, 0),
                b"",
                0,
                3,
            )
            assert info.external_attr >> 16 == 0o100644
            assert (info.header_offset, info.CRC) == (entry.offset, entry.crc)


@pytest.mark.parametrize("command", [["unzip", "-tq"], ["7z", "t"], ["jar", "tf"]], ids=lambda command: command[0])
def test_other_tools_take_it(command, tmp_path):
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} isn't installed")
    (tmp_path / "x.zip").write_bytes(build(CONTENTS)[0])
    subprocess.run([*command, tmp_path / "x.zip"], check=True, capture_output=True)


@given(st.dictionaries(st.from_regex(r"[a-z0-9_/-]{1,9}", fullmatch=True), st.binary(max_size=50), max_size=8))
def test_anything_comes_back(contents):
    packed, _ = build(contents, block=7)
    assert dict(stream(packed)) == contents
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == contents
        assert archive.testzip() is None


@pytest.mark.parametrize(("count", "extra"), [(65_535, 0), (65_536, 76)])
def test_many_entries_need_zip64_beyond_65535(count, extra):
    contents = {f"{number:05}": b"" for number in range(count)}
    packed, _ = build(contents)
    assert len(packed) == count * (30 + 46 + 2 * 5) + 22 + extra
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == list(contents)


FOUR_GIB = 1 << 32
ZEROS = bytes(1 << 24)


def write_sparse(path, sizes):
    """A zip of members that are all zeros, written as holes."""
    members = [(f"{number}.mp4", size) for number, size in enumerate(sizes)]

    class Sparse(io.FileIO):
        def write(self, block):
            if len(block) < len(ZEROS):
                return super().write(block)
            self.seek(len(block), io.SEEK_CUR)
            return len(block)

    with Sparse(path, "w") as out:
        write_zip(out, members, lambda index: zeros(sizes[index]), lambda _: None)
    return members


def zeros(size):
    while size:
        yield ZEROS[:size]
        size -= min(size, len(ZEROS))


@pytest.mark.parametrize(
    ("sizes", "need"),
    [
        ([FOUR_GIB - 2], [20]),
        ([FOUR_GIB - 1], [45]),
        ([FOUR_GIB - (1 << 24), 1 << 24, 5], [20, 20, 45]),
    ],
    ids=["the largest without", "a large entry", "an offset beyond"],
)
def test_four_gibibytes_need_zip64(sizes, need, tmp_path):
    members = write_sparse(tmp_path / "x.zip", sizes)
    assert (tmp_path / "x.zip").stat().st_size == zip_size(members)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        infos = archive.infolist()
        assert [(info.filename, info.file_size) for info in infos] == members
        assert [info.extract_version for info in infos] == need
        with archive.open(infos[-1]) as content:
            assert content.read(5) == bytes(5)
