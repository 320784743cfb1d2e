"""Reads the clips of a pool. What runs on workers is here: plain functions that can be sent to other machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.footage import Depth
from datasetkit.media.damage import MediumError, plain_errors, unopened, unreadable
from datasetkit.media.versions import reader_version
from datasetkit.model import Expected, Present, Unreadable, Video
from datasetkit.pool.places import Place
from datasetkit.pool.records import Candidate, ClipRecord


def read_clips(place: Place, reader: str, clips: Sequence[Candidate]) -> tuple[ClipRecord, ...]:
    """All facts of each clip. Whatever is wrong with one is in its facts, never an exception.

    Raises DatasetkitError if this machine doesn't read clips as ``reader`` does: the facts may differ.
    """
    refuse_other_reader(reader, reader_version())
    return tuple(read_clip(place, clip) for clip in clips)


def refuse_other_reader(wanted: str, there: str) -> None:
    """Raise DatasetkitError if workers have another version of what reads clips."""
    if there != wanted:
        raise DatasetkitError(
            f"a worker reads clips with other versions ({there}) than this machine ({wanted})",
            "Install the same versions of datasetkit, av, pillow and simplejpeg on every worker.",
        )


def read_clip(place: Place, clip: Candidate, depth: Depth = Depth.FULL) -> ClipRecord:
    """A clip with the facts that `lint` finds at that depth."""
    try:
        with plain_errors(unreadable(clip.path)):
            facts = _facts(place, clip, depth)
            if place.changed(clip):
                raise MediumError(unopened("it changed while it was read"))
    except MediumError as error:
        facts = Unreadable(clip.path, clip.size, Expected.VIDEO, str(error))
    except DatasetkitError as error:  # the machine, or the way to the clip
        reason = unopened(getattr(error.__cause__, "strerror", None) or str(error))
        facts = Unreadable(clip.path, clip.size, Expected.VIDEO, reason)
    return ClipRecord(clip.path, clip.size, clip.stamp, facts)


def _facts(place: Place, clip: Candidate, depth: Depth) -> Present:
    from datasetkit.media.videos import read_video  # loads av

    with place.header(clip) as source:
        facts = read_video(source, clip.path, clip.size)
    if depth is Depth.HEADER or not _can_be_decoded(facts):
        return facts
    from datasetkit.media.looking import look
    from datasetkit.media.wanted import Wanted

    with place.entire(clip) as source:
        return look(source, facts, Wanted(depth))


def _can_be_decoded(facts: Present) -> TypeGuard[Video]:
    return isinstance(facts, Video) and max(facts.width, facts.height) <= spec.limits().video_side
