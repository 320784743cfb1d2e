"""A folder of raw clips as samples to make: what belongs together, and the path that each medium will have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from datasetkit import spec
from datasetkit.edits import GrabFrame, Which, plain_clip, plain_image
from datasetkit.errors import DatasetkitError
from datasetkit.intake.captions import SIDECARS, Unused, decode, is_table
from datasetkit.intake.cutting import by_window
from datasetkit.intake.pairing import ClipFiles, Pairing, pair
from datasetkit.media.content import HEAD, UNKNOWN, ContentKind, sniff
from datasetkit.model import Expected, File, Kind
from datasetkit.repair.plan import Step
from datasetkit.rules.archive import FETCH
from datasetkit.rules.wording import count
from datasetkit.scan.tree import Tree
from datasetkit.windows import NAME, Window

PICKS = "picks.csv"  # what `select` wrote about its choice

# fmt: off
# Formats without a signature are recognised by extension; whether they can be read shows later.
CLIP_SUFFIXES = (
    ".mp4", ".mov", ".m4v", ".qt", ".f4v", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".m2v", ".ts", ".mts", ".m2ts",
    ".m2t", ".vob", ".wmv", ".asf", ".flv", ".ogv", ".3gp", ".3g2", ".mxf", ".h264", ".264", ".h265", ".265", ".hevc",
    ".ivf", ".obu", ".dv", ".rm", ".rmvb", ".nut", ".swf",
)
_NAMED = dict.fromkeys(CLIP_SUFFIXES, Expected.VIDEO) | dict.fromkeys((
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2",
), Expected.IMAGE)
# fmt: on


@dataclass(frozen=True, slots=True)
class NewSample:
    """A sample to make: the raw files it comes from, and a step for its clip and for each of its frames."""

    files: ClipFiles
    clip: Step
    frames: tuple[Step, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps for all its media."""
        return (self.clip, *self.frames)


