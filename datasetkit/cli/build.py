"""`datasetkit build`."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from datasetkit import spec
from datasetkit.cli.judging import bar, only_judge
from datasetkit.cli.options import files, judging_options
from datasetkit.cli.place import endpoint_of, place_options
from datasetkit.cli.terminal import bars, width
from datasetkit.errors import DatasetkitError
from datasetkit.files import refuse_existing, scratch
from datasetkit.findings import Severity
from datasetkit.model import Dataset, Role, Sample
from datasetkit.pack.archive import Built, pack
from datasetkit.pack.folder import refuse_filled, write_folder
from datasetkit.pack.holdout import hold_out, parse_hold_out
from datasetkit.pack.layout import Layout, lay_out
from datasetkit.pack.manifest import manifest, refuse_manifest, write_manifest
from datasetkit.report import text
from datasetkit.report.columns import plural, size
from datasetkit.rules.archive import size_problem
from datasetkit.scan.tree import Tree
from datasetkit.verdict import Verdict

Planned = tuple[Layout, Path]
Zips = Sequence[tuple[Path, list[str]]]


class _OptionalFactor(click.Command):
    """A command whose --shrink takes the next argument only if that is a number, not the PATH."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give --shrink its usual factor if no number follows it."""
        usual = f"--shrink={spec.limits().shrink_factor}"
        pairs = zip(args, [*args[1:], ""], strict=True)
        bare = (arg == "--shrink" and not re.fullmatch(r"[\d.]+", following) for arg, following in pairs)
        return super().parse_args(ctx, [usual if alone else arg for arg, alone in zip(args, bare, strict=True)])


