"""Which frames and which caption belong to a clip, by names alone. Pure.

Ambiguous files are listed, not paired: a caption on the wrong clip teaches the wrong thing, while a missing one is
noticed.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from datasetkit.edits import Which
from datasetkit.intake.captions import CAPTIONS, Row, Unused, is_table, rows, sidecar
from datasetkit.windows import Window

_FOLDERS = re.compile(
    r"(first|last|start|end)?_?(images?|imgs?|videos?|clips?|frames?|captions?|prompts?|texts?|labels?)|first|start|last|end"
)
_LAST_FOLDER = re.compile(r"(last|end)(_?(images?|frames?))?")
_TAIL = re.compile(r"[ _.-]?(first|start|last|end)(?:[ _-]?(?:frame|image))?$")
_HEAD = re.compile(r"^(first|start|last|end)?[ _-]?(?:frame|image|img|video|clip|caption|prompt)?[ _-]+(?=.)")
_LEVELS = range(
    4
)  # how alike two names are: 0 is the same folder and stem, 3 only the same core ("image_1_last" is "1")
_SHOWN = 3  # paths in one message
_CAPTION = "caption"
_WINDOW = ".\0"  # the extension of windows among clips: no path has it


@dataclass(frozen=True, slots=True)
class ClipFiles:
    """A clip, or the window of it that becomes a sample, with its frames and its caption, "" if it shall have none."""

    clip: str
    first: str | None = None
    last: str | None = None
    caption: str | None = None
    window: Window | None = None

    @property
    def origin(self) -> str:
        """Where the sample comes from, for people: its clip, and the name of its window."""
        return f"{self.clip}, {self.window.name}" if self.window else self.clip

    def without(self, images: Container[str]) -> ClipFiles:
        """The clip without those of its frames that are among ``images``."""
        first, last = (None if image in images else image for image in (self.first, self.last))
        return replace(self, first=first, last=last)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Every clip, sorted by path, with its files, plus the files that belong to no clip.

    ``windows`` has every window, each with the files that are named after it and not after its clip.
    """

    clips: tuple[ClipFiles, ...]
    unused: tuple[Unused, ...]
    windows: tuple[tuple[Window, ClipFiles], ...] = ()


@dataclass(frozen=True, slots=True)
class _Claim:
    """A frame or caption (``slot``) for a clip. The lower the level, the more alike the names are."""

    clip: str
    slot: str
    level: int
    value: str
    origin: str


class _Clips:
    """Clips and windows by their names, at each level of likeness."""

    def __init__(self, clips: Collection[str], windows: Mapping[str, Window]) -> None:
        self._windows = windows
        self._levels: list[dict[tuple[str, str], list[str]]] = [defaultdict(list) for _ in _LEVELS]
        for level in _LEVELS:
            for clip in (*clips, *windows):
                self._levels[level][_key(clip, level, is_clip=True)].append(clip)

    def claim(self, path: str, value: str, slot: str | None = None) -> _Claim | Unused:
        """The clip that ``path`` is named after. Without ``slot`` it is an image, whose name may say which frame."""
        for level in _LEVELS:
            found = self._without_own(self._levels[level].get(_key(path, level, is_clip=False), []))
            if len(found) > 1:
                return Unused(path, f"could belong to {_listed(found)}")
            if found:
                return _Claim(found[0], slot or (str(_which(path)) if level else Which.FIRST), level, value, path)
        return Unused(path, "no clip has this name")

    def _without_own(self, found: Sequence[str]) -> Sequence[str]:
        """What is named after a clip belongs to all its windows, also if one of them has the clip's name."""
        return [one for one in found if one not in self._windows or self._windows[one].clip not in found]


class _Paths:
    """The files below a table's folder ("" or ending in a slash), by the ways in which the table may name them."""

    def __init__(self, paths: Sequence[str], folder: str) -> None:
        self._exact: dict[str, list[str]] = defaultdict(list)
        self._ends: dict[str, list[str]] = defaultdict(list)
        self._stems: dict[str, list[str]] = defaultdict(list)
        for path in paths[bisect_left(paths, folder) :]:  # sorted
            if not path.startswith(folder):
                break
            self._exact[_plain(path.removeprefix(folder))].append(path)
            parts = _plain(path).split("/")
            for start in range(len(parts)):
                self._ends["/".join(parts[start:])].append(path)
            self._stems[PurePosixPath(parts[-1]).stem].append(path)

    def find(self, written: str) -> Sequence[str]:
        """The files that a table may mean: one if it is clear.

        They are looked up from the table's folder, then by the longest end of their path: DiffSynth-Studio leaves out
        ``train/``, and absolute paths come from another machine.
        """
        name = _plain(written.replace("\\", "/").removeprefix("./"))
        parts = name.strip("/").split("/")
        ends = (self._ends.get("/".join(parts[start:])) for start in range(len(parts)))
        return next(filter(None, (self._exact.get(name), *ends, self._stems.get(parts[-1]))), [])


