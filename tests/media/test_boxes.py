import struct
from collections.abc import Callable
from io import BytesIO

import pytest

from datasetkit.media.boxes import read_boxes
from datasetkit.media.damage import MediumError


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def full(kind: bytes, *values: int) -> bytes:
    return box(kind, struct.pack(f">{len(values) + 1}I", 0, *values))


def handler(kind: bytes) -> bytes:
    return box(b"hdlr", bytes(8), kind, bytes(12))


def track(*tables: bytes, kind: bytes = b"vide", edits: int = 0) -> bytes:
    edit = box(b"edts", full(b"elst", edits, *([1, 0, 65536] * edits)))
    return box(b"trak", edit, box(b"mdia", handler(kind), box(b"minf", box(b"stbl", *tables))))


def entries(content: bytes) -> int:
    return read_boxes(BytesIO(content), len(content)).entries


def test_a_constant_sample_size_counts_as_announced() -> None:
    assert entries(box(b"moov", track(full(b"stsz", 1, 2**31)))) == 2**31


def test_a_table_of_sizes_counts_no_more_than_it_holds() -> None:
    assert entries(box(b"moov", track(full(b"stsz", 0, 2**31, 5, 5, 5)))) == 3


def test_every_edit_may_repeat_all_samples() -> None:
    assert entries(box(b"moov", track(full(b"stsz", 1, 1000), edits=500))) == 500_000


def test_pcm_sound_counts_by_the_packet() -> None:
    tables = full(b"stts", 1, 10**6, 1), full(b"stsz", 2, 10**6), full(b"stsc", 1, 1, 10**5, 1)
    content = box(b"moov", track(*tables, full(b"stco", 10, *range(10)), kind=b"soun"))
    assert entries(content) == 10**6 // 1024


def test_a_fragment_counts_as_announced() -> None:
    assert entries(box(b"moof", box(b"traf", full(b"tfhd", 1), full(b"trun", 2**31)))) == 2**31


def test_a_header_in_too_many_pieces() -> None:
    with pytest.raises(MediumError, match="100,000 pieces"):
        entries(box(b"free") * 100_001)


def test_a_header_that_is_too_long() -> None:
    content = struct.pack(">I4sQ", 1, b"moov", 2**62) + bytes(100)
    with pytest.raises(MediumError, match="4,611,686,018,427,387,888 bytes"):
        read_boxes(BytesIO(content), len(content))


@pytest.mark.parametrize("length", [2, 7])
def test_lengths_that_make_no_sense_end_the_walk(length: int) -> None:
    boxes = read_boxes(BytesIO(struct.pack(">I4s", length, b"moov") + bytes(20)), 28)
    assert boxes.tracks == []


def test_nested_without_end() -> None:
    content = b""
    for _ in range(1000):
        content = box(b"moov", content)
    assert read_boxes(BytesIO(content), len(content)).walked < 20


def numbered(number: int, version: int = 0) -> bytes:
    """A tkhd; whatever isn't version 1 is read as version 0."""
    times = bytes(16 if version == 1 else 8)
    return box(b"tkhd", bytes([version, 0, 0, 0]), times, number.to_bytes(4, "big"), bytes(80))


def item(number: int) -> bytes:
    return box(b"iinf", bytes(6), box(b"infe", b"\3\0\0\0", number.to_bytes(4, "big"), b"\0\0hvc1\0"))


@pytest.mark.parametrize(
    "wrap",
    [
        lambda number: box(b"moov", box(b"trak", numbered(number))),
        lambda number: box(b"moov", box(b"trak", numbered(number, 1))),
        lambda number: box(b"moov", box(b"trak", numbered(number, 0xD3))),
        lambda number: box(b"moov", box(b"trak", box(b"mdia", numbered(number)))),
        lambda number: box(b"trak", numbered(number)),
        lambda number: box(b"moov") + item(number),
        lambda number: box(b"moov", box(b"udta", box(b"meta", bytes(4), handler(b"pict"), item(number)))),
        lambda number: box(b"meta", handler(b"pict"), item(number)),
        lambda number: box(b"moof", item(number)),
    ],
)
def test_a_number_that_keeps_libav_counting_is_never_handed_on(wrap: Callable[[int], bytes]) -> None:
    entries(wrap(0x7FFF_FFFF))
    with pytest.raises(MediumError, match=r"numbers a track 4,294,967,280"):
        entries(wrap(0xFFFF_FFF0))
