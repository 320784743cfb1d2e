"""What an archive will hold, to the byte, before one is written. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.model import File, Kind, Missing, Outside, Present, Reference, Role, Sample
from datasetkit.pack import naming
from datasetkit.pack.naming import Named, Part
from datasetkit.pack.zipwrite import zip_size

# Readers that split lines as Python's str.splitlines does would break a prompt at these; escaped, they can't.
_LINE_ENDS = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"})

_PARTS = {
    "first_frame_path": (Part.IMAGE, "first"),
    "last_frame_path": (Part.IMAGE, "last"),
    "video_path": (Part.VIDEO, ""),
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A file to be packed: its path in the dataset (``source``) and in the archive, its size in bytes.

    ``changed`` is model.File's: a file that was changed at another time is not the one that was judged.
    """

    source: str
    path: str
    size: int
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """An archive to be: the bytes of data.jsonl, and the media in the order in which the lines name them.

    ``lines`` are the numbers that the samples' lines have in the dataset's own data.jsonl.
    """

    kind: Kind
    role: Role
    samples: int
    annotations: bytes
    media: tuple[Placed, ...]
    lines: frozenset[int] = frozenset()

    @property
    def members(self) -> tuple[tuple[str, int], ...]:
        """Path and size of everything in the archive, in its order: data.jsonl, then the media."""
        first = (spec.limits().annotations_name, len(self.annotations))
        return (first, *((placed.path, placed.size) for placed in self.media))

    @property
    def size(self) -> int:
        """The exact size of the zip in bytes."""
        return zip_size(self.members)

    @property
    def renames(self) -> dict[str, str]:
        """Old → new path of each file that has another path in the archive."""
        return {placed.source: placed.path for placed in self.media if placed.source != placed.path}


def lay_out(samples: Sequence[Sample], kind: Kind, role: Role, files: Iterable[File] = ()) -> Layout:
    """The archive of ``samples``, written as sets of this kind and role are; ``files`` are the dataset's.

    It holds the fields of the record's schema and what these name, nothing else; naming.py names the files.
    Raises DatasetkitError where a line lacks a field, names no file of the dataset, or holds text that UTF-8 can't.
    """
    fields = spec.fields(kind, role)
    _require(samples, fields)
    media = _media(samples, fields)
    paths = _paths(samples, fields, kind, media)
    lines = (_line(sample, fields, paths) for sample in samples)
    changed = {file.path: file.changed for file in files}
    placed = tuple(Placed(path, paths[path], medium.size, changed.get(path, 0)) for path, medium in media.items())
    numbers = frozenset(sample.where.line for sample in samples if sample.where.line)
    return Layout(kind, role, len(samples), b"".join(lines), placed, numbers)


def _require(samples: Sequence[Sample], fields: Sequence[str]) -> None:
    """Raise DatasetkitError for a line that can't be written, whatever was ignored."""
    for sample in samples:
        named = {reference.where.field for reference in sample.references}
        for field in fields:
            if field not in (named if field in _PARTS else sample.record):
                raise DatasetkitError(
                    f"{sample.where.path}:{sample.where.line}: the line has no {field}",
                    "Add the field or take the line out; such a line can't be built.",
                )


def _references(samples: Sequence[Sample], fields: Sequence[str]) -> Iterator[tuple[int, str, Reference]]:
    """Every reference in the order of the archive, with its sample's number from 1 and its field."""
    for number, sample in enumerate(samples, 1):
        by_field = {reference.where.field: reference for reference in sample.references}
        for field in fields:
            if field in by_field:
                yield number, field, by_field[field]


def _media(samples: Sequence[Sample], fields: Sequence[str]) -> dict[str, Present]:
    media: dict[str, Present] = {}
    for _, field, reference in _references(samples, fields):
        medium = reference.medium
        if isinstance(medium, Missing | Outside):
            raise DatasetkitError(
                f"{reference.where.path}:{reference.where.line}: {field} names {reference.written!r}, "
                "which is not a file of the set",
                "Put the file there or take the line out; such a line can't be built.",
            )
        media.setdefault(medium.path, medium)
    return media


def _paths(
    samples: Sequence[Sample], fields: Sequence[str], kind: Kind, media: Mapping[str, Present]
) -> dict[str, str]:
    files: dict[str, Named] = {}
    for number, field, reference in _references(samples, fields):
        part, end = _PARTS[field]
        path = reference.medium.path
        files.setdefault(path, Named(path, number, part, end if kind is Kind.KF2V else ""))
    stems = naming.stems(tuple(files.values()))
    folders = {path: f"{file.part}/" if kind is Kind.KF2V else "" for path, file in files.items()}
    return {path: folders[path] + stems[path] + naming.extension(media[path]) for path in files}


def _line(sample: Sample, fields: Sequence[str], paths: Mapping[str, str]) -> bytes:
    named = {reference.where.field: paths.get(reference.medium.path) for reference in sample.references}
    record = {field: named.get(field, sample.record[field]) for field in fields if field in sample.record}
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).translate(_LINE_ENDS)
    try:
        return f"{text}\n".encode()
    except UnicodeEncodeError as error:
        raise DatasetkitError(
            f"{sample.where.path}:{sample.where.line}: half of a character (a lone surrogate) has no UTF-8",
            "Put the whole character in its place.",
        ) from error
