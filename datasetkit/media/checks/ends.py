"""The first and the last frame of a clip, small enough to be kept and compared with images."""

from __future__ import annotations

from dataclasses import dataclass

from datasetkit.media.signatures import Signature, signature_of_frame
from datasetkit.media.smallframe import SmallFrame


@dataclass(frozen=True, slots=True)
class Ends:
    """A clip's first and last frame."""

    first: Signature
    last: Signature


class EndKeeper:
    """Keeps two frames."""

    def __init__(self) -> None:
        self._first: SmallFrame | None = None
        self._last: SmallFrame | None = None

    def see(self, frame: SmallFrame) -> None:
        """Take one frame in."""
        self._first = self._first or frame
        self._last = frame

    def result(self) -> Ends | None:
        """The signatures; None of a clip without frames."""
        if not self._first or not self._last:
            return None
        return Ends(signature_of_frame(self._first), signature_of_frame(self._last))
