"""A folder of raw clips as samples to be: what belongs together, and the path that each medium will have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from datasetkit import spec
from datasetkit.edits import GrabFrame, Which, plain_clip, plain_image
from datasetkit.errors import DatasetkitError
from datasetkit.intake.captions import Unpaired, decode
from datasetkit.intake.pairing import Pair, Pairing, pair, wants_text
from datasetkit.model import Kind
from datasetkit.repair.plan import Step
from datasetkit.scan.tree import Tree

_LONGEST = 64 << 20  # bytes; a larger table of captions is none


@dataclass(frozen=True, slots=True)
class Start:
    """A sample to be: what was paired, and a step for its clip and each of its frames."""

    pair: Pair
    clip: Step
    frames: tuple[Step, ...]


def read_raw(tree: Tree) -> Pairing:
    """Pair the files of a tree. Hidden files, and what macOS leaves beside files, have no part in it.

    Raises DatasetkitError where the tree holds no clip, or is a dataset already.
    """
    files = [file for file in tree.files if not _hidden(file.path)]
    if any(file.path == spec.limits().annotations_name for file in files):
        raise DatasetkitError(f"{tree.name} is a dataset already", f"See `datasetkit lint {tree.name}`.")
    texts: dict[str, str] = {}
    unread = []
    for file in files:
        if wants_text(file.path):
            read = _text(tree, file.path, file.size)
            if isinstance(read, Unpaired):
                unread.append(read)
            else:
                texts[file.path] = read
    found = pair((file.path for file in files), texts)
    if not found.pairs:
        raise DatasetkitError(f"there is no clip in {tree.name}", "Name the folder that holds the clips.")
    return Pairing(found.pairs, (*found.unpaired, *unread))


def plan_samples(pairs: Iterable[Pair], kind: Kind, suffix: str, *, convert: bool = True) -> list[Start]:
    """The samples of a set of this kind. A clip keeps its folder and stem, frames take its stem and their place.

    ``suffix`` (".jpg", ".png") is that of grabbed frames. Clips are to be what `plain_clip` says and given frames what
    `plain_image` does, under extensions that suit; without ``convert`` all of them keep their extension.
    """
    used: set[str] = set()
    return [_start(one, kind, suffix, used, convert=convert) for one in pairs]


def _hidden(path: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.split("/"))


def _text(tree: Tree, path: str, size: int) -> str | Unpaired:
    if size > _LONGEST:
        return Unpaired(path, f"has {size:,} bytes, which no file of captions has")
    try:
        with tree.open(path) as stream:
            text = decode(stream.read())
    except OSError as error:
        return Unpaired(path, f"can't be read: {error.strerror or error}")
    return Unpaired(path, "is neither UTF-8 nor UTF-16") if text is None else text


def _start(one: Pair, kind: Kind, suffix: str, used: set[str], *, convert: bool) -> Start:
    stem = _free(_storable(PurePosixPath(one.clip).with_suffix("").as_posix()), used)
    frames = [(Which.FIRST, one.first)]
    if kind is Kind.KF2V:
        frames.append((Which.LAST, one.last))
    ending, usual = PurePosixPath(one.clip).suffix, spec.limits().extensions["mp4"]
    clip = stem + (ending if ending.lower() in usual or not convert else usual[0])
    steps = (
        grabbed(clip, which, f"{stem}_{which}{suffix}")
        if given is None
        else _given(given, f"{stem}_{which}", suffix, convert=convert)
        for which, given in frames
    )
    return Start(one, Step(plain_clip(one.clip), clip), tuple(steps))


def _given(given: str, path: str, suffix: str, *, convert: bool) -> Step:
    """The step for a frame that was given, in the format that its name says or else in the one of ``suffix``."""
    own = PurePosixPath(given).suffix
    ending = own if own.lower() in _formats() else suffix
    return Step(plain_image(given, _formats()[ending.lower()]), path + (ending if convert else own))


def _formats() -> dict[str, str]:
    limits = spec.limits()
    return {ending: name for name in limits.image_formats for ending in limits.extensions[name]}


def grabbed(clip: str, which: Which, path: str) -> Step:
    """The step that takes a frame from a clip of the new dataset."""
    return Step(GrabFrame(path, clip, which), path)


def _storable(path: str) -> str:
    """The path without bytes that are no UTF-8, which no line of data.jsonl could name."""
    return path.encode("utf-8", "replace").decode().replace("?", "_")


def _free(stem: str, used: set[str]) -> str:
    """A stem that no other sample has: the names made of it must differ on file systems that fold case too."""
    number, name = 2, stem
    while not used.isdisjoint(_names(name)):
        number, name = number + 1, f"{stem}_{number}"
    used.update(_names(name))
    return name


def _names(stem: str) -> set[str]:
    return {f"{stem}{end}".lower() for end in ("", *(f"_{which}" for which in Which))}
