"""What goes on beside the answers to the browser: clips are looked at, one after the other, and edits are judged."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Lock

from datasetkit.errors import DatasetkitError
from datasetkit.footage import Depth
from datasetkit.media.moments import plays_in_browsers
from datasetkit.media.thumbnails import thumbnail_size
from datasetkit.model import Expected, Missing, Outside, Present, Unreadable
from datasetkit.scan.facts import FactStore
from datasetkit.scan.reading import MediaReader, Named, thread_count, workers
from datasetkit.scan.stopwatch import Stopwatch
from datasetkit.view.folder import ViewedClip, ViewedFolder, inside, named_media
from datasetkit.view.previews import PreviewMaker
from datasetkit.view.session import Session
from datasetkit.view.showing import Playback

_PAUSE = 1.0  # seconds between two judgements while clips are looked at; an edit is judged at once


class ClipLooker:
    """Looks at every clip of a session to its end, the one on display first; keeps its facts in ``store``."""

    def __init__(self, session: Session, store: FactStore) -> None:
        self._session, self._store, self._stopped = session, store, Event()
        self._lock, self._taken = Lock(), set[str]()
        self._folder = session.folder
        self._reader = self._reader_of(self._folder)
        self.displayed = ""

    def run(self) -> None:
        """Look at clips until `stop` is called; wait where there is nothing to look at."""
        while not self._stopped.is_set():
            if clip := self._next():
                self._look(clip)
            else:
                self._session.wait_until(lambda: self._stopped.is_set() or self._is_waiting())

    def stop(self) -> None:
        """Give up what is being looked at."""
        self._stopped.set()
        self._reader.stop()
        self._session.wake()

    def _next(self) -> ViewedClip | None:
        with self._lock:
            folder = self._session.folder
            if folder.tree is not self._folder.tree:
                self._folder, known = folder, self._reader.media
                self._reader = self._reader_of(folder)
                self._reader.media |= known
            waiting = [clip for clip in folder.clips if clip.key not in self._taken]
            first = sorted(waiting, key=lambda clip: clip.key != self.displayed)[:1]
            self._taken |= {clip.key for clip in first}
            return first[0] if first else None

    def _is_waiting(self) -> bool:
        return any(clip.key not in self._taken for clip in self._session.folder.clips)

    def _look(self, clip: ViewedClip) -> None:
        """Read the files of a clip, images first, as the clip is compared with them."""
        reader = self._reader
        self._say_how_it_plays(clip)
        for named in sorted(named_media(clip), key=lambda named: named[1] is not Expected.IMAGE):
            try:
                medium = reader.media.get(named) or self._read(reader, named)
            except CancelledError:
                return
            if not isinstance(medium, Missing | Outside):
                reader.media[named] = medium
                self._session.found(named, medium)

    def _say_how_it_plays(self, clip: ViewedClip) -> None:
        place = inside(self._folder, clip.path)
        if place and clip.video:
            plays = plays_in_browsers(str(place))
            self._session.plays(clip.key, Playback("original") if plays else Playback("preview", "waiting"))

    def _read(self, reader: MediaReader, named: Named) -> Present:
        path, expected = named
        try:
            if inside(self._folder, path) is None:
                return Unreadable(path, 0, expected, "a link to a file outside this folder")
            return reader.read(named)
        except DatasetkitError as error:  # a file that may not be read keeps nobody from seeing the others
            return Unreadable(path, 0, expected, str(error))

    def _reader_of(self, folder: ViewedFolder) -> MediaReader:
        size = thumbnail_size(len(folder.clips))
        wanted = [*folder.named]
        return MediaReader(folder.tree, wanted, folder.frames, Depth.FULL, size, self._store, Stopwatch())


@contextmanager
def background(session: Session, looker: ClipLooker, maker: PreviewMaker) -> Iterator[None]:
    """While the block lasts, clips are looked at, edits are judged, and previews are made."""
    stopped = Event()

    def judge() -> None:
        while not stopped.is_set():
            session.judge()
            session.wait_until(lambda: session.is_due or stopped.is_set(), _PAUSE)

    with workers() as pool, ThreadPoolExecutor(2) as others:
        running = [pool.submit(looker.run) for _ in range(thread_count())]
        running += [others.submit(judge), others.submit(maker.run)]
        try:
            yield
        finally:
            stopped.set()
            looker.stop()
            maker.stop()
        for each in running:
            each.result()
