"""A clip made as an edit wants it: its packets copied where that is enough, else decoded and encoded once.

What is encoded is H.264, 4:2:0 and eight bits, at a quality that is hard to tell from the source, in an MP4 whose
index comes first. Matrix, primaries, transfer and range keep their tags. Any encoding sets the picture upright and
in square pixels. The result is the same to the byte on one machine with one release of PyAV, and only there.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path

from datasetkit import spec
from datasetkit.edits import Reencode
from datasetkit.media import pictures
from datasetkit.media.encoding import Window, encode, feed, window_of
from datasetkit.media.opening import Place, Survey, picture_stream, reading, stuck, survey, writing
from datasetkit.media.outcome import CannotMakeError, Failed, Made, Outcome
from datasetkit.media.sound import tracks


def edit_clip(source: Place, target: Path, edit: Reencode) -> Outcome:
    """Write the clip at ``source`` to ``target`` as ``edit`` wants it; ``target`` is gone where that fails.

    Raises DatasetkitError where the disk doesn't allow it.
    """
    try:
        facts = survey(source)
        window = window_of(facts.timeline, edit)
        fine = _picture_is_wanted(facts, window, edit)
        same = fine and facts.is_mp4 and not (edit.single and facts.pictures > 1)
        if same:
            notes = _copy(source, target)
        elif fine and facts.codec in spec.limits().common_codecs and facts.timeline.whole:
            notes = _remux(source, target, facts)
        else:
            notes = encode(source, target, edit, facts, window)
    except CannotMakeError as error:
        target.unlink(missing_ok=True)
        return Failed(str(error))
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return Made(tuple(dict.fromkeys(notes)), same=same)


def _picture_is_wanted(facts: Survey, window: Window, edit: Reencode) -> bool:
    """Whether the picture needs no decoding to be as the edit wants it."""
    shown = pictures.displayed(facts.first, facts.pixel_aspect)
    return not (
        window.cut
        or (edit.usual_codec and facts.codec not in spec.limits().common_codecs)
        or edit.start
        or edit.crop
        or (edit.upright and pictures.turn_of(facts.first) != pictures.Turn())
        or (edit.steady and not window.even)
        or (edit.progressive and facts.interlaced)
        or pictures.bounded(shown, edit.max_side, edit.max_pixels) != shown
    )


def _copy(source: Place, target: Path) -> list[str]:
    """Nothing to do: the bytes as they are."""
    try:
        with ExitStack() as stack:
            file = stack.enter_context(Path(source).open("rb")) if isinstance(source, str) else source
            file.seek(0)
            shutil.copyfileobj(file, stack.enter_context(target.open("wb")), 1 << 20)
    except OSError as error:
        raise stuck(error) from error
    return []


def _remux(source: Place, target: Path, facts: Survey) -> list[str]:
    with reading(source) as container, writing(target) as output:
        stream = picture_stream(container)
        copy = output.add_stream_from_template(stream)
        kept, notes = tracks(container, output, facts.timeline.start, None)
        shown = iter(facts.timeline.ticks)
        for packet in container.demux(stream, *(track.source for track in kept)):
            if packet.stream.index != stream.index:
                feed(kept, packet)
            elif packet.size and packet.pts is not None:
                packet.dts = next(shown) - facts.delay - facts.timeline.ticks[0]  # Matroska has none
                packet.pts -= facts.timeline.ticks[0]
                packet.stream = copy
                output.mux(packet)
        return notes + [note for track in kept for note in track.finish()]
