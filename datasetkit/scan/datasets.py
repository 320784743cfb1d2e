"""The datasets of a tree: each data.jsonl with its samples, and the media that they name."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.model import BrokenLine, Dataset, Expected, Medium, Missing, Outside, Prompt, Reference, Sample, Where
from datasetkit.scan.annotations import Record, parse
from datasetkit.scan.archive import zip_tree
from datasetkit.scan.folder import folder_tree
from datasetkit.scan.near import Names
from datasetkit.scan.reading import Named, Track, plainly, read_media
from datasetkit.scan.tree import Tree

_MEDIA = {"first_frame_path": Expected.IMAGE, "last_frame_path": Expected.IMAGE, "video_path": Expected.VIDEO}
_JUNK = "__MACOSX/"
_WANTED = "Give a dataset's folder or its zip."


def open_tree(path: str, hidden: frozenset[str] = frozenset()) -> Tree:
    """The files of a folder without ``hidden``, of a zip, or of a folder inside a zip (`sets.zip/train`).

    The caller closes it. Raises DatasetkitError where the path names none of them.
    """
    place = Path(path)
    try:
        mode = place.stat().st_mode if path else 0  # Path("") is the working folder: a variable left unset
    except (FileNotFoundError, NotADirectoryError):
        mode = 0
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise DatasetkitError(f"can't read {path}: {reason}", _WANTED) from error
    if stat.S_ISDIR(mode):
        return folder_tree(place, path, hidden)
    if stat.S_ISREG(mode) and place.name == spec.limits().annotations_name:
        return folder_tree(place.parent, str(place.parent), hidden)
    if stat.S_ISREG(mode):
        return zip_tree(place, path)
    archive = next((parent for parent in place.parents if parent.is_file()), None)
    if archive:
        return _inside(archive, place.relative_to(archive).as_posix())
    raise DatasetkitError(f"there is no folder or zip called {path or repr(path)}", _WANTED)


def _inside(archive: Path, folder: str) -> Tree:
    """A folder of a zip; the whole zip where it can't be read, so that this is reported."""
    tree = zip_tree(archive, str(archive))
    if not tree.files:
        return tree
    if not any(file.path.startswith(f"{folder}/") for file in tree.files):
        tree.close()
        raise DatasetkitError(f"{archive} has no folder {folder}", "`datasetkit lint` on the zip lists its datasets.")
    return tree.below(f"{folder}/")


def scan(tree: Tree, track: Track = plainly, *, alone: bool = False) -> Iterator[tuple[Dataset, Tree]]:
    """Every dataset of a tree, each with the tree of its own files, in the order of their folders.

    A tree without a data.jsonl is one dataset that lacks it. ``alone`` leaves out the datasets in folders below the
    root. ``track`` receives the media as they are read, and their number, and passes them on.
    """
    found = prefixes(tree)
    for prefix in [""] if alone else found or [""]:
        own = tree.below(prefix)
        inner = [other.removeprefix(prefix) for other in found if other != prefix and other.startswith(prefix)]
        wrapper = own.prefix or (prefix if len(found) == 1 else "")
        yield _dataset(own, inner, wrapper, track), own


def prefixes(tree: Tree) -> list[str]:
    """The folders of a tree that hold a data.jsonl: "" for the root, else ending with a slash."""
    name = spec.limits().annotations_name
    return [
        file.path.removesuffix(name)
        for file in tree.files
        if PurePosixPath(file.path).name == name and not file.path.startswith(_JUNK)
    ]


def _dataset(tree: Tree, inner: Sequence[str], prefix: str, track: Track) -> Dataset:
    files = tuple(file for file in tree.files if not file.path.startswith(tuple(inner)))
    empty = Dataset(tree.name, tree.source, tree.size, files=files, hazards=tuple(tree.hazards), prefix=prefix)
    name = spec.limits().annotations_name
    if not any(file.path == name for file in files):
        return replace(empty, near=tuple(_like_annotations(tree)))
    annotations, parsed = parse(read_annotations(tree), name)
    media = read_media(tree, _wanted(parsed, {file.path for file in files}), track)
    names = Names(file.path for file in files)
    lines = tuple(_line(line, name, media, names) for line in parsed)
    return replace(empty, annotations=annotations, lines=lines)


def read_annotations(tree: Tree) -> bytes:
    """The bytes of the data.jsonl at a tree's root. Raises DatasetkitError where it can't be read or is far too big."""
    name = spec.limits().annotations_name
    cap = spec.limits().annotations_read_bytes
    try:
        with tree.open(name) as file:
            data = file.read(cap + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DatasetkitError(f"can't read {tree.name}/{name}: {reason}", "Check its permissions.") from error
    if len(data) > cap:
        raise DatasetkitError(f"{tree.name}/{name} is over {cap:,} bytes", "No list of samples is that long.")
    return data


def _like_annotations(tree: Tree) -> Iterator[str]:
    """Files at the root that may be meant as data.jsonl."""
    for file in tree.files:
        path = PurePosixPath(file.path)
        if len(path.parts) == 1 and (path.suffix.lower() == ".jsonl" or path.name.lower() in ("data.json", "data.txt")):
            yield file.path


def _wanted(parsed: Sequence[Record | BrokenLine], files: set[str]) -> list[Named]:
    """The files that the lines name, in their order, with what each is named as."""
    wanted: dict[Named, None] = {}
    for record in parsed:
        for _, text, expected in _named(record):
            path = resolve(text)
            if path in files:
                wanted[path, expected] = None
    return list(wanted)


def _named(record: Record | BrokenLine) -> Iterator[tuple[str, str, Expected]]:
    if isinstance(record, Record):
        for field, expected in _MEDIA.items():
            text = record.values.get(field)
            if isinstance(text, str) and text.strip():
                yield field, text, expected


def resolve(text: str) -> str | None:
    """The path relative to the dataset's root, or None where ``text`` is absolute, a URL, or leaves the root."""
    slashed = text.replace("\\", "/")
    if slashed.startswith("/") or (slashed[1:2] == ":" and slashed[:1].isalpha()) or "://" in text or "\0" in text:
        return None
    parts: list[str] = []
    for part in slashed.split("/"):
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _line(line: Record | BrokenLine, name: str, media: dict[Named, Medium], names: Names) -> Sample | BrokenLine:
    if isinstance(line, BrokenLine):
        return line
    prompt = line.values.get("prompt")
    return Sample(
        where=Where(name, line.line),
        record=line.values,
        prompt=Prompt(Where(name, line.line, "prompt"), prompt) if isinstance(prompt, str) else None,
        references=tuple(
            Reference(Where(name, line.line, field), text, _medium(text, expected, media, names))
            for field, text, expected in _named(line)
        ),
        repeated=line.repeated,
    )


def _medium(text: str, expected: Expected, media: dict[Named, Medium], names: Names) -> Medium:
    path, suffixes = resolve(text), spec.limits().suffixes(expected)
    if path is None:
        return Outside(text, expected, names.at_end_of(text, suffixes))
    return media.get((path, expected)) or Missing(path, expected, names.near(path, suffixes))
