"""What the page shows of each clip, and in which version of the state that last changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from datasetkit.view.showing import Json


class Board:
    """The clips as they are shown, by their keys. ``version`` counts the changes of the whole state."""

    def __init__(self) -> None:
        self.version = 0
        self._shown: dict[str, Json] = {}
        self._changed: dict[str, int] = {}
        self._edited: dict[str, int] = {}

    def show(self, built: Mapping[str, Json]) -> None:
        """Take in clips; those that differ from what was shown have changed in a new version."""
        different = [key for key, one in built.items() if self._shown.get(key) != one]
        if different:
            self.version += 1
            self._changed |= dict.fromkeys(different, self.version)
            self._shown |= built

    def edited(self, keys: Collection[str]) -> None:
        """Note an edit of those clips; also what it changes in none of them is a new version."""
        self.version += 1
        self._edited |= dict.fromkeys(keys, self.version)

    def is_edited(self, key: str, since: int) -> bool:
        """Whether a clip was edited after the version ``since``."""
        return self._edited.get(key, 0) > since

    def is_any_edited(self, since: int) -> bool:
        """Whether any clip was edited after the version ``since``."""
        return any(version > since for version in self._edited.values())

    def keep(self, keys: Collection[str]) -> None:
        """Forget all other clips."""
        self._shown = {key: one for key, one in self._shown.items() if key in keys}

    def changed(self, order: Sequence[str], since: int) -> list[Json]:
        """The clips that have changed after the version ``since``, each with the version of that."""
        return [{**self._shown[key], "version": self._changed[key]} for key in order if self._changed[key] > since]

    @property
    def ready(self) -> int:
        """How many clips were looked at to the end."""
        return sum(one["ready"] for one in self._shown.values())

    @property
    def is_ready(self) -> bool:
        """Whether all were."""
        return self.ready == len(self._shown)

    @property
    def questions(self) -> int:
        """How many persons aren't known and captions are missing, of what is kept."""
        kept = [one for one in self._shown.values() if any(window["keep"] for window in one["windows"])]
        missing = sum(window["caption"]["missing"] for one in kept for window in one["windows"] if window["keep"])
        return int(missing) + sum(bool(one["persons"] and one["persons"]["open"]) for one in kept)
