"""Pools in object storage, or wherever else fsspec reaches: `s3://bucket/folder` and the like.

Credentials, endpoints and proxies are set as fsspec and the library behind it document: by environment variables, their
configuration files, the machine's role. Nothing here reads, shows or keeps them.
"""

from __future__ import annotations

import errno
import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.pool.records import Candidate, is_clip

# What file systems call the value that changes whenever a file does, the surest first.
_STAMPS = (
    "ETag",
    "etag",
    "md5",
    "content_md5",
    "LastModified",
    "last_modified",
    "mtime",
    "modified",
    "updated",
    "created",
)
_SECRETS = re.compile(r"(?<=://)[^/@\s]+@|\?\S+")  # name and password, or a signature, in an address


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """A folder that fsspec reaches; ``address`` is its URL."""

    address: str

    @property
    def name(self) -> str:
        """The URL without any password."""
        return _SECRETS.sub("", self.address)

    def clips(self) -> list[Candidate]:
        """The clips below the folder, but for hidden ones."""
        try:
            system, root = self._opened()
            found = _listing(system, root)
            return sorted(Candidate(path, entry["size"], _stamp(entry)) for path, entry in found if is_clip(path))
        except DatasetkitError:
            raise
        except Exception as error:  # each library has errors of its own
            raise DatasetkitError(
                f"can't list {self.name}: {_words(error)}",
                "Check the address, and the credentials in your environment.",
            ) from error

    @contextmanager
    def header(self, clip: Candidate) -> Iterator[BinaryIO]:
        """A stream that asks for small blocks."""
        with self._stream(clip, "header_block_bytes") as stream:
            yield stream

    @contextmanager
    def entire(self, clip: Candidate) -> Iterator[BinaryIO]:
        """A stream that asks for large blocks: one is more than most clips."""
        with self._stream(clip, "block_bytes") as stream:
            yield stream

    def changed(self, clip: Candidate) -> bool:
        """Whether its size or its stamp is another; one request."""
        system, root = self._opened()
        with _as_os_errors():
            entry = system.info(f"{root}/{clip.path}")
        return entry["size"] != clip.size or clip.stamp not in ("", _stamp(entry))

    @contextmanager
    def _stream(self, clip: Candidate, block: str) -> Iterator[BinaryIO]:
        system, root = self._opened()

        def fetch(start: int, end: int) -> bytes:
            with _as_os_errors():
                return cast(bytes, system.cat_file(f"{root}/{clip.path}", start=start, end=end))

        with _RangedFile(fetch, clip.size, int(spec.thresholds("remote")[block])) as stream:
            yield cast(BinaryIO, stream)

    def _opened(self) -> tuple[Any, str]:
        """The file system, which is the same for each call in a process, and the folder's path in it."""
        try:
            from fsspec.core import url_to_fs
        except ImportError as error:
            raise DatasetkitError(
                f"reading {self.name} needs the package fsspec", "Install it: pip install 'datasetkit[remote]'"
            ) from error
        with _as_os_errors():
            system, root = url_to_fs(self.address, use_listings_cache=False)  # what was listed may have changed since
        return system, root.rstrip("/")


class _RangedFile(io.RawIOBase):
    """A file of ``size`` bytes, of which ``fetch`` gets a part; the blocks used last stay in memory."""

    def __init__(self, fetch: Callable[[int, int], bytes], size: int, block: int) -> None:
        from fsspec.caching import BlockCache

        self._size, self._at = size, 0
        self._blocks = BlockCache(block, fetch, size, maxblocks=int(spec.thresholds("remote")["blocks"]))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as the file goes. Raises OSError."""
        end = min(self._at + len(buffer), self._size)
        data = self._blocks._fetch(self._at, end) if self._at < end else b""  # the caches' only way to read
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _listing(system: Any, root: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The files below a folder: their paths from there, and what is known of each, its size at least."""
    start = f"{root}/"
    for name, entry in system.find(root, detail=True).items():
        if name.startswith(start):
            whole = system.info(name) if entry.get("size") is None else entry
            if whole.get("size") is not None:
                yield name.removeprefix(start), whole


def _stamp(entry: Mapping[str, Any]) -> str:
    return str(next((entry[name] for name in _STAMPS if entry.get(name) is not None), ""))


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """Let whatever a file system fails with be an OSError, as from a disk that can't be read."""
    try:
        yield
    except Exception as error:
        raise OSError(getattr(error, "errno", None) or errno.EIO, _words(error)) from error


def _words(error: Exception) -> str:
    text = " ".join(str(getattr(error, "strerror", None) or error).split()) or type(error).__name__
    return _SECRETS.sub("", text)
