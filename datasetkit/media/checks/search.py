"""Which frame of a clip an image matches."""

from __future__ import annotations

from datasetkit.footage import FramesMatched, Match, Signature
from datasetkit.media.fits import is_sure
from datasetkit.media.matching import correlation
from datasetkit.media.planes import luma_of
from datasetkit.media.smallframe import SmallFrame


class FrameSearch:
    """Compares an image with each frame.

    With ``first`` the search is over where the first frame is surely the image; no other frame counts then.
    """

    def __init__(self, image: Signature, *, first: bool = False) -> None:
        self._image, self._plane = image, luma_of(image)
        self._only_first, self._over = first, False
        self._matches: list[Match] = []  # of the first, the best and the last frame

    def see(self, frame: SmallFrame) -> None:
        """Compare one frame."""
        if self._over:
            return
        match = Match(correlation(self._plane, frame.square), frame.index, frame.seconds)
        first, best, _ = self._matches or (match, match, match)
        self._matches = [first, max(best, match, key=lambda one: one.score), match]
        self._over = self._only_first and match is first and is_sure(match.score)

    def result(self) -> FramesMatched | None:
        """How well the first, the best and the last frame match."""
        if not self._matches:
            return None
        first, best, last = self._matches
        return FramesMatched(self._image, first, best, None if self._over else last)
