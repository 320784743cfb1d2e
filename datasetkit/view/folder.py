"""The folder that the page shows, as it is on disk: its clips with their facts, and the plain files that it edits."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from datasetkit import config, spec, windows
from datasetkit.config import Settings
from datasetkit.edits import Which
from datasetkit.errors import DatasetkitError
from datasetkit.footage import Depth
from datasetkit.intake.captions import CAPTIONS
from datasetkit.intake.pairing import ClipFiles, pair
from datasetkit.intake.raw import RawFiles, lost_clips, raw_files
from datasetkit.intake.rawclips import expected_in
from datasetkit.model import (
    BrokenLine,
    Dataset,
    Expected,
    File,
    Image,
    Medium,
    Missing,
    Outside,
    Present,
    Reference,
    Sample,
    Unreadable,
    Video,
    Where,
)
from datasetkit.pool.records import is_clip as is_clip_name
from datasetkit.scan.cuts import windows_from
from datasetkit.scan.datasets import open_tree, prefixes, scan
from datasetkit.scan.facts import FactStore
from datasetkit.scan.reading import Frames, Named, read_media
from datasetkit.scan.tree import Tree
from datasetkit.verdict import settings_for
from datasetkit.view.picking import PickTable, read_table
from datasetkit.windows import Window

FIELDS = {Which.FIRST: "first_frame_path", Which.LAST: "last_frame_path"}
_CLIP = "video_path"
_WANTED = "Give the folder of a dataset, or one that holds raw clips."
_SECRET = secrets.token_bytes(16)  # so that an id says nothing about a path


@dataclass(frozen=True, slots=True)
class ViewedClip:
    """A clip of the folder by its ``key``: a dataset's sample, or a raw clip made into one.

    ``expected`` is how its clip is read.
    """

    key: str
    sample: Sample
    expected: Expected = Expected.VIDEO

    @property
    def path(self) -> str:
        """The clip's path; of a sample without one that of its image."""
        named = (self.sample.medium(_CLIP), *(one.medium for one in self.sample.references))
        return next((medium.path for medium in named if medium), f"line {self.sample.line}")

    @property
    def video(self) -> Video | None:
        """The clip's facts; None where it can't be read."""
        medium = self.sample.medium(_CLIP)
        return medium if isinstance(medium, Video) else None


@dataclass(frozen=True, slots=True)
class ViewedFolder:
    """A folder as it was read: its clips in order, and the bytes of the ``files`` that the page edits.

    With ``picks`` it is a pool, of which only the clips in that table are shown, and nothing but the table is edited.
    ``rows`` are those of cuts.csv; ``found`` are the files of a raw folder.
    """

    tree: Tree
    dataset: Dataset
    settings: Settings
    clips: tuple[ViewedClip, ...]
    files: Mapping[str, bytes | None]
    raw: bool
    rows: tuple[Window, ...] = ()
    found: RawFiles | None = None
    picks: PickTable | None = None

    @property
    def root(self) -> Path:
        """Where the folder is."""
        return Path(self.tree.name)

    @property
    def home(self) -> Path:
        """Where the files are that the page edits."""
        return self.picks.folder if self.picks else self.root

    @property
    def named(self) -> Iterator[Named]:
        """Every medium that can be looked at, as what it was named; images first, as clips are compared with them."""
        found = [named for clip in self.clips for named in named_media(clip)]
        yield from dict.fromkeys(sorted(found, key=lambda named: named[1] is not Expected.IMAGE))

    @property
    def frames(self) -> dict[str, Frames]:
        """The images of each clip."""
        found: dict[str, Frames] = {}
        for clip in self.clips:
            first, last = (_paths(clip.sample.medium(field)) for field in FIELDS.values())
            before = found.get(clip.path, Frames())
            found[clip.path] = Frames((*before.first, *first), (*before.last, *last))
        return found

    def contents(self) -> dict[str, frozenset[File]]:
        """The files of each clip, by its key, as they were when the folder was listed."""
        files = {file.path: file for file in self.tree.files}
        return {
            clip.key: frozenset(files[path] for path, _ in named_media(clip) if path in files) for clip in self.clips
        }

    def seen(self, media: Mapping[Named, Present]) -> ViewedFolder:
        """The folder with what was found out about some of its media."""
        lines = tuple(line if isinstance(line, BrokenLine) else _seen(line, media) for line in self.dataset.lines)
        clips = tuple(replace(clip, sample=_seen(clip.sample, media, clip.expected)) for clip in self.clips)
        return replace(self, dataset=replace(self.dataset, lines=lines), clips=clips)


