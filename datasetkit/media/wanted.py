"""What a clip is to be looked at for, and whether it was before. Loads neither av nor Pillow."""

from __future__ import annotations

from dataclasses import dataclass

from datasetkit.footage import Depth, Ends, Seen, Signature
from datasetkit.media.matching import is_surely


@dataclass(frozen=True, slots=True)
class Wanted:
    """A clip is to be seen to that depth, and these images compared with its first and with its last frame."""

    depth: Depth
    first: tuple[Signature, ...] = ()
    last: tuple[Signature, ...] = ()

    @property
    def images(self) -> tuple[Signature, ...]:
        """All the images, each once."""
        return tuple(dict.fromkeys((*self.first, *self.last)))

    def unsettled(self, seen: Seen) -> list[Signature]:
        """The images that have yet to be compared with all frames.

        One that is surely the first or last frame, as wanted, needn't be.
        """
        return [image for image in self.images if not self._is_settled(image, seen)]

    def _is_settled(self, image: Signature, seen: Seen) -> bool:
        ends, matched = seen.of(Ends), seen.matched(image)
        if image in self.last and (matched is None or matched.last is None):
            return bool(ends and ends.last and image not in self.first and is_surely(image, ends.last))
        return matched is not None or bool(ends and is_surely(image, ends.first))
