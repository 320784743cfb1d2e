"""How well images fit the first and last frames of their clips: found once, and kept with the clip's facts.

numpy is loaded only to find it, so that a run in which nothing is new goes without.
"""

from __future__ import annotations

from dataclasses import replace

from datasetkit import spec
from datasetkit.footage import Ends, Fit, FramesMatched, Match, Seen, Signature

Expectation = tuple[Signature, bool]  # an image, and whether it should be the last frame; else it should be the first


def is_sure(score: float) -> bool:
    """Whether an image is the frame that it matches with that score, beyond doubt: no other need be looked at."""
    return score >= spec.thresholds("matching")["sure"]


def unfitted(seen: Seen, expected: tuple[Expectation, ...]) -> list[tuple[Signature, bool, Signature]]:
    """The images that have yet to be compared with the frame they should be, as far as that was decoded."""
    ends = seen.of(Ends)
    frames = {False: ends and ends.first, True: ends and ends.last}
    compared = ((image, last, frames[last]) for image, last in expected if not seen.fit(image, last=last))
    return [(image, last, frame) for image, last, frame in compared if frame]


def fitted(seen: Seen, expected: tuple[Expectation, ...]) -> Seen:
    """What was seen, with the fits of those images and no others."""
    if missing := unfitted(seen, expected):
        from datasetkit.media.matching import correlation  # loads numpy
        from datasetkit.media.planes import luma_of
        from datasetkit.media.tone import tone_jump

        new = (
            Fit(image.digest, last, correlation(luma_of(image), luma_of(frame)), tone_jump(image, frame))
            for image, last, frame in missing
        )
        seen = replace(seen, results=(*seen.results, *new))
    wanted = {(image.digest, last) for image, last in expected}
    kept = tuple(one for one in seen.results if not isinstance(one, Fit) or (one.digest, one.last) in wanted)
    return seen if kept == seen.results else replace(seen, results=kept)


def expected_match(own: FramesMatched, fit: Fit) -> Match:
    """How well an image matches the frame that it should be, by the better of two looks.

    A search takes luma by the clip's own colour matrix, a signature by BT.601, as images have it; bright colours and
    HDR differ a little.
    """
    match = own.last if fit.last and own.last else own.first
    return replace(match, score=max(match.score, fit.score))
