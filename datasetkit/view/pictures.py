"""The pictures of a clip: those that looking at it left, and single frames, decoded when they are asked for."""

from __future__ import annotations

from collections import OrderedDict
from fractions import Fraction
from threading import Lock

from datasetkit import spec
from datasetkit.edits import Which
from datasetkit.footage import Thumbnail
from datasetkit.media.moments import frame_at
from datasetkit.media.thumbnails import ThumbnailSize, thumbnail_size
from datasetkit.model import Image
from datasetkit.view.folder import FIELDS, ViewedClip, inside
from datasetkit.view.session import Session

_Moment = tuple[str, Fraction, bool]


class ClipPictures:
    """The pictures of a session's clips; keeps the frames that were decoded last."""

    def __init__(self, session: Session) -> None:
        self._session, self._lock, self._kept = session, Lock(), OrderedDict[_Moment, Thumbnail | None]()

    def strip(self, clip: ViewedClip) -> Thumbnail | None:
        """Frames of the clip side by side; None until it was looked at."""
        return clip.video.film.strip if clip.video and clip.video.film else None

    def image(self, clip: ViewedClip, which: Which) -> Thumbnail | None:
        """The image that the dataset has for the clip's first or last frame."""
        medium = clip.sample.medium(FIELDS[which])
        return medium.thumbnail if isinstance(medium, Image) else None

    def edge(self, clip: ViewedClip, window: int, which: Which) -> Thumbnail | None:
        """The first or last frame of one of the clip's windows."""
        chosen = self._session.window(clip.key, window)
        if chosen is None or clip.video is None:
            return None
        if which is Which.FIRST:
            return self._frame(clip, chosen.start, before=False)
        return self._frame(clip, min(chosen.start + chosen.seconds, clip.video.seconds), before=True)

    def _frame(self, clip: ViewedClip, seconds: Fraction, *, before: bool) -> Thumbnail | None:
        moment, place = (clip.path, seconds, before), inside(self._session.folder, clip.path)
        with self._lock:
            if moment in self._kept:
                self._kept.move_to_end(moment)
                return self._kept[moment]
        made = frame_at(str(place), seconds, _size(), before=before) if place else None
        with self._lock:
            self._kept[moment] = made
            while len(self._kept) > spec.thresholds("view")["pictures"]:
                self._kept.popitem(last=False)
        return made


def _size() -> ThumbnailSize:
    return thumbnail_size(1)
