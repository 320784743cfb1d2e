"""What is seen of a clip at each depth, decoding no more of it than that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Event

from datasetkit.footage import Depth, Ends, FramesMatched, Seen
from datasetkit.media.checks import all_checks
from datasetkit.media.checks.ends import EndKeeper
from datasetkit.media.checks.film import FilmMaker
from datasetkit.media.checks.search import FrameSearch
from datasetkit.media.decode import decode
from datasetkit.media.fits import fitted
from datasetkit.media.opening import ClipFile
from datasetkit.media.wanted import Wanted
from datasetkit.model import Video


def look(
    source: ClipFile, video: Video, wanted: Wanted, *, film: FilmMaker | None = None, stop: Event | None = None
) -> Video:
    """The clip with what is ``wanted`` of it seen; what was seen before isn't looked at again.

    Images are compared with all frames only where the first frame isn't surely the image. ``film`` takes pictures for
    people, in the same pass where every frame is decoded anyway. Raises as `decode` does.
    """
    if film is None:
        return _seen(source, video, wanted, (), stop)
    found = _seen(source, video, wanted, (film,), stop)
    if not film.begun:
        decode(source, video, [film], pictured=film.pictured, stop=stop)
    return replace(found, film=film.film())


def _seen(source: ClipFile, video: Video, wanted: Wanted, films: Sequence[FilmMaker], stop: Event | None) -> Video:
    seen = video.seen
    if seen is None and wanted.depth is Depth.FULL:
        searches = [FrameSearch(image, first=image not in wanted.last) for image in wanted.images]
        pictured = {number: size for film in films for number, size in film.pictured.items()}
        checks = [*all_checks(video), *searches, *films]
        seen = decode(source, video, checks, pictured=pictured, stop=stop)
    elif seen is None and wanted.last:
        seen = decode(source, video, [EndKeeper(), *map(FrameSearch, wanted.images)], stop=stop)
    elif seen is None:
        seen = decode(source, video, [EndKeeper(last=False)], limit=1, stop=stop)
    seen = fitted(seen, wanted.expected)
    if unsettled := wanted.unsettled(seen):
        now = decode(source, video, [EndKeeper(), *map(FrameSearch, unsettled)], stop=stop)
        seen = fitted(_joined(seen, now, wanted), wanted.expected)
    return replace(video, seen=seen)


def _joined(before: Seen, now: Seen, wanted: Wanted) -> Seen:
    """What two passes saw, but for the matches of images that aren't wanted any more."""
    needed = set(wanted.images) - {one.image for one in now.results if isinstance(one, FramesMatched)}
    kept = (
        one
        for one in before.results
        if not isinstance(one, Ends) and (not isinstance(one, FramesMatched) or one.image in needed)
    )
    return Seen(now.frames, before.complete and now.complete, before.damage or now.damage, (*kept, *now.results))
