"""`datasetkit files`: what the service holds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.place import place_options
from datasetkit.cli.remote import confirm, form_option, service
from datasetkit.cli.terminal import echo, note
from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.pace import duration
from datasetkit.printable import Printable, as_json, lines
from datasetkit.report.columns import align, plural, size

if TYPE_CHECKING:
    from datasetkit.modelstudio.client import Client
    from datasetkit.modelstudio.files import RemoteFile

_ids = click.argument("ids", nargs=-1, metavar="ID...", required=True)
_COLUMNS = ("id", "size", "age", "purpose", "status", "name")


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
@form_option
def list_command(*, purpose: str | None, form: str, **options: Any) -> None:
    """List all files, newest first, with their sizes, ages and total.

    \b
    Example:
      datasetkit files ls --purpose fine-tune
    """
    from datasetkit.modelstudio.files import list_files

    with service(options) as client:
        files = sorted(list_files(client, purpose), key=lambda file: file.created or 0, reverse=True)
    total = sum(file.size or 0 for file in files)
    if form == "json":
        echo(as_json({"files": [asdict(file) for file in files], "bytes": total}))
        return
    if files:
        echo(_table([_COLUMNS, *map(_cells, files)]))
    echo(Printable(f"{plural(len(files), 'file')}, {size(total)}"))


@command.command("show")
@_ids
@place_options
@form_option
def show_command(ids: tuple[str, ...], *, form: str, **options: Any) -> None:
    """Show the details of these files.

    \b
    Example:
      datasetkit files show file-ft-b2416bacc4d742
    """
    from datasetkit.modelstudio.files import show_file

    with service(options) as client:
        for file_id in ids:
            file = show_file(client, file_id)
            if file is None:
                raise DatasetkitError(f"the service has no file {file_id}", "List them: datasetkit files ls")
            facts = list(zip(_COLUMNS, _cells(file), strict=True))
            echo(as_json(asdict(file), indent=None) if form == "json" else _table(facts))


@command.command("rm")
@_ids
@click.option("--yes", is_flag=True, help="Skip the question.")
@place_options
def remove_command(ids: tuple[str, ...], *, yes: bool, **options: Any) -> int:
    """Delete these files, and list any that couldn't be deleted.

    \b
    Example:
      datasetkit files rm file-ft-b2416bacc4d742 --yes
    """
    wanted = list(dict.fromkeys(ids))
    with service(options) as client:
        if not yes:
            _confirm(wanted, client)
        client.start(client.pace.limit)  # the time that the answer took doesn't count
        failed = [file_id for file_id in wanted if not _removed(file_id, client)]
    if failed:
        note(f"not deleted: {' '.join(failed)}")
    return 2 if failed else 0


def _table(rows: Sequence[Sequence[str]]) -> Printable:
    return lines(Printable("  ".join(row).rstrip()) for row in align(rows))


def _cells(file: RemoteFile) -> tuple[str, ...]:
    """A file's facts in the order of _COLUMNS, "?" for what isn't known."""
    how_large = None if file.size is None else size(file.size)
    how_old = None if file.created is None else duration(time.time() - file.created)
    facts = (file.id, how_large, how_old, file.purpose, file.status, file.filename)
    return tuple(Printable(fact or "?") for fact in facts)


def _confirm(ids: Sequence[str], client: Client) -> None:
    """Show the files that exist, and ask. Raises DatasetkitError unless the answer is yes."""
    from datasetkit.modelstudio.files import show_file

    found = [file for file in (show_file(client, file_id) for file_id in ids) if file]
    if not found:
        return
    note(_table([_COLUMNS, *map(_cells, found)]))
    confirm(f"Delete {plural(len(found), 'file')} for good?", "nothing was deleted")


def _removed(file_id: str, client: Client) -> bool:
    """Delete one file; False, with a note, if that fails. One failure doesn't keep the others."""
    from datasetkit.modelstudio.files import delete_file

    try:
        if delete_file(client, file_id):
            echo(Printable(file_id))
            return True
        note(f"the service has no file {file_id}")
    except DatasetkitError as error:
        note(f"{file_id}: {error}. {error.next_step}")
    return False
