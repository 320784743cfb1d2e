"""Where a pool's clips are. A place holds no more than its address, so that it can be sent to other machines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from datasetkit.errors import DatasetkitError
from datasetkit.media.opening import ClipFile
from datasetkit.pool.records import Candidate, is_clip
from datasetkit.pool.remote import RemotePlace
from datasetkit.scan.folder import FolderTree, folder_tree

_URL = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]+(::[A-Za-z0-9+.-]+)*://"
)  # longer than a drive's letter; `a::b://` is a chain


class Place(Protocol):
    """A folder of clips, wherever it is. ``name`` is how messages call it; ``address`` is no other place's."""

    @property
    def name(self) -> str: ...  # noqa: D102 - the class's docstring says it
    @property
    def address(self) -> str: ...  # noqa: D102

    def clips(self) -> list[Candidate]:
        """The clips by their names' endings, sorted by path. Raises DatasetkitError if they can't be listed."""

    def header(self, clip: Candidate) -> AbstractContextManager[ClipFile]:
        """A clip to read some parts of. Raises OSError."""

    def entire(self, clip: Candidate) -> AbstractContextManager[ClipFile]:
        """A clip to read all of. Raises OSError."""

    def changed(self, clip: Candidate) -> bool:
        """Whether a clip isn't the one that was listed any more. Raises OSError."""


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """A folder that this machine sees; ``address`` is its absolute path."""

    address: str
    name: str

    def clips(self) -> list[Candidate]:
        """The clips of the folder and of those below it, but for hidden ones."""
        if not Path(self.address).is_dir():
            raise DatasetkitError(f"there is no folder {self.name}", "Give the folder that holds your clips.")
        files = folder_tree(Path(self.address), self.name).files
        return [Candidate(file.path, file.size, str(file.changed)) for file in files if is_clip(file.path)]

    @contextmanager
    def header(self, clip: Candidate) -> Iterator[ClipFile]:
        """The file itself."""
        found = FolderTree(Path(self.address), self.name).locate(clip.path)
        if isinstance(found, str):
            yield found
        else:
            with closing(found):
                yield found

    def entire(self, clip: Candidate) -> AbstractContextManager[ClipFile]:
        """The file itself."""
        return self.header(clip)

    def changed(self, clip: Candidate) -> bool:
        """Whether its size or its time of change is another."""
        status = Path(self.address, clip.path).stat()
        return (status.st_size, str(status.st_mtime_ns)) != (clip.size, clip.stamp)


def place_of(pool: str) -> Place:
    """The place that a user names: a folder, or the URL of one."""
    if _URL.match(pool):
        return RemotePlace(pool.rstrip("/"))
    return FolderPlace(str(Path(pool).absolute()), pool)
