"""The names of files in a zip. Pure.

The platform's own client accepts stems of `[A-Za-z0-9_-]`, at most 120 characters long, that are unique in the whole
zip whatever their folder, extension or case. Each file gets the first of these forms that no other file without a
name could get too, and that isn't in use:

1. its own stem, if the client accepts it;
2. its own stem in ASCII: accents dropped, full-width letters made plain, every other run of characters (spaces, dots,
   Chinese letters) replaced by one `_`, none at the ends. Digits stay: `第1个.mp4` becomes `1.mp4`;
3. the second after its part, for kf2v followed by the frame's end: `001.jpg` beside `001.mp4` become `image_001.jpg`
   and `video_001.mp4`, for kf2v `image_001_first.jpg` and `video_001.mp4`;
4. its part and the number of the first sample that names it: `image_007`, for kf2v `image_007_first`;
5. the fourth followed by `_2`, `_3`, …

`data` is in use: data.jsonl has it. The names depend on nothing but the names, parts and order of the files, and the
names of a zip made here stay as they are.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from datasetkit import spec
from datasetkit.model import Image, Medium, Present, Video

# Unicode 3.2 is the same in every version of Python; a newer table would change names between versions.
_UNICODE = unicodedata.ucd_3_2_0


Form = Callable[["FirstUse"], str]


@dataclass(frozen=True, slots=True)
class FirstUse:
    """A file that needs a name, and what the first sample that names it uses it as.

    ``number`` is the sample's, from 1; ``part`` is "image" or "video"; ``end`` is the frame of the clip that it shows:
    "first", "last" or "".
    """

    medium: Present
    number: int
    part: str
    end: str = ""


def names(files: Sequence[FirstUse]) -> dict[str, str]:
    """The name of each file in the zip, by its path in the dataset. No two of ``files`` have the same path."""
    given: dict[str, str] = {}
    taken = {PurePosixPath(spec.limits().annotations_name).stem}
    for form in itertools.chain((_own, _ascii, _with_part, _numbered), map(_counted, itertools.count(2))):
        waiting = [file for file in files if file.medium.path not in given]
        if not waiting:
            break
        for file, stem in _unique(form, waiting, taken):
            given[file.medium.path] = stem + extension(file.medium)
            taken.add(stem.lower())
    return given


def extension(medium: Medium) -> str:
    """The extension for a file's content, with its dot: its own if that is right, else the usual one.

    If the platform knows no extension for the content, the file keeps its own, provided that is ASCII.
    """
    own = PurePosixPath(medium.path).suffix.lower()
    content = medium.format if isinstance(medium, Image) else medium.container if isinstance(medium, Video) else ""
    known = spec.limits().packed_extensions.get(content)
    if known is None:
        return own if re.fullmatch(r"\.[a-z0-9]+", own) else ""
    return own if own in known else known[0]


def _unique(form: Form, files: Sequence[FirstUse], taken: set[str]) -> list[tuple[FirstUse, str]]:
    """The files whose stem in this form the client accepts, and no other file has or could get."""
    stems = [(file, form(file)) for file in files]
    counts = Counter(stem.lower() for _, stem in stems)
    free = {stem for stem, count in counts.items() if count == 1} - taken
    return [(file, stem) for file, stem in stems if stem.lower() in free and spec.limits().complies(stem)]


def _own(file: FirstUse) -> str:
    return PurePosixPath(file.medium.path).stem


def _ascii(file: FirstUse) -> str:
    letters = (c for c in _UNICODE.normalize("NFKD", _own(file)) if not _UNICODE.combining(c))
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", "".join(letters)).strip("_")
    return plain[: spec.limits().file_stem_length]


def _with_part(file: FirstUse) -> str:
    plain = _ascii(file)
    longest = spec.limits().file_stem_length - len(_framed(file, ""))
    return _framed(file, plain[:longest]) if plain else ""


def _numbered(file: FirstUse) -> str:
    return _framed(file, f"{file.number:03}")


def _counted(count: int) -> Form:
    return lambda file: f"{_numbered(file)}_{count}"


def _framed(file: FirstUse, text: str) -> str:
    return f"{file.part}_{text}_{file.end}" if file.end else f"{file.part}_{text}"
