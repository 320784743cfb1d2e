"""Raw clips as they are, looked at before anything is made of them, whatever their container."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from datasetkit import spec
from datasetkit.footage import Cuts, Depth, Result, Still, Stills
from datasetkit.media.content import HEAD, ContentKind, sniff
from datasetkit.model import Expected, Medium, Progress, Unreadable, Video
from datasetkit.scan.facts import FactStore
from datasetkit.scan.reading import read_media
from datasetkit.scan.tree import Tree
from datasetkit.windows import Window


def read_clips(
    tree: Tree,
    paths: Sequence[str],
    depth: Depth,
    *,
    progress: Progress | None = None,
    store: FactStore | None = None,
) -> dict[str, Medium]:
    """What each of these clips of a tree holds, read to ``depth``; one that ``store`` knows isn't opened again.

    A clip that can't be opened is unreadable. Raises as `read_media` does.
    """
    known = {path: _expected_or_lost(tree, path) for path in paths}
    named = [(path, one) for path, one in known.items() if isinstance(one, Expected)]
    media = read_media(tree, named, depth=depth, progress=progress, store=store)
    return {path: media[path, one] if isinstance(one, Expected) else one for path, one in known.items()}


def _expected_or_lost(tree: Tree, path: str) -> Expected | Unreadable:
    try:
        return expected_in(tree, path)
    except OSError as error:
        return Unreadable(path, 0, Expected.VIDEO, f"can't be opened: {error.strerror or error}")


def trimmed(video: Video, window: Window) -> Video:
    """The facts of a clip once a window is cut out of it."""
    start, end = window.start, min(window.start + window.seconds, video.seconds)
    half_a_frame = float(1 / video.rate / 2)  # the window's edges move to the nearest frames
    seen = video.seen and replace(
        video.seen,
        damage=video.seen.damage if video.seen.damage and video.seen.damage.since < end else None,
        results=tuple(
            kept for one in video.seen.results if (kept := _within(one, float(start), float(end), half_a_frame))
        ),
    )
    seconds = max(end - start, Fraction(0))
    return replace(video, seconds=seconds, frames=round(seconds * video.rate), seen=seen)


def _within(result: Result, start: float, end: float, edge: float) -> Result | None:
    """What a check found in a part of a clip, in seconds of the part; None if it found nothing there.

    Cuts within ``edge`` seconds of the part's ends are outside.
    """
    margin = spec.thresholds("stills")["seconds"]
    if isinstance(result, Cuts):
        inner = (cut for cut in result.cuts if start + edge < cut.seconds < end - edge)
        cuts = [replace(cut, seconds=cut.seconds - start) for cut in inner]
        return Cuts(tuple(cuts)) if cuts else None
    if isinstance(result, Stills) and not result.whole:
        parts = [Still(max(one.start, start) - start, min(one.end, end) - start, one.black) for one in result.parts]
        long = [one for one in parts if one.end - one.start >= margin]
        return Stills(tuple(long), whole=False) if long else None
    return result


def expected_in(tree: Tree, path: str) -> Expected:
    """How a clip is read: MP4 and MOV as those of a dataset, so that both share the facts in the cache.

    Raises OSError.
    """
    with tree.open(path) as stream:
        content = sniff(stream.read(HEAD), stream.seek(0, 2))
    others = (ContentKind.FOREIGN, ContentKind.UNKNOWN)
    return Expected.ANY_VIDEO if content.kind in others else Expected.VIDEO
