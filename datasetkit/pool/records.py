"""What is known of each clip of a pool."""

from __future__ import annotations

from dataclasses import dataclass

from datasetkit.intake.raw import CLIP_SUFFIXES, is_hidden
from datasetkit.media.damage import depends_on_machine
from datasetkit.model import Present, Unreadable, Video


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A clip of a pool that may be chosen: its path below the pool, with ``/``, and its size in bytes.

    ``stamp`` changes whenever the clip does: its time of change in nanoseconds, or its etag in object storage.
    """

    path: str
    size: int
    stamp: str


@dataclass(frozen=True, slots=True)
class ClipRecord:
    """A clip of a pool and its facts, which hold for the state that ``stamp`` names (see `Candidate`)."""

    path: str
    size: int
    stamp: str
    facts: Present

    @property
    def is_lasting(self) -> bool:
        """Whether the facts would be the same another time, on any machine."""
        match self.facts:
            case Unreadable(reason=reason):
                return not depends_on_machine(reason)
            case Video(seen=seen):
                return seen is None or seen.complete  # else time was up
        return True


def is_clip(path: str) -> bool:
    """Whether a file has the name of a clip, and neither it nor a folder above it is hidden."""
    return not is_hidden(path) and path.lower().endswith(CLIP_SUFFIXES)