@dataclass(frozen=True, slots=True)
class RawFiles:
    """The paths of a raw folder's clips and images, the content of its ``texts``, and what is none of these."""

    clips: tuple[str, ...]
    images: tuple[str, ...]
    texts: Mapping[str, str]
    unused: tuple[Unused, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """The content of a file that may hold captions."""

    text: str


def read_raw(tree: Tree, windows: Sequence[Window] = ()) -> Pairing:
    """Pair the files of a tree; every file is part of a pair or listed as unused.

    A clip that ``windows`` mention is there once for each window that is kept. Raises DatasetkitError if no clip is
    left, or the tree is a dataset already.
    """
    found = raw_files(tree)
    pairing = by_window(pair(found.clips, found.images, found.texts, windows))
    if not pairing.clips:
        raise DatasetkitError(f"{NAME} keeps no clip of {tree.name}", "Write keep=yes for those that you want.")
    return replace(pairing, unused=(*pairing.unused, *found.unused))


def raw_files(tree: Tree) -> RawFiles:
    """What the files of a tree are. Raises DatasetkitError if it holds no clips, or is a dataset already."""
    if any(file.path == spec.limits().annotations_name for file in tree.files):
        message = f"{tree.name} has a {spec.limits().annotations_name}, so it is a dataset already"
        raise DatasetkitError(message, f"Check it with `datasetkit lint {tree.name}`.")
    found = {file.path: _recognise(tree, file) for file in tree.files}
    unused = [one for one in found.values() if isinstance(one, Unused)]
    clips = [path for path, one in found.items() if one is Expected.VIDEO]
    images = [path for path, one in found.items() if one is Expected.IMAGE]
    if not clips:
        seen = f"; {unused[0].path}: {unused[0].reason}" if unused else ""
        seen = f" ({count(len(images), 'image')})" if images else seen
        raise DatasetkitError(f"{tree.name} contains no clips{seen}", "Give the folder that holds your clips.")
    texts = {path: one.text for path, one in found.items() if isinstance(one, _Text)}
    hazards = (Unused(hazard.path, hazard.reason) for hazard in tree.hazards)
    return RawFiles(tuple(clips), tuple(images), texts, (*unused, *hazards))


def is_named_like_a_clip(path: str) -> bool:
    """Whether a path ends as those of clips do."""
    return PurePosixPath(path).suffix.lower() in CLIP_SUFFIXES


def lost_clips(unused: Iterable[Unused]) -> dict[str, str]:
    """The files that should be clips, but hold none or can't be opened, with the reasons; hidden ones aside."""
    return {one.path: one.reason for one in unused if is_named_like_a_clip(one.path) and not is_hidden(one.path)}


def plan_samples(clips: Iterable[ClipFiles], kind: Kind, suffix: str, *, convert: bool = True) -> list[NewSample]:
    """The samples of a set of this kind. A clip keeps its folder and stem; its frames are named after it.

    A window is cut out of its clip, and the sample has the window's name.
    ``suffix`` (".jpg", ".png") is that of frames taken from clips. Clips and given frames become what `plain_clip`
    and `plain_image` say, with a matching extension; without ``convert`` they keep their extension.
    """
    clips = list(clips)
    taken = {name for files in clips if files.window for name in _names(files.window.name)}
    return [_sample(files, kind, suffix, taken, convert=convert) for files in clips]


def _recognise(tree: Tree, file: File) -> Expected | _Text | Unused:
    """What a file is: by its content, or by its name if the content has no signature."""
    path, suffix = file.path, PurePosixPath(file.path).suffix.lower()
    if PurePosixPath(path).name.startswith(NAME):
        return Unused(path, "not read; name it with --cuts")
    if is_hidden(path):
        return Unused(path, "a hidden file")
    if path == PICKS:
        return Unused(path, "the list of picks that `select` wrote")
    try:
        with tree.open(path) as stream:
            content = sniff(stream.read(HEAD), file.size)
            stream.seek(0)
            medium = content.medium or (_NAMED.get(suffix) if content is UNKNOWN else None)
            if medium is None and (is_table(path) or suffix in SIDECARS) and content.kind is not ContentKind.POINTER:
                return _text(path, stream.read(spec.limits().annotations_read_bytes + 1))
    except OSError as error:
        return Unused(path, f"can't be opened: {error.strerror or error}")
    if content.kind is ContentKind.POINTER:
        return Unused(path, f"{content.phrase}, not the file itself; run `{FETCH[content.name]}`")
    phrase = "a file of an unknown format" if content is UNKNOWN else content.phrase
    if phrase == "plain text" and suffix not in _NAMED:
        return Unused(path, "plain text; captions must be .txt, .caption, .json or .csv files")
    return medium or Unused(path, f"{phrase}, not a clip, image or caption")


def is_hidden(path: str) -> bool:
    """Whether a file, or a folder above it, is one that people don't see or didn't make."""
    return any(part.startswith((".", "__MACOSX")) for part in path.split("/"))


def _text(path: str, data: bytes) -> _Text | Unused:
    if len(data) > spec.limits().annotations_read_bytes:
        return Unused(path, "too large for captions")
    text = decode(data)
    return Unused(path, "neither UTF-8 nor UTF-16; save it as UTF-8") if text is None else _Text(text)


def _sample(files: ClipFiles, kind: Kind, suffix: str, taken: set[str], *, convert: bool) -> NewSample:
    path, window, usual = PurePosixPath(files.clip), files.window, spec.limits().extensions["mp4"]
    stem = window.name if window else _free(_storable(path.with_suffix("").as_posix()), taken)
    clip = stem + (path.suffix if path.suffix.lower() in usual or not convert else usual[0])
    edit = plain_clip(files.clip, sdr=True)
    if window:
        edit = replace(edit, start=window.start, seconds=window.seconds, exact=True)
    images = {Which.FIRST: files.first} | ({Which.LAST: files.last} if kind is Kind.KF2V else {})
    frames = (
        _given(image, f"{stem}_{which}", suffix, convert=convert)
        if image
        else Step(GrabFrame(f"{stem}_{which}{suffix}", files.clip, which), f"{stem}_{which}{suffix}", edit)
        for which, image in images.items()
    )
    return NewSample(files, Step(edit, clip), tuple(frames))


def _given(image: str, path: str, suffix: str, *, convert: bool) -> Step:
    """The step for a given frame, in the format of its own extension or else in that of ``suffix``."""
    limits = spec.limits()
    formats = {ending: name for name in limits.image_formats for ending in limits.extensions[name]}
    own = PurePosixPath(image).suffix
    ending = own if own.lower() in formats else suffix
    return Step(plain_image(image, formats[ending.lower()]), path + (ending if convert else own))


def _storable(path: str) -> str:
    """The path without what no line of data.jsonl can name: bytes that aren't UTF-8, backslashes, a drive's colon."""
    return re.sub(r"[?\\]|(?<=^[A-Za-z]):", "_", path.encode("utf-8", "replace").decode())


def _free(stem: str, taken: set[str]) -> str:
    """A stem that no other sample has, also on file systems that ignore case."""
    number, name = 2, stem
    while not taken.isdisjoint(_names(name)):
        number, name = number + 1, f"{stem}_{number}"
    taken.update(_names(name))
    return name


def _names(stem: str) -> set[str]:
    return {f"{stem}{end}".lower() for end in ("", *(f"_{which}" for which in Which))}
