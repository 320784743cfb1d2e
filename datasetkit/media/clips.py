"""A clip made as an edit wants it: its packets copied where that is enough, else decoded and encoded once.

What is encoded is H.264, 4:2:0 and eight bits, at a quality that is hard to tell from the source, in an MP4 whose
index comes first. Matrix, primaries, transfer and range keep their tags. Any encoding sets the picture upright and
in square pixels. The result is the same to the byte on one machine with one release of PyAV, and only there.
"""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

from datasetkit import spec
from datasetkit.edits import Reencode
from datasetkit.media import pictures
from datasetkit.media.boxes import Turn
from datasetkit.media.encoding import Part, encode, part_of
from datasetkit.media.opening import ClipFile, picture_stream, reading, stream_of, writing
from datasetkit.media.outcome import KeptPart, Made, Outcome, attempt
from datasetkit.media.sound import feed, sound_tracks
from datasetkit.media.survey import Survey, survey


def edit_clip(source: ClipFile, target: Path, edit: Reencode) -> Outcome:
    """Write the clip at ``source`` to ``target`` as ``edit`` wants it; if that fails, ``target`` is removed.

    Raises DatasetkitError if the machine doesn't allow it.
    """
    return attempt(target, lambda: _edit(source, target, edit))


def _edit(source: ClipFile, target: Path, edit: Reencode) -> Made:
    facts = survey(source)
    part = part_of(facts.timeline, edit)
    begin = part.start - facts.timeline.start
    kept = KeptPart(begin, begin + part.length, facts.timeline.seconds)
    fine = _picture_is_fine(facts, part, edit)
    if fine and facts.is_mp4 and not (edit.single and facts.pictures > 1):
        _copy(source, target)
        return Made(same=True, kept=kept)
    if fine and facts.codec in spec.limits().common_codecs and facts.timeline.plain:
        notes = _remux(source, target, facts)
    else:
        notes = encode(source, target, edit, facts, part)
    return Made(tuple(dict.fromkeys(notes)), kept=kept)


def _picture_is_fine(facts: Survey, part: Part, edit: Reencode) -> bool:
    """Whether the picture is as the edit wants it without being encoded."""
    shown = pictures.displayed(facts.first, facts.pixel_aspect)
    return not (
        part.cut
        or (edit.usual_codec and facts.codec not in spec.limits().common_codecs)
        or part.start > facts.timeline.start
        or edit.crop
        or (edit.sdr and pictures.is_hdr(facts.first))
        or edit.rate not in (None, facts.timeline.rate)
        or (edit.upright and pictures.turn_of(facts.first) != Turn())
        or (edit.steady and not part.even)
        or (edit.progressive and facts.interlaced)
        or pictures.bounded(shown, edit.max_side, edit.max_pixels) != shown
    )


def _copy(source: ClipFile, target: Path) -> None:
    with stream_of(source) as file, target.open("wb") as copy:
        shutil.copyfileobj(file, copy, 1 << 20)


def _remux(source: ClipFile, target: Path, facts: Survey) -> list[str]:
    line = facts.timeline
    with reading(source) as container, writing(target) as output:
        stream = picture_stream(container)
        copy = output.add_stream_from_template(stream)
        kept, notes = sound_tracks(container, output, line.start, None)
        times, following = iter(line.ticks), dict(pairwise((*line.ticks, line.end)))
        for packet in container.demux(stream, *(track.source for track in kept)):
            if packet.stream.index != stream.index:
                feed(kept, packet)
            elif packet.size and packet.pts is not None:
                packet.dts = next(times) - facts.delay - line.ticks[0]  # Matroska has none
                packet.duration = following[packet.pts] - packet.pts  # Matroska and FLV may leave it out
                packet.pts -= line.ticks[0]
                packet.stream = copy
                output.mux(packet)
        return notes + [note for track in kept for note in track.finish()]
