"""`datasetkit build`."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit import spec
from datasetkit.cli.options import Number, cache_options, files, judging, judging_options
from datasetkit.cli.place import endpoint_of, place_options
from datasetkit.cli.suggesting import next_command
from datasetkit.cli.terminal import bars, echo, note, width
from datasetkit.errors import DatasetkitError
from datasetkit.findings import Severity
from datasetkit.pack.building import Build, build
from datasetkit.pack.manifest import Output, manifest
from datasetkit.printable import Printable, as_json, lines
from datasetkit.report import text
from datasetkit.report.columns import argument, plural, quoted, size

if TYPE_CHECKING:
    from datasetkit.modelstudio.endpoint import Endpoint


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
@cache_options
@click.option(
    "--hold-out",
    metavar="N|N%",
    help="Hold out N samples, or N% of them, for validation; they go into NAME-validation.zip.",
)
@click.option("--parts", is_flag=True, help="Write a set of over 1 GB as several zips: NAME-1.zip, NAME-2.zip …")
@click.option("--dir", "folder", is_flag=True, help="Write a folder instead, laid out like the zip.")
@click.option(
    "--shrink",
    type=Number(min=1),
    metavar="[FACTOR]",
    help="Scale media down to FACTOR times the pixels that training uses (default: 2).",
)
@click.option("--verify", is_flag=True, help="Read every byte back and compare it with its source.")
@click.option("--force", is_flag=True, help="Replace a zip that exists.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Print the result as text or JSON."
)
@click.option("--report", is_flag=True, help="Also write NAME.html, a page with pictures of every sample.")
@click.option("--upload", is_flag=True, help="Also upload the zips; print their file ids instead of sizes and hashes.")
@place_options
def command(path: str, output: Path, *, form: str, upload: bool, **options: Any) -> int:
    """Write a zip that is ready for upload.

    The dataset is checked first; if it has errors, nothing is written. Only the files that data.jsonl names go in, with
    names that the platform accepts. PATH can also be a zip, for example one that the platform
    refused. A manifest, NAME.zip.json, says what was built and found.

    \b
    Example:
      datasetkit build money_rain -o money_rain.zip --model wan2.2-i2v-flash
    """
    endpoint = _endpoint(path, options) if upload else None
    how = {name: options[name] for name in ("hold_out", "parts", "shrink", "folder", "verify", "force")}
    with bars() as progress:
        built = build(path, output, pictures=options["report"], progress=progress, **how, **judging(options))
    _show(built)
    if options["report"]:
        _write_report(built, output)
    if not built.outputs:
        return 1
    values = [{"path": str(output.path)} | manifest(output, built.verdict) for output in built.outputs]
    result = as_json(values, ascii_only=False) if form == "json" else lines(map(_row, built.outputs))
    if endpoint is None:
        echo(result)
        return 0
    from datasetkit.cli.upload import send_zips

    note(result)
    ignored = [entry.code for entry in built.verdict.ignored]
    return send_zips([(output.path, ignored) for output in built.outputs], endpoint, form=form)


def _endpoint(path: str, options: dict[str, Any]) -> Endpoint:
    """Where to upload to; whatever is missing for it is reported before the work begins."""
    from datasetkit.modelstudio.endpoint import read_key

    if options["folder"]:
        raise DatasetkitError("a folder can't be uploaded, only a zip", "Leave out --dir or --upload.")
    endpoint = endpoint_of(options, Path(path))
    read_key(os.environ)
    return endpoint


def _show(built: Build) -> None:
    """On stderr: what was shrunk, what was found, and what to do about it."""
    if built.shrunk and not built.shrunk.count:
        limit = f"{built.shrunk.max_pixels:,} pixels, {built.shrunk.factor:g} times what training uses"
        note(f"nothing to shrink: every clip and frame is within {limit}")
    elif built.shrunk:
        saved = built.shrunk.saved
        change = f"saves {size(saved)}" if saved >= 0 else f"makes the zip {size(-saved)} larger"
        files = plural(built.shrunk.count, "file")
        note(f"shrunk {files} to at most {built.shrunk.max_pixels:,} pixels, which {change}")
    note(text.render(built.verdict, width=width(sys.stderr)))
    if not built.outputs:
        errors = tuple(one for one in built.verdict.findings if one.severity is Severity.ERROR)
        note("not built: fix the errors above, then build again")
        if following := next_command([replace(built.verdict, findings=errors)]):
            note(f"next: {following}")
    for output in built.outputs:
        if not spec.limits().complies(output.path.stem):
            allowed = "its name may have only English letters, digits, _ and -"
            note(f'note: rename "{output.path.name}" before you upload it: {allowed}')


def _write_report(built: Build, output: Path) -> None:
    """The page beside the zip; also where errors kept that from being written."""
    from datasetkit.cli.page import visual, write_page

    zipped = built.outputs and built.outputs[0].sha256
    page = output.with_suffix(".html") if output.suffix.lower() == ".zip" else Path(f"{output}.html")
    upload = f"datasetkit upload {quoted(argument(str(output)))}" if zipped else ""
    write_page(visual([built.verdict], upload), page, [built.verdict])
    note(f"report: {page}")


def _row(output: Output) -> Printable:
    digest = f"  sha256 {output.sha256}" if output.sha256 else ""
    return Printable(f"{output.path}  {size(output.bytes)} ({output.bytes:,} bytes){digest}  {output.samples} samples")
