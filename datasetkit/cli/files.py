"""`datasetkit files`: what the service holds."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.place import endpoint_of, note, place_options
from datasetkit.errors import DatasetkitError
from datasetkit.report.columns import align, plural, printable, size

if TYPE_CHECKING:
    from datasetkit.modelstudio.client import Client
    from datasetkit.modelstudio.files import RemoteFile

_form = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Table or JSON.")


@click.group(name="files")
def command() -> None:
    """List, show and delete the files that the service holds.

    \b
    Example:
      datasetkit files ls --region singapore
    """


@command.command("ls")
@place_options
@click.option("--purpose", metavar="NAME", help="Only files of this purpose, such as fine-tune.")
@_form
def list_command(*, purpose: str | None, form: str, **options: Any) -> None:
    """List all files, newest first, with their sizes, ages and total.

    \b
    Example:
      datasetkit files ls --purpose fine-tune
    """
    from datasetkit.modelstudio.files import list_files

    with _client(options) as client:
        files = sorted(list_files(client, purpose), key=lambda file: file.created or 0, reverse=True)
    total = sum(file.size or 0 for file in files)
    if form == "json":
        click.echo(json.dumps({"files": [file.to_json() for file in files], "bytes": total}, indent=2))
        return
    if files:
        click.echo(table(files, datetime.now(UTC)))
    click.echo(f"{plural(len(files), 'file')}, {size(total)}")


@command.command("show")
@click.argument("ids", nargs=-1, metavar="ID...", required=True)
@place_options
@_form
def show_command(ids: tuple[str, ...], *, form: str, **options: Any) -> None:
    """Show files by their ids.

    \b
    Example:
      datasetkit files show file-ft-b2416bacc4d742
    """
    from datasetkit.modelstudio.files import show_file

    with _client(options) as client:
        for file_id in ids:
            file = show_file(client, file_id)
            if file is None:
                raise DatasetkitError(
                    f"the service has no file {file_id}", "Look at `datasetkit files ls`, and at --region."
                )
            click.echo(json.dumps(file.to_json()) if form == "json" else _lines(file, datetime.now(UTC)))


@command.command("rm")
@click.argument("ids", nargs=-1, metavar="ID...", required=True)
@click.option("--yes", is_flag=True, help="Don't ask.")
@place_options
def remove_command(ids: tuple[str, ...], *, yes: bool, **options: Any) -> int:
    """Delete files by their ids, and say which couldn't be deleted.

    \b
    Example:
      datasetkit files rm file-ft-b2416bacc4d742 --yes
    """
    with _client(options) as client:
        wanted = list(dict.fromkeys(ids))
        if not yes:
            _confirm(wanted, client)
        failed = [file_id for file_id in wanted if not _removed(file_id, client)]
    if failed:
        note(f"not deleted: {' '.join(failed)}")
    return 2 if failed else 0


def table(files: Sequence[RemoteFile], now: datetime) -> str:
    """The files as an aligned table with a heading."""
    heading = ("id", "size", "age", "purpose", "status", "name")
    rows = [(file.id, *_facts(file, now), printable(file.filename)) for file in files]
    return "\n".join("  ".join(row).rstrip() for row in align([heading, *rows]))


def age(created: int | None, now: datetime) -> str:
    """How long ago ``created`` (seconds since 1970, UTC) was, in its largest unit; "?" where it isn't known."""
    if created is None:
        return "?"
    seconds = max(0, int(now.timestamp()) - created)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def _facts(file: RemoteFile, now: datetime) -> tuple[str, str, str, str]:
    """Size, age, purpose and status, as shown."""
    shown = "?" if file.size is None else size(file.size)
    return shown, age(file.created, now), printable(file.purpose or "?"), printable(file.status or "?")


def _lines(file: RemoteFile, now: datetime) -> str:
    names = ("size", "age", "purpose", "status")
    rows = [("id", file.id), ("name", printable(file.filename)), *zip(names, _facts(file, now), strict=True)]
    return "\n".join("  ".join(row) for row in align(rows))


def _confirm(ids: Sequence[str], client: Client) -> None:
    """Show what would go and ask. Raises DatasetkitError where the answer isn't yes."""
    from datasetkit.modelstudio.files import show_file

    found = [file for file in (show_file(client, file_id) for file_id in ids) if file]
    if not found:
        return
    click.echo(table(found, datetime.now(UTC)), err=True)
    try:
        sure = click.confirm(f"Delete {plural(len(found), 'file')} for good?", err=True)
    except click.Abort as stop:
        if isinstance(stop.__context__, KeyboardInterrupt):
            raise
        sure = False  # there is no one to answer
    if not sure:
        raise DatasetkitError("nothing was deleted", "Answer yes, or add --yes.")


def _removed(file_id: str, client: Client) -> bool:
    """Delete one file; False, said, where that fails. One failure doesn't keep the others."""
    from datasetkit.modelstudio.files import delete_file

    try:
        if delete_file(client, file_id):
            click.echo(file_id)
            return True
        note(f"the service has no file {printable(file_id)}")
    except DatasetkitError as error:
        note(f"{file_id}: {error}. {error.next_step}")
    return False


@contextmanager
def _client(options: dict[str, Any]) -> Iterator[Client]:
    from datasetkit.modelstudio.client import Client
    from datasetkit.modelstudio.key import read_key

    with Client(endpoint_of(options, Path()), read_key(os.environ), note=note) as client:
        yield client
