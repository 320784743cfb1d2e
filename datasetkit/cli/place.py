"""What every command that talks to the service shares: where it is, notes and progress bars."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.judging import bar

if TYPE_CHECKING:
    from datasetkit.modelstudio.endpoint import Endpoint
    from datasetkit.modelstudio.zips import Progress


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

    Raises DatasetkitError if none does, or if they contradict each other.
    """
    from datasetkit.modelstudio.endpoint import locate

    return locate(folder, **{name: options[name] for name in ("region", "base_url", "workspace")})


def note(line: str) -> None:
    """One line for the user on stderr; a progress bar makes way for it."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        tqdm.write(line, file=sys.stderr)
    else:
        click.echo(line, err=True)


@contextmanager
def bars(name: str) -> Iterator[Progress]:
    """A progress bar on stderr for each stage of an upload, where someone watches."""
    with ExitStack() as stack:
        shown: dict[str, Callable[[int], object] | None] = {}

        def progress(stage: str, done: int, total: int) -> None:
            if stage not in shown:
                shown[stage] = stack.enter_context(bar(total, f"{stage} {name}"))
            if update := shown[stage]:
                update(done)
            if done == total:
                stack.close()
                shown.clear()

        yield progress
