"""The pictures of a clip: those that looking at it left, and single frames, decoded when they are asked for."""

from __future__ import annotations

from collections import OrderedDict
from fractions import Fraction
from pathlib import Path
from threading import Lock

from datasetkit import spec
from datasetkit.edits import Which
from datasetkit.footage import Thumbnail
from datasetkit.media.moments import frame_at, frames_kept
from datasetkit.media.thumbnails import thumbnail_size
from datasetkit.model import Image
from datasetkit.view.folder import FIELDS, ViewedClip, inside
from datasetkit.view.session import Session
from datasetkit.windows import Window

_Edge = tuple[Path, int, Fraction, Fraction, Which]


class ClipPictures:
    """The pictures of a session's clips; keeps the frames that were decoded last."""

    def __init__(self, session: Session) -> None:
        self._session, self._lock, self._kept = session, Lock(), OrderedDict[_Edge, Thumbnail | None]()

    def strip(self, clip: ViewedClip) -> Thumbnail | None:
        """Frames of the clip side by side; None until it was looked at."""
        return clip.video.film.strip if clip.video and clip.video.film else None

    def image(self, clip: ViewedClip, which: Which) -> Thumbnail | None:
        """The image that the dataset has for the clip's first or last frame."""
        medium = clip.sample.medium(FIELDS[which])
        return medium.thumbnail if isinstance(medium, Image) else None

    def edge(self, clip: ViewedClip, window: int, which: Which) -> Thumbnail | None:
        """The first or last frame that a cut keeps of one of the clip's windows."""
        chosen = self._session.window(clip.key, window)
        if chosen is None or clip.video is None:
            return None
        place = inside(self._session.folder, clip.path)
        if place is None:
            return None
        edge = (place, place.stat().st_mtime_ns, chosen.start, chosen.seconds, which)
        with self._lock:
            if edge in self._kept:
                self._kept.move_to_end(edge)
                return self._kept[edge]
        made = _frame(str(place), chosen, which)
        with self._lock:
            self._kept[edge] = made
            while len(self._kept) > spec.thresholds("view")["pictures"]:
                self._kept.popitem(last=False)
        return made


def _frame(place: str, window: Window, which: Which) -> Thumbnail | None:
    kept = frames_kept(place, window.start, window.seconds)
    if kept is None:
        return None
    before = which is Which.LAST
    return frame_at(place, kept[before], thumbnail_size(1), before=before)
