"""A zip on this machine: its bytes, its receipt, and the lock that lets one upload at a time use them."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.files import Lock, replace_file
from datasetkit.model import Progress
from datasetkit.modelstudio.answers import plain

_PIECE = 2**20  # bytes; large enough that hashing, not Python, takes the time
_LONGEST = 2**20  # bytes read of a receipt or manifest; they have a few hundred


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """Progress that no one watches."""


class Content:
    """An open zip. ``size`` is in bytes, the digests are in hex, ``sent`` is the furthest byte handed out so far.

    httpx takes it for a file. MD5 is what the service's file records carry. Raises DatasetkitError if the file can't
    be read, or changes after it was opened.
    """

    def __init__(self, path: Path, stream: BinaryIO, progress: Progress) -> None:
        self.path, self._stream, self._progress = path, stream, progress
        self._facts = self._stat()
        self.size, self.sent = self._facts[0], 0
        sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        while piece := self._piece("hashing", _PIECE):
            sha256.update(piece)
            md5.update(piece)
        self.sha256, self.md5 = sha256.hexdigest(), md5.hexdigest()

    def fileno(self) -> int:
        """For httpx, which takes the length from it."""
        return self._stream.fileno()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """For httpx, which rewinds before it sends."""
        return self._stream.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        """The next bytes to send."""
        return self._piece("sending", size)

    def _piece(self, stage: str, size: int) -> bytes:
        try:
            piece = self._stream.read(size)
        except OSError as error:
            raise _unreadable(self.path, error) from None
        done = self._stream.tell()
        if (not piece or done >= self.size) and (done, self._stat()) != (self.size, self._facts):
            raise DatasetkitError(f"{self.path} changed while it was being read", "Wait until it is written.")
        if stage == "sending":
            self.sent = max(self.sent, done)
        if piece:
            self._progress(stage, done, self.size)
        return piece

    def _stat(self) -> tuple[int, int]:
        facts = os.fstat(self.fileno())
        return facts.st_size, facts.st_mtime_ns


@contextmanager
def open_zip(path: Path, progress: Progress = no_progress) -> Iterator[Content]:
    """The zip, open and hashed. Raises DatasetkitError if it is no file, is empty, or can't be read."""
    if not path.name.isprintable():
        raise DatasetkitError(f"the file name {path.name!r} can't be sent", "Rename it: English letters are best.")
    try:
        if not _is_file(path):
            raise DatasetkitError(f"{path} is not a file", "Give the zip that `datasetkit build` wrote.")
        stream = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from None
    with stream:
        content = Content(path, stream, progress)
        if not content.size:
            raise DatasetkitError(f"{path} is empty (0 bytes)", "Build it again: datasetkit build FOLDER -o ZIP")
        yield content


@contextmanager
def lock_upload(path: Path, wait: Callable[[], None], note: Callable[[str], object]) -> Iterator[None]:
    """Let no other upload of ``path`` run at the same time: ``wait`` is called until the one that does has ended."""
    lock = _try_lock(path, note)
    if lock is None:
        note(f"another upload of {path} is running; waiting for it")
    while lock is None:
        wait()
        lock = _try_lock(path, note)
    with lock:
        yield


def _try_lock(path: Path, note: Callable[[str], object]) -> ExitStack | None:
    """What lets go of the lock beside ``path``; None while another run holds it."""
    beside = path.with_name(f".{path.name}.lock")
    with ExitStack() as stack:
        try:
            if not stack.enter_context(Lock(beside)):
                return None
            stack.callback(beside.unlink, missing_ok=True)
        except OSError as error:
            note(f"can't lock {path} ({error.strerror}): don't upload it twice at the same time")
        return stack.pop_all()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The service holds these bytes under ``file_id``. The fields are receipt.schema.json's."""

    sha256: str
    md5: str
    bytes: int
    file_id: str
    region: str | None
    base_url: str
    filename: str
    uploaded: str
    ignored: tuple[str, ...] = ()

    def to_json(self) -> str:
        """One JSON object on one line, in ASCII."""
        return json.dumps(asdict(self))


def receipt_path(zip_path: Path) -> Path:
    """Where the receipt of ``zip_path`` stands: beside it, `ZIP.receipt.json`."""
    return zip_path.with_name(f"{zip_path.name}.receipt.json")


def read_receipt(zip_path: Path) -> Receipt | None:
    """The receipt beside ``zip_path``, or None if there is none. Raises DatasetkitError if it can't be used."""
    path = receipt_path(zip_path)
    try:
        found = read_json(path)
        fault = spec.misfit("receipt.schema.json", found)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        fault = str(error)
    if fault:
        raise DatasetkitError(f"{path} is not a usable receipt: {plain(fault, 200)}", "Delete it, or send again.")
    return Receipt(**{**found, "ignored": tuple(found["ignored"])})


def write_receipt(zip_path: Path, receipt: Receipt) -> None:
    """Put the receipt beside the zip, whole or not at all. Raises DatasetkitError if it can't be written."""
    content = json.dumps(asdict(receipt), ensure_ascii=False, indent=2) + "\n"
    replace_file(receipt_path(zip_path), content.encode())


def read_json(path: Path) -> Any:
    """The JSON of a small file. Raises OSError, or ValueError for what is no such file or not JSON."""
    if not _is_file(path):
        raise ValueError("it is not a file")
    with path.open("rb") as stream:
        data = stream.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        raise ValueError("it is too long")
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _is_file(path: Path) -> bool:
    """Whether it is a regular file, asked before it is opened: a named pipe would block. Raises OSError."""
    return stat.S_ISREG(path.stat().st_mode)


def _unreadable(path: Path, error: OSError) -> DatasetkitError:
    return DatasetkitError(f"can't read {path}: {error}", "Check the path, its permissions and the disk.")
