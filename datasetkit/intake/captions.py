"""Captions as the tools that people come from keep them: one file a clip, or one table for a folder. Pure.

Layouts, from the tools' own documentation and code: a text file of the clip's name (musubi-tuner, diffusion-pipe,
ai-toolkit; the last also JSON with "caption"); ``metadata.csv`` with file_name,text or video,prompt (DiffSynth-Studio);
``metadata.csv``/``metadata.jsonl`` with file_name and any text column (Hugging Face's video folder); JSONL with
video_path and caption (musubi-tuner); ``captions.json`` with a caption or a list of one a name (diffusion-pipe).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

SIDECARS = frozenset({".txt", ".caption", ".json"})
_TABLES = frozenset({".csv", ".jsonl", ".json"})
_TABLE_STEMS = frozenset({"captions", "caption", "metadata", "dataset", "prompts"})

# the columns that name a clip, its caption and its frames, best first
_CLIP = ("video_path", "video", "video_file", "video_file_name", "file_name", "filename", "file", "path")
_TEXT = ("prompt", "caption", "text", "description")
_FIRST = ("first_frame_path", "first_frame", "first_frame_file_name", "input_image", "image_path", "image")
_LAST = ("last_frame_path", "last_frame", "last_frame_file_name", "end_image")


@dataclass(frozen=True, slots=True)
class Unpaired:
    """A file, or a line of one, that belongs to no clip as far as can be told, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """What one entry of a table says; paths are as written. ``origin`` is the file with the line or key."""

    origin: str
    clip: str
    text: str
    first: str | None = None
    last: str | None = None


def decode(data: bytes) -> str | None:
    """A caption file's text: UTF-8, or UTF-16 with its mark; None for anything else."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def is_table(path: str) -> bool:
    """Whether a file is one that holds captions for many clips, by its name."""
    name = PurePosixPath(path.lower())
    return name.suffix in _TABLES and name.stem in _TABLE_STEMS


def sidecar(path: str, text: str) -> str | Unpaired:
    """The caption that a file beside a clip holds, on one line."""
    if path.lower().endswith(".json"):
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            return Unpaired(path, "is not JSON")
        found = _first(values, _TEXT) if isinstance(values, dict) else None
        text = found or ""
    joined = " ".join(text.split("\n")) if "\n" in text else text
    return " ".join(joined.split()) or Unpaired(path, "holds no caption")


def rows(path: str, text: str) -> Iterator[Row | Unpaired]:
    """The entries of a table of captions."""
    if path.lower().endswith(".csv"):
        yield from _csv(path, text)
    elif path.lower().endswith(".jsonl"):
        yield from _jsonl(path, text)
    else:
        yield from _json(path, text)


def _csv(path: str, text: str) -> Iterator[Row | Unpaired]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        for values in reader:
            cells = {key.strip().lower(): cell for key, cell in values.items() if key and isinstance(cell, str)}
            yield _row(f"{path}:{reader.line_num}", cells)
    except csv.Error as error:
        yield Unpaired(f"{path}:{reader.line_num}", f"is not CSV ({error})")


def _jsonl(path: str, text: str) -> Iterator[Row | Unpaired]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            yield Unpaired(f"{path}:{number}", "is not JSON")
            continue
        yield _row(f"{path}:{number}", values)


def _json(path: str, text: str) -> Iterator[Row | Unpaired]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        yield Unpaired(path, "is not JSON")
        return
    if isinstance(values, list):
        for number, value in enumerate(values, 1):
            yield _row(f"{path}, entry {number}", value)
    elif isinstance(values, dict):
        for name, value in values.items():
            yield _entry(f"{path}, {name}", name, value)
    else:
        yield Unpaired(path, "holds neither an object nor a list")


def _entry(origin: str, name: str, value: object) -> Row | Unpaired:
    """What `captions.json` says under a clip's name."""
    if isinstance(value, dict):
        return _row(origin, {**value, "video_path": name})
    captions = value if isinstance(value, list) else [value]
    if len(captions) != 1:
        return Unpaired(origin, f"has {len(captions)} captions where a sample takes one")
    return _row(origin, {"video_path": name, "caption": captions[0]})


def _row(origin: str, values: object) -> Row | Unpaired:
    if not isinstance(values, dict):
        return Unpaired(origin, "is not an object")
    clip, text = _first(values, _CLIP), _first(values, _TEXT)
    if clip is None:
        return Unpaired(origin, "names no clip")
    if text is None:
        return Unpaired(origin, f"has no caption for {clip}")
    return Row(origin, clip, " ".join(text.split()), _first(values, _FIRST), _first(values, _LAST))


def _first(values: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    found = (values.get(name) for name in names)
    return next((value.strip() for value in found if isinstance(value, str) and value.strip()), None)
