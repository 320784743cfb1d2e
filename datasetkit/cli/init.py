"""`datasetkit init`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit import windows
from datasetkit.cli.options import files
from datasetkit.cli.terminal import bars, echo, note
from datasetkit.model import Kind
from datasetkit.printable import Printable, joined, lines, styled
from datasetkit.report.columns import argument, plural, quoted

if TYPE_CHECKING:
    from datasetkit.intake.init import NewDataset

_SHOWN = 10  # entries of one list; --all shows the rest


@click.command(name="init")
@click.argument("raw", shell_complete=files)
@click.option("-o", "--output", required=True, metavar="DIR", type=click.Path(path_type=Path), help="The new dataset.")
@click.option(
    "--cuts", metavar="FILE", type=click.Path(path_type=Path), help="The windows to cut; by default RAW/cuts.csv."
)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in Kind]),
    help="i2v: from a first frame; kf2v: from a first and a last frame.",
)
@click.option("--model", metavar="ID", help="The model to train (see `datasetkit models`).")
@click.option("--frames", type=click.Choice(["jpg", "png"]), default="jpg", help="The format of frames from clips.")
@click.option("--no-convert", is_flag=True, help="Copy clips and frames as they are.")
@click.option("--all", "every", is_flag=True, help="List every file, however many there are.")
def command(raw: str, output: Path, *, no_convert: bool, every: bool, **options: Any) -> int:
    """Make a dataset folder from a folder of raw clips.

    Pairs clips with frames and captions by name, takes missing frames from the clips, converts formats that the
    platform doesn't accept, and drafts missing captions. Every file in RAW is used, or listed with the reason why
    not. HDR is converted to SDR. RAW itself isn't changed.

    Clips are only cut by cuts.csv, if RAW has one or you name it: each row is a window of a clip (start and seconds)
    that becomes a sample with that name. Rows with keep=no are left out.

    \b
    Example:
      datasetkit init raw -o money_rain --model wan2.2-i2v-flash
      datasetkit init raw -o magazine --kind kf2v --frames png
      datasetkit init raw -o money_rain --cuts my_cuts.csv
    """
    from datasetkit.intake.init import init

    with bars() as progress:
        made = init(raw, output, convert=not no_convert, progress=progress, **options)
    echo(lines(_report(made, every=every)))
    if ignored := sum(one.path.startswith(f"{windows.NAME}, ") for one in made.unused):
        note(f"{plural(ignored, 'row')} of {windows.NAME} couldn't be followed; the list above says why")
    if made.drafted:
        note(f"first replace {plural(len(made.drafted), 'draft prompt')} in {output}/data.jsonl")
    note(f"next: datasetkit lint {quoted(argument(str(output)))}")
    return 0


def _report(made: NewDataset, *, every: bool) -> Iterator[Printable]:
    samples, grabbed = len(made.samples), Counter(frame.which for frame in made.grabbed)
    name = styled(Printable(str(made.folder)), bold=True)
    yield joined([name, Printable(f"  {made.kind} training set, {plural(samples, 'sample')}")])
    yield Printable(f"  captions found: {samples - len(made.drafted)}, drafted: {len(made.drafted)}")
    found = sum(len(sample.frames) for sample in made.samples) - grabbed.total()
    taken = ", ".join(plural(count, f"{which} frame") for which, count in grabbed.items())
    yield Printable(f"  frames: {found:,} found; taken from clips: {taken or 'none'}")
    kept = [
        f"{path}: keeps {float(part.start):.2f}–{float(part.end):.2f} s of {float(part.total):.2f} s of {source}"
        for path, source, part in made.cut
    ]
    yield from _list("cut by cuts.csv", kept, every=every)
    yield from _list("not cut, as cuts.csv has no window of", made.uncut, every=every)
    yield from _list("left out by cuts.csv", [f"{one.path}: {one.reason}" for one in made.dropped], every=every)
    yield from _list("converted", [f"{source} → {path}" for source, path in made.converted], every=every)
    yield from _list("changed by conversion", [f"{path}: {loss}" for path, loss in made.notes], every=every)
    yield from _list("not used", [f"{unused.path}: {unused.reason}" for unused in made.unused], every=every)
    yield from _list("write a prompt in data.jsonl for", made.drafted, every=every)


def _list(title: str, entries: Sequence[str], *, every: bool) -> Iterator[Printable]:
    if entries:
        yield Printable(f"  {title} ({len(entries):,}):")
    shown = entries if every else entries[:_SHOWN]
    yield from (Printable(f"    {entry}") for entry in shown)
    if len(entries) > len(shown):
        yield Printable(f"    … and {len(entries) - len(shown):,} more; --all lists them")
