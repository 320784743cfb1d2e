"""The folder that `select` writes: the chosen clips with their captions, picks.csv, and a page to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from datasetkit.errors import DatasetkitError
from datasetkit.files import new_folder
from datasetkit.footage import Depth
from datasetkit.intake.raw import PICKS
from datasetkit.model import Expected, Progress, Video
from datasetkit.pool.choosing import Choice
from datasetkit.pool.picks import Pick, render
from datasetkit.pool.places import Place
from datasetkit.pool.records import Candidate
from datasetkit.pool.usable import ClipNeeds, fits_whole
from datasetkit.repair.making import copy_stream, uncopied
from datasetkit.report.columns import plural
from datasetkit.report.visual.cards import curve_of, facts_of, strip_of
from datasetkit.report.visual.picks_page import LeftOutLine, PickCard, PicksReport, picks_page
from datasetkit.scan.folder import folder_tree
from datasetkit.scan.reading import read_media

PAGE = "report.html"
Following = Callable[[bool], str]
"""The command to run next, by whether any clip has to be cut first."""


def write_folder(
    choice: Choice,
    place: Place,
    target: Path,
    needs: ClipNeeds,
    captions: Mapping[str, str],
    following: Following,
    *,
    symlink: bool = False,
    progress: Progress | None = None,
) -> str:
    """Write the chosen clips of a pool to a new folder; the command to run next.

    A clip keeps its extension; its caption becomes a text file beside it. With ``symlink`` clips are links to those of
    the pool. Raises DatasetkitError if a clip isn't there, or the folder can't be written.
    """
    found = _listed(choice.chosen, place)
    with new_folder(target) as stage:
        for number, pick in enumerate(choice.chosen, 1):
            _put(found[pick.clip], place, stage / _file_name(pick), symlink=symlink)
            if caption := captions.get(pick.clip):
                (stage / f"{pick.name}.txt").write_text(f"{caption}\n", "utf-8", "replace")  # of half letters
            if progress:
                progress("copying", number, len(choice.chosen))
        (stage / PICKS).write_text(render(choice.picks), "utf-8", "surrogateescape", newline="")
        videos = _pictured(choice.chosen, stage, progress)
        command = following(not all(fits_whole(video, needs) for video in videos.values()))
        page = picks_page(_report(choice, place.name, videos, captions, command))
        (stage / PAGE).write_text(page, "utf-8", "backslashreplace")
    return command


def _listed(picks: Sequence[Pick], place: Place) -> Mapping[str, Candidate]:
    wanted = {pick.clip for pick in picks}
    found = {one.path: one for one in place.clips() if one.path in wanted}
    if lost := sorted(wanted - found.keys()):
        more = f" and {plural(len(lost) - 1, 'other clip')}" if lost[1:] else ""
        raise DatasetkitError(f"{place.name} has no clip {lost[0]}{more}", "Put it back, or correct picks.csv.")
    return found


def _put(clip: Candidate, place: Place, target: Path, *, symlink: bool) -> None:
    try:
        with place.entire(clip) as source:
            if not symlink:
                with Path(source).open("rb") if isinstance(source, str) else source as stream:
                    copy_stream(stream, target)
            elif isinstance(source, str):
                target.symlink_to(Path(source).resolve())
            else:
                raise DatasetkitError(f"{clip.path} isn't a file on this machine", "Leave --symlink out.")
    except OSError as error:
        raise uncopied(clip.path, error) from error


def _file_name(pick: Pick) -> str:
    return pick.name + PurePosixPath(pick.clip).suffix


def _pictured(picks: Sequence[Pick], folder: Path, progress: Progress | None) -> Mapping[str, Video]:
    """The clips of the new folder with pictures for people, by the path in the pool."""
    tree = folder_tree(folder, str(folder))
    named = {(_file_name(pick), Expected.VIDEO): pick.clip for pick in picks}
    read = partial(read_media, depth=Depth.FULL, pictures=True, progress=progress)
    return {named[key]: medium for key, medium in read(tree, list(named)).items() if isinstance(medium, Video)}


def _report(
    choice: Choice, pool: str, videos: Mapping[str, Video], captions: Mapping[str, str], command: str
) -> PicksReport:
    cards = [_card(pick, videos.get(pick.clip), captions.get(pick.clip, "")) for pick in choice.chosen]
    left_out = [
        LeftOutLine(reason, group.count, tuple(f"{path}: {details}" for path, details in group.examples))
        for reason, group in choice.left_out.items()
    ]
    return PicksReport(pool, choice.seen, left_out, cards, command)


def _card(pick: Pick, video: Video | None, caption: str) -> PickCard:
    return PickCard(
        rank=pick.rank,
        name=_file_name(pick),
        path=pick.clip,
        score=pick.score,
        reason=pick.reason,
        instead=pick.next,
        facts=tuple(facts_of(video)),
        caption=caption,
        strip=strip_of(video) if video else None,
        curve=curve_of(video) if video else None,
    )
