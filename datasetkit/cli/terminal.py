"""What the terminal is like that the output goes to, if it is one."""

from __future__ import annotations

import os
import shutil
from typing import TextIO


def colours() -> bool | None:
    """Whether to colour: NO_COLOR forbids it, else FORCE_COLOR asks for it; None says where the stream is a terminal.

    Both as https://no-color.org and https://force-color.org have them: set and not empty.
    """
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def width(stream: TextIO | None) -> int | None:
    """The cells in a line of the terminal behind ``stream`` (or COLUMNS says so); None where there is no terminal."""
    if stream is None or not stream.isatty():
        return None
    return shutil.get_terminal_size().columns
