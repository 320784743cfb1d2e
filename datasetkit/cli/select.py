"""`datasetkit select`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.options import Number, WholeNumber, files
from datasetkit.cli.terminal import bars, echo, note, shown_log
from datasetkit.errors import DatasetkitError
from datasetkit.printable import Printable, joined, lines, styled
from datasetkit.report.columns import plural

if TYPE_CHECKING:
    from datasetkit.pool.choosing import Choice
    from datasetkit.pool.executors import Hire
    from datasetkit.pool.records import ClipRecord
    from datasetkit.pool.usable import ClipNeeds


@click.command(name="select")
@click.argument("pool", shell_complete=files)
@click.option("-n", "--count", type=WholeNumber(min=1), metavar="N", help="How many clips to choose.")
@click.option("-o", "--output", required=True, metavar="DIR", type=click.Path(path_type=Path), help="The new folder.")
@click.option("--model", metavar="ID", help="The model to train (see `datasetkit models`).")
@click.option(
    "--like", metavar="CLIP", help="An example: choose clips that are as bright as this one and move like it."
)
@click.option(
    "--seconds",
    type=Number(min=0, min_open=True),
    metavar="S",
    help="What each clip must have: S seconds without a cut, black or a freeze. By default all of it.",
)
@click.option("--symlink", is_flag=True, help="Link to the clips instead of copying them.")
@click.option("--workers", type=WholeNumber(min=1), metavar="N", help="Read with N processes; by default, one a core.")
@click.option("--scheduler", metavar="ADDRESS", help="Read on the Dask cluster with this scheduler (tcp://HOST:PORT).")
@click.option("--facts", metavar="FOLDER", type=click.Path(path_type=Path), help="Keep what was read in this folder.")
@click.option("--picks", metavar="FILE", type=click.Path(path_type=Path), help="Take the clips with keep=yes in FILE.")
def command(pool: str, *, count: int | None, output: Path, picks: Path | None, symlink: bool, **options: Any) -> int:
    """Choose the best clips of a pool, and as different ones as possible.

    POOL is a folder with any number of clips, or the address of one in object storage (s3://…). It is only read. Clips
    that can't be used are left out; of clips that look alike only the best counts. DIR gets the chosen clips and their
    captions, a page to look at, and picks.csv with the reason for each choice and the clip that is next in line.

    What was read is kept, so the same clips aren't read again, also after a run that was stopped.

    To change the choice, edit the column keep in picks.csv, and give it to --picks: exactly the clips with yes are
    taken.

    \b
    Example:
      datasetkit select generated -n 40 -o best --model wan2.2-i2v-flash
      datasetkit select generated --picks best/picks.csv -o better
    """
    if (count is None) is (picks is None):
        both = "Give -n or --picks, not both: the table says which clips are taken."
        none = "Say how many clips to choose with -n, or name a picks.csv with --picks."
        raise click.UsageError(both if picks else none)
    if options["workers"] and options["scheduler"]:
        raise click.UsageError("Give --workers or --scheduler, not both.")
    from datasetkit.pool.captions import read_captions
    from datasetkit.pool.inputs import read_picks
    from datasetkit.pool.places import place_of
    from datasetkit.pool.scanning import scan_pool
    from datasetkit.pool.writing import write_folder
    from datasetkit.repair.making import refuse_inside, refuse_output

    needs, place = _needs(options["seconds"], options["model"]), place_of(pool)
    hire = _hire(options["workers"], options["scheduler"])
    refuse_output(output, pool)
    if options["facts"]:
        refuse_inside(options["facts"], pool)
    captions = read_captions(pool)
    with bars() as progress, shown_log():
        if picks is None:
            with closing(scan_pool(pool, facts=options["facts"], hire=hire, progress=progress)) as records:
                choice = _chosen(pool, place.name, records, count or 0, needs, captions, options["like"])
        else:
            choice = read_picks(picks, place)
        following = partial(_following, output)
        after = write_folder(choice, place, output, needs, captions, following, symlink=symlink, progress=progress)
    echo(lines(_report(choice, output, count)))
    note(f"next: {after}")
    return 0


def _needs(seconds: float | None, model: str | None) -> ClipNeeds:
    from datasetkit import spec
    from datasetkit.pool.usable import ClipNeeds

    return ClipNeeds(seconds, spec.find_model(model) if model else None)


def _hire(workers: int | None, scheduler: str | None) -> Hire:
    """What gets the workers that the options name."""
    if scheduler is not None:
        from datasetkit.pool.cluster import cluster

        return partial(cluster, scheduler)
    from datasetkit.pool.executors import processes
    from datasetkit.scan.reading import thread_count

    return partial(processes, workers or thread_count())


def _chosen(
    pool: str,
    name: str,
    records: Iterable[ClipRecord],
    count: int,
    needs: ClipNeeds,
    captions: Mapping[str, str],
    like: str | None,
) -> Choice:
    """The choice. Raises DatasetkitError if there is nothing to choose from."""
    from datasetkit.pool.choosing import choose
    from datasetkit.pool.inputs import read_example

    example = read_example(like, pool) if like else None
    choice = choose(records, count, needs, captions, example)
    if not choice.seen:
        raise DatasetkitError(f"{name} contains no clips", "Give the folder that holds your clips.")
    if not choice.chosen:
        echo(lines(_left_out(choice)))
        raise DatasetkitError(f"none of the {plural(choice.seen, 'clip')} can be used", "Make or find other clips.")
    return choice


def _following(output: Path, to_cut: bool) -> str:
    """The command to run next: `cut` where clips have to be cut first, else `init`."""
    from datasetkit.cli.suggesting import cut_command, init_command

    return cut_command(str(output)) if to_cut else init_command(str(output))


def _report(choice: Choice, output: Path, count: int | None) -> Iterator[Printable]:
    from datasetkit.pool.writing import PAGE

    name, chosen = styled(Printable(str(output)), bold=True), len(choice.chosen)
    yield joined([name, Printable(f"  {chosen:,} of {plural(choice.seen, 'clip')}")])
    if count and chosen < count:
        yield Printable(f"  fewer than the {count:,} that you asked for: no others are left")
    yield from _left_out(choice)
    yield Printable(f"  page to look at: {output / PAGE}")


def _left_out(choice: Choice) -> Iterator[Printable]:
    for reason, group in choice.left_out.items():
        examples = ", ".join(path for path, _ in group.examples)
        more = f" and {group.count - len(group.examples):,} more" if group.count > len(group.examples) else ""
        yield Printable(f"  left out, {reason}: {group.count:,} ({examples}{more})")
