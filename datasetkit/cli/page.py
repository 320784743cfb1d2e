"""Gathers the report to look at and writes its page, for `report` and `build --report`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from datasetkit import spec
from datasetkit.cli.suggesting import build_command, fix_command, next_command
from datasetkit.errors import DatasetkitError
from datasetkit.files import new_file, put_in_place, require_room, scratch
from datasetkit.footage import Thumbnail
from datasetkit.media.content import HEAD, is_text, sniff
from datasetkit.report.visual.gathering import gather
from datasetkit.report.visual.values import VisualReport
from datasetkit.verdict import Verdict, refuse_own_file

_OURS = re.compile(r"[0-9a-f]{24}\.webp")


def visual(verdicts: Sequence[Verdict], following: str = "") -> VisualReport:
    """The report to look at, with commands that repeat the options of the running one.

    ``following`` is the command to run next, where that isn't to fix or build the dataset.
    """
    after = [following or next_command([one]) or build_command(one) for one in verdicts]
    return gather(verdicts, fix_command, after)


def write_page(report: VisualReport, output: Path, verdicts: Sequence[Verdict]) -> None:
    """Write the report as one page; a very large one gets its pictures from a folder beside it, NAME_pictures.

    Raises DatasetkitError where it can't be written, or would replace a file of a dataset.
    """
    from datasetkit.report.visual.html import render

    content = render(report).encode()
    if len(content) <= spec.thresholds("thumbnails")["page_bytes"]:
        write_file(content, output, verdicts)
    else:
        _write_with_folder(report, output, verdicts)


def refuse_report(output: Path, verdicts: Sequence[Verdict] = ()) -> None:
    """Raise DatasetkitError if a report would replace a file of a dataset, or one that isn't text."""
    for verdict in verdicts:
        refuse_own_file(output, verdict.dataset)
    if output.is_file():
        with output.open("rb") as file:
            head = file.read(HEAD)
        if not is_text(head):
            phrase = sniff(head, len(head)).phrase
            raise DatasetkitError(f"{output} is {phrase}, which no report replaces", "Choose another name.")


def write_file(content: bytes, output: Path, verdicts: Sequence[Verdict]) -> None:
    """Write or replace a file that is none of the datasets'. Raises DatasetkitError."""
    refuse_report(output, verdicts)
    with new_file(output, size=len(content), force=True) as temporary:
        temporary.write_bytes(content)


def _write_with_folder(report: VisualReport, output: Path, verdicts: Sequence[Verdict]) -> None:
    from datasetkit.report.visual.html import render

    folder = output.with_name(f"{output.stem}_pictures")
    if folder.exists() and not (folder.is_dir() and all(_OURS.fullmatch(one.name) for one in folder.iterdir())):
        raise DatasetkitError(f"{folder} holds other files", "Choose another name for the page, or move them.")
    pictures: dict[str, bytes] = {}

    def address(thumbnail: Thumbnail) -> str:
        name = f"{sha256(thumbnail.webp).hexdigest()[:24]}.webp"
        pictures[name] = thumbnail.webp
        return f"{quote(folder.name)}/{name}"

    content = render(report, address).encode()
    with scratch(output) as work:
        require_room(work, len(content) + sum(map(len, pictures.values())))
        (work / "new").mkdir()
        for name, data in pictures.items():
            (work / "new" / name).write_bytes(data)
        if folder.exists():
            folder.rename(work / "old")
        (work / "new").rename(folder)
        (work / "page").write_bytes(content)
        refuse_report(output, verdicts)
        put_in_place({work / "page": output})
