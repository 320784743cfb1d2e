"""What a zip will hold, to the byte, before it is written. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.model import File, Kind, Missing, Outside, Present, Role, Sample
from datasetkit.pack import naming
from datasetkit.pack.naming import FirstUse
from datasetkit.pack.zipwrite import zip_size

# Readers that split lines as Python's str.splitlines does would break a prompt at these; escaped, they can't.
_LINE_ENDS = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"})

_PARTS = {
    "first_frame_path": ("image", "first"),
    "last_frame_path": ("image", "last"),
    "video_path": ("video", ""),
}
_NOT_IGNORED = "`build` can't include this line, even if you ignore the finding."


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file to be packed: its path in the dataset (``source``), its path in the zip, its size in bytes.

    ``changed`` is when it was last changed, as in model.File: a file with another time isn't the one that was checked.
    """

    source: str
    path: str
    size: int
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """A zip to be written: the bytes of data.jsonl, and the media in the order in which the lines name them.

    ``lines`` are the numbers of the samples' lines in the dataset's own data.jsonl.
    """

    kind: Kind
    role: Role
    samples: int
    annotations: bytes
    media: tuple[PackedFile, ...]
    lines: frozenset[int] = frozenset()

    @property
    def members(self) -> tuple[tuple[str, int], ...]:
        """The path and size of everything in the zip, in its order: data.jsonl, then the media."""
        first = (spec.limits().annotations_name, len(self.annotations))
        return (first, *((file.path, file.size) for file in self.media))

    @property
    def size(self) -> int:
        """The exact size of the zip in bytes."""
        return zip_size(self.members)

    @property
    def content_size(self) -> int:
        """The bytes of all files in it."""
        return sum(size for _, size in self.members)

    @property
    def renames(self) -> dict[str, str]:
        """Old → new path of each file whose path in the zip is another."""
        return {file.source: file.path for file in self.media if file.source != file.path}


def lay_out(samples: Sequence[Sample], kind: Kind, role: Role, files: Iterable[File] = ()) -> Layout:
    """The zip of ``samples``, as sets of this kind and role are written; ``files`` are the dataset's.

    It holds the fields of the record's schema and the files that they name, nothing else; naming.py names the files.
    Raises DatasetkitError if a line lacks a field, names a file that isn't there, or contains half a surrogate pair.
    """
    fields = spec.fields(kind, role)
    uses: dict[str, FirstUse] = {}
    for number, sample in enumerate(samples, 1):
        for field, medium in _media(sample, fields):
            part, end = _PARTS[field]
            uses.setdefault(medium.path, FirstUse(medium, number, part, end if kind is Kind.KF2V else ""))
    paths = {
        path: f"{uses[path].part}/{name}" if kind is Kind.KF2V else name
        for path, name in naming.names(tuple(uses.values())).items()
    }
    changed = {file.path: file.changed for file in files}
    packed = (PackedFile(path, paths[path], use.medium.size, changed.get(path, 0)) for path, use in uses.items())
    lines = frozenset(sample.line for sample in samples)
    data = b"".join(_line(sample, fields, paths) for sample in samples)
    return Layout(kind, role, len(samples), data, tuple(packed), lines)


def _media(sample: Sample, fields: Sequence[str]) -> Iterator[tuple[str, Present]]:
    """The fields that name files, in the order of the schema, with their media.

    Raises DatasetkitError for a line that can't be written, even if that finding is ignored.
    """
    references = {reference.where.field: reference for reference in sample.references}
    line = f"{sample.where.path}:{sample.where.line}"
    for field in fields:
        if field not in (references if field in _PARTS else sample.record):
            raise DatasetkitError(f"{line} has no {field}", f"Add it, or remove the line. {_NOT_IGNORED}")
        if field in references:
            medium = references[field].medium
            if isinstance(medium, Missing | Outside):
                raise DatasetkitError(
                    f"{line}: there is no file {references[field].written!r} ({field}) in the dataset",
                    f"Add the file, or remove the line. {_NOT_IGNORED}",
                )
            yield field, medium


def _line(sample: Sample, fields: Sequence[str], paths: Mapping[str, str]) -> bytes:
    named = {reference.where.field: paths.get(reference.medium.path) for reference in sample.references}
    record = {field: named.get(field, sample.record[field]) for field in fields if field in sample.record}
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).translate(_LINE_ENDS)
    try:
        return f"{text}\n".encode()
    except UnicodeEncodeError as error:
        raise DatasetkitError(
            f"{sample.where.path}:{sample.where.line}: a broken character (half a surrogate pair) can't be saved",
            "Replace it with the whole character.",
        ) from error
