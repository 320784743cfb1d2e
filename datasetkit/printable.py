"""Text that can't steer the terminal, log or CI runner that shows it. Whatever a command prints is made here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

# Lines that CI runners take for commands: `::error::` at a line's start (GitHub), `##[error]` or `##vso[` anywhere
# (GitHub, Azure Pipelines). Of each pattern one character is written out.
_COMMANDS = re.compile(r"(?<!\S):(?=:)|(?<=#)#(?=\w*\[)")
_IN_MESSAGES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = _IN_MESSAGES | str.maketrans({":": "%3A", ",": "%2C"})


class Printable(str):
    """Text that is safe to print: making one writes out control and bidi characters, line breaks, lone surrogates.

    It is one line; only `lines` makes several, and only `styled` adds colours. Joining by other means gives a plain
    string again, which mypy keeps from being printed.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Printable:
        """``text`` with every character that could steer a terminal or a CI runner written as an escape."""
        if isinstance(text, cls):
            return text
        if not text.isprintable():
            text = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
        return _trusted(_COMMANDS.sub(lambda found: f"\\x{ord(found[0]):02x}", text))


def _trusted(text: str) -> Printable:
    return str.__new__(Printable, text)


def joined(parts: Iterable[Printable], separator: str = "") -> Printable:
    """The parts in one line."""
    return _trusted(Printable(separator).join(parts))


def lines(parts: Iterable[Printable]) -> Printable:
    """The parts in a line each."""
    return _trusted("\n".join(parts))


def styled(text: Printable, **style: Any) -> Printable:
    """The text in colours, or bold, as `click.style` takes them."""
    from click import style as paint  # a program that only uses the API needs no colours

    return _trusted(paint(text, **style))


def unstyled(text: Printable) -> Printable:
    """The text without its colours."""
    from click import unstyle

    return _trusted(unstyle(text))


def wrapped(text: Printable, width: int | None, indent: int) -> Printable:
    """The text in lines of at most ``width`` cells, those after the first ``indent`` cells to the right.

    It is broken at spaces, and inside a word that is longer than a line; not at all where ``width`` is None.
    """
    if width is None:
        return text
    from wcwidth import wrap

    margin = " " * min(indent, max(width - 2, 0))  # a wide letter takes two cells
    return _trusted("\n".join(wrap(text, max(width, 2), subsequent_indent=margin, break_on_hyphens=False)))


def as_json(value: object, *, indent: int | None = 2, ascii_only: bool = True) -> Printable:
    """``value`` as JSON. Without ``ascii_only`` letters stay readable, and only what isn't printable is escaped."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    text = "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
    return _trusted(_COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}" if found[0] == "#" else found[0], text))


def workflow_command(name: str, properties: Mapping[str, str], message: str) -> Printable:
    """A command for GitHub's runner, escaped as its toolkit does.

    Source: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts.
    """
    values = ",".join(f"{key}={Printable(value).translate(_IN_PROPERTIES)}" for key, value in properties.items())
    return _trusted(f"::{name} {values}::{Printable(message).translate(_IN_MESSAGES)}")
