"""Read the media that lines name: on all cores, in order, within bounded memory."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from threading import Event, Thread, current_thread
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO

from datasetkit import spec
from datasetkit.footage import Depth, Signature
from datasetkit.media.damage import MediumError, plain_errors, unreadable
from datasetkit.media.wanted import Wanted
from datasetkit.model import Expected, Image, Medium, Present, Progress, Unreadable, Video
from datasetkit.scan.facts import FactKey, FactStore, digest_of, key_of
from datasetkit.scan.stopwatch import Stopwatch
from datasetkit.scan.tree import Tree

if TYPE_CHECKING:
    from datasetkit.media.thumbnails import ThumbnailSize

Named = tuple[str, Expected]  # a file and what a field takes it for; one file may be named as both

_A_THREAD = 256 << 20  # bytes of memory; an image of up to 4 megapixels takes about 60 MB while it is decoded


@dataclass(frozen=True, slots=True)
class Frames:
    """The paths of the images that lines name as a clip's first and as its last frame."""

    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


def read_media(
    tree: Tree,
    wanted: Collection[Named],
    frames: Mapping[str, Frames] = MappingProxyType({}),
    depth: Depth = Depth.HEADER,
    *,
    pictures: bool = False,
    progress: Progress | None = None,
    store: FactStore | None = None,
    stopwatch: Stopwatch | None = None,
) -> dict[Named, Medium]:
    """Each wanted file of the tree as the medium that it should hold, clips read to ``depth``.

    ``frames`` gives the images that a clip's path is named with. ``pictures``: media get pictures for people. A medium
    whose facts are in ``store`` isn't opened for them again; the facts of others are put there. Raises DatasetkitError
    if a file can't be read for a reason that lies outside the dataset, such as its permissions.
    """
    images = [named for named in wanted if named[1] is Expected.IMAGE]
    clips = [named for named in wanted if named[1] is not Expected.IMAGE]
    sized = _sized(max(len(images), len(clips))) if pictures else None
    reader = MediaReader(tree, wanted, frames, depth, sized, store, stopwatch or Stopwatch())
    with workers() as pool, reader.stopping():
        for part in (images, clips):  # images first: clips are compared with them
            for named, medium in zip(part, pool.map(reader.read, part), strict=True):
                reader.media[named] = medium
                if progress:
                    progress("reading", len(reader.media), len(wanted))
    return reader.media


def _sized(samples: int) -> ThumbnailSize:
    from datasetkit.media.thumbnails import thumbnail_size  # loads av and Pillow

    return thumbnail_size(samples)


