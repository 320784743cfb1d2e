"""The datasets of a tree: each data.jsonl with its samples and the media they name."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from posixpath import basename, normpath

from datasetkit import spec
from datasetkit.caption import journal
from datasetkit.errors import DatasetkitError
from datasetkit.footage import Depth
from datasetkit.leftout import DroppedSample
from datasetkit.model import (
    BrokenLine,
    Dataset,
    Expected,
    Medium,
    Missing,
    Outside,
    Progress,
    Prompt,
    Reference,
    Sample,
)
from datasetkit.scan.annotations import parse
from datasetkit.scan.archive import WANTED, zip_tree
from datasetkit.scan.cuts import dropped_clips, own_windows
from datasetkit.scan.facts import FactStore
from datasetkit.scan.folder import folder_tree
from datasetkit.scan.near import Names
from datasetkit.scan.reading import Frames, Named, read_media
from datasetkit.scan.stopwatch import Stopwatch
from datasetkit.scan.tree import Tree

_FRAMES = ("first_frame_path", "last_frame_path")
_MEDIA = {**dict.fromkeys(_FRAMES, Expected.IMAGE), "video_path": Expected.VIDEO}


def open_tree(path: str, hidden: frozenset[str] = frozenset(), wanted: str = WANTED) -> Tree:
    """The files of a folder without ``hidden``, of a zip, or of a folder inside a zip (`sets.zip/train`).

    The caller closes it. Raises DatasetkitError if the path names none of them; ``wanted`` says what to give.
    """
    place = Path(path)
    try:
        mode = place.stat().st_mode if path else 0  # Path("") is the working folder: a variable left unset
    except (FileNotFoundError, NotADirectoryError):
        mode = 0
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise DatasetkitError(f"can't read {path}: {reason}", wanted) from error
    if stat.S_ISDIR(mode):
        return folder_tree(place, path, hidden)
    if stat.S_ISREG(mode) and place.name == spec.limits().annotations_name:
        return folder_tree(place.parent, str(place.parent), hidden)
    if stat.S_ISREG(mode):
        return zip_tree(place, path, wanted)
    archive = next((parent for parent in place.parents if parent.is_file()), None)
    if not archive:
        raise DatasetkitError(f"there is no folder or zip called {path}" if path else "the path is empty", wanted)
    tree, folder = zip_tree(archive, str(archive)), place.relative_to(archive).as_posix()
    if tree.files and not tree.below(f"{folder}/").files:
        tree.close()
        raise DatasetkitError(
            f"there is no folder {folder} in {archive}", f"To list its datasets: datasetkit lint {archive}"
        )
    return tree.below(f"{folder}/")


def scan(
    tree: Tree,
    progress: Progress | None = None,
    *,
    alone: bool = False,
    depth: Depth | None = Depth.HEADER,
    pictures: bool = False,
    store: FactStore | None = None,
    stopwatch: Stopwatch | None = None,
    own_cuts: bool = True,
) -> Iterator[tuple[Dataset, Tree]]:
    """Every dataset of a tree, each with the tree of its own files, in the order of their folders.

    A tree without a data.jsonl is one dataset that lacks it. ``alone`` leaves out the datasets in folders below the
    root. Clips are read to ``depth``; None decodes all frames of a set of up to `Limits.full_depth_clips` clips, and
    of a larger one the first and last frames. ``pictures``: media get pictures for people. ``progress`` is called as
    media are read. ``store`` knows the facts of media that were read before; ``stopwatch`` measures where the time
    goes. Without ``own_cuts`` a dataset's cuts.csv leaves nothing out.
    """
    found = prefixes(tree)
    reading = partial(read_media, pictures=pictures, progress=progress, store=store, stopwatch=stopwatch)
    for prefix in [""] if alone else found or [""]:
        own = tree.below(prefix)
        inner = [other.removeprefix(prefix) for other in found if other != prefix and other.startswith(prefix)]
        wrapper = own.prefix or (prefix if len(found) == 1 else "")
        yield _dataset(own, inner, wrapper, depth, reading, own_cuts=own_cuts), own


def prefixes(tree: Tree) -> list[str]:
    """The folders of a tree that hold a data.jsonl: "" for the root, else ending with a slash."""
    name = spec.limits().annotations_name
    own = (file.path for file in tree.files if not file.path.startswith("__MACOSX/"))
    return [path.removesuffix(name) for path in own if basename(path) == name]


def _dataset(
    tree: Tree,
    inner: Sequence[str],
    prefix: str,
    depth: Depth | None,
    reading: Callable[..., dict[Named, Medium]],
    *,
    own_cuts: bool,
) -> Dataset:
    files = tuple(file for file in tree.files if not file.path.startswith(tuple(inner)))
    empty = Dataset(tree.name, tree.source, tree.size, files=files, hazards=tuple(tree.hazards), prefix=prefix)
    name, paths = spec.limits().annotations_name, dict.fromkeys(file.path for file in files)
    if name not in paths:
        return replace(empty, near=tuple(filter(_like_annotations, paths)))
    annotations, parsed = parse(read_annotations(tree), name)
    lines, dropped = without_dropped(parsed, tree) if own_cuts else (parsed, ())
    named = ((resolve(text), expected) for line in lines for _, text, expected in _named(line))
    wanted = dict.fromkeys((path, expected) for path, expected in named if path in paths)
    clips = sum(expected is Expected.VIDEO for _, expected in wanted)
    fitting = Depth.FULL if clips <= spec.limits().full_depth_clips else Depth.FRAMES
    depth = fitting if depth is None else depth
    media, names = reading(tree, list(wanted), _frames_of_clips(lines), depth), Names(paths)
    resolved = tuple(_resolved(line, media, names) for line in lines)
    unreviewed = read_captions_journal(tree).unreviewed if journal.NAME in paths else {}
    found = replace(empty, annotations=annotations, lines=resolved, depth=depth, unreviewed=unreviewed)
    return replace(found, dropped=dropped)


def without_dropped(
    lines: Sequence[Sample | BrokenLine], tree: Tree
) -> tuple[list[Sample | BrokenLine], tuple[DroppedSample, ...]]:
    """The lines that the cuts.csv at the tree's root doesn't leave out, and the samples that it does.

    Raises DatasetkitError for a file that can't be used.
    """
    dropped = tuple(_dropped(lines, dropped_clips(own_windows(tree))))
    left_out = {one.line for one in dropped}
    return [line for line in lines if line.where.line not in left_out], dropped


def _dropped(lines: Iterable[Sample | BrokenLine], clips: Mapping[str, str]) -> Iterator[DroppedSample]:
    """The samples whose clip is one of ``clips``, which say why it is dropped."""
    for line in (one for one in lines if isinstance(one, Sample)):
        media = {field: path for field, text, _ in _named(line) if (path := resolve(text)) is not None}
        clip = media.get("video_path", "")
        if clip in clips:
            yield DroppedSample(line.line, clip, tuple(media.values()), clips[clip])


def _frames_of_clips(lines: Sequence[Sample | BrokenLine]) -> dict[str, Frames]:
    """The images that the lines name with each clip."""
    found: dict[str, Frames] = {}
    for line in lines:
        paths = {field: path for field, text, _ in _named(line) if (path := resolve(text)) is not None}
        if clip := paths.get("video_path"):
            before = found.get(clip, Frames())
            first, last = ((path,) if (path := paths.get(field)) else () for field in _FRAMES)
            found[clip] = Frames((*before.first, *first), (*before.last, *last))
    return found


def read_annotations(tree: Tree) -> bytes:
    """The bytes of the data.jsonl at a tree's root. Raises DatasetkitError if it can't be read or is far too big."""
    name, cap = spec.limits().annotations_name, spec.limits().annotations_read_bytes
    try:
        with tree.open(name) as file:
            data = file.read(cap + 1)
            size = file.seek(0, 2) if len(data) > cap else len(data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DatasetkitError(f"can't read {tree.name}/{name}: {reason}", "Check its permissions.") from error
    if len(data) > cap:
        raise DatasetkitError(
            f"{tree.name}/{name} is {size / 1e6:,.0f} MB; the limit is {cap / 1e6:,.0f} MB",
            "Check that this is the right file.",
        )
    return data


def read_captions_journal(tree: Tree) -> journal.CaptionJournal:
    """The captions journal at a tree's root. Raises DatasetkitError if it can't be read."""
    try:
        with tree.open(journal.NAME) as file:
            return journal.read_journal(file.read())
    except OSError as error:
        reason = error.strerror or str(error)
        raise DatasetkitError(f"can't read {tree.name}/{journal.NAME}: {reason}", "Check its permissions.") from error


def _like_annotations(path: str) -> bool:
    """Whether a file may be meant as data.jsonl."""
    return "/" not in path and path.lower().endswith((".jsonl", "data.json", "data.txt"))


def _named(line: Sample | BrokenLine) -> Iterator[tuple[str, str, Expected]]:
    """The fields of a line that name files, each with its text and what it should name."""
    if isinstance(line, Sample):
        for field, expected in _MEDIA.items():
            text = line.record.get(field)
            if isinstance(text, str) and text.strip():
                yield field, text, expected


def resolve(text: str) -> str | None:
    """The path relative to the dataset's root, or None if ``text`` is absolute, a URL, or leaves the root."""
    slashed = text.replace("\\", "/")
    drive = slashed[1:2] == ":" and slashed[:1].isalpha()
    path = normpath(slashed)
    if drive or path.startswith("/") or path.split("/")[0] == ".." or "://" in text or "\0" in text:
        return None
    return "" if path == "." else path


def _resolved(line: Sample | BrokenLine, media: Mapping[Named, Medium], names: Names) -> Sample | BrokenLine:
    """The line with the media that it names."""
    if isinstance(line, BrokenLine):
        return line
    prompt = line.record.get("prompt")
    own = Prompt(replace(line.where, field="prompt"), prompt) if isinstance(prompt, str) else None
    references = (
        Reference(replace(line.where, field=field), text, _medium(text, expected, media, names))
        for field, text, expected in _named(line)
    )
    return replace(line, prompt=own, references=tuple(references))


def _medium(text: str, expected: Expected, media: Mapping[Named, Medium], names: Names) -> Medium:
    path = resolve(text)
    if path is not None and (path, expected) in media:
        return media[path, expected]
    suffixes = spec.limits().suffixes(expected)
    if path is None:
        return Outside(text, expected, names.at_end_of(text, suffixes))
    return Missing(path, expected, names.near(path, suffixes))
