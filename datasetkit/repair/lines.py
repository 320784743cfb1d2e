"""Edits of the bytes of data.jsonl: only what is edited changes, every other byte stays. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from datasetkit.edits import DropLine, LineEdit, SetField, SetLine, StripBom
from datasetkit.errors import DatasetkitError

_BOM = b"\xef\xbb\xbf"
_BLANK = " \t\r\n"


def edit_lines(data: bytes, edits: Iterable[LineEdit]) -> bytes:
    """The bytes of data.jsonl after the edits; line numbers are those of ``data``.

    Raises DatasetkitError if a line doesn't exist, or isn't a record although a field of it should be set.
    """
    bom = _BOM if data.startswith(_BOM) else b""
    lines: list[bytes | None] = [*data.removeprefix(_BOM).split(b"\n")]
    for edit in edits:
        match edit:
            case StripBom():
                bom = b""
            case SetLine():
                _set_lines(lines, edit)
            case SetField():
                lines[edit.line - 1] = replace_value(_line(lines, edit.line), edit.field, edit.value, edit.line)
            case DropLine():
                _drop(lines, edit.line)
    return bom + b"\n".join(line for line in lines if line is not None)


def replace_value(line: bytes, field: str, value: str, number: int) -> bytes:
    """The line ``number`` with a top-level field's value replaced; of a repeated key the last one, as readers do.

    Raises DatasetkitError if the line isn't a JSON object, or lacks the field.
    """
    try:
        text = line.decode("utf-8")
        spans = dict(_members(text))
    except (ValueError, RecursionError) as error:
        raise _changed(f"line {number} isn't a JSON object") from error
    if field not in spans:
        raise _changed(f"line {number} has no {field}")
    start, stop = spans[field]
    return (text[:start] + _encode(value, text) + text[stop:]).encode("utf-8")


def _members(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each key of a JSON object with the span of its value. Raises ValueError."""
    decoder = json.JSONDecoder()
    decoder.decode(text)  # the rest relies on valid JSON
    at = _skip(text, 0)
    if text[at] != "{":
        raise ValueError("not an object")
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = decoder.raw_decode(text, at)
        start = _skip(text, _skip(text, at) + 1)
        _, stop = decoder.raw_decode(text, start)
        yield key, (start, stop)
        at = _skip(text, stop)
        at = _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    while text[at] in _BLANK:
        at += 1
    return at


def _encode(value: str, line: str) -> str:
    """A JSON string in the style of the line: escaped as ``\\uXXXX`` only if the line does that."""
    escaped = (line.isascii() and "\\u" in line) or any("\ud800" <= letter <= "\udfff" for letter in value)
    return json.dumps(value, ensure_ascii=escaped)


def _line(lines: list[bytes | None], number: int) -> bytes:
    line = lines[number - 1] if 0 < number <= len(lines) else None
    if line is None:
        raise _changed(f"there is no line {number}")
    return line


def _set_lines(lines: list[bytes | None], edit: SetLine) -> None:
    last = edit.last or edit.line
    ending = b"\r" if _line(lines, last).endswith(b"\r") else b""
    lines[edit.line - 1] = edit.text.encode("utf-8", "surrogatepass").replace(b"\n", ending + b"\n") + ending
    lines[edit.line : last] = [None] * (last - edit.line)


def _drop(lines: list[bytes | None], number: int) -> None:
    if _line(lines, number).strip():
        raise _changed(f"line {number} is not blank")
    lines[number - 1] = None


def _changed(what: str) -> DatasetkitError:
    return DatasetkitError(f"can't edit data.jsonl: {what}", "Another program changed it. Run this again.")