class MediaReader:
    """Reads the media of one tree to one depth; several threads call it at once."""

    def __init__(
        self,
        tree: Tree,
        wanted: Collection[Named],
        frames: Mapping[str, Frames],
        depth: Depth,
        pictures: ThumbnailSize | None,
        store: FactStore | None,
        stopwatch: Stopwatch,
    ) -> None:
        self.media: dict[Named, Medium] = {}
        self._tree, self._frames, self._depth, self._store, self._stopwatch = tree, frames, depth, store, stopwatch
        self._pictures = pictures
        self._sizes = {file.path: file.size for file in tree.files}
        self._twins = Counter(self._sizes[path] for path in {path for path, _ in wanted})
        self._stop = Event()

    @contextmanager
    def stopping(self) -> Iterator[None]:
        """Clips that are being decoded when the block ends, as by Ctrl-C, are given up."""
        try:
            yield
        finally:
            self.stop()

    def stop(self) -> None:
        """Give up the clips that are being decoded: `read` raises CancelledError."""
        self._stop.set()

    def read(self, named: Named) -> Present:
        """The medium that a file holds."""
        path, expected = named
        key, known = self._known(path, expected)
        medium = self._read(path, expected, known)
        if self._store and key and medium != known and not _is_partial(medium):
            self._store.put(key, _fact(medium))
        return self._as_asked(medium)

    def _as_asked(self, medium: Present) -> Present:
        """The facts without what a store knows beyond those that a first reading would find."""
        if isinstance(medium, Image | Video) and self._twins[medium.size] == 1:
            medium = replace(medium, digest=None)
        if self._depth == Depth.HEADER:
            if isinstance(medium, Image):
                return replace(medium, signature=None)
            if isinstance(medium, Video):
                return replace(medium, seen=None)
        return medium

    def _known(self, path: str, expected: Expected) -> tuple[FactKey | None, Present | None]:
        """The facts in the store that reach deep enough, with their key; else the key for new ones."""
        wanted = min(self._depth, Depth.FRAMES) if expected is Expected.IMAGE else self._depth
        store = self._store
        if store is None or not (key := key_of(self._tree, path, expected, wanted)):
            return None, None
        deeper = [replace(key, depth=depth) for depth in Depth if depth >= wanted]
        looks = (store.get, store.find)  # by place first: to find the content it has to be read
        found = ((one, known) for look in looks for one in deeper if (known := look(one)))
        return next((both for both in found if both[0] == key or _serves(both[1], wanted)), (key, None))

    def _read(self, path: str, expected: Expected, known: Present | None) -> Present:
        size = self._sizes[path]
        try:
            with plain_errors(unreadable(path)):
                medium = replace(known, path=path) if known else self._opened(path, size, expected)
                if isinstance(medium, Image | Video) and self._twins[size] > 1 and not medium.digest:
                    with self._stopwatch.timing("hash"):
                        medium = replace(medium, digest=digest_of(self._tree, path))
                return self._looked_at(medium)
        except MediumError as error:
            return Unreadable(path, size, expected, str(error))

    def _opened(self, path: str, size: int, expected: Expected) -> Present:
        # a command that reads no media shouldn't pay for loading av and Pillow
        with self._stopwatch.timing("read"):
            if expected is Expected.IMAGE:
                from datasetkit.media.images import read_image

                with self._tree.open(path) as stream:
                    return read_image(stream, path, size, spec.limits().image_side)
            from datasetkit.media.anyclips import read_clip

            with _located(self._tree, path) as source:
                return read_clip(source, path, size, expected)

    def _looked_at(self, medium: Present) -> Present:
        """An image or clip that isn't too large, with what it shows."""
        if self._depth is Depth.HEADER and not self._pictures:
            return medium
        limits = spec.limits()
        if isinstance(medium, Image) and max(medium.width, medium.height) <= limits.image_side:
            return self._pictured(self._signed(medium))
        if isinstance(medium, Video) and max(medium.width, medium.height) <= limits.video_side:
            return self._seen(medium)
        return medium

    def _pictured(self, image: Image) -> Image:
        if not self._pictures:
            return image
        from datasetkit.media.thumbnails import read_thumbnail

        with self._stopwatch.timing("read"), self._tree.open(image.path) as stream:
            return replace(image, thumbnail=read_thumbnail(stream, image, self._pictures))

    def _signed(self, image: Image) -> Image:
        if image.signature or self._depth is Depth.HEADER:
            return image
        from datasetkit.media.signatures import read_signature

        with self._stopwatch.timing("read"), self._tree.open(image.path) as stream:
            return replace(image, signature=read_signature(stream, image))

    def _seen(self, video: Video) -> Video:
        frames = self._frames.get(video.path, Frames())
        wanted = Wanted(self._depth, self._signatures(frames.first), self._signatures(frames.last))
        known = self._depth is Depth.HEADER or (video.seen and wanted.is_satisfied(video.seen))
        if known and not self._pictures:
            return video
        from datasetkit.media.checks.film import FilmMaker
        from datasetkit.media.looking import look

        film = FilmMaker(video, self._pictures, last=bool(frames.last)) if self._pictures else None
        with self._stopwatch.timing("decode"), _located(self._tree, video.path) as source:
            return look(source, video, wanted, film=film, stop=self._stop)

    def _signatures(self, paths: Iterable[str]) -> tuple[Signature, ...]:
        images = (self.media.get((path, Expected.IMAGE)) for path in paths)
        return tuple(image.signature for image in images if isinstance(image, Image) and image.signature)


def _fact(medium: Present) -> Present:
    """The medium without pictures for people: they would make a store of facts ten times as large."""
    if isinstance(medium, Image):
        return replace(medium, thumbnail=None)
    return replace(medium, film=None) if isinstance(medium, Video) else medium


def _serves(deeper: Present, depth: Depth) -> bool:
    """Whether facts from a deeper look lead to the same findings at ``depth`` as a look that goes no deeper would.

    What can't be decoded may have headers that can be read, and damage may begin after the first frame.
    """
    damaged = isinstance(deeper, Video) and deeper.seen is not None and deeper.seen.damage is not None
    return not isinstance(deeper, Unreadable) and not (damaged and depth > Depth.HEADER)


def _is_partial(medium: Present) -> bool:
    """Whether time was up before a clip was seen to its end: another time it may not be."""
    return isinstance(medium, Video) and medium.seen is not None and not medium.seen.complete


@contextmanager
def _located(tree: Tree, path: str) -> Iterator[str | BinaryIO]:
    place = tree.locate(path)
    with nullcontext() if isinstance(place, str) else closing(place):
        yield place


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
    """The number of threads: one per core, limited by the memory that decoding an image needs."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13
        cores = os.process_cpu_count()
    else:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    known = hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if known else cores * _A_THREAD
    return max(1, min(cores or 1, memory // _A_THREAD))
