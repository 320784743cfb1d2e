"""Why a line is not JSON, and the line corrected where there is no doubt what it should say. Pure.

The correction is certain if the cause is known and removing it leaves records with text fields, none repeated.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

# Possessive, and matching where the closing quote is missing too: else each quote of a line that was cut off
# within a string would be tried as the start of another one, and a line of 20,000 \" would take an hour.
_STRING = r'"(?:[^"\\]|\\.)*+("?)'
_LONGEST = 1 << 20  # characters; finding the cause in a longer line takes too many passes
_SMART = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"', "＂": '"'})
_SOLID = re.compile(r"[^ \t\r\n,]")


def diagnose(text: str, error: Exception) -> tuple[str, int | None, str | None]:
    """The cause in plain words; its column, counted from 1; and the line corrected.

    A cause is only named where the line is JSON without it. Otherwise the message is the parser's own.
    """
    column = error.colno if isinstance(error, json.JSONDecodeError) else None
    if isinstance(error, RecursionError):
        return "the line is nested too deeply to be read", None, None
    message, objects = _cause(text)
    if message:
        return message, column, _written(objects)
    if unclosed(text):
        return "the line is cut off: its object is never closed", len(text), None
    if not isinstance(error, json.JSONDecodeError) and "int_max_str_digits" in str(error):
        return f"a number has over {sys.get_int_max_str_digits():,} digits", None, None
    detail = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return f"not JSON: {detail[:1].lower()}{detail[1:]}", column, None


def correct(text: str) -> str | None:
    """The records that ``text`` should hold, each on one line; None if that is in doubt."""
    return _written(_cause(text)[1])


def correct_array(data: bytes) -> str | None:
    """The records of a file that is one JSON array, each on one line."""
    values = _read(data)
    return _written(values) if isinstance(values, list) else None


def correct_encoding(data: bytes, encoding: str) -> str | None:
    """The lines of a file in another encoding than UTF-8, if each is a record."""
    try:
        lines = data.decode(encoding).split("\n")
    except UnicodeDecodeError:
        return None
    text = _written([_read(line) for line in lines if line.strip()])
    return text and text + "\n"


def unclosed(text: str) -> bool:
    """Whether a string, object or array is still open where the text ends."""
    outside = re.sub(_STRING, lambda match: "" if match[1] else match[0], text, flags=re.DOTALL)
    depth = sum(outside.count(c) for c in "{[") - sum(outside.count(c) for c in "}]")
    return depth > 0


def not_json(name: str) -> object:
    """For `json`'s ``parse_constant``: Python reads NaN and Infinity, JSON has neither."""
    raise ValueError(f"{name} is not JSON")


# Objects are tuples of pairs, so that none of their fields is lost; arrays are lists.
_HOOKS: dict[str, Any] = {"object_pairs_hook": tuple, "parse_constant": not_json}
_DECODER = json.JSONDecoder(**_HOOKS)


def _read(text: str | bytes) -> object:
    try:
        return json.loads(text, **_HOOKS)
    except (ValueError, RecursionError):
        return None


def _written(values: Sequence[Any]) -> str | None:
    """The values as lines, or None if one of them is not certainly a record."""
    return "\n".join(map(_line, values)) if values and all(map(_is_record, values)) else None


def _is_record(value: object) -> bool:
    if not isinstance(value, tuple) or not value:
        return False
    return all(isinstance(text, str) for _, text in value) and len(dict(value)) == len(value)


def _line(record: tuple[tuple[str, str], ...]) -> str:
    text = json.dumps(dict(record), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")  # half a surrogate pair stays escaped


def _objects(text: str) -> list[object]:
    """The JSON objects that stand in a row, with or without commas; none if there is anything else."""
    values: list[object] = []
    at = 0
    while found := _SOLID.search(text, at):
        try:
            value, at = _DECODER.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            return []
        if not isinstance(value, tuple):
            return []
        values.append(value)
    return values


def _cause(text: str) -> tuple[str, list[object]]:
    """The cause in plain words ("" if unknown), and the objects once it is removed."""
    if objects := _objects(text):
        return _SEVERAL if len(objects) > 1 else _COMMA, objects
    for message, undo in _CAUSES if len(text) <= _LONGEST else ():
        without = undo(text)
        if without != text and (objects := _objects(without)):
            return message, objects
    return "", []


def _outside_strings(pattern: str, replacement: str) -> Callable[[str], str]:
    """A function that replaces ``pattern`` wherever it isn't part of a string."""
    both = re.compile(f"({_STRING})|{pattern}")
    return lambda text: both.sub(lambda match: match[1] or replacement, text)


def _from_python(text: str) -> str:
    try:
        return json.dumps(ast.literal_eval(text.strip().rstrip(",")), allow_nan=False)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return text


_SEVERAL = "there are several objects on one line; put each on its own line"
_COMMA = "there is a comma outside the object; remove it"
_CAUSES: tuple[tuple[str, Callable[[str], str]], ...] = (
    (
        "there is a line break or control character inside a string; write it as \\n or remove it",
        lambda text: re.sub(r"[\x00-\x1f]", " ", text),
    ),
    ("there is a comma before the closing bracket; remove it", _outside_strings(r",(?=\s*[}\]])", "")),
    ('the quotes are typographic (“ ”); use straight ones (")', lambda text: text.translate(_SMART)),
    ("there is a comment, which JSON doesn't allow; remove it", _outside_strings(r"(?://|#).*|/\*.*?(?:\*/|$)", "")),
    ("NaN and Infinity are not allowed in JSON; use text or null", _outside_strings(r"-?(?:NaN|Infinity)\b", "0")),
    ('this is Python, not JSON; use double quotes ("), null, true and false', _from_python),
)
