"""Turns other libraries' errors while reading or making media into plain words. No other module handles them."""

from __future__ import annotations

import errno
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from datasetkit.errors import DatasetkitError

CUT = "cut off: the file ends before the picture does"
_UNOPENED = "can't be opened"
_NO_MEMORY = "damaged: decoding it would take more memory than there is"
_MACHINE = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO),
    *(errno.EMFILE, errno.ENFILE),
}
# What Pillow, struct and zlib raise on damaged files: seen with mutated ones, or caught by Pillow itself as possible.
_DAMAGE = (
    *(OSError, SyntaxError, ValueError, IndexError, KeyError, TypeError, EOFError, OverflowError, ZeroDivisionError),
    *(MemoryError, AssertionError, struct.error, zlib.error),
)
_CUT_WORDS = ("truncated", "unexpected end", "end of file", "not enough image data")
_UNKNOWN_WORDS = ("unsupported", "cannot handle", "not yet implemented", "not found")
_INTERNAL_WORDS = ("<", "stream_options", "buffer", "Invalid data found", "not identified")  # nothing a user can act on


class MediumError(Exception):
    """A medium can't be read or made as asked; the text says why. Other layers get it as a value."""


@contextmanager
def plain_errors(stopped: Callable[[OSError], DatasetkitError]) -> Iterator[None]:
    """Turn the errors of libraries into MediumError, and those of the machine into what ``stopped`` makes of them."""
    try:
        yield
    except (DatasetkitError, MediumError):
        raise
    except Exception as error:
        library = type(error).__module__.partition(".")[0]
        number = getattr(error, "errno", None)
        if number in _MACHINE and (library, number) != ("av", errno.EIO):  # libav's answer to some damaged files
            raise stopped(OSError(number, getattr(error, "strerror", ""))) from error
        if not isinstance(error, _DAMAGE) and library not in ("av", "PIL"):
            raise
        raise MediumError(_words(error, library)) from error


def unreadable(name: str) -> Callable[[OSError], DatasetkitError]:
    """What to raise where the machine doesn't let a file be read."""
    return lambda error: DatasetkitError(f"can't read {name}: {error.strerror}", "Check its permissions and the disk.")


def unopened(why: str) -> str:
    """The reason that a medium can't be read, where the cause isn't its data."""
    return f"{_UNOPENED}: {why}"


def depends_on_machine(reason: str) -> bool:
    """Whether another try, on this machine or another, may end otherwise."""
    return reason.startswith((_UNOPENED, _NO_MEMORY))


def _words(error: Exception, library: str) -> str:
    text = " ".join(str(getattr(error, "strerror", None) or error).split())
    number, plain = getattr(error, "errno", None), text.lower()
    if isinstance(error, EOFError | struct.error) or any(word in plain for word in _CUT_WORDS):
        return CUT
    if isinstance(error, MemoryError) or number == errno.ENOMEM:
        return _NO_MEMORY
    if number and library != "av":
        return unopened(text)
    if "decompression bomb" in plain:
        return f"too large to decode: {text.partition(',')[0]}"
    if any(word in plain for word in _UNKNOWN_WORDS):
        return f"not decodable: {text}"
    if not isinstance(error, OSError | SyntaxError | ValueError) or any(word in text for word in _INTERNAL_WORDS):
        text = ""
    return f"damaged: {text or 'nothing in its data can be read'}"
