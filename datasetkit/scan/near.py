"""Guesses which file is meant if no file has the given name. Pure."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice

_SUGGESTED = 3  # more would be a list, not a hint
_FOLDERS = 20  # at the end of a path outside the set
_CANDIDATES = 100  # files looked at for one key; a set may hold 20,000 files called image.jpg
# Each letter of a name costs a key as long as the name. Beyond these sizes typos aren't looked for.
_LONGEST_NAME = 255  # letters; a zip takes names of 65,535, whose keys would fill 4 GB
_MOST_LETTERS = 500_000  # in all names together: 20,000 names of 25


class Names:
    """The files of a set, found by paths that come close to theirs."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = dict.fromkeys(paths)

    @cached_property
    def _keyed(self) -> dict[tuple[str, str], list[str]]:
        """The paths by every key of theirs; made when the first file is missing."""
        keyed: dict[tuple[str, str], list[str]] = defaultdict(list)
        typos = sum(map(len, self._paths)) <= _MOST_LETTERS
        for path in self._paths:
            for key in _keys(path, typos=typos):
                keyed[key].append(path)
        return keyed

    def near(self, path: str, suffixes: frozenset[str]) -> tuple[str, ...]:
        """Up to three files that ``path`` may mean, best first, whose extension is one of ``suffixes``."""
        found = dict.fromkeys(
            candidate
            for key in _keys(path, typos=True)
            for candidate in islice(self._keyed.get(key, ()), _CANDIDATES)
            if candidate[candidate.rfind(".") :].lower() in suffixes
        )
        return tuple(found)[:_SUGGESTED]

    def at_end_of(self, path: str, suffixes: frozenset[str]) -> tuple[str, ...]:
        """The file that a path outside the set ends with, such as `a.mp4` in `C:\\data\\a.mp4`; else what is near."""
        parts = path.replace("\\", "/").split("/")[-_FOLDERS:]
        ends = ("/".join(parts[at:]) for at in range(len(parts)))
        return next(((end,) for end in ends if end in self._paths), ()) or self.near(parts[-1], suffixes)


def _keys(path: str, *, typos: bool) -> Iterator[tuple[str, str]]:
    """Paths that share a key are similar; keys earlier in this order mean closer matches.

    They differ in case or Unicode form, in the extension, in the folder, in folder and extension, or by a letter.
    Another digit is never a typo: image_1 and image_2 are two images.
    """
    folded = unicodedata.normalize("NFC", path).casefold()
    folder, slash, name = folded.rpartition("/")
    stem = name.rpartition(".")[0] or name
    yield from (("path", folded), ("stem", folder + slash + stem), ("name", name), ("name stem", stem))
    if typos and len(folded) <= _LONGEST_NAME:
        digits = "".join(filter(str.isdigit, folded))
        yield digits, folded
        yield from ((digits, folded[:at] + folded[at + 1 :]) for at in range(len(folded)))
