"""`datasetkit init`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import click

from datasetkit import spec
from datasetkit.cli.options import files
from datasetkit.edits import GrabFrame
from datasetkit.errors import DatasetkitError
from datasetkit.files import new_folder
from datasetkit.intake.pairing import Pairing
from datasetkit.intake.starting import Begun
from datasetkit.media.outcome import Made
from datasetkit.model import Kind
from datasetkit.repair.making import Results
from datasetkit.report.columns import plural, printable

_SHOWN = 10  # names of one sort; --all shows the rest


@click.command(name="init")
@click.argument("raw", shell_complete=files)
@click.option("-o", "--output", required=True, metavar="DIR", type=click.Path(path_type=Path), help="The new dataset.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="First frame, or first and last frames.")
@click.option("--model", metavar="ID", help="The model to train (see `datasetkit models`).")
@click.option("--frames", type=click.Choice(["jpg", "png"]), default="jpg", help="How frames are saved that are taken.")
@click.option("--no-convert", is_flag=True, help="Copy clips and frames as they are.")
@click.option("--all", "every", is_flag=True, help="Name every file, however many there are.")
def command(
    raw: str, output: Path, *, kind: str | None, model: str | None, frames: str, no_convert: bool, every: bool
) -> int:
    """Make a dataset folder from a folder of raw clips.

    Pairs clips with frames and captions by name, takes missing frames from the clips, converts what the platform
    wouldn't take, and drafts the captions that are missing. RAW is only read. Nothing is cut: what is too long is
    left for `datasetkit fix --unsafe`.

    \b
    Example:
      datasetkit init raw -o money_rain --model wan2.2-i2v-flash
      datasetkit init raw -o magazine --kind kf2v --frames png
    """
    from datasetkit.intake.raw import plan_samples, read_raw
    from datasetkit.intake.starting import start_dataset, write_configuration
    from datasetkit.scan.datasets import open_tree

    chosen = _kind(kind, model)
    with closing(open_tree(raw)) as tree:
        refuse_inside(output, raw)
        pairing = read_raw(tree)
        with new_folder(output) as stage:
            planned = plan_samples(pairing.pairs, chosen, f".{frames}", convert=not no_convert)
            begun = start_dataset(planned, chosen, tree, stage, convert=not no_convert, track=_bar)
            if not begun.samples:
                raise DatasetkitError(f"no clip of {raw} can be read: {_reason(*begun.left[0])}", "Export them anew.")
            write_configuration(stage / "datasetkit.toml", chosen, model)
    click.echo("\n".join(_report(output, chosen, pairing, begun, every=every)))
    click.echo(f"next: {_next(output, begun)}", err=True)
    return 0


def refuse_inside(output: Path, source: str) -> None:
    """Raise DatasetkitError where ``output`` would lie within ``source``, which is only read."""
    root = Path(source).resolve()
    if root.is_dir() and output.resolve().is_relative_to(root):
        raise DatasetkitError(f"{output} is inside {source}, which stays as it is", "Name a folder beside it.")


def _kind(kind: str | None, model: str | None) -> Kind:
    kinds = spec.find_model(model).kinds if model else tuple(Kind)
    chosen = Kind(kind) if kind else kinds[0]
    if chosen not in kinds:
        raise DatasetkitError(f"{model} does not train {chosen}", "See `datasetkit models`.")
    return chosen


def _bar(results: Results, count: int) -> Results:
    from datasetkit.cli.judging import tracked

    return tracked(results, count, "clips")


def _report(output: Path, kind: Kind, pairing: Pairing, begun: Begun, *, every: bool) -> Iterator[str]:
    made = {step.path: (step, outcome) for step, outcome in begun.results if isinstance(outcome, Made)}
    told = {step.path for start in begun.samples for step in (start.clip, *start.frames)}
    steps = [made[path] for path in made if path in told]
    grabs = Counter(step.edit.which for step, _ in steps if isinstance(step.edit, GrabFrame))
    changed = [
        f"{step.edit.path} → {step.path}"
        for step, outcome in steps
        if not outcome.same and not isinstance(step.edit, GrabFrame)
    ]
    name = click.style(printable(str(output)), bold=True)
    yield f"{name}  {kind} training set, {plural(len(begun.samples), 'sample')}"
    captioned = len(begun.samples) - len(begun.drafted)
    yield f"  captions found: {captioned}, drafted: {len(begun.drafted)}"
    taken = ", ".join(f"{count} {which}" for which, count in grabs.items())
    yield f"  frames found: {sum(len(s.frames) for s in begun.samples) - grabs.total()}, taken from clips: {taken or 0}"
    unused = [one.last for one in pairing.pairs if one.last] if kind is Kind.I2V else []
    unpaired = [_reason(one.path, one.reason) for one in pairing.unpaired]
    lost = [_reason(path, reason) for path, reason in begun.left]
    notes = [f"{step.path}: {note}" for step, outcome in steps for note in outcome.notes]
    replaced = [
        f"{step.edit.path}: {outcome.reason}; taken from the clip instead"
        for step, outcome in begun.results
        if not isinstance(outcome, Made) and not isinstance(step.edit, GrabFrame) and step.path in told
    ]
    yield from _list("converted", changed, every=every)
    yield from _list("converted with a loss", notes, every=every)
    yield from _list("not readable as frames", replaced, every=every)
    yield from _list("left out, no sample could be made", lost, every=every)
    yield from _list("not paired", unpaired, every=every)
    yield from _list("not used, as an i2v set has no last frames (--kind kf2v has)", unused, every=every)
    yield from _list("to be described in data.jsonl", begun.drafted, every=every)


def _reason(path: str, reason: str) -> str:
    return f"{path}: {reason}"


def _list(title: str, names: Sequence[str], *, every: bool) -> Iterator[str]:
    if names:
        yield f"  {title} ({len(names):,}):"
    shown = names if every else names[:_SHOWN]
    yield from (f"    {printable(name)}" for name in shown)
    if len(names) > len(shown):
        yield f"    … and {len(names) - len(shown):,} more; --all names them"


def _next(output: Path, begun: Begun) -> str:
    described = (
        f"describe the {plural(len(begun.drafted), 'drafted clip')} in {output}/data.jsonl; then "
        if begun.drafted
        else ""
    )
    return f"{described}datasetkit lint {output}"
