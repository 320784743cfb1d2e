"""Which frames and which caption belong to a clip, by names alone. Pure.

What could belong to two clips belongs to none and is reported: a caption on the wrong clip teaches the wrong thing,
a missing one is seen.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from datasetkit.edits import Which
from datasetkit.intake.captions import SIDECARS, Row, Unpaired, is_table, rows, sidecar

# fmt: off
CLIPS = frozenset((
    ".mp4", ".mov", ".m4v", ".qt", ".webm", ".mkv", ".avi", ".gif", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".vob",
    ".wmv", ".asf", ".flv", ".ogv", ".3gp", ".3g2", ".mxf",
))
IMAGES = frozenset((
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2",
))
# fmt: on

_FOLDERS = re.compile(
    r"(first|last|start|end)?_?(images?|imgs?|videos?|clips?|frames?|captions?|prompts?|texts?|labels?)"
)
_LAST_FOLDER = re.compile(r"(last|end)(_?(images?|frames?))?")
_FIRST_FOLDER = re.compile(r"(first|start)(_?(images?|frames?))?")
_TAIL = re.compile(r"[ _.-]?(first|start|last|end)(?:[ _-]?(?:frame|image))?$")
_HEAD = re.compile(r"^(first|start|last|end)?[ _-]?(?:frame|image|img|video|clip|caption|prompt)?[ _-]+(?=.)")
_LAST_WORDS = {"last", "end"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A clip with what belongs to it; ``caption_from`` is the file (and line) that says the caption."""

    clip: str
    first: str | None = None
    last: str | None = None
    caption: str | None = None
    caption_from: str | None = None


