"""Which frame of a clip an image matches."""

from __future__ import annotations

from datasetkit.footage import FramesMatched, Match, Signature
from datasetkit.media.matching import correlation, is_sure
from datasetkit.media.planes import luma_of
from datasetkit.media.smallframe import SmallFrame


class FrameSearch:
    """Compares an image with each frame.

    With ``first`` the search is over where the first frame is surely the image; no other frame counts then.
    """

    def __init__(self, image: Signature, *, first: bool = False) -> None:
        self._image, self._plane = image, luma_of(image)
        self._only_first, self._over = first, False
        self._matches: tuple[Match, Match, Match] | None = None

    def see(self, frame: SmallFrame) -> None:
        """Compare one frame; kept are the first, the best, and the last one."""
        if self._over:
            return
        match = Match(correlation(self._plane, frame.square), frame.index, frame.seconds)
        if self._matches is None:
            self._matches = match, match, match
            self._over = self._only_first and is_sure(match)
        first, best, _ = self._matches
        self._matches = first, max(best, match, key=lambda one: one.score), match

    def result(self) -> FramesMatched | None:
        """How well the first, the best and the last frame match."""
        return FramesMatched(self._image, *self._matches) if self._matches else None
