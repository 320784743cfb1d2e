"""What a path that names no file may have meant. Pure."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice

_MOST = 3  # suggestions; more would be a list, not a hint
# Each letter of a name costs a key as long as the name: beyond these, one-letter slips aren't looked for.
_LONGEST = 255  # letters; a zip's directory takes names of 65,535, whose keys would fill 4 GB
_WALKED = 100  # files of one key; 20,000 lines may miss each of 20,000 files called image.jpg
_SEARCHED = 500_000  # letters of all names together: 20,000 names of 25


class Names:
    """The files of a set, by the ways in which a path can miss one of them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = list(paths)

    @cached_property
    def _keyed(self) -> dict[tuple[str, str], list[str]]:
        """The paths by each key that they may be missed by; made when the first one is missed."""
        keyed: dict[tuple[str, str], list[str]] = defaultdict(list)
        for path in self._paths:
            for key in _keys(path):
                keyed[key].append(path)
            for slip in _slips(path) if len(_folded(path)) in self._lengths else ():
                keyed["slip", slip].append(path)
        return keyed

    @cached_property
    def _lengths(self) -> set[int]:
        """A path can only be a letter away from one as long, give or take that letter."""
        lengths = [len(_folded(path)) for path in self._paths]
        return {length for length in lengths if length <= _LONGEST} if sum(lengths) <= _SEARCHED else set()

    @cached_property
    def _suffixes(self) -> set[str]:
        return {_suffix(path) for path in self._paths}

    def near(self, path: str, suffixes: frozenset[str]) -> tuple[str, ...]:
        """Up to three files that ``path`` may have meant, best first, whose extension is one of ``suffixes``."""
        if suffixes.isdisjoint(self._suffixes):
            return ()
        length = len(_folded(path))
        slips = _slips(path) if self._lengths & {length - 1, length, length + 1} else ()
        found = dict.fromkeys(
            candidate
            for key in [*_keys(path), *(("slip", slip) for slip in slips)]
            for candidate in islice(self._keyed.get(key, ()), _WALKED)
            if _suffix(candidate) in suffixes and (key[0] != "slip" or _slipped(_folded(path), _folded(candidate)))
        )
        return tuple(found)[:_MOST]


def _suffix(path: str) -> str:
    return path[path.rfind(".") :].lower()


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _keys(path: str) -> Iterator[tuple[str, str]]:
    """Best first: other case or Unicode form, other extension, other folder, both."""
    folded = _folded(path)
    folder, slash, name = folded.rpartition("/")
    stem = name.rpartition(".")[0] or name
    yield "path", folded
    yield "stem", folder + slash + stem
    yield "name", name
    yield "name stem", stem


def _slips(path: str) -> Iterator[str]:
    """The path with each letter left out in turn, and whole: two paths that share one differ by a letter."""
    folded = _folded(path)
    yield folded
    yield from (folded[:i] + folded[i + 1 :] for i in range(len(folded)))


def _slipped(a: str, b: str) -> bool:
    """Whether the one letter that differs is a slip: a digit never is, as image_1 and image_2 are two images."""
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    longer = max(len(a), len(b)) - min(len(a), len(b))
    differing = a[start : start + 1] + b[start : start + 1]
    return not any(c.isdigit() for c in differing) and longer <= 1
