"""Pictures of a clip for people to look at: its first and last frame, and a strip of frames in between."""

from __future__ import annotations

from datasetkit.footage import Film
from datasetkit.media.smallframe import Picture, Size, SmallFrame
from datasetkit.media.thumbnails import ThumbnailSize, fitted, side_by_side, thumbnail_of
from datasetkit.model import Video


class FilmMaker:
    """Keeps eight frames of a clip in colour. What it makes is no fact of the clip, so it isn't among the results.

    ``pictured`` gives the frames that it wants, by their numbers from 0, with the width and height of each.
    """

    def __init__(self, video: Video, size: ThumbnailSize, *, last: bool) -> None:
        end = max(0, video.frames - 1)
        steps = max(1, size.frames - 1)
        small, large = (fitted(video.displayed, pixels) for pixels in (size.strip, size.pair))
        self._cell = small
        self.pictured: dict[int, Size] = {round(number * end / steps): small for number in range(size.frames)}
        self.pictured |= {0: large} | ({end: large} if last else {})
        self._keeps_last, self._quality = last, size.quality
        self._taken: list[tuple[float, Picture]] = []

    @property
    def begun(self) -> bool:
        """Whether it has seen a frame."""
        return bool(self._taken)

    def see(self, frame: SmallFrame) -> None:
        """Take one frame in."""
        if frame.picture is not None:
            self._taken.append((round(frame.seconds, 3), frame.picture))

    def result(self) -> None:
        """Nothing: `film` has what it made."""

    def film(self) -> Film | None:
        """The pictures; None of a clip without frames. A damaged clip has those frames that could be decoded."""
        if not self._taken:
            return None
        seconds, pictures = zip(*self._taken, strict=True)
        strip = side_by_side(pictures, self._cell, self._quality)
        last = thumbnail_of(pictures[-1], self._quality) if self._keeps_last else None
        return Film(strip, seconds, thumbnail_of(pictures[0], self._quality), last)
