"""The facts that earlier runs left in the user's cache folder, in one SQLite file that all commands share.

It only saves time: whatever is wrong with the file, facts are read from the media instead, and the log says so. A
damaged file is made again. SQLite's write-ahead log keeps it whole when several runs use it, or one is killed.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TypeVar
from zlib import crc32

import platformdirs

from datasetkit import spec
from datasetkit.footage import Depth
from datasetkit.media.damage import depends_on_machine
from datasetkit.model import Expected, Image, Present, Unreadable, Video
from datasetkit.scan.facts import FactKey, MemoryStore
from datasetkit.scan.records import from_json, to_json

VARIABLE = "DATASETKIT_CACHE"
_FILE = "facts-1.sqlite3"  # the number goes up when the table changes
POOLS = "pools"  # the folder beside it with the facts of the clips that `select` read, of any size
_SHARDS = f"{POOLS}/*/*.jsonl"
_OURS = (_SHARDS, "facts-*.sqlite3", "facts-*.sqlite3-wal", "facts-*.sqlite3-shm", "facts-*.sqlite3-journal")
# `file` says which facts of which file, `stamp` in which state it was; `content` which facts of which bytes, if their
# SHA-256 is known, and `size` how many bytes those are (of a zip's entry: of the zip). `used` is a day since 1970.
_TABLE = """
CREATE TABLE IF NOT EXISTS facts (
    id INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL, size INTEGER, content TEXT,
    value TEXT NOT NULL, checksum INTEGER NOT NULL, used INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS facts_size ON facts (size) WHERE content IS NOT NULL;
CREATE INDEX IF NOT EXISTS facts_content ON facts (content);
CREATE INDEX IF NOT EXISTS facts_used ON facts (used);
"""
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}  # the last: the table is another
_COLUMNS = "id, file, stamp, content, value, checksum, used"
_SHARE = 8  # one in so many records makes room when the file is full
_DAY = 24 * 60 * 60  # seconds
_PAUSE = 0.005  # seconds

_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """Where the cache is, how many facts it holds, and its size and the limit of that in bytes.

    ``pools`` is the bytes of facts that `select` keeps beside it; they have no limit.
    """

    place: Path
    entries: int
    size: int
    limit: int
    pools: int


def cache_file(folder: str | None = None) -> Path:
    """The cache's file: in ``folder``, else in the one that DATASETKIT_CACHE names, else in the user's cache folder."""
    named = folder or os.environ.get(VARIABLE)
    return (Path(named) if named else platformdirs.user_cache_path("datasetkit", appauthor=False)) / _FILE


class FactCache:
    """A store of facts in the file ``file``, which is made when it is first used. The caller closes it.

    ``clock`` gives the seconds since 1970; the facts that were used longest ago go first when the file is full.
    """

    def __init__(self, file: Path, clock: Callable[[], float] = time.time, limit: int | None = None) -> None:
        self._file, self._limit = file, limit or spec.limits().cache_bytes
        self._today = int(clock() // _DAY)
        self._memory = MemoryStore()
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._rebuilt = self._off = False
        self._used: set[int] = set()

    def get(self, key: FactKey) -> Present | None:
        """The facts kept under ``key``, or None."""
        known = self._memory.get(key)
        if known is None and (known := self._find("file = ? AND stamp = ?", _file(key), _stamp(key))):
            self._memory.put(key, known)
        return known

    def find(self, key: FactKey) -> Present | None:
        """The facts kept of another file with the same bytes, whose path they have; now also kept under ``key``.

        The bytes are only read if they may be known: facts of a file of the same size are kept.
        """
        if self._may_know_content(key):
            with suppress(OSError):  # who reads the file meets the error too, and reports it
                if known := self._find("content = ?", _content(key, key.digest())):
                    self.put(key, known)
                    return known
        return None

    def put(self, key: FactKey, facts: Present) -> None:
        """Keep facts, in place of any kept before under ``key``.

        On disk only if another run would find the same, and if any later change of the file will show in its times.
        """
        self._memory.put(key, facts)
        if not _is_settled(key) or (isinstance(facts, Unreadable) and depends_on_machine(facts.reason)):
            return
        digest = facts.digest if isinstance(facts, Image | Video) else None
        if digest is None and (key.depth > Depth.HEADER or key.expected is Expected.IMAGE):
            with suppress(OSError):  # then the facts are found by the file's place alone
                digest = key.digest()
        if key.is_current:  # else the facts may be of other bytes than the digest
            self._run(lambda connection: self._insert(connection, key, facts, digest), None)

    def close(self) -> None:
        """Note which facts were used, and close the file."""
        if self._used:
            rows = [(self._today, number) for number in sorted(self._used)]
            self._run(lambda c: c.executemany("UPDATE facts SET used = ? WHERE id = ?", rows), None)
        if self._connection:
            self._connection.close()
        self._connection, self._off = None, True

    def count(self) -> int:
        """How many facts are kept; 0 if they can't be read."""
        return int(self._run(lambda c: c.execute("SELECT count(*) FROM facts").fetchone()[0], 0))

    def _find(self, condition: str, *values: str) -> Present | None:
        query = f"SELECT {_COLUMNS} FROM facts WHERE {condition} LIMIT 1"
        row = self._run(lambda connection: connection.execute(query, values).fetchone(), None)
        if row is None:
            return None
        number, file, stamp, content, value, checksum, used = row
        if checksum != _checksum(file, stamp, content, value) or (facts := from_json(value)) is None:
            return None
        if used != self._today:
            self._used.add(number)
        if content and isinstance(facts, Image | Video):
            return replace(facts, digest=content.partition(" ")[0])
        return facts

    def _may_know_content(self, key: FactKey) -> bool:
        """Whether the bytes of a file may be known. All entries of a zip may: it was read for its checksums anyway."""
        query = "SELECT 1 FROM facts WHERE content IS NOT NULL AND (size = ? OR ?) LIMIT 1"
        values = (key.size, key.entry != "")
        return self._run(lambda connection: connection.execute(query, values).fetchone(), None) is not None

    def _insert(self, connection: sqlite3.Connection, key: FactKey, facts: Present, digest: str | None) -> None:
        bare = replace(facts, digest=None) if isinstance(facts, Image | Video) else facts
        file, stamp, value = _file(key), _stamp(key), to_json(bare)
        content = _content(key, digest) if digest else None
        row = (file, stamp, facts.size, content, value, _checksum(file, stamp, content, value), self._today)
        insert = "INSERT OR REPLACE INTO facts (file, stamp, size, content, value, checksum, used)"
        try:
            connection.execute(f"{insert} VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                raise
            oldest = f"SELECT id FROM facts ORDER BY used, id LIMIT (SELECT 1 + count(*) / {_SHARE} FROM facts)"
            connection.execute(f"DELETE FROM facts WHERE id IN ({oldest})")
            connection.execute(f"{insert} VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def _run(self, action: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """What ``action`` gives in one transaction; ``otherwise`` if the file can't be used."""
        with self._lock:
            begun = time.monotonic()
            while not self._off:
                try:
                    self._connection = self._connection or self._connect()
                    with self._connection:
                        return action(self._connection)
                except (sqlite3.Error, OSError) as error:
                    if _is_busy(error) and time.monotonic() - begun < spec.limits().cache_busy_seconds:
                        time.sleep(_PAUSE)  # while another run closes the file, SQLite itself doesn't wait
                    else:
                        self._give_up(error)
            return otherwise

    def _connect(self) -> sqlite3.Connection:
        self._file.parent.mkdir(0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(self._file, spec.limits().cache_busy_seconds, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")  # a power failure may lose facts, never the file
            (page,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count = {self._limit // page}")
            connection.executescript(_TABLE)
        except BaseException:
            connection.close()
            raise
        return connection

    def _give_up(self, error: sqlite3.Error | OSError) -> None:
        """Remove a damaged file, once, so that a new one is made. Whatever else is wrong, use no file any more."""
        if self._connection:
            self._connection.close()
            self._connection = None
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)  # text that isn't UTF-8 has none
        damaged = isinstance(error, sqlite3.Error) and code & 0xFF in _DAMAGED  # the upper bits are details
        self._off = self._rebuilt or not damaged
        self._rebuilt = True
        if not self._off:
            _log.info("the cache %s is damaged (%s); a new one is made", self._file, error)
            try:
                _remove(self._file.parent, self._file.name)
            except OSError as refused:
                error, self._off = refused, True
        if self._off:
            _log.info("the cache %s isn't used: %s", self._file, error)


def _is_busy(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def cache_info(file: Path) -> CacheInfo:
    """What is known of a cache that may not exist yet."""
    with closing(FactCache(file)) as cache:
        entries = cache.count() if file.exists() else 0
    size = _size(file.parent.glob(f"{file.name}*"))
    pools = _size(file.parent.glob(_SHARDS))
    return CacheInfo(file.parent, entries, size, spec.limits().cache_bytes, pools)


def clear_cache(file: Path) -> int:
    """Remove the cache's files, and its folder if nothing else is in it; gives the bytes freed. Raises OSError."""
    freed = _remove(file.parent, *_OURS)
    for folder in (*file.parent.glob(f"{POOLS}/*"), file.parent / POOLS, file.parent):
        with suppress(OSError):
            folder.rmdir()
    return freed


def _remove(folder: Path, *patterns: str) -> int:
    found = [path for pattern in patterns for path in folder.glob(pattern)]
    size = _size(found)
    for path in found:
        path.unlink(missing_ok=True)
    return size


def _size(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def _is_settled(key: FactKey) -> bool:
    """Whether a file's last change is older than the coarsest clock of a file system, when it was looked at.

    A change within the same tick of that clock leaves the times as they are. (Git calls such an index entry racy.)
    """
    return max(key.mtime_ns, key.ctime_ns) <= key.looked_at_ns - spec.limits().cache_settled_seconds * 1_000_000_000


def _file(key: FactKey) -> str:
    return json.dumps([key.place, key.entry, key.expected, key.depth, key.reader])


def _stamp(key: FactKey) -> str:
    return json.dumps([key.size, key.mtime_ns, key.ctime_ns, key.inode])


def _content(key: FactKey, digest: str) -> str:
    return f"{digest} {json.dumps([key.expected, key.depth, key.reader])}"


def _checksum(*columns: object) -> int:
    """SQLite itself doesn't notice a value whose bits the disk has changed, not even in its type."""
    return crc32(ascii(columns).encode())
