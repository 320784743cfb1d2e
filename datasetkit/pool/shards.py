"""The facts of a pool's clips, kept in a folder, so that a run goes on where an earlier one stopped.

Each run appends to a file of its own (a shard), one line a clip. So runs don't get in each other's way, shards may be
copied from machine to machine, and a killed run leaves a torn last line at worst, which is ignored. A line's key is
made of the clip's path, size and stamp, and of the version of what read it; a checksum shows damaged lines.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from datasetkit.errors import DatasetkitError
from datasetkit.files import unwritable
from datasetkit.media.versions import reader_version
from datasetkit.pool.records import Candidate, ClipRecord
from datasetkit.scan.records import to_json, value_from_json

_log = logging.getLogger(__name__)
_ENDING = ".jsonl"
_LINE = re.compile(rb'\{"key":"([0-9a-f]{32})","checksum":([0-9]+),"record":(.+)\}\n')
_KEY = slice(8, 40)  # of a line
_OFFSET = 40  # bits of a place in a shard; the bits above are the shard's number


class Shards:
    """The shards in ``folder``, which is made when the first facts are kept. Holds a number for each line in memory.

    Raises DatasetkitError if they can't be read or, unless they are ``optional``, can't be written.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time, *, optional: bool = False) -> None:
        self._folder, self._clock, self._optional, self._off = folder, clock, optional, False
        self._files = sorted(folder.glob(f"*{_ENDING}"))  # by age, as their names begin with the time
        self._places: dict[bytes, int] = {}
        self._own: BinaryIO | None = None
        for number, file in enumerate(self._files):
            self._index(number, file)

    def find(self, clip: Candidate) -> ClipRecord | None:
        """The facts of a clip in the state that it has; None if they aren't kept, or damaged."""
        key = _key(clip)
        place = self._places.get(bytes.fromhex(key))
        if place is None:
            return None
        number, offset = divmod(place, 1 << _OFFSET)
        try:
            with self._files[number].open("rb") as shard:
                shard.seek(offset)
                return _record(shard.readline(), key)
        except OSError as error:
            raise _unreadable(self._files[number], error) from error

    def add(self, records: Iterable[ClipRecord]) -> None:
        """Keep the facts that would be the same another time; they are on the disk when this returns.

        Where ``optional`` ones can't be written, no more facts are kept, and the log says so.
        """
        lines = [_line(record) for record in records if record.is_lasting]
        if self._off or not lines:
            return
        try:
            self._own = self._own or self._new()
            self._own.writelines(lines)
            self._own.flush()
            os.fsync(self._own.fileno())
        except OSError as error:
            if not self._optional:
                raise unwritable(self._folder / "facts", error) from error
            self._off = True
            _log.warning("what is read of the clips is not kept: can't write %s: %s", self._folder, error.strerror)

    def close(self) -> None:
        """Close this run's shard."""
        if self._own:
            self._own.close()

    def _index(self, number: int, file: Path) -> None:
        """Note where each line begins. Of several with one key the last counts: an earlier one may be damaged."""
        try:
            with file.open("rb") as shard:
                offset = 0
                for line in shard:
                    if line.startswith(b'{"key":"') and line.endswith(b"}\n"):
                        self._note(line[_KEY], number << _OFFSET | offset)
                    offset += len(line)
        except OSError as error:
            raise _unreadable(file, error) from error

    def _note(self, key: bytes, place: int) -> None:
        with suppress(ValueError):  # a damaged line
            self._places[bytes.fromhex(key.decode("latin-1"))] = place

    def _new(self) -> BinaryIO:
        self._folder.mkdir(0o700, parents=True, exist_ok=True)
        name = f"{int(self._clock() * 1000):015}-{secrets.token_hex(4)}{_ENDING}"
        return (self._folder / name).open("xb")


def _key(clip: Candidate | ClipRecord) -> str:
    state = json.dumps([clip.path, clip.size, clip.stamp, reader_version()])
    return hashlib.blake2b(state.encode(), digest_size=16).hexdigest()


def _line(record: ClipRecord) -> bytes:
    text = to_json(record)
    return f'{{"key":"{_key(record)}","checksum":{crc32(text.encode())},"record":{text}}}\n'.encode()


def _record(line: bytes, key: str) -> ClipRecord | None:
    """The record of a line; None if the line is damaged, or another's."""
    parts = _LINE.fullmatch(line)
    if not parts or parts[1] != key.encode() or int(parts[2]) != crc32(parts[3]):
        return None
    record: ClipRecord | None = value_from_json(parts[3], ClipRecord)
    return record


def _unreadable(file: Path, error: OSError) -> DatasetkitError:
    return DatasetkitError(f"can't read {file}: {error.strerror or error}", "Check its permissions and the disk.")
