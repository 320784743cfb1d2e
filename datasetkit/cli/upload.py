"""`datasetkit upload`, and the sending that `build --upload` shares with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.options import WholeNumber, judging, judging_options
from datasetkit.cli.place import endpoint_of, place_options
from datasetkit.cli.terminal import bars, echo, note, width
from datasetkit.config import UNSET, Settings, merge
from datasetkit.findings import Severity
from datasetkit.footage import Depth
from datasetkit.model import Kind, Role
from datasetkit.printable import Printable, as_json
from datasetkit.report import text
from datasetkit.report.columns import size
from datasetkit.scan.datasets import open_tree
from datasetkit.spec import misfit
from datasetkit.verdict import compare, judge, read_settings

if TYPE_CHECKING:
    from datasetkit.modelstudio.endpoint import Endpoint
    from datasetkit.modelstudio.pace import Pace


_WANTED = "Give the zip that `datasetkit build` wrote."


@click.command(name="upload")
@click.argument("paths", nargs=-1, metavar="ZIP...", required=True, type=click.Path(path_type=Path))
@place_options
@click.option("--dry-run", is_flag=True, help="Print the request as a curl line and send nothing.")
@click.option("--again", is_flag=True, help="Send the zip even if it is already on the service.")
@click.option("--timeout", type=WholeNumber(1, 1440), metavar="MIN", help="Give up on a zip after MIN minutes.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="text: the file id; json: the whole receipt.",
)
@judging_options
def command(
    paths: tuple[Path, ...], *, dry_run: bool, again: bool, timeout: int | None, form: str, **options: Any
) -> int:
    """Upload zips and print the file ids that a training job needs.

    Each ZIP is checked first; if one has errors, none is sent. A zip that is already on the service isn't sent again.
    The receipt is written beside it as ZIP.receipt.json. The key is read only from DASHSCOPE_API_KEY.

    \b
    Example:
      datasetkit upload money_rain.zip --region singapore
    """
    from datasetkit.modelstudio.endpoint import read_key

    endpoint = endpoint_of(options, paths[0].parent)
    if not dry_run:
        read_key(os.environ)  # a missing key is reported before the minutes that reading takes
    checked = [(path, _check(path, options)) for path in paths]
    zips = [(path, ignored) for path, ignored in checked if ignored is not None]
    if len(zips) < len(paths):
        faulty = ", ".join(path.name for path, ignored in checked if ignored is None)
        note(f"nothing was sent: errors in {faulty}")
        return 1
    if dry_run:
        _show(paths, endpoint)
        return 0
    return send_zips(zips, endpoint, again=again, timeout=timeout and timeout * 60, form=form)


def send_zips(
    zips: Sequence[tuple[Path, Sequence[str]]],
    endpoint: Endpoint,
    *,
    again: bool = False,
    timeout: float | None = None,
    form: str = "text",
    pace: Pace | None = None,
) -> int:
    """Send each zip, with the codes ignored for it, and print its id (``form`` "json": its receipt); the exit code.

    Raises DatasetkitError at the first that fails; ids already printed stay valid.
    """
    from datasetkit.modelstudio.upload import Interrupted, upload

    how: dict[str, Any] = {"region": endpoint.region, "base_url": endpoint.base_url, "note": note, "pace": pace}
    try:
        for path, ignored in zips:
            with bars() as progress:
                receipt = upload(path, ignored=ignored, again=again, timeout=timeout, progress=progress, **how)
            echo(as_json(asdict(receipt), indent=None) if form == "json" else Printable(receipt.file_id))
    except Interrupted as stop:
        note(str(stop))
        return 130
    return 0


def _check(path: Path, options: dict[str, Any]) -> list[str] | None:
    """Check a zip as `datasetkit lint` does, with the findings on stderr: the codes ignored, None if it has errors."""
    settings = merge(read_settings(judging(options)), as_built(path))
    with bars() as progress, closing(open_tree(str(path), wanted=_WANTED)) as tree:
        verdicts = compare([verdict for verdict, _ in judge(tree, settings, depth=Depth.HEADER, progress=progress)])
    for verdict in verdicts:
        if verdict.findings:
            note(text.render(verdict, width=width(sys.stderr)))
    if any(verdict.count(Severity.ERROR) for verdict in verdicts):
        return None
    return sorted({each.code for verdict in verdicts for each in verdict.ignored})


def as_built(path: Path) -> Settings:
    """What the zip was built as: model, kind, role and codes ignored; nothing if it has no manifest that fits.

    datasetkit.toml isn't packed; the manifest that `build` leaves beside a zip says what was in it.
    """
    from datasetkit.modelstudio.zips import read_json

    name = f"{path.name}.json"
    try:
        built = read_json(path.with_name(name))
        if misfit("build.schema.json", built) or built["bytes"] != path.stat().st_size:
            return UNSET
    except (OSError, ValueError):  # no manifest, or none that can be read: the zip is checked by itself
        return UNSET
    ignore = {each["code"]: each["reason"] for each in built["ignored"]}
    origin = dict.fromkeys(("model", "kind", "role"), name)
    return Settings(built["model"], Kind(built["kind"]), Role(built["role"]), ignore=ignore, origin=origin)


def _show(paths: Sequence[Path], endpoint: Endpoint) -> None:
    from datasetkit.modelstudio.files import curl_line
    from datasetkit.modelstudio.zips import OpenZip

    for path in paths:
        with bars() as progress, OpenZip(path, progress) as content:
            note(f"{path}  {size(content.size)}  sha256 {content.sha256}")
        echo(Printable(curl_line(endpoint, path)))
