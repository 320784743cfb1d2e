"""What a clip is to be looked at for, and whether it was before. Loads neither av nor Pillow nor numpy."""

from __future__ import annotations

from dataclasses import dataclass

from datasetkit.footage import Depth, Seen, Signature
from datasetkit.media.fits import Expectation, is_sure, unfitted


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

    @property
    def expected(self) -> tuple[Expectation, ...]:
        """Each image with the frame that it should be."""
        return (*((image, False) for image in self.first), *((image, True) for image in self.last))

    def is_satisfied(self, seen: Seen) -> bool:
        """Whether nothing is left to be looked at."""
        return not unfitted(seen, self.expected) and not self.unsettled(seen)

    def unsettled(self, seen: Seen) -> list[Signature]:
        """The images that have yet to be compared with all frames.

        One that is surely the first or last frame, as wanted, needn't be.
        """
        return [image for image in self.images if not self._is_settled(image, seen)]

    def _is_settled(self, image: Signature, seen: Seen) -> bool:
        matched = seen.matched(image)
        if image in self.last and (matched is None or matched.last is None):
            return image not in self.first and _is_surely(image, seen, last=True)
        return matched is not None or _is_surely(image, seen, last=False)


def _is_surely(image: Signature, seen: Seen, *, last: bool) -> bool:
    fit = seen.fit(image, last=last)
    return fit is not None and is_sure(fit.score)
