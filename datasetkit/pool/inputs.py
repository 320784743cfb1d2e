"""What a user names beside the pool: a clip as an example, and a table of picks."""

from __future__ import annotations

from pathlib import Path

from datasetkit.errors import DatasetkitError
from datasetkit.footage import Depth
from datasetkit.intake.captions import decode
from datasetkit.model import Video
from datasetkit.pool.choosing import Choice
from datasetkit.pool.picks import Pick, parse
from datasetkit.pool.places import FolderPlace, Place
from datasetkit.pool.profiles import Profile, profile_of
from datasetkit.pool.reading import read_clip
from datasetkit.pool.records import Candidate
from datasetkit.pool.usable import ClipNeeds, left_out


def read_example(like: str, pool: str) -> Profile:
    """The clip at a path, or at a path below the pool. Raises DatasetkitError if it can't be an example."""
    path = next((one for one in (Path(like), Path(pool, like)) if one.is_file()), None)
    if path is None:
        raise DatasetkitError(f"there is no file {like}", "Give --like the path of a clip.")
    status = path.stat()
    place = FolderPlace(str(path.parent.absolute()), str(path.parent))
    facts = read_clip(place, Candidate(path.name, status.st_size, str(status.st_mtime_ns)), Depth.FULL).facts
    profile = profile_of(facts) if isinstance(facts, Video) else None
    if profile is None:
        out = left_out(facts, ClipNeeds())
        raise DatasetkitError(
            f"{like} can't be the example: {out.details if out else 'too few frames to compare'}",
            "Give --like the path of a clip that can be played.",
        )
    return profile


def read_pick_table(file: Path) -> tuple[Pick, ...]:
    """The rows of a picks.csv as a person left it. Raises DatasetkitError if it can't be read."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise DatasetkitError(f"can't read {file}: {error.strerror or error}", "Check the path.") from error
    return parse(decode(data) or data.decode("utf-8", "surrogateescape"), str(file))


def read_picks(file: Path, place: Place) -> Choice:
    """The choice in a picks.csv. Raises DatasetkitError if it can't be read, or chooses nothing or what is no clip."""
    clips = place.clips()
    choice = Choice(read_pick_table(file), seen=len(clips), left_out={})
    if not choice.chosen:
        raise DatasetkitError(f"no row of {file} has keep=yes", "Write yes in the rows of the clips to take.")
    chosen = {pick.clip for pick in choice.chosen}
    for clip in clips:
        if clip.path in chosen:
            _refuse_other_file(clip, place, file)
    return choice


def _refuse_other_file(clip: Candidate, place: Place, file: Path) -> None:
    """A name that ends in .mp4 may be a link to any file, and whoever trains gets what is copied."""
    facts = read_clip(place, clip, Depth.HEADER).facts
    out = None if isinstance(facts, Video) else left_out(facts, ClipNeeds())
    if out:
        raise DatasetkitError(f"{file} chooses {clip.path}: {out.reason} ({out.details})", "Write no in its row.")
