"""`datasetkit cache`: the facts about media that earlier runs left."""

from __future__ import annotations

from dataclasses import asdict

import click

from datasetkit.cli.terminal import echo
from datasetkit.errors import DatasetkitError
from datasetkit.printable import Printable, as_json
from datasetkit.report.columns import size, table


@click.group(name="cache")
def command() -> None:
    """Show or clear the cache, which saves reading the same clips and images again.

    It is in the user's cache folder, or in the folder that DATASETKIT_CACHE names.

    \b
    Example:
      datasetkit cache info
    """


@command.command("info")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Rows, or JSON.")
def info_command(*, form: str) -> None:
    """Show where the cache is, how much it holds, and its limit.

    \b
    Example:
      datasetkit cache info
    """
    from datasetkit.scan.cache import cache_file, cache_info

    info = cache_info(cache_file())
    if form == "json":
        echo(as_json(asdict(info) | {"place": str(info.place)}))
        return
    rows = [("place", str(info.place)), ("entries", f"{info.entries:,}")]
    rows += [("size", size(info.size)), ("limit", size(info.limit)), ("pools", size(info.pools))]
    for row in table(rows, margin=""):
        echo(row)


@command.command("clear")
def clear_command() -> None:
    """Remove the cache; other files in its folder stay.

    \b
    Example:
      datasetkit cache clear
    """
    from datasetkit.scan.cache import cache_file, clear_cache

    file = cache_file()
    try:
        freed = clear_cache(file)
    except OSError as error:
        raise DatasetkitError(
            f"can't remove the cache in {file.parent}: {error.strerror or error}", "Check the permissions there."
        ) from error
    echo(Printable(f"removed {size(freed)} from {file.parent}"))
