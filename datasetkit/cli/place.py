"""What every command that talks to the service shares: where to, the key, notes and progress bars."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit import config
from datasetkit.errors import DatasetkitError

if TYPE_CHECKING:
    from datasetkit.modelstudio.endpoint import Endpoint
    from datasetkit.modelstudio.fingerprint import Watch


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say where the service is."""
    for option in reversed(
        [
            click.option("--region", metavar="NAME", help="The region your key belongs to: singapore or beijing."),
            click.option("--base-url", metavar="URL", help="What precedes /files, for another host."),
            click.option("--workspace", metavar="ID", help="Use this workspace's own host."),
        ]
    ):
        command = option(command)
    return command


def endpoint_of(options: dict[str, Any], folder: Path) -> Endpoint:
    """The place that the options name, else datasetkit.toml in ``folder`` or here, else the environment.

    Raises DatasetkitError where none does, or where they contradict.
    """
    from datasetkit.modelstudio.endpoint import resolve

    return resolve(
        os.environ,
        region=options["region"],
        base_url=options["base_url"],
        workspace=options["workspace"],
        configured=_configured(folder) or _configured(Path()),
    )


def _configured(folder: Path) -> str | None:
    path = folder / config.NAME
    try:
        return config.from_file(path.read_bytes(), str(path)).region
    except (FileNotFoundError, NotADirectoryError):  # a zip has no file beside its data.jsonl
        return None
    except OSError as error:
        raise DatasetkitError(f"can't read {path}: {error}", "Check its permissions.") from None


def note(line: str) -> None:
    """One line for the user on stderr; a progress bar makes way for it."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        tqdm.write(line, file=sys.stderr)
    else:
        click.echo(line, err=True)


@contextmanager
def bars(name: str) -> Iterator[Watch]:
    """Progress bars with speed and time left on stderr, where that is a terminal; they leave nothing behind."""
    if not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return
    from tqdm import tqdm

    shown: dict[str, tqdm[Any]] = {}

    def watch(stage: str, done: int, total: int) -> None:
        if stage not in shown:
            shown[stage] = tqdm(
                total=total, desc=f"{stage} {name}", unit="B", unit_scale=True, leave=False, delay=1, file=sys.stderr
            )
        shown[stage].update(done - shown[stage].n)
        if done == total:
            shown.pop(stage).close()

    try:
        yield watch
    finally:
        for bar in shown.values():
            bar.close()
