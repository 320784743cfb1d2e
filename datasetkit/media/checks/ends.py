"""The first and the last frame of a clip, small enough to be kept and compared with images."""

from __future__ import annotations

from datasetkit.footage import Ends
from datasetkit.media.signatures import signature_of_frame
from datasetkit.media.smallframe import SmallFrame


class EndKeeper:
    """Keeps two frames; without ``last`` the first alone."""

    def __init__(self, *, last: bool = True) -> None:
        self._keeps_last = last
        self._first: SmallFrame | None = None
        self._last: SmallFrame | None = None

    def see(self, frame: SmallFrame) -> None:
        """Take one frame in."""
        self._first = self._first or frame
        self._last = frame if self._keeps_last else None

    def result(self) -> Ends | None:
        """The signatures; None of a clip without frames."""
        if not self._first:
            return None
        return Ends(signature_of_frame(self._first), signature_of_frame(self._last) if self._last else None)
