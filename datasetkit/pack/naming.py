"""The names of files in a zip. Pure.

The platform's own client takes stems of `[A-Za-z0-9_-]`, at most 120 characters long, that are unique in the
whole archive whatever their folder, extension or case. Every file that the lines name gets the first of these
forms that no other file still without a name asks for, and that no file already has:

1. its own stem, where the client takes it;
2. its own stem in ASCII: accents dropped, full-width letters made plain, every other run of characters
   (spaces, dots, Chinese letters) one `_`, none at the ends. Digits stay: `第1个.mp4` becomes `1.mp4`;
3. that with its part before it, and for kf2v the frame's end behind it: `001.jpg` beside `001.mp4` become
   `image_001.jpg` and `video_001.mp4`, for kf2v `image_001_first.jpg` and `video_001.mp4`;
4. its part and the number of the first line that names it: `image_007`, for kf2v `image_007_first`;
5. the fourth with `_2`, `_3`, … behind it.

`data` is taken: data.jsonl has it. The rule depends on nothing but the names, parts and order of the files,
and leaves alone the names that it gave.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from datasetkit import spec
from datasetkit.model import Image, Medium, Video

# Unicode 3.2 is the same in every version of Python; a newer table would change names between versions.
_UNICODE = unicodedata.ucd_3_2_0


class Part(StrEnum):
    """What a file is in its sample; also its folder in a kf2v archive."""

    IMAGE = "image"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Named:
    """A file to be named: its path in the dataset and what the first line that names it says of it.

    ``number`` is the sample's, from 1; ``end`` is the end of the clip it shows: "first", "last" or "".
    """

    path: str
    number: int
    part: Part
    end: str = ""


def stems(files: Sequence[Named]) -> dict[str, str]:
    """The stem that each file gets in the archive, by its path. No two of ``files`` have the same path."""
    given: dict[str, str] = {}
    taken = {PurePosixPath(spec.limits().annotations_name).stem}
    for form in (_own, _ascii, _with_part, _numbered):
        for path, stem in _unrivalled(form, [file for file in files if file.path not in given], taken):
            given[path] = stem
            taken.add(stem.lower())
    for file in files:
        if file.path not in given:
            given[file.path] = _counted(file, taken)
            taken.add(given[file.path])
    return given


def extension(medium: Medium) -> str:
    """The extension that tells a file's content, dot included: its own where true, else the usual one.

    A file whose content has none that the platform knows keeps its own, in ASCII.
    """
    own = PurePosixPath(medium.path).suffix.lower()
    content = medium.format if isinstance(medium, Image) else medium.container if isinstance(medium, Video) else ""
    known = spec.limits().packed_extensions.get(content)
    if known is None:
        return own if re.fullmatch(r"\.[a-z0-9]+", own) else ""
    return own if own in known else known[0]


def _unrivalled(form: Callable[[Named], str], files: Sequence[Named], taken: set[str]) -> list[tuple[str, str]]:
    wishes = [(file.path, form(file)) for file in files]
    asked = Counter(stem.lower() for _, stem in wishes)
    return [
        (path, stem)
        for path, stem in wishes
        if spec.limits().complies(stem) and asked[stem.lower()] == 1 and stem.lower() not in taken
    ]


def _own(file: Named) -> str:
    return PurePosixPath(file.path).stem


def _ascii(file: Named) -> str:
    letters = (c for c in _UNICODE.normalize("NFKD", _own(file)) if not _UNICODE.combining(c))
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", "".join(letters)).strip("_")
    return plain[: spec.limits().file_stem_length]


def _with_part(file: Named) -> str:
    plain = _ascii(file)
    room = spec.limits().file_stem_length - len(_framed(file, ""))
    return _framed(file, plain[:room]) if plain else ""


def _numbered(file: Named) -> str:
    return _framed(file, f"{file.number:03}")


def _framed(file: Named, text: str) -> str:
    return f"{file.part}_{text}_{file.end}" if file.end else f"{file.part}_{text}"


def _counted(file: Named, taken: set[str]) -> str:
    candidates = (f"{_numbered(file)}_{count}" for count in itertools.count(2))
    return next(stem for stem in candidates if stem not in taken)
