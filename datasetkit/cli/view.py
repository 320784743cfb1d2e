"""`datasetkit view`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from datasetkit.cli.options import cache_options, files, judging, model_option
from datasetkit.cli.terminal import echo, note
from datasetkit.printable import Printable

if TYPE_CHECKING:
    from datasetkit.findings import Finding
    from datasetkit.verdict import Verdict
    from datasetkit.view.judging import NextCommands


@click.command(name="view")
@click.argument("folder", metavar="FOLDER", shell_complete=files)
@model_option
@click.option(
    "--picks",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Show the picks of `select`, FOLDER being the pool; keep and drop are written to FILE.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="By default any that is free.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@cache_options
def command(folder: str, *, picks: Path | None, port: int, no_browser: bool, **options: Any) -> int:
    """Open a page to cut, compare and caption the clips of a folder.

    FOLDER is a dataset, or holds raw clips. The page edits cuts.csv, captions and [effect.persons]; clips and images
    stay as they are. Only this machine can open it, at the address that is printed. Ctrl-C ends it.

    \b
    Example:
      datasetkit view raw --model wan2.2-i2v-flash
      datasetkit view money_rain --no-browser --port 8765
      datasetkit view generated --picks best/picks.csv
    """
    from datasetkit.view.serving import serve

    def started(address: str) -> None:
        used = urlsplit(address).port
        echo(Printable(address))
        note(f"from another machine: ssh -L {used}:127.0.0.1:{used} HOST, then open that address there")
        note("Ctrl-C ends it")
        if not no_browser and _has_browser():
            click.launch(address)

    def exchanged(address: str) -> None:
        note(f"opened; to open it once more: {address}")

    unsaved = serve(folder, judging(options), _commands(folder, picks), port, started, picks, exchanged)
    if unsaved:
        note(f"not saved: edits of {', '.join(unsaved)}")
    raise KeyboardInterrupt


def _has_browser() -> bool:
    """Whether a browser can open a window. Elsewhere one may start in the terminal, and wait there."""
    return sys.platform != "linux" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _commands(folder: str, picks: Path | None) -> NextCommands:
    """The commands that the page shows; they repeat the options of this one."""
    from datasetkit.cli import suggesting
    from datasetkit.view.judging import NextCommands

    context = click.get_current_context()

    def fix(verdict: Verdict, findings: Sequence[Finding]) -> str:
        with context.scope(cleanup=False):  # it is asked for in another thread
            return suggesting.fix_command(verdict, findings)

    def build(verdict: Verdict) -> str:
        with context.scope(cleanup=False):
            return suggesting.next_command([verdict]) or suggesting.build_command(verdict)

    after_raw = suggesting.picks_command(folder, picks) if picks else suggesting.init_command(folder)
    return NextCommands(fix, build, suggesting.windows_command(folder), after_raw)
