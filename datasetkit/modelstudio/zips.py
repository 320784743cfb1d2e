"""A zip on this machine: its bytes, its receipt, and the lock that lets one upload at a time use them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.files import locked, replace_file
from datasetkit.model import Progress
from datasetkit.modelstudio.answers import plain
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import fact

_PIECE = 2**20  # bytes; large enough that hashing, not Python, takes the time


class OpenZip(io.FileIO):
    """A zip, open and hashed. ``sent`` is the furthest byte handed out so far; digests are in hex.

    MD5 is what the service's file records carry. Raises DatasetkitError if the path isn't a file, is empty or can't be
    read, and while it is read if it has changed since it was opened.
    """

    def __init__(self, path: Path, progress: Progress | None = None) -> None:
        self.path, self.sent, self._progress, self._stage = path, 0, progress, "hashing"
        if not path.name.isprintable():
            raise DatasetkitError(f"the file name {path.name!r} can't be sent", "Rename it: English letters are best.")
        try:
            if not _is_file(path):
                raise DatasetkitError(f"{path} is not a file", "Give the zip that `datasetkit build` wrote.")
            super().__init__(path)
        except OSError as error:
            raise self._unreadable(error) from None
        self.size, self._changed = self._stat()
        try:
            self._hash()
        except BaseException:
            self.close()
            raise

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes. httpx takes the length from `fileno` and rewinds with `seek` before it sends."""
        try:
            piece = super().read(size) or b""
        except OSError as error:
            raise self._unreadable(error) from None
        done = self.tell()
        if (not piece or done >= self.size) and (done, *self._stat()) != (self.size, self.size, self._changed):
            raise DatasetkitError(
                f"{self.path} changed while it was being read",
                "Wait until the other program has finished writing it, then try again.",
            )
        if self._stage == "sending":
            self.sent = max(self.sent, done)
        if piece and self._progress:
            self._progress(self._stage, done, self.size)
        return piece

    def _hash(self) -> None:
        if not self.size:
            raise DatasetkitError(
                f"{self.path} is empty (0 bytes)", f"Build it again: datasetkit build FOLDER -o {self.path}"
            )
        sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        while piece := self.read(_PIECE):
            sha256.update(piece)
            md5.update(piece)
        self.sha256, self.md5, self._stage = sha256.hexdigest(), md5.hexdigest(), "sending"

    def _stat(self) -> tuple[int, int]:
        facts = os.fstat(self.fileno())
        return facts.st_size, facts.st_mtime_ns

    def _unreadable(self, error: OSError) -> DatasetkitError:
        return DatasetkitError(f"can't read {self.path}: {error}", "Check the path, its permissions and the disk.")


@contextmanager
def only_upload(path: Path, client: Client) -> Iterator[None]:
    """Let no other upload of ``path`` run at the same time, and wait for one that does.

    Raises DatasetkitError if that one is still running at the end of the client's time limit.
    """
    waited = False
    while True:
        # on Windows a lock would keep ourselves from reading the zip
        with nullcontext(None) if os.name == "nt" else locked(path.resolve(), create=False) as ours:
            if ours is None:
                client.note(f"{path} can't be locked on this file system, so don't upload it twice at the same time")
            if ours is not False:
                yield
                return
        if not waited:
            client.note(f"another upload of {path} is running; waiting for it")
        if client.left <= 0:
            raise DatasetkitError(f"another upload of {path} is still running", "Run the same command again later.")
        client.pace.sleep(client.pace.first)
        waited = True


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


def receipt_path(zip_path: Path) -> Path:
    """Where the receipt of ``zip_path`` stands: beside it, `ZIP.receipt.json`."""
    return zip_path.with_name(f"{zip_path.name}.receipt.json")


def read_receipt(zip_path: Path, note: Callable[[str], object]) -> Receipt | None:
    """The receipt beside ``zip_path``; None if there is none, or with a ``note`` if it can't be used."""
    path = receipt_path(zip_path)
    try:
        found = read_json(path)
        fault = "it isn't a receipt that datasetkit wrote" if spec.misfit("receipt.schema.json", found) else ""
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        fault = str(error)
    if fault:
        note(f"ignoring {path} ({plain(fault, 200)}); asking the service instead")
        return None
    return Receipt(**{**found, "ignored": tuple(found["ignored"])})


def write_receipt(zip_path: Path, receipt: Receipt) -> None:
    """Put the receipt beside the zip, whole or not at all. Raises DatasetkitError if it can't be written."""
    content = json.dumps(asdict(receipt), ensure_ascii=False, indent=2) + "\n"
    replace_file(receipt_path(zip_path), content.encode())


def read_json(path: Path) -> Any:
    """The JSON of a small file. Raises OSError, or ValueError if it isn't one."""
    if not _is_file(path):
        raise ValueError("it is not a file")
    with path.open("rb") as stream:
        data = stream.read(fact("answer_bytes"))
    try:
        return json.loads(data)  # one that is longer was cut, and isn't JSON any more
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _is_file(path: Path) -> bool:
    """Whether it is a regular file. Checked before opening, because a named pipe would block. Raises OSError."""
    return stat.S_ISREG(path.stat().st_mode)
