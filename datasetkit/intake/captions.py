"""Captions in the layouts that other tools use: a file for each clip, or a table for a folder. Pure.

The layouts are from the tools' own documentation and code: a text file named like the clip (musubi-tuner,
diffusion-pipe, ai-toolkit; the last also JSON with "caption"); ``metadata.csv`` with file_name,text or video,prompt
(DiffSynth-Studio); ``metadata.csv``/``metadata.jsonl`` with file_name and a text column (Hugging Face's video folder);
JSONL with video_path and caption (musubi-tuner); ``captions.json`` with a caption, or a list of one, for each name
(diffusion-pipe).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

CAPTIONS = "captions.csv"
"""The table that `view` writes into a raw folder: what it says counts more than other captions of the same clip.

An empty caption there says that the clip has none."""
SIDECARS = frozenset({".txt", ".caption", ".json"})
_DELIMITERS = {".csv": ",;\t", ".tsv": "\t"}
_TABLE_STEMS = frozenset({"captions", "caption", "metadata", "dataset", "data", "prompts"})

# the columns for a clip, its caption and its frames, best first
_CLIP = ("clip", "video_path", "video", "video_file", "video_file_name", "file_name", "filename", "file", "path")
_TEXT = ("prompt", "caption", "text", "description")
_FIRST = ("first_frame_path", "first_frame", "first_frame_file_name", "input_image", "image_path", "image")
_LAST = ("last_frame_path", "last_frame", "last_frame_file_name", "end_image")


@dataclass(frozen=True, slots=True)
class Unused:
    """A raw file, or a line of one ("captions.csv:3"), that no sample uses, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a table, with paths as written. ``origin`` is the table's path with the line or key."""

    origin: str
    clip: str
    text: str
    first: str | None = None
    last: str | None = None


def decode(data: bytes) -> str | None:
    """The text of UTF-8, or of UTF-16 with a byte order mark; None for anything else."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def is_table(path: str) -> bool:
    """Whether a file may hold captions for many clips, by its name."""
    name = PurePosixPath(path.lower())
    return name.suffix in _DELIMITERS or (name.suffix in (".jsonl", ".json") and name.stem in _TABLE_STEMS)


def sidecar(path: str, text: str) -> str | Unused:
    """The caption in a file that belongs to one clip, on one line."""
    if path.lower().endswith(".json"):
        values = _parsed(path, text)
        if isinstance(values, Unused):
            return values
        text = (_first(values, _TEXT) if isinstance(values, dict) else None) or ""
    return " ".join(text.split()) or Unused(path, "contains no caption")


def rows(path: str, text: str) -> Iterator[Row | Unused]:
    """The entries of a table of captions."""
    suffix = PurePosixPath(path.lower()).suffix
    if suffix in _DELIMITERS:
        return _delimited(path, text, _DELIMITERS[suffix])
    return _json_lines(path, text) if suffix == ".jsonl" else _json(path, text)


def _delimited(path: str, text: str, delimiters: str) -> Iterator[Row | Unused]:
    """A table whose delimiter is the one that splits its first line into columns that are known here."""
    header = text.partition("\n")[0]
    try:
        for delimiter in delimiters:
            if _holds_captions(next(csv.reader([header], delimiter=delimiter), [])):
                yield from _records(path, csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
                return
    except csv.Error as error:
        yield Unused(path, f"can't be read as a table ({error})")
        return
    needed = f"a column for the clip ({', '.join(_CLIP[:5])}) and one for the caption ({', '.join(_TEXT)})"
    yield Unused(path, f"has the columns {header.strip()[:200]!r}, but needs {needed}")


def _holds_captions(columns: Iterable[str]) -> bool:
    names = {column.strip().lower() for column in columns}
    return not names.isdisjoint(_CLIP) and not names.isdisjoint(_TEXT)


def _records(path: str, reader: csv.DictReader[str]) -> Iterator[Row | Unused]:
    for values in reader:
        cells = {key.strip().lower(): cell for key, cell in values.items() if key and isinstance(cell, str)}
        yield _row(f"{path}:{reader.line_num}", cells)


def _json_lines(path: str, text: str) -> Iterator[Row | Unused]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _row(f"{path}:{number}", _parsed(f"{path}:{number}", line))


def _json(path: str, text: str) -> Iterator[Row | Unused]:
    values = _parsed(path, text)
    if isinstance(values, list):
        yield from (_row(f"{path}, entry {number}", value) for number, value in enumerate(values, 1))
    elif isinstance(values, dict):
        yield from (_entry(f"{path}, {name}", name, value) for name, value in values.items())
    else:
        yield values if isinstance(values, Unused) else Unused(path, "holds neither an object nor a list")


def _entry(origin: str, name: str, value: object) -> Row | Unused:
    """What `captions.json` holds under a clip's name."""
    if isinstance(value, dict):
        return _row(origin, {**value, "video_path": name})
    captions = value if isinstance(value, list) else [value]
    if len(captions) != 1:
        return Unused(origin, f"has {len(captions)} captions; keep one")
    return _row(origin, {"video_path": name, "caption": captions[0]})


def _row(origin: str, values: object) -> Row | Unused:
    if isinstance(values, Unused):
        return values
    if not isinstance(values, dict):
        return Unused(origin, "is not an object")
    clip, text = _first(values, _CLIP), _first(values, _TEXT)
    if clip is None:
        return Unused(origin, "names no clip")
    if text is None and not origin.startswith(f"{CAPTIONS}:"):
        return Unused(origin, f"has no caption for {clip}")
    return Row(origin, clip, " ".join((text or "").split()), _first(values, _FIRST), _first(values, _LAST))


def _parsed(origin: str, text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return Unused(origin, "is not JSON")


def _first(values: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    found = (values.get(name) for name in names)
    return next((value.strip() for value in found if isinstance(value, str) and value.strip()), None)