def is_clip(viewed: ViewedClip) -> bool:
    """Whether it is a clip that is there, be it readable or not; a validation set's samples have none."""
    return any(expected is not Expected.IMAGE for _, expected in named_media(viewed))


def named_media(clip: ViewedClip) -> Iterator[Named]:
    """The files of a clip that are there, each as what it was named."""
    for reference in clip.sample.references:
        if not isinstance(reference.medium, Missing | Outside):
            yield reference.medium.path, _expected(reference, clip.expected)


def changed_media(before: ViewedFolder, now: ViewedFolder) -> set[Named]:
    """The files of clips that aren't as they were. A clip is compared with its images, so all of its files count."""
    known, contents = before.contents(), now.contents()
    changed = (clip for clip in now.clips if known.get(clip.key) != contents[clip.key])
    return {named for clip in changed for named in named_media(clip)}


def read_folder(place: str, settings: Settings, store: FactStore) -> ViewedFolder:
    """Read a folder's names, plain files and the headers of its media.

    Raises DatasetkitError for a zip, a folder that holds several datasets or no clips, and files that can't be used.
    """
    if not Path(place).is_dir():
        raise DatasetkitError(f"{place} is not a folder", "Unpack a zip first.")
    tree = open_tree(place, frozenset({windows.NAME}), _WANTED)  # what cuts.csv drops is shown too
    found = prefixes(tree)
    if found and "" not in found:
        raise DatasetkitError(
            f"{place} holds the datasets {', '.join(found)}", f"Name one: {place.rstrip('/')}/{found[0]}"
        )
    settings, raw = settings_for(tree, settings), not found
    own = CAPTIONS if raw else spec.limits().annotations_name
    files = read_files(Path(place), (windows.NAME, own, config.NAME))
    cuts = files[windows.NAME]
    rows = () if cuts is None else windows_from(cuts, f"{place}/{windows.NAME}")
    if raw:
        paths = raw_files(tree)
        dataset, clips = _raw(tree, paths, store)
        return ViewedFolder(tree, dataset, settings, clips, files, raw, rows, paths)
    dataset, _ = next(scan(tree, alone=True, depth=Depth.HEADER, store=store))
    dataset = replace(dataset, depth=Depth.FULL)
    return ViewedFolder(tree, dataset, settings, tuple(_clips(dataset.samples)), files, raw, rows)


def read_pool(place: str, picks: Path, settings: Settings, store: FactStore) -> ViewedFolder:
    """Read the picks of a pool, and the headers of their clips. Raises DatasetkitError if they can't be shown."""
    table = read_table(picks)
    every = open_tree(place, frozenset({windows.NAME}), _WANTED).files
    others = {file.path for file in every if is_clip_name(file.path)} - table.rows.keys()
    tree = open_tree(place, frozenset({windows.NAME, *others}), _WANTED)
    dataset, clips = _raw(tree, raw_files(tree), store)
    ranks = {path: pick.rank for path, pick in table.rows.items()}
    picked = (clip for clip in clips if clip.path in ranks)
    ranked = tuple(sorted(picked, key=lambda clip: ranks[clip.path]))
    files = read_files(table.folder, (table.name,))
    return ViewedFolder(tree, dataset, settings_for(tree, settings), ranked, files, raw=True, picks=table)


