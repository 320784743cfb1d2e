"""The windows of cuts.csv as samples: which files each of them gets, and which are left over. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from datasetkit.errors import did_you_mean
from datasetkit.intake.captions import Unused
from datasetkit.intake.pairing import ClipFiles, Pairing
from datasetkit.windows import NAME, Window


def by_window(pairing: Pairing) -> Pairing:
    """The pairing with each clip that has windows replaced by those of them that are kept.

    What is named after the clip belongs to each of its windows that has nothing of its own; its first frame only to a
    window that starts with the clip, its last frame to none.
    """
    windows: dict[str, list[ClipFiles]] = defaultdict(list)
    for window, files in pairing.windows:
        windows[window.clip] += [files] if window.keep else []
    clips: list[ClipFiles] = []
    left: list[Unused] = []
    for clip in pairing.clips:
        samples = [_sample(clip, files) for files in windows[clip.clip]] if clip.clip in windows else [clip]
        clips += samples
        left += _left_over(clip, samples)
    missing = _missing([window for window, _ in pairing.windows], [clip.clip for clip in pairing.clips])
    return replace(pairing, clips=tuple(clips), unused=(*missing, *left, *pairing.unused))


def dropped(windows: Iterable[Window]) -> Iterator[Unused]:
    """The windows that aren't kept, with the reason that cuts.csv gives."""
    for window in windows:
        if not window.keep:
            yield Unused(f"{window.clip}, {window.name}", window.reason or "keep is no")


def _sample(clip: ClipFiles, own: ClipFiles) -> ClipFiles:
    """The files of a window: what is named after it, or else after its clip."""
    first = own.first or (clip.first if own.window and not own.window.start else None)
    return replace(own, first=first, caption=clip.caption if own.caption is None else own.caption)


def _left_over(clip: ClipFiles, samples: Collection[ClipFiles]) -> Iterator[Unused]:
    """The frames that are named after a clip and that none of its samples shows."""
    if clip.first and samples and clip.first not in {one.first for one in samples}:
        yield Unused(clip.first, f"shows the start of {clip.clip}, where none of its windows starts")
    if clip.last and samples and clip.last not in {one.last for one in samples}:
        yield Unused(clip.last, f"shows the end of {clip.clip}, not of a window")


def _missing(windows: Iterable[Window], clips: Sequence[str]) -> Iterator[Unused]:
    known = set(clips)
    for window in windows:
        if window.clip not in known:
            near = did_you_mean(window.clip, clips)
            yield Unused(f"{NAME}, {window.name}", f"there is no clip {window.clip}. {near}".rstrip(". "))
