"""`datasetkit upload`, and the sending that `build --upload` shares with it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.judging import verdicts
from datasetkit.cli.options import judging_options
from datasetkit.cli.place import bars, endpoint_of, note, place_options
from datasetkit.cli.terminal import width
from datasetkit.findings import Severity
from datasetkit.report import text
from datasetkit.report.columns import printable, size
from datasetkit.spec import misfit

if TYPE_CHECKING:
    from datasetkit.modelstudio.endpoint import Endpoint
    from datasetkit.modelstudio.key import Key
    from datasetkit.modelstudio.pace import Pace

Check = Callable[[Path], tuple[bool, list[str]]]  # whether a zip may be sent, and the codes that were ignored


@click.command(name="upload")
@click.argument("paths", nargs=-1, metavar="ZIP...", required=True, type=click.Path(path_type=Path))
@place_options
@click.option("--dry-run", is_flag=True, help="Print the request as a curl line and send nothing.")
@click.option("--again", is_flag=True, help="Send even what the service holds already.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="The id, or the receipt.")
@judging_options
def command(paths: tuple[Path, ...], *, dry_run: bool, again: bool, form: str, **options: Any) -> int:
    """Upload zips and print the file ids that a training job needs.

    Each ZIP is checked first, and none is sent while one has errors. A zip that the service holds already isn't sent
    again. The receipt is written beside it as ZIP.receipt.json. The key is read from DASHSCOPE_API_KEY alone.

    \b
    Example:
      datasetkit upload money_rain.zip --region singapore
    """
    from datasetkit.modelstudio.key import read_key

    endpoint = endpoint_of(options, paths[0].parent)
    key = None if dry_run else read_key(os.environ)  # what is missing is said before the minutes that reading takes
    zips = checked(paths, lambda path: _lint(path, options))
    if zips is None:
        note("nothing was sent")
        return 1
    if key is None:
        _show(paths, endpoint)
        return 0
    return send_zips(zips, endpoint, key, again=again, form=form)


def checked(paths: Sequence[Path], check: Check) -> list[tuple[Path, list[str]]] | None:
    """The zips with the codes ignored for each; None where one may not be sent. All are checked."""
    answers = [(path, check(path)) for path in paths]
    return [(path, ignored) for path, (_, ignored) in answers] if all(good for _, (good, _) in answers) else None


def send_zips(
    zips: Sequence[tuple[Path, list[str]]],
    endpoint: Endpoint,
    key: Key,
    *,
    again: bool = False,
    form: str = "text",
    pace: Pace | None = None,
) -> int:
    """Send each zip in turn and print its id (``form`` "json": its receipt, a line each); the exit code.

    Raises DatasetkitError at the first that fails; ids that were printed before are good.
    """
    from datasetkit.modelstudio.client import Client
    from datasetkit.modelstudio.sending import Voices
    from datasetkit.modelstudio.upload import Interrupted, upload_zip

    try:
        with Client(endpoint, key, pace=pace, note=note) as client:
            for path, ignored in zips:
                with bars(printable(path.name)) as watch:
                    receipt = upload_zip(
                        path, client, ignored=ignored, again=again, voices=Voices(watch=watch, note=note)
                    )
                click.echo(receipt.to_json() if form == "json" else receipt.file_id)
    except Interrupted as stop:
        note(str(stop))
        return 130
    return 0


def _lint(path: Path, options: dict[str, Any]) -> tuple[bool, list[str]]:
    """Judge a zip as `datasetkit lint` does; what it finds goes to stderr."""
    good, ignored = True, set[str]()
    for verdict in verdicts(str(path), _as_built(path, options)):
        if verdict.findings:
            click.echo(text.render(verdict, width=width(sys.stderr)), err=True)
        good = good and not verdict.count(Severity.ERROR)
        ignored.update(each.code for each in verdict.ignored)
    return good, sorted(ignored)


def _as_built(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    """The options, and where they are silent what the zip was built as: model, kind, role and codes ignored.

    datasetkit.toml isn't packed; the manifest that `build` leaves beside a zip says what it said.
    """
    manifest = path.with_name(f"{path.name}.json")
    try:
        built = json.loads(manifest.read_bytes())
        size_now = path.stat().st_size
    except (OSError, ValueError):  # none, or none that can be read: the zip is judged by itself
        return options
    if misfit("build.schema.json", built) or built["bytes"] != size_now:
        return options
    settled = {name: options[name] or built[name] for name in ("model", "kind", "role")}
    return options | settled | {"ignore": (*options["ignore"], *(each["code"] for each in built["ignored"]))}


def _show(paths: Sequence[Path], endpoint: Endpoint) -> None:
    from datasetkit.modelstudio.files import curl_line
    from datasetkit.modelstudio.fingerprint import fingerprint

    for path in paths:
        with bars(printable(path.name)) as watch:
            printed = fingerprint(path, watch)
        note(f"{printable(str(path))}  {size(printed.size)}  sha256 {printed.sha256}")
        click.echo(curl_line(endpoint, path))
