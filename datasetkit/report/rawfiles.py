"""The files of a folder of raw clips: a line each for people, and an object each for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from datasetkit.findings import RawFile
from datasetkit.footage import Cuts
from datasetkit.model import Foreign, Pointer, Unreadable, Video
from datasetkit.printable import Printable
from datasetkit.report.columns import plural, table
from datasetkit.windows import Window


def rows(files: Sequence[RawFile]) -> list[Printable]:
    """The files as aligned lines: the clips' facts, and what becomes of each."""
    return table([_cells(file) for file in files], "  ") if files else []


def as_objects(files: Sequence[RawFile]) -> list[dict[str, Any]]:
    """The files in the shape that schemas/report.schema.json gives them."""
    return [_object(file) for file in files]


def _cells(file: RawFile) -> tuple[str, ...]:
    video = file.medium
    if not isinstance(video, Video):
        return (file.path, "", "", "", "", _refused(file))
    width, height = video.displayed
    facts = (f"{float(video.seconds):.2f} s", f"{width}×{height}", f"{float(video.rate):.4g} fps", video.codec)
    return (file.path, *facts, "; ".join([*_looks(video), f"`init` {', '.join(_does(file, video))}"]))


def _refused(file: RawFile) -> str:
    match file.medium:
        case Unreadable(reason=reason):
            return f"can't be used: {reason}"
        case Foreign(content=content):
            return f"can't be used: {content}"
        case Pointer(system=system):
            return f"can't be used: a {system} pointer"
        case _:
            return f"not used: {file.reason}"


def _looks(video: Video) -> Iterator[str]:
    """What is special about a clip, before anything is made of it."""
    cuts = video.seen.of(Cuts) if video.seen else None
    yield from [f"rotated by {video.rotation}°"] * bool(video.rotation) + ["mirrored"] * video.mirrored
    yield from [f"HDR ({video.hdr})"] * bool(video.hdr) + ["interlaced"] * video.interlaced
    yield from [plural(len(cuts.cuts), "cut")] if cuts else ()
    yield from ["damaged"] * bool(video.missing or (video.seen and video.seen.damage))


def _does(file: RawFile, video: Video) -> list[str]:
    if video.missing:
        return ["can't use it"]
    cut = [f"cuts {_part(window)}" for window in file.windows if window.keep]
    if file.windows and not cut:
        return ["leaves it out"]
    return [*cut, *file.does] or ["keeps it as it is"]


def _part(window: Window) -> str:
    return f"{float(window.start):.2f}–{float(window.start + window.seconds):.2f} s"


def _object(file: RawFile) -> dict[str, Any]:
    video = file.medium if isinstance(file.medium, Video) else None
    return {
        "path": file.path,
        "bytes": file.medium.size if isinstance(file.medium, Video | Unreadable | Foreign | Pointer) else None,
        "clip": _facts(video) if video else None,
        "windows": [
            {
                "name": window.name,
                "start": float(window.start),
                "seconds": float(window.seconds),
                "keep": window.keep,
                "reason": window.reason,
            }
            for window in file.windows
        ],
        "init": _does(file, video) if video else [],
        "unused": None if video else _refused(file),
    }


def _facts(video: Video) -> dict[str, Any]:
    cuts, (width, height) = video.seen.of(Cuts) if video.seen else None, video.displayed
    return {
        "container": video.container,
        "codec": video.codec,
        "seconds": float(video.seconds),
        "frames": video.frames,
        "rate": float(video.rate),
        "width": width,
        "height": height,
        "rotation": video.rotation,
        "mirrored": video.mirrored,
        "hdr": video.hdr or None,
        "cuts": [cut.seconds for cut in cuts.cuts] if cuts else [],
        "damaged": bool(video.missing or (video.seen and video.seen.damage)),
    }