def read_files(root: Path, names: Sequence[str]) -> dict[str, bytes | None]:
    """The bytes of the files, None for those that aren't there. Raises DatasetkitError if one can't be read."""
    found: dict[str, bytes | None] = {}
    for name in names:
        try:
            found[name] = (root / name).read_bytes()
        except FileNotFoundError:
            found[name] = None
        except OSError as error:
            reason = error.strerror or error
            raise DatasetkitError(f"can't read {root / name}: {reason}", "Check its permissions.") from error
    return found


def _clips(samples: Sequence[Sample]) -> Iterator[ViewedClip]:
    keys = _Keys()
    for sample in samples:
        made = ViewedClip("", sample)
        yield replace(made, key=keys.of(made.path))


def _raw(tree: Tree, paths: RawFiles, store: FactStore) -> tuple[Dataset, tuple[ViewedClip, ...]]:
    """A raw folder as the dataset that it may become: a sample for each clip, with the files that belong to it."""
    keys, paired = _Keys(), pair(paths.clips, paths.images, paths.texts).clips
    images = [(image, Expected.IMAGE) for one in paired for image in (one.first, one.last) if image]
    clips = {one.clip: expected_in(tree, one.clip) for one in paired}
    media = read_media(tree, [*images, *clips.items()], store=store)
    for path, reason in lost_clips(paths.unused).items():
        paired, clips[path] = (*paired, ClipFiles(path)), Expected.VIDEO
        media[path, Expected.VIDEO] = Unreadable(path, 0, Expected.VIDEO, reason)
    found = tuple(_raw_clip(keys.of(one.clip), one, clips[one.clip], media) for one in paired)
    lines = tuple(clip.sample for clip in found)
    return Dataset(tree.name, tree.source, tree.size, lines=lines, files=tuple(tree.files)), found


def _raw_clip(key: str, files: ClipFiles, expected: Expected, media: Mapping[Named, Medium]) -> ViewedClip:
    paths = {_CLIP: files.clip, FIELDS[Which.FIRST]: files.first, FIELDS[Which.LAST]: files.last}
    record = {field: path for field, path in paths.items() if path}
    references = tuple(
        Reference(Where(files.clip, field=field), path, media[path, expected if field == _CLIP else Expected.IMAGE])
        for field, path in record.items()
    )
    return ViewedClip(key, Sample(Where(files.clip), record, None, references), expected)


class _Keys:
    """Opaque keys for clips: the same for a path as long as the program runs, another where a path comes again."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, path: str) -> str:
        number = 0
        while (key := _key(path, number)) in self._given:
            number += 1
        self._given.add(key)
        return key


def _key(path: str, number: int) -> str:
    text = f"{path}\0{number}".encode("utf-8", "surrogateescape")
    return blake2b(text, digest_size=8, key=_SECRET).hexdigest()


def _expected(reference: Reference, clip: Expected) -> Expected:
    return clip if reference.where.field == _CLIP else Expected.IMAGE


def _paths(medium: object) -> tuple[str, ...]:
    return (medium.path,) if isinstance(medium, Image) else ()


def _seen(sample: Sample, media: Mapping[Named, Present], clip: Expected = Expected.VIDEO) -> Sample:
    references = tuple(
        replace(one, medium=media.get((one.medium.path, _expected(one, clip)), one.medium)) for one in sample.references
    )
    return replace(sample, references=references)


def inside(folder: ViewedFolder, path: str) -> Path | None:
    """Where a file of the folder really is.

    Links may lead anywhere. One that leads outside counts only if the scan found a clip or an image there, and the file
    is still the one that it found; else None.
    """
    root, place = (Path(os.path.realpath(one)) for one in (folder.root, folder.root / path))
    if not os.path.isfile(place):  # noqa: PTH113 - Path.is_file raises where a folder above may not be entered
        return None
    return place if place.is_relative_to(root) or _is_found(folder, path, place) else None


def _is_found(folder: ViewedFolder, path: str, place: Path) -> bool:
    references = (reference for clip in folder.clips for reference in clip.sample.references)
    found = any(isinstance(one.medium, Image | Video) and one.medium.path == path for one in references)
    status = place.stat()
    return found and File(path, status.st_size, status.st_mtime_ns) in folder.tree.files
