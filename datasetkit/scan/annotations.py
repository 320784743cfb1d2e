"""The bytes of data.jsonl as records and broken lines. Pure: bytes in, values out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from datasetkit.model import Annotations, BrokenLine, Flaw, Where
from datasetkit.scan.diagnose import diagnose, unclosed
from datasetkit.scan.meant import meant_array, meant_line, meant_utf16

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_OBJECT = 200  # lines; an object printed over more than these is reported line by line


@dataclass(frozen=True, slots=True)
class Record:
    """A line that is a JSON object. ``repeated`` lists the keys it gives more than once."""

    line: int
    values: Mapping[str, Any]
    repeated: tuple[str, ...]


def parse(data: bytes, path: str) -> tuple[Annotations, list[Record | BrokenLine]]:
    """Read data.jsonl: only ``\\n`` ends a line, and a blank line is no record."""
    bom = data.startswith(_BOM)
    whole = _whole_file(data, path)
    if whole:
        return Annotations(path, len(data), bom), [whole]
    lines = data.removeprefix(_BOM).split(b"\n")
    while lines and not lines[-1].strip():
        lines.pop()
    blank = tuple(number for number, line in enumerate(lines, 1) if not line.strip())
    return Annotations(path, len(data), bom, blank), list(_lines(lines, path))


def _whole_file(data: bytes, path: str) -> BrokenLine | None:
    """A fault of the file as a whole, told once instead of at each line."""
    if data.startswith(_UTF16) or b"\x00" in data[:4]:
        message = "the file is UTF-16, not UTF-8; save it as UTF-8"
        return BrokenLine(Where(path, 1), Flaw.ENCODING, message, meant=meant_utf16(data), last=data.count(b"\n") + 1)
    if not data.removeprefix(_BOM).lstrip().startswith(b"["):
        return None
    message = "the file is one JSON array; write each of its objects on a line of its own, without [ ] and commas"
    return BrokenLine(
        Where(path, 1), Flaw.NOT_JSON, message, 1, meant=meant_array(data), last=data.rstrip().count(b"\n") + 1
    )


def _lines(lines: list[bytes], path: str) -> Iterator[Record | BrokenLine]:
    number = 0
    while number < len(lines):
        if lines[number].strip():
            parsed = _line(lines[number], path, number + 1)
            if isinstance(parsed, BrokenLine) and parsed.flaw is Flaw.NOT_JSON:
                parsed, number = _several(lines, number, parsed)
            yield parsed
        number += 1


def _line(raw: bytes, path: str, number: int) -> Record | BrokenLine:
    where = Where(path, number)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} of the line ({raw[error.start]:#04x}) is not UTF-8; save the file as UTF-8"
        return BrokenLine(where, Flaw.ENCODING, message)
    try:
        values, repeated = _load(text)
    except (ValueError, RecursionError) as error:
        message, column = diagnose(text, error)
        return BrokenLine(where, Flaw.NOT_JSON, message, column, meant=meant_line(text))
    if not isinstance(values, dict):
        message = f"the line holds {_named(values)}, not an object {{…}}"
        return BrokenLine(where, Flaw.NOT_A_RECORD, message)
    return Record(number, values, repeated)


def _several(lines: list[bytes], start: int, broken: BrokenLine) -> tuple[BrokenLine, int]:
    """One finding for an object printed over several lines, with the index of its last line."""
    text = lines[start].decode("utf-8")
    if not text.lstrip().startswith("{") or not unclosed(text):
        return broken, start
    for end in range(start + 1, min(start + _LONGEST_OBJECT, len(lines))):
        if lines[end].lstrip().startswith(b"{"):
            break  # the next record: this one was cut off
        text += "\n" + lines[end].decode("utf-8", "replace")
        if b"}" in lines[end] and not unclosed(text):
            message = f"the object runs over lines {start + 1} to {end + 1}; write it on one line"
            meant = meant_line(text)
            return BrokenLine(broken.where, Flaw.NOT_JSON, message, broken.column, meant, end + 1), end
    return broken, start


def _load(text: str) -> tuple[object, tuple[str, ...]]:
    repeated: tuple[str, ...] = ()

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal repeated
        values = dict(items)
        if len(values) < len(items):
            repeated = tuple(key for key, count in Counter(key for key, _ in items).items() if count > 1)
        else:
            repeated = ()
        return values

    # the outermost object is built last, so its keys are what `repeated` holds in the end
    return json.loads(text, object_pairs_hook=pairs, parse_constant=_constant), repeated


def _constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _named(value: object) -> str:
    names: dict[type, str] = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
