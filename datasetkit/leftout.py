"""A sample that isn't wanted: its line stays in data.jsonl, and no command uses it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DroppedSample:
    """A sample that cuts.csv leaves out: its line, from 1, its clip, all the media that it names, and the reason."""

    line: int
    clip: str
    media: tuple[str, ...]
    reason: str = ""

    @property
    def record(self) -> dict[str, int | str]:
        """What JSON reports say of it."""
        return {"line": self.line, "clip": self.clip, "reason": self.reason}
