"""Windows proposed for a folder of raw clips, written to its cuts.csv. The clips themselves are only read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike, fspath
from pathlib import Path

from datasetkit import config, spec, windows
from datasetkit.errors import DatasetkitError
from datasetkit.files import replace_file, sole_run
from datasetkit.footage import Depth
from datasetkit.intake.proposing import Proposal, propose
from datasetkit.intake.raw import lost_clips, read_raw
from datasetkit.intake.rawclips import read_clips
from datasetkit.model import Medium, Progress, Unreadable, Video
from datasetkit.scan.cuts import windows_in
from datasetkit.scan.datasets import open_tree
from datasetkit.scan.facts import FactStore
from datasetkit.scan.tree import Tree
from datasetkit.verdict import settings_for
from datasetkit.windows import Window, fault_of_clip, free_name, name_for, name_key

_WANTED = "Give the folder that holds your raw clips."


@dataclass(frozen=True, slots=True)
class ClipCuts:
    """A clip of ``seconds`` (None: it can't be read) and its windows; ``reason`` says why none of it is kept."""

    clip: str
    seconds: Fraction | None
    windows: tuple[Window, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CutsFile:
    """The cuts.csv that `propose_cuts` wrote to ``file``: what it added, in the order of the clips.

    ``mentioned`` are the clips whose rows were there before and stay as they are. ``replaced`` is where the file that
    was there before is now; None if there was none, or if its rows stay.
    """

    file: Path
    clips: tuple[ClipCuts, ...]
    mentioned: tuple[str, ...]
    replaced: Path | None


def propose_cuts(
    raw: str | PathLike[str],
    *,
    seconds: float | None = None,
    model: str | None = None,
    every: bool = False,
    output: Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
    store: FactStore | None = None,
) -> CutsFile:
    """Propose a window, or with ``every`` all that are worth it, for each clip of a folder, and write cuts.csv.

    The folder's own cuts.csv, or ``output``, keeps its rows: only clips that it doesn't mention are added. With
    ``force`` it is written again from nothing, and the old file is kept beside it. Windows are at most ``seconds``
    long, by default what ``model``, or the folder's datasetkit.toml, accepts.

    Raises DatasetkitError for a folder without clips, a file that is there and is no cuts.csv or has faults, and more
    seconds than the model accepts.
    """
    target = output or Path(raw) / windows.NAME
    _require_folder(target, fspath(raw))
    with closing(open_tree(fspath(raw), wanted=_WANTED)) as tree:
        longest = _longest(tree, seconds, model)
        pairing, known = read_raw(tree), _clips_in(_rows(target, force=force))
        clips = [files.clip for files in pairing.clips]
        new = [clip for clip in clips if clip not in known and not fault_of_clip(clip)]
        media = read_clips(tree, new, Depth.FULL, progress=progress, store=store)
    with sole_run(target.parent, "writing"):
        before = _rows(target, force=force)  # again, as reading clips takes long
        known = _clips_in(before)
        found = _cuts({clip: media[clip] for clip in new if clip not in known}, before, longest, every=every)
        lost = {**lost_clips(pairing.unused), **_nameless(clips)}
        added = (*found, *(ClipCuts(clip, None, (), reason) for clip, reason in lost.items()))
        replaced = _write(target, before, added, force=force)
    return CutsFile(target, added, tuple(clip for clip in clips if clip in known), replaced)


def _rows(target: Path, *, force: bool) -> tuple[Window, ...]:
    """The rows that stay. Raises DatasetkitError if what is at ``target`` is no cuts.csv: it is never replaced."""
    rows = windows_in(target) if target.exists() else ()
    return () if force else rows


def _clips_in(rows: Collection[Window]) -> set[str]:
    return {one.clip for one in rows}


def _write(target: Path, before: Collection[Window], added: Collection[ClipCuts], *, force: bool) -> Path | None:
    """Write the file, if there is anything to add; gives where an old file is now."""
    rows = (*before, *(window for one in added for window in one.windows))
    if len(rows) == len(before):
        return None
    text = windows.render(rows)
    if windows.parse(text) != (rows, ()):
        raise DatasetkitError(f"can't write {target}: its rows couldn't be read back", "Use a folder of fewer clips.")
    replaced = _kept_beside(target) if force and target.exists() else None
    replace_file(target, text.encode())
    return replaced


def _require_folder(target: Path, raw: str) -> None:
    """Raise DatasetkitError, before any clip is read, if the file has no folder to be in; a zip is none."""
    if not target.parent.is_dir() and Path(raw).exists():
        message = f"can't write {target}: there is no folder {target.parent}"
        raise DatasetkitError(message, "Name another file with -o.")


def _longest(tree: Tree, seconds: float | None, model: str | None) -> float:
    """How long a window may be. Raises DatasetkitError for more than the model accepts, and for hardly anything."""
    settings = settings_for(tree, config.from_options({"model": model} if model else {}))
    named = spec.find_model(settings.model) if settings.model else None
    longest = named.seconds if named else max(one.seconds for one in spec.models())
    least = spec.thresholds("windows")["shortest"]
    if seconds is None:
        return named.seconds if named else min(one.seconds for one in spec.models())
    if seconds < least:
        raise DatasetkitError(f"windows of {seconds:g} s are too short", f"Use --seconds {least:g} or more.")
    if seconds > longest:
        who = f"{named.id} accepts" if named else "no model accepts"
        more = "at most" if named else "more than"
        message = f"windows of {seconds:g} s are too long: {who} {more} {longest:g} s"
        raise DatasetkitError(message, f"Use --seconds {longest:g} or less{', or another --model' * bool(named)}.")
    return seconds


def _kept_beside(target: Path) -> Path:
    """Save the old file under a name that is free."""
    names = (target.with_name(f"{target.name}.old{number or ''}") for number in range(1_000))
    free = next(name for name in names if not name.exists())
    replace_file(free, target.read_bytes())
    return free


def _cuts(
    media: Mapping[str, Medium], before: Collection[Window], longest: float, *, every: bool
) -> Iterator[ClipCuts]:
    taken = {name_key(window.name) for window in before}
    for clip, medium in media.items():
        if not isinstance(medium, Video):
            reason = medium.reason if isinstance(medium, Unreadable) else "can't be read as a clip"
            yield ClipCuts(clip, None, (), reason)
            continue
        found = propose(medium, longest, every=every)
        if isinstance(found, str):
            dropped = Window(clip, Fraction(0), round(medium.seconds, 6), _free(clip, taken), keep=False, reason=found)
            yield ClipCuts(clip, medium.seconds, (dropped,), found)
        else:
            yield ClipCuts(clip, medium.seconds, tuple(_windows(clip, found, taken)))


def _nameless(clips: Collection[str]) -> dict[str, str]:
    """Clips that cuts.csv can't name, and why."""
    return {clip: fault for clip in clips if (fault := fault_of_clip(clip))}


def _windows(clip: str, found: Collection[Proposal], taken: set[str]) -> Iterator[Window]:
    for number, one in enumerate(found, 1):
        name = _free(clip, taken, f"_{number}" if len(found) > 1 else "")
        yield Window(clip, one.start, one.seconds, name, reason=one.reason)


def _free(clip: str, taken: set[str], ending: str = "") -> str:
    """The clip's own name, as far as files can have it and no other sample does."""
    name = free_name(name_for(clip), taken, ending)
    taken.add(name_key(name))
    return name