@click.command(name="build", cls=_OptionalFactor)
@click.argument("path", shell_complete=files)
@click.option("-o", "--output", required=True, metavar="ZIP", type=click.Path(path_type=Path), help="The zip to write.")
@judging_options
@click.option("--hold-out", metavar="N|N%", help="Write a validation zip of N samples too: NAME-validation.zip.")
@click.option("--dir", "as_folder", is_flag=True, help="Write a folder laid out like the zip instead.")
@click.option(
    "--shrink",
    type=click.FloatRange(min=1),
    metavar="[FACTOR]",
    help="Scale media down to FACTOR times the pixels that training sees (2).",
)
@click.option("--verify", is_flag=True, help="Read every byte back and compare.")
@click.option("--force", is_flag=True, help="Replace a zip that is there.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="What stdout says.")
@click.option("--upload", is_flag=True, help="Upload what was built; stdout is then the file ids.")
@place_options
def command(
    path: str,
    output: Path,
    *,
    hold_out: str | None,
    as_folder: bool,
    shrink: float | None,
    verify: bool,
    force: bool,
    form: str,
    upload: bool,
    **options: Any,
) -> int:
    """Write an upload-ready zip from a dataset folder.

    Lints first and stops at errors; says what it mends on the way. Only what the lines name goes in. PATH may also
    be a zip that was refused. A manifest is left beside the zip: NAME.zip.json.

    \b
    Example:
      datasetkit build money_rain -o money_rain.zip --model wan2.2-i2v-flash
    """
    if output.name in ("", ".."):
        raise DatasetkitError(f"-o {output} gives no name to what is built", "Name a new file, or with --dir a folder.")
    send = _sender(path, options, as_folder=as_folder) if upload else None  # what is missing is said before the work
    with ExitStack() as stack:
        verdict, tree, _ = stack.enter_context(only_judge(path, options))
        if shrink:
            verdict, tree = _shrunk(verdict, tree, shrink, stack.enter_context(scratch(output)))
        click.echo(text.render(verdict, width=width(sys.stderr)), err=True)
        if verdict.count(Severity.ERROR):
            click.echo("not built: mend the errors above first", err=True)
            return 1
        if not verdict.dataset.samples:
            raise DatasetkitError(f"{path} has no sample to build from", "What was ignored has to be mended first.")
        planned = list(_plan(verdict, output, hold_out))
        if any(_too_large(verdict, layout, target) for layout, target in planned):
            return 1
        for plan in planned:  # the second too, before the first is written
            _refuse(plan, verdict.dataset, as_folder=as_folder, force=force)
        built = [_write(plan, tree, as_folder=as_folder, verify=verify, force=force) for plan in planned]
    for done in built:
        write_manifest(done, verdict)
    click.echo(_as_json(built, verdict) if form == "json" and not send else "\n".join(map(_row, built)), err=bool(send))
    return send([(done.path, [i.code for i in verdict.ignored]) for done in built], form) if send else 0


def _shrunk(verdict: Verdict, tree: Tree, factor: float, work: Path) -> tuple[Verdict, Tree]:
    from datasetkit.repair.shrink import shrink

    with bars() as progress:
        shrunk = shrink(verdict, tree, factor, work, progress)
    if not shrunk.count:
        click.echo(f"nothing to shrink: no clip or frame has more than {shrunk.max_pixels:,} pixels", err=True)
    else:
        saved = f"saves {size(shrunk.saved)}" if shrunk.saved >= 0 else f"needs {size(-shrunk.saved)} more"
        files = plural(shrunk.count, "file")
        click.echo(f"shrunk {files} to at most {shrunk.max_pixels:,} pixels, which {saved}", err=True)
    return shrunk.verdict, shrunk.tree


def _sender(path: str, options: dict[str, Any], *, as_folder: bool) -> Callable[[Zips, str], int]:
    """What uploads zips, with the codes ignored for each. Raises DatasetkitError without a region or a key."""
    from datasetkit.cli.upload import send_zips
    from datasetkit.modelstudio.endpoint import read_key

    if as_folder:
        raise DatasetkitError("a folder can't be uploaded through the files API", "Leave --dir or --upload away.")
    endpoint = endpoint_of(options, Path(path))
    read_key(os.environ)
    return lambda zips, form: send_zips(zips, endpoint, form=form)


def _plan(verdict: Verdict, output: Path, held: str | None) -> Iterator[Planned]:
    assumed, dataset = verdict.assumed, verdict.dataset
    if held is None:
        yield lay_out(dataset.samples, assumed.kind, assumed.role, dataset.files), output
        return
    training, validation = _split(verdict, held)
    yield lay_out(training, assumed.kind, Role.TRAINING, dataset.files), output
    beside = output.with_stem(f"{output.stem}-validation")
    yield lay_out(validation, assumed.kind, Role.VALIDATION, dataset.files), beside


def _split(verdict: Verdict, held: str) -> tuple[Sequence[Sample], Sequence[Sample]]:
    if verdict.assumed.role is Role.VALIDATION:
        raise DatasetkitError("this is a validation set; only a training set can be split", "Leave --hold-out away.")
    batch = verdict.model.batch_size if verdict.model else max(m.batch_size for m in spec.models())
    split = hold_out(
        verdict.dataset.samples,
        parse_hold_out(held),
        least_training=max(spec.limits().samples_low, batch + 1),
        least_validation=batch + 1,
    )
    return split.training, split.validation


def _refuse(planned: Planned, dataset: Dataset, *, as_folder: bool, force: bool) -> None:
    """Raise DatasetkitError for a target that is taken, or is one of the files to be packed, even with --force."""
    layout, target = planned
    refuse_manifest(target, force=force)
    if as_folder:
        refuse_filled(target)
        return
    refuse_existing(target, force=force)
    root = Path(dataset.name).resolve()
    own = {root / source for source in (spec.limits().annotations_name, *(placed.source for placed in layout.media))}
    if target.parent.resolve() / target.name in own:
        raise DatasetkitError(f"{target} is a file of the dataset itself", "Name another file.")


def _too_large(verdict: Verdict, layout: Layout, target: Path) -> bool:
    """Whether the exact size of the zip forbids it; lint judged the sum of its files."""
    problem = size_problem(layout.size, spec.limits())
    ignored = any("D103".startswith(code) for code in verdict.settings.ignore)  # lint's sum need not have told it
    if problem is None or problem.severity is not Severity.ERROR or ignored:
        return False
    click.echo(f"not built: D103 archive-too-large: {target}: {problem.message}", err=True)
    return True


def _write(planned: Planned, tree: Tree, *, as_folder: bool, verify: bool, force: bool) -> Built:
    layout, target = planned
    if not spec.limits().complies(target.stem):
        hint = "rename it before you upload it: the platform's client takes letters, digits, _ and - only"
        click.echo(f"note: {target.name}: {hint}", err=True)
    total = sum(size for _, size in layout.members) if as_folder else layout.size
    with bar(total, f"writing {target.name}") as progress:
        if as_folder:
            return write_folder(layout, tree, target, verify=verify, progress=progress)
        return pack(layout, tree, target, force=force, verify=verify, progress=progress)


def _row(built: Built) -> str:
    digest = f"  sha256 {built.sha256}" if built.sha256 else ""
    return f"{built.path}  {built.bytes} bytes{digest}  {built.samples} samples"


def _as_json(built: Sequence[Built], verdict: Verdict) -> str:
    return json.dumps([{"path": str(b.path)} | manifest(b, verdict) for b in built], ensure_ascii=False, indent=2)
