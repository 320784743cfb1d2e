"""The one exception: datasetkit could not run. Bad data is never an exception; it is a finding."""

from collections.abc import Iterable


class DatasetkitError(Exception):
    """Could not run.

    ``str(error)`` says what happened and where; ``next_step`` what to do about it.
    """

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The name in ``known`` that ``word`` looks like, whatever its case; ``likeness`` is difflib's, 0 to 1."""
    from difflib import get_close_matches  # only a mistake needs it

    names = {name.casefold(): name for name in known}
    return next((names[found] for found in get_close_matches(word.casefold(), names, 1, likeness)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "Did you mean …?" with the name in ``known`` that ``word`` looks like; empty if none does."""
    near = nearest(word, known)
    return f"Did you mean {near}?" if near else ""
