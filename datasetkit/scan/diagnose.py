"""Why a line is not JSON, in words that say what to change. Pure."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable

# Possessive, and matching where the closing quote is missing too: else each quote of a line that was cut off
# within a string would be tried as the start of another one, and a line of 20,000 \" would take an hour.
_STRING = r'"(?:[^"\\]|\\.)*+("?)'
_LONGEST = 1 << 20  # characters; a longer line isn't worth the passes that find its cause
_SMART = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"', "＂": '"'})


def diagnose(text: str, error: Exception) -> tuple[str, int | None]:
    """The cause in plain words and the column, counted from 1.

    A cause is named only where undoing it makes the line parse; otherwise the parser's own word is given.
    """
    column = error.colno if isinstance(error, json.JSONDecodeError) else None
    if isinstance(error, RecursionError):
        return "the line nests too deeply to be read", None
    cause = _cause(text)
    if cause:
        return cause[0], column
    if unclosed(text):
        return "the line ends before its object is closed: it was cut off", len(text)
    detail = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return f"not JSON: {detail[:1].lower()}{detail[1:]}", column


def undone(text: str) -> str:
    """The line without what keeps it from being JSON, empty where that isn't known or leaves open what was meant."""
    cause = _cause(text)
    return cause[1] if cause and cause[0] != _NO_NUMBER else ""


def _cause(text: str) -> tuple[str, str] | None:
    """The cause in plain words, and the line without it."""
    for message, undo in _CAUSES if len(text) <= _LONGEST else ():
        without = undo(text)
        if without != text and _parses(without):
            return message, without
    return None


def unclosed(text: str) -> bool:
    """Whether a string, object or array is still open where the text ends."""
    outside = re.sub(_STRING, lambda match: "" if match[1] else match[0], text, flags=re.DOTALL)
    depth = sum(outside.count(c) for c in "{[") - sum(outside.count(c) for c in "}]")
    return depth > 0


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _outside_strings(pattern: str, replacement: str) -> Callable[[str], str]:
    """A function that replaces ``pattern`` wherever it isn't part of a string."""
    both = re.compile(f"({_STRING})|{pattern}")
    return lambda text: both.sub(lambda match: match[1] or replacement, text)


def _from_python(text: str) -> str:
    try:
        value = ast.literal_eval(text.strip().rstrip(","))
        return json.dumps(value, allow_nan=False) if isinstance(value, dict) else text
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return text


def _first_object(text: str) -> str:
    try:
        _, end = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return text
    rest = text.lstrip()[end:].lstrip(" \t\r,")
    return text.lstrip()[:end] if rest.startswith("{") else text


_NO_NUMBER = "NaN or Infinity is not JSON; write a number, a string or null"
_CAUSES: tuple[tuple[str, Callable[[str], str]], ...] = (
    (
        "a line break or control character stands inside a string; write it as \\n or remove it",
        lambda text: re.sub(r"[\x00-\x1f]", " ", text),
    ),
    ("a comma stands before the closing bracket; remove it", _outside_strings(r",(?=\s*[}\]])", "")),
    ("a comma follows the object; remove it", lambda text: text.rstrip().removesuffix(",")),
    ("several objects stand on one line; give each a line of its own", _first_object),
    ('typographic quotes (“ ”) stand where JSON wants plain ones (")', lambda text: text.translate(_SMART)),
    ("a comment stands in the line; JSON has none", _outside_strings(r"(?://|#).*|/\*.*?(?:\*/|$)", "")),
    (_NO_NUMBER, _outside_strings(r"-?(?:NaN|Infinity)\b", "0")),
    ("single quotes or Python's words stand where JSON wants double quotes (\")", _from_python),
)
