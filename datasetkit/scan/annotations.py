"""The bytes of data.jsonl as records and broken lines. Pure: bytes in, values out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from datasetkit.model import Annotations, BrokenLine, Flaw, Sample, Where
from datasetkit.scan.diagnose import correct, correct_array, correct_encoding, diagnose, not_json, unclosed

_NOT_A_RECORD = 'the line is JSON, but not an object; write it as {"prompt": "…", "video_path": "…"}'
_BOM = b"\xef\xbb\xbf"
_LONGEST_OBJECT = 200  # lines; an object printed over more than these is reported line by line


def parse(data: bytes, path: str) -> tuple[Annotations, list[Sample | BrokenLine]]:
    """Read data.jsonl: only ``\\n`` ends a line, and a blank line is no sample. Media aren't looked up yet."""
    bom = data.startswith(_BOM)
    fault = _fault_of_file(data, path)
    if fault:
        return Annotations(path, len(data), bom), [fault]
    lines = data.removeprefix(_BOM).split(b"\n")
    while lines and not lines[-1].strip():
        lines.pop()
    blank = tuple(number for number, line in enumerate(lines, 1) if not line.strip())
    return Annotations(path, len(data), bom, blank), list(_lines(lines, path))


def _fault_of_file(data: bytes, path: str) -> BrokenLine | None:
    """A fault of the whole file, reported once instead of at each line."""
    where, encoding = Where(path, 1), json.detect_encoding(data)
    if not encoding.startswith("utf-8"):
        message, corrected = f"the file is {encoding.upper()}; save it as UTF-8", correct_encoding(data, encoding)
        return BrokenLine(where, Flaw.ENCODING, message, corrected=corrected, last=data.count(b"\n") + 1)
    first = data.removeprefix(_BOM).lstrip().partition(b"\n")[0]
    if not first.startswith(b"["):
        return None
    corrected = correct_array(data)
    if corrected is None and not unclosed(first.decode("utf-8", "replace")):
        return None  # one line is an array, and others follow
    message = "the whole file is one JSON array; put each object on its own line, without [ ] and commas between"
    last = data.rstrip().count(b"\n") + 1
    return BrokenLine(where, Flaw.NOT_JSON, message, corrected=corrected, last=last)


def _lines(lines: list[bytes], path: str) -> Iterator[Sample | BrokenLine]:
    number = 0
    while number < len(lines):
        if lines[number].strip():
            parsed = _line(lines[number], path, number + 1)
            if isinstance(parsed, BrokenLine) and parsed.flaw is Flaw.NOT_JSON:
                parsed, number = _spread(lines, number, parsed)
            yield parsed
        number += 1


def _line(raw: bytes, path: str, number: int) -> Sample | BrokenLine:
    where = Where(path, number)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} of the line ({raw[error.start]:#04x}) is not UTF-8; save the file as UTF-8"
        return BrokenLine(where, Flaw.ENCODING, message)
    try:
        values, repeated = _load(text)
    except (ValueError, RecursionError) as error:
        return BrokenLine(where, Flaw.NOT_JSON, *diagnose(text, error))
    if not isinstance(values, dict):
        return BrokenLine(where, Flaw.NOT_A_RECORD, _NOT_A_RECORD)
    return Sample(where, values, repeated=repeated)


def _spread(lines: list[bytes], start: int, broken: BrokenLine) -> tuple[BrokenLine, int]:
    """One finding for an object that is spread over several lines, with the index of its last line."""
    text = lines[start].decode("utf-8")
    if not text.lstrip().startswith("{") or not unclosed(text):
        return broken, start
    for end in range(start + 1, min(start + _LONGEST_OBJECT, len(lines))):
        if lines[end].lstrip().startswith(b"{"):
            break  # the next record: this one was cut off
        text += "\n" + lines[end].decode("utf-8", "replace")
        if b"}" in lines[end] and not unclosed(text):
            message = f"one object is spread over lines {start + 1} to {end + 1}; write it on one line"
            return BrokenLine(broken.where, Flaw.NOT_JSON, message, corrected=correct(text), last=end + 1), end
    return broken, start


def _load(text: str) -> tuple[object, tuple[str, ...]]:
    """The JSON value, and the keys that it gives more than once if it is an object."""
    outermost: list[tuple[str, object]] = []

    def build(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal outermost
        outermost = pairs  # the outermost object is built last
        return dict(pairs)

    value = json.loads(text, object_pairs_hook=build, parse_constant=not_json)
    if not isinstance(value, dict) or len(value) == len(outermost):
        return value, ()
    return value, tuple(key for key, count in Counter(key for key, _ in outermost).items() if count > 1)
