"""`datasetkit cut`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.options import Number, cache_options, files
from datasetkit.cli.suggesting import init_command
from datasetkit.cli.terminal import bars, echo, note
from datasetkit.printable import Printable, joined, lines, styled
from datasetkit.report.columns import plural

if TYPE_CHECKING:
    from datasetkit.intake.cut import ClipCuts, CutsFile


@click.command(name="cut")
@click.argument("raw", shell_complete=files)
@click.option(
    "--seconds",
    type=Number(min=0, min_open=True),
    metavar="S",
    help="The longest window; by default the model's limit.",
)
@click.option("--model", metavar="ID", help="The model to train (see `datasetkit models`).")
@click.option("--all", "every", is_flag=True, help="Propose every window of a long clip, not only the best.")
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write this file instead of RAW/cuts.csv."
)
@click.option(
    "--force", is_flag=True, help="Propose windows for all clips again; the old file is kept beside the new one."
)
@cache_options
def command(raw: str, *, cache: bool, **options: Any) -> int:
    """Propose which seconds of each raw clip to keep.

    Looks for the action: it lies between cuts and fades, where the picture changes more than it usually does. Still,
    black and damaged parts are left out. The windows are written to RAW/cuts.csv with the reason for each; `init`
    cuts the clips by that file. Rows that are there already stay as they are. The clips aren't changed.

    \b
    Example:
      datasetkit cut raw --seconds 5 --model wan2.2-i2v-flash
      datasetkit cut raw --all
    """
    from datasetkit.intake.cut import propose_cuts
    from datasetkit.scan.facts import fact_store

    with fact_store(on_disk=cache) as store, bars() as progress:
        made = propose_cuts(raw, store=store, progress=progress, **options)
    echo(lines(_report(made)))
    if any(window.keep for one in made.clips for window in one.windows) or made.mentioned:
        note(f"next: {init_command(raw, made.file)}")
    return 0


def _report(made: CutsFile) -> Iterator[Printable]:
    for clip in made.clips:
        yield from _kept(clip)
    windows = sum(window.keep for one in made.clips for window in one.windows)
    left = sum(not any(window.keep for window in one.windows) for one in made.clips)
    if made.mentioned:
        are, their = ("is", "its") if len(made.mentioned) == 1 else ("are", "their")
        already = f"{plural(len(made.mentioned), 'clip')} {are} already in {made.file}; {their} rows stay"
        yield Printable(f"{already}. --force proposes them again")
    if made.clips:
        name = styled(Printable(str(made.file)), bold=True)
        yield joined([name, Printable(f"  {plural(windows, 'window')} added, {plural(left, 'clip')} without one")])
    if made.replaced:
        yield Printable(f"the old file is now {made.replaced}")


def _kept(clip: ClipCuts) -> Iterator[Printable]:
    if clip.reason:
        yield Printable(f"{clip.clip}: skipped: {clip.reason}")
        return
    for window in clip.windows:
        end = window.start + window.seconds
        part = f"keeps {float(window.start):.2f}–{float(end):.2f} s of {float(clip.seconds or 0):.2f} s"
        yield Printable(f"{clip.clip} {part}: {window.reason}")