def pair(
    clips: Collection[str], images: Collection[str], texts: Mapping[str, str], windows: Sequence[Window] = ()
) -> Pairing:
    """Pair clips, and windows of clips, with frames and captions.

    Paths are relative to one folder, with ``/`` between their parts; ``texts`` holds the content of text files.
    """
    clips, images = sorted(clips), sorted(images)
    own = {f"{window.name}{_WINDOW}": window for window in windows}
    names = _Clips(clips, own)
    tables = {path: text for path, text in texts.items() if is_table(path)}
    sidecars = ((path, text) for path, text in texts.items() if path not in tables)
    found: list[_Claim | Unused] = [names.claim(path, path) for path in images]
    found += [_sidecar(path, text, names) for path, text in sidecars]
    found += [claim for path, text in tables.items() for claim in _table(path, text, clips, images, own)]
    rivals: dict[tuple[str, str], list[_Claim]] = defaultdict(list)
    for claim in found:
        if isinstance(claim, _Claim):
            rivals[claim.clip, claim.slot].append(claim)
    values: dict[str, dict[str, str]] = {clip: {} for clip in (*clips, *own)}
    unused = [one for one in found if isinstance(one, Unused)]
    for (clip, slot), claims in rivals.items():
        chosen, lost = _settle(claims)
        unused += lost
        if chosen:
            values[clip][slot] = chosen.value
    paired = tuple(_files(clip, values[clip]) for clip in clips)
    cut = tuple((window, _files(window.clip, values[name], window)) for name, window in own.items())
    both = (*paired, *(files for _, files in cut))
    frames = {frame for one in both for frame in (one.first, one.last)}  # a table may name any image
    unused = [one for one in unused if one.path not in frames]
    return Pairing(paired, tuple(sorted(unused, key=lambda one: one.path)), cut)


def clips_named(written: Iterable[str], clips: Collection[str]) -> dict[str, str]:
    """The clip that each of these names means in a table of the folder, without those that mean none or several."""
    paths = _Paths(sorted(clips), "")
    found = {name: paths.find(name) for name in written}
    return {name: clips[0] for name, clips in found.items() if len(clips) == 1}


def _files(clip: str, slots: Mapping[str, str], window: Window | None = None) -> ClipFiles:
    return ClipFiles(clip, slots.get(Which.FIRST), slots.get(Which.LAST), slots.get(_CAPTION), window)


def _sidecar(path: str, text: str, names: _Clips) -> _Claim | Unused:
    caption = sidecar(path, text)
    claim = names.claim(path, "" if isinstance(caption, Unused) else caption, _CAPTION)
    return caption if isinstance(caption, Unused) and isinstance(claim, _Claim) else claim


def _table(
    path: str, text: str, clips: Sequence[str], images: Sequence[str], windows: Collection[str]
) -> Iterator[_Claim | Unused]:
    folder = path[: path.rfind("/") + 1]
    clips_below, images_below = _Paths(clips, folder), _Paths(images, folder)
    named = {_plain(name.removesuffix(_WINDOW)): name for name in windows}
    for row in [*rows(path, text)] or [Unused(path, "has no rows")]:
        yield from [row] if isinstance(row, Unused) else _row(row, clips_below, images_below, named)


def _row(row: Row, clips: _Paths, images: _Paths, windows: Mapping[str, str]) -> Iterator[_Claim | Unused]:
    window = windows.get(_plain(row.clip))
    found = [window] if window else clips.find(row.clip)
    if len(found) != 1:
        yield _unclear(row, row.clip, found)
        return
    level = -1 if row.origin.startswith(f"{CAPTIONS}:") else 0
    yield _Claim(found[0], _CAPTION, level, row.text, row.origin)
    for slot, written in ((Which.FIRST, row.first), (Which.LAST, row.last)):
        frames = images.find(written) if written else ()
        if len(frames) == 1:
            yield _Claim(found[0], slot, -1, frames[0], row.origin)
        elif written:
            yield _unclear(row, written, frames)


def _unclear(row: Row, written: str, found: Sequence[str]) -> Unused:
    return Unused(
        row.origin,
        f"names {written}, which " + (f"could be {_listed(found)}" if found else "is no usable clip or image"),
    )


def _settle(claims: Sequence[_Claim]) -> tuple[_Claim | None, list[Unused]]:
    """The claim with the most similar name; None if several are as similar and differ."""
    closest = min(claim.level for claim in claims)
    best = [claim for claim in claims if claim.level == closest]
    clip = best[0].clip.removesuffix(_WINDOW)
    what = _CAPTION if best[0].slot == _CAPTION else f"{best[0].slot} frame"
    if len({claim.value for claim in best}) == 1:
        others = [claim for claim in claims if claim.value != best[0].value]
        return best[0], [Unused(one.origin, f"{clip} already has a {what}, {best[0].origin}") for one in others]
    reason = f"{clip} has several {what}s: {_listed([claim.origin for claim in best], 'and')}; keep one"
    return None, [Unused(one.origin, reason) for one in claims]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _key(path: str, level: int, *, is_clip: bool) -> tuple[str, str]:
    """The folder and stem by which files are compared at a level of likeness.

    From 1 on, case, Unicode form and folders such as ``videos`` don't count; from 2 on, ``x_first`` is ``x``; at 3,
    ``image_x`` is ``x``.
    """
    place = PurePosixPath(_plain(path) if level else path)
    if not level:
        return place.parent.as_posix(), place.stem
    stem = place.stem
    if level >= 2 and not is_clip:
        stem = _TAIL.sub("", stem) or stem
    if level >= 3:
        stem = _HEAD.sub("", stem) or stem
    return "/".join(part for part in place.parent.parts if not _FOLDERS.fullmatch(part)), stem


def _which(path: str) -> Which:
    """The frame that an image's name or folder stands for; the first if they don't say."""
    place = PurePosixPath(_plain(path))
    words = {match[1] for match in (_TAIL.search(place.stem), _HEAD.match(place.stem)) if match}
    folder = any(_LAST_FOLDER.fullmatch(part) for part in place.parent.parts)
    return Which.LAST if words & {"last", "end"} or folder else Which.FIRST


def _listed(paths: Sequence[str], word: str = "or") -> str:
    more = [f"{len(paths) - _SHOWN:,} more"] if len(paths) > _SHOWN else []
    return f" {word} ".join([*(path.removesuffix(_WINDOW) for path in paths[:_SHOWN]), *more])
