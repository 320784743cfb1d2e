"""What a broken line, or a broken data.jsonl, was surely meant to say. Pure.

Surely: the cause is known, and what undoes it leaves records whose fields hold text and are given once each.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from datasetkit.scan.diagnose import undone


def meant_line(text: str) -> str | None:
    """The record that ``text`` was meant to be, on one line; several are on a line each."""
    return _written(_objects(text) or _objects(undone(text)))


def meant_array(data: bytes) -> str | None:
    """The records of a file that is one JSON array, a line each."""
    try:
        values = _read(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return _written(values) if isinstance(values, list) else None


def meant_utf16(data: bytes) -> str | None:
    """The records of a file in UTF-16, a line each."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    order = "utf-16" if marked else "utf-16-be" if data.startswith(b"\0") else "utf-16-le"
    try:
        lines = data.decode(order).split("\n")
        written = _written([_read(line) for line in lines if line.strip()])
    except (ValueError, RecursionError):
        return None
    return written and written + "\n"


def _objects(text: str) -> list[object]:
    """The JSON values that stand in a row, commas between them; none where anything else does."""
    values = []
    rest = text.strip()
    while rest:
        try:
            value, end = _DECODER.raw_decode(rest)
        except (ValueError, RecursionError):
            return []
        values.append(value)
        rest = rest[end:].lstrip(" \t\r\n,")
    return values


def _written(values: Sequence[object]) -> str | None:
    """The records as lines, or None where one is none."""
    if not values or not all(isinstance(value, dict) and _is_text(value) for value in values):
        return None
    return "\n".join(_line(value) for value in values)


def _is_text(record: dict[str, object]) -> bool:
    return bool(record) and all(isinstance(value, str) for value in record.values())


def _line(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    # half a surrogate pair stays escaped
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a field is given twice")
    return values


_DECODER = json.JSONDecoder(object_pairs_hook=_once)
_read = _DECODER.decode
