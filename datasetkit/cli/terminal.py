"""The only way to print; and what is known of the terminal: colours, width, progress bars."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

import click

from datasetkit.printable import Printable, styled, unstyled

if TYPE_CHECKING:
    from tqdm import tqdm

    from datasetkit.model import Progress

_BYTES = ("writing", "hashing", "sending", "downloading")  # stages whose progress counts bytes
_EPOCHS = ("training",)  # and epochs; the others count files


def echo(text: Printable) -> None:
    """Print lines of the result, on stdout."""
    click.echo(text, color=colours())


def note(text: str) -> None:
    """Print a line for the user, on stderr, above any progress bar."""
    line, tqdm = Printable(text), sys.modules.get("tqdm")
    if tqdm and sys.stderr.isatty():
        tqdm.tqdm.write(line if colours() is not False else unstyled(line), file=sys.stderr)
    else:
        click.echo(line, err=True, color=colours())


@contextmanager
def shown_log() -> Iterator[None]:
    """While the block runs, what the package logs is printed like a note."""
    import logging

    logger, handler = logging.getLogger("datasetkit"), logging.Handler()
    handler.emit = lambda record: note(record.getMessage())  # type: ignore[method-assign]  # as its documentation allows
    logger.addHandler(handler)
    before = logger.level
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


def fail(message: str, next_step: str = "") -> int:
    """Print on stderr why the command could not run, and what to do. Returns the exit code for that."""
    note(styled(Printable(f"error: {message}"), fg="red"))
    if next_step:
        note(f"  {next_step}")
    return 2


def colours() -> bool | None:
    """Whether to use colours: no if NO_COLOR is set, else yes if FORCE_COLOR is; None if the stream decides.

    Both count if they aren't empty (https://no-color.org, https://force-color.org).
    """
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def width(stream: TextIO | None) -> int | None:
    """The width in cells of the terminal behind ``stream``, or what COLUMNS says; None if it isn't a terminal."""
    if stream is None or not stream.isatty():
        return None
    return shutil.get_terminal_size().columns


@contextmanager
def bars() -> Iterator[Progress]:
    """A progress bar on stderr for each stage that takes over a second; they disappear at the end.

    There are none if stderr isn't a terminal, or under pre-commit, which would print them afterwards.
    """
    shown: dict[str, tqdm[Any]] = {}

    def show(stage: str, done: int, total: int) -> None:
        if stage not in shown:
            shown[stage] = _bar(stage, total)
        shown[stage].update(done - shown[stage].n)
        if done >= total:
            shown.pop(stage).close()

    try:
        yield show if sys.stderr.isatty() and "PRE_COMMIT" not in os.environ else lambda _stage, _done, _total: None
    finally:
        for bar in shown.values():
            bar.close()


def _bar(stage: str, total: int) -> tqdm[Any]:
    from tqdm import tqdm

    # leave space for the ^C that a terminal echoes: on a full line it would scroll the bar up, out of reach
    columns = max((width(sys.stderr) or 0) - len("^C") - 1, 1)
    unit: dict[str, Any] = {"unit": " epochs" if stage.startswith(_EPOCHS) else " files"}
    if stage.startswith(_BYTES):
        unit = {"unit": "B", "unit_scale": True}
    return tqdm(total=total, desc=Printable(stage), leave=False, delay=1, ncols=columns, file=sys.stderr, **unit)