@dataclass(frozen=True, slots=True)
class Pairing:
    """Every clip, in the order of their paths, and what belongs to none of them."""

    pairs: tuple[Pair, ...]
    unpaired: tuple[Unpaired, ...]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A frame or caption that says it belongs to a clip; the lower the level, the closer the names."""

    clip: str
    slot: str
    level: int
    value: str
    origin: str


@dataclass(slots=True)
class _Index:
    """Clips by their name at each level of likeness."""

    clips: list[str]
    levels: list[dict[tuple[str, str], list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for key in _KEYS:
            known = defaultdict(list)
            for clip in self.clips:
                known[key(clip)].append(clip)
            self.levels.append(known)

    def claim(self, path: str, slot: str, value: str, frame: bool) -> _Claim | Unpaired | None:
        """The clip that ``path`` is named after, None where there is none."""
        for level, (key, known) in enumerate(zip(_KEYS, self.levels, strict=True)):
            found = known.get(key(path), [])
            if len(found) > 1:
                return Unpaired(path, f"could belong to {_listed(found)}")
            if found:
                which = slot if not frame or level < _TAILED else str(_which(path))
                return _Claim(found[0], which, level, value, path)
        return None


def pair(files: Iterable[str], texts: Mapping[str, str]) -> Pairing:
    """Pair clips with frames and captions.

    ``files`` are paths relative to one folder, with ``/`` between their parts; ``texts`` holds the content of those
    that `wants_text` asks for.
    """
    files = sorted(files)
    index = _Index([path for path in files if _suffix(path) in CLIPS])
    said = [*_frames(files, index), *_sidecars(texts, index), *_tables(texts, files, index)]
    claims = [claim for claim in said if isinstance(claim, _Claim)]
    unpaired = [one for one in said if isinstance(one, Unpaired)]
    pairs = {clip: Pair(clip) for clip in index.clips}
    wanted: dict[tuple[str, str], list[_Claim]] = defaultdict(list)
    for claim in claims:
        wanted[claim.clip, claim.slot].append(claim)
    for (clip, slot), rivals in wanted.items():
        chosen, lost = _settle(rivals)
        unpaired += lost
        if chosen:
            more = {"caption_from": chosen.origin} if slot == "caption" else {}
            pairs[clip] = replace(pairs[clip], **{slot: chosen.value, **more})
    return Pairing(tuple(pairs.values()), tuple(sorted(unpaired, key=lambda one: one.path)))


def wants_text(path: str) -> bool:
    """Whether a file may hold captions, and so has to be read for `pair`."""
    return is_table(path) or _suffix(path) in SIDECARS


def _frames(files: Sequence[str], index: _Index) -> Iterator[_Claim | Unpaired]:
    for path in files:
        if _suffix(path) in IMAGES:
            claim = index.claim(path, str(Which.FIRST), path, frame=True)
            yield claim or Unpaired(path, "no clip has its name")


def _sidecars(texts: Mapping[str, str], index: _Index) -> Iterator[_Claim | Unpaired]:
    for path, text in texts.items():
        claim = None if is_table(path) else index.claim(path, "caption", "", frame=False)
        if isinstance(claim, Unpaired):
            yield claim
        elif claim is not None:  # else a note, a licence: nothing says that it is a caption
            caption = sidecar(path, text)
            yield caption if isinstance(caption, Unpaired) else replace(claim, value=caption)


def _tables(texts: Mapping[str, str], files: Sequence[str], index: _Index) -> Iterator[_Claim | Unpaired]:
    for path, text in texts.items():
        for row in rows(path, text) if is_table(path) else ():
            yield from [row] if isinstance(row, Unpaired) else _row_claims(path, row, files, index)


def _row_claims(table: str, row: Row, files: Sequence[str], index: _Index) -> Iterator[_Claim | Unpaired]:
    clip = _resolve(table, row.clip, index.clips)
    if isinstance(clip, str):
        yield Unpaired(row.origin, clip)
        return
    yield _Claim(clip[0], "caption", 0, row.text, row.origin)
    images = [path for path in files if _suffix(path) in IMAGES]
    for slot, written in (("first", row.first), ("last", row.last)):
        image = _resolve(table, written, images) if written else None
        if isinstance(image, tuple):
            yield _Claim(clip[0], slot, -1, image[0], row.origin)


def _resolve(table: str, written: str, files: Sequence[str]) -> tuple[str] | str:
    """The file that a table means, in a tuple, or why none can be told.

    From the table's folder; where that has none, the one file below it that ends alike: DiffSynth-Studio leaves out
    ``train/``, and absolute paths are from another machine.
    """
    folder = PurePosixPath(table).parent
    name = _plain(written.replace("\\", "/").removeprefix("./"))
    near = [path for path in files if PurePosixPath(path).is_relative_to(folder)]
    exact = [path for path in near if _plain(PurePosixPath(path).relative_to(folder).as_posix()) == name]
    parts = name.strip("/").split("/")
    for count in range(len(parts), 0, -1):
        tail = "/" + "/".join(parts[-count:])
        found = exact or [path for path in near if ("/" + _plain(path)).endswith(tail)]
        if len(found) == 1:
            return (found[0],)
        if found:
            return f"names {written}, which could be {_listed(found)}"
    stems = [path for path in near if _plain(PurePosixPath(path).stem) == parts[-1]]
    if len(stems) == 1:
        return (stems[0],)
    return f"names {written}, which is not there" if not stems else f"names {written}, which could be {_listed(stems)}"


def _settle(rivals: Sequence[_Claim]) -> tuple[_Claim | None, list[Unpaired]]:
    """The claim with the closest name; none where two are as close and differ."""
    closest = min(claim.level for claim in rivals)
    best = [claim for claim in rivals if claim.level == closest]
    farther = [claim for claim in rivals if claim.level != closest and claim.value != best[0].value]
    if len({claim.value for claim in best}) == 1:
        return best[0], [Unpaired(one.origin, f"{one.clip} has {best[0].origin} already") for one in farther]
    origins = _listed([claim.origin for claim in best])
    what = "captions" if best[0].slot == "caption" else f"{best[0].slot} frames"
    return None, [Unpaired(one.origin, f"{one.clip} has several {what}: {origins}") for one in rivals]


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _stem_exact(path: str) -> tuple[str, str]:
    place = PurePosixPath(path)
    return place.parent.as_posix(), place.stem


def _stem_alike(path: str) -> tuple[str, str]:
    """Case, Unicode form and the folders that only say what kind of file they hold don't count."""
    place = PurePosixPath(_plain(path))
    parts = [part for part in place.parent.parts if not _is_kind_folder(part)]
    return "/".join(parts), place.stem


def _is_kind_folder(part: str) -> bool:
    return any(known.fullmatch(part) for known in (_FOLDERS, _FIRST_FOLDER, _LAST_FOLDER))


def _stem_tailed(path: str) -> tuple[str, str]:
    """``x_first``, ``x_last_frame`` are ``x``."""
    folder, stem = _stem_alike(path)
    return folder, stem if _suffix(path) in CLIPS else _TAIL.sub("", stem) or stem


def _stem_bare(path: str) -> tuple[str, str]:
    """``image_1_last`` and ``video_1`` are ``1``."""
    folder, stem = _stem_tailed(path)
    return folder, _HEAD.sub("", stem) or stem


_KEYS: tuple[Callable[[str], tuple[str, str]], ...] = (_stem_exact, _stem_alike, _stem_tailed, _stem_bare)
_TAILED = 1  # from this level on a name or folder may say which frame it is


def _which(path: str) -> Which:
    """The frame that an image's name or folder says it is; the first where they don't."""
    stem = _plain(PurePosixPath(path).stem)
    tail, head = _TAIL.search(stem), _HEAD.match(stem)
    words = {match[1] for match in (tail, head) if match}
    folder = any(_LAST_FOLDER.fullmatch(part) for part in PurePosixPath(_plain(path)).parent.parts)
    return Which.LAST if words & _LAST_WORDS or folder else Which.FIRST


def _listed(paths: Sequence[str]) -> str:
    return " or ".join(sorted(set(paths)))
