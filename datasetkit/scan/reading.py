"""Read the media that lines name: on all cores, in order, within bounded memory."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from io import BufferedReader
from threading import Thread, current_thread
from typing import cast

from datasetkit import spec
from datasetkit.media.damage import MediumError, plain_errors, unreadable
from datasetkit.model import Expected, Image, Medium, Present, Progress, Unreadable, Video
from datasetkit.scan.facts import FactStore, key_of
from datasetkit.scan.tree import Tree

Named = tuple[str, Expected]  # a file and what a field takes it for; one file may be named as both

_A_THREAD = 256 << 20  # bytes of memory; an image of up to 4 megapixels takes about 60 MB while it is decoded


def read_media(
    tree: Tree, wanted: Collection[Named], progress: Progress | None = None, store: FactStore | None = None
) -> dict[Named, Medium]:
    """Each wanted file of the tree as the medium that it should hold, in the order given.

    A medium whose facts are in ``store`` isn't opened; the facts of others are put there. Raises DatasetkitError where
    a file can't be read for a reason that lies outside the dataset, such as its permissions.
    """
    sizes = {file.path: file.size for file in tree.files}
    twins = Counter(sizes[path] for path in {path for path, _ in wanted})

    def read(named: Named) -> Medium:
        path, expected = named
        key = key_of(tree, path, expected) if store else None
        known = store.get(key) if store and key else None
        medium = _read(tree, path, sizes[path], expected, known, hashed=twins[sizes[path]] > 1)
        if store and key and medium != known:
            store.put(key, medium)
        return medium

    media: dict[Named, Medium] = {}
    with workers() as pool:
        for named, medium in zip(wanted, pool.map(read, wanted), strict=True):
            media[named] = medium
            if progress:
                progress("reading", len(media), len(wanted))
    return media


@contextmanager
def workers() -> Iterator[ThreadPoolExecutor]:
    """Threads for media, as many as the cores and the memory bear. Pillow's warnings about odd metadata stay inside.

    Filters of warnings belong to the whole process, so they are set here, in the thread that waits for the others.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        threads: list[Thread] = []
        pool = ThreadPoolExecutor(thread_count(), initializer=lambda: threads.append(current_thread()))
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)  # at Ctrl-C only what has begun is waited for
            for thread in threads:  # the pool forgets one that was being started when Ctrl-C came
                thread.join()


def thread_count() -> int:
    """One for each core that this process may use, as long as there is memory for an image in each."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13
        cores = os.process_cpu_count()
    else:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    known = hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if known else cores * _A_THREAD
    return max(1, min(cores or 1, memory // _A_THREAD))


def _read(tree: Tree, path: str, size: int, expected: Expected, known: Present | None, *, hashed: bool) -> Present:
    try:
        with plain_errors(unreadable(path)):
            medium = replace(known, path=path) if known else _opened(tree, path, size, expected)
            if hashed and isinstance(medium, Image | Video) and not medium.digest:
                return replace(medium, digest=_digest(tree, path))
            return medium
    except MediumError as error:
        return Unreadable(path, size, expected, str(error))


def _opened(tree: Tree, path: str, size: int, expected: Expected) -> Present:
    # a command that reads no media shouldn't pay for loading av and Pillow
    if expected is Expected.IMAGE:
        from datasetkit.media.images import read_image

        with tree.open(path) as stream:
            return read_image(stream, path, size, spec.limits().image_side)
    from datasetkit.media.videos import read_video

    place = tree.locate(path)
    with nullcontext() if isinstance(place, str) else closing(place):
        return read_video(place, path, size)


def _digest(tree: Tree, path: str) -> str:
    with tree.open(path) as stream:
        return hashlib.file_digest(cast(BufferedReader, stream), "sha256").hexdigest()
