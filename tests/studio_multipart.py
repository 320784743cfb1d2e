"""A strict reader of multipart/form-data for the stand-in server: streams, forgives nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

_PIECE = 2**20
_LONGEST_HEAD = 8192


class MalformedError(Exception):
    """What a strict service answers 400 to."""


@dataclass
class Part:
    """A field of the form: its ``name``, its file name if it has one, and how many bytes it holds."""

    name: str
    filename: str | None
    size: int = 0
    text: bytes = b""


class Reader:
    """Read the body through ``read`` (at most n bytes; b"" at the end); file parts go to ``sink``, others to memory."""

    def __init__(self, read: Callable[[int], bytes], content_type: str, sink: BinaryIO) -> None:
        found = re.fullmatch(r'multipart/form-data; boundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?', content_type)
        if not found:
            raise MalformedError(f"the content type is {content_type!r}")
        self._read, self._sink = read, sink
        self._delimiter = b"\r\n--" + found[1].encode()
        self._held = b"\r\n"  # so that the first delimiter looks like the others

    def parts(self) -> list[Part]:
        found: list[Part] = []
        self._expect(self._delimiter)
        while self._take(2) == b"\r\n":
            part = _part(self._until(b"\r\n\r\n", _LONGEST_HEAD))
            self._content(part)
            found.append(part)
        rest = self._held + self._read(_PIECE)
        if rest not in (b"", b"\r\n"):
            raise MalformedError("bytes follow the last boundary")
        return found

    def _content(self, part: Part) -> None:
        while (end := self._held.find(self._delimiter)) < 0:
            keep = len(self._held) - len(self._delimiter) + 1
            if keep > 0:
                self._put(part, self._held[:keep])
                self._held = self._held[keep:]
            self._more()
        self._put(part, self._held[:end])
        self._held = self._held[end + len(self._delimiter) :]

    def _put(self, part: Part, piece: bytes) -> None:
        part.size += len(piece)
        if part.filename is None:
            part.text += piece
            if len(part.text) > _LONGEST_HEAD:
                raise MalformedError(f"the field {part.name} is too long")
        else:
            self._sink.write(piece)

    def _more(self) -> None:
        piece = self._read(_PIECE)
        if not piece:
            raise MalformedError("the body ends inside a part")
        self._held += piece

    def _take(self, count: int) -> bytes:
        while len(self._held) < count:
            self._more()
        taken, self._held = self._held[:count], self._held[count:]
        if taken not in (b"\r\n", b"--") and count == 2:
            raise MalformedError(f"{taken!r} follows a boundary")
        return taken

    def _until(self, mark: bytes, longest: int) -> bytes:
        while (end := self._held.find(mark)) < 0:
            if len(self._held) > longest:
                raise MalformedError("a part's header is too long")
            self._more()
        taken, self._held = self._held[:end], self._held[end + len(mark) :]
        return taken

    def _expect(self, wanted: bytes) -> None:
        while len(self._held) < len(wanted):
            self._more()
        if not self._held.startswith(wanted):
            raise MalformedError("the body doesn't begin with its boundary")
        self._held = self._held[len(wanted) :]


def _part(head: bytes) -> Part:
    fields = {}
    for line in head.decode("utf-8").split("\r\n"):
        name, colon, value = line.partition(": ")
        if not colon or name.lower() not in ("content-disposition", "content-type"):
            raise MalformedError(f"a part has the header {line!r}")
        fields[name.lower()] = value
    found = re.fullmatch(
        r'form-data; name="([^"\r\n]+)"(?:; filename="([^"\r\n]+)")?', fields.get("content-disposition", "")
    )
    if not found:
        raise MalformedError(f"a part is called {fields!r}")
    return Part(found[1], found[2])


def decoded(filename: str) -> str:
    """A part's file name as browsers, httpx and curl mean it."""
    return re.sub(r"%(22|0[AD])", lambda code: chr(int(code[1], 16)), filename).replace("\\\\", "\\")
