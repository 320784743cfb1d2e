"""Read the media that lines name: on all cores, in order, within bounded memory."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from secrets import token_hex
from typing import BinaryIO

from datasetkit import spec
from datasetkit.model import Expected, Image, Medium, Unreadable, Video
from datasetkit.scan.tree import Tree

Track = Callable[[Iterable[Medium], int], Iterable[Medium]]
Named = tuple[str, Expected]  # a file and what a field takes it for; one file may be named as both

_CHUNK = 1 << 20
# a smaller image takes up to 60 MB while it is decoded; larger ones wait for each other
_WORKERS = min(4, os.cpu_count() or 1)


def plainly(media: Iterable[Medium], _count: int) -> Iterable[Medium]:
    """Track nothing."""
    return media


def read_media(tree: Tree, wanted: Collection[Named], track: Track) -> dict[Named, Medium]:
    """Each wanted file of the tree as the medium that it should hold, in the order given."""
    sizes = {file.path: file.size for file in tree.files}
    twins = Counter(sizes[path] for path in {path for path, _ in wanted})

    def read(named: Named) -> Medium:
        path, expected = named
        return _read(tree, path, sizes[path], expected, hashed=twins[sizes[path]] > 1)

    with workers() as pool:
        return dict(zip(wanted, track(pool.map(read, wanted), len(wanted)), strict=True))


@contextmanager
def workers() -> Iterator[ThreadPoolExecutor]:
    """Threads for media, as many as memory bears."""
    name = f"media-{token_hex(4)}"
    pool = ThreadPoolExecutor(_WORKERS, name)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)  # at Ctrl-C only what has begun is waited for
        for thread in threading.enumerate():  # also one that Ctrl-C kept the pool from noting as it was started
            if thread.name.startswith(name):
                thread.join()


def _read(tree: Tree, path: str, size: int, expected: Expected, *, hashed: bool) -> Medium:
    # a command that reads no media shouldn't pay for loading av and Pillow
    from datasetkit.media.images import read_image
    from datasetkit.media.videos import read_video

    try:
        if expected is Expected.VIDEO:
            place = tree.locate(path)
            medium: Medium = read_video(place, path, size)
            if not isinstance(place, str):
                place.close()
        else:
            with tree.open(path) as stream:
                medium = read_image(stream, path, size, spec.limits().image_side)
        if hashed and isinstance(medium, Image | Video):
            with tree.open(path) as stream:
                return replace(medium, digest=_digest(stream))
        return medium
    except OSError as error:
        return Unreadable(path, size, expected, f"can't be opened: {error.strerror or error}")


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
