"""What goes on beside the answers to the browser: clips are looked at, one after the other, and edits are judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from datasetkit.view.folder import ViewedClip, ViewedFolder, changed_media, inside, named_media
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
            if following := self._next():
                self._look(*following)
            else:
                self._session.wait_until(lambda: self._stopped.is_set() or self._is_waiting())

    def stop(self) -> None:
        """Give up what is being looked at."""
        self._stopped.set()
        self._reader.stop()
        self._session.wake()

    def _next(self) -> tuple[ViewedFolder, MediaReader, ViewedClip] | None:
        with self._lock:
            folder = self._session.folder
            if folder.tree is not self._folder.tree:
                self._turn_to(folder)
            waiting = [clip for clip in folder.clips if clip.key not in self._taken]
            first = next(iter(sorted(waiting, key=lambda clip: clip.key != self.displayed)), None)
            if first is None:
                return None
            self._taken.add(first.key)
            return folder, self._reader, first

    def _turn_to(self, folder: ViewedFolder) -> None:
        """The folder was read again: look again at the clips whose files have changed."""
        changed, known = changed_media(self._folder, folder), self._reader.media
        same = {clip.key for clip in folder.clips if changed.isdisjoint(named_media(clip))}
        self._taken &= same
        self._folder, self._reader = folder, self._reader_of(folder)
        self._reader.media |= {named: medium for named, medium in known.items() if named not in changed}

    def _is_waiting(self) -> bool:
        folder = self._session.folder
        return folder.tree is not self._folder.tree or any(clip.key not in self._taken for clip in folder.clips)

    def _look(self, folder: ViewedFolder, reader: MediaReader, clip: ViewedClip) -> None:
        """Read the files of a clip, images first, as the clip is compared with them."""
        self._session.plays(clip.key, _playback(folder, clip))
        for named in sorted(named_media(clip), key=lambda named: named[1] is not Expected.IMAGE):
            try:
                medium = reader.media.get(named) or _read(folder, reader, named)
            except CancelledError:
                return
            if not isinstance(medium, Missing | Outside):
                reader.media[named] = medium
                self._session.found(named, medium, folder)

    def _reader_of(self, folder: ViewedFolder) -> MediaReader:
        size = thumbnail_size(len(folder.clips))
        wanted = [*folder.named]
        return MediaReader(folder.tree, wanted, folder.frames, Depth.FULL, size, self._store, Stopwatch())


def _playback(folder: ViewedFolder, clip: ViewedClip) -> Playback:
    place = inside(folder, clip.path)
    if place is None or not clip.video:
        return Playback()
    try:
        return Playback("original") if plays_in_browsers(str(place)) else Playback("preview", "waiting")
    except DatasetkitError:  # what is wrong shows when the clip is looked at
        return Playback()


def _read(folder: ViewedFolder, reader: MediaReader, named: Named) -> Present:
    path, expected = named
    try:
        if inside(folder, path) is None:
            return Unreadable(path, 0, expected, "gone, or a link to something else outside this folder")
        return reader.read(named)
    except DatasetkitError as error:  # a file that may not be read keeps nobody from seeing the others
        return Unreadable(path, 0, expected, str(error))


@contextmanager
def background(session: Session, looker: ClipLooker, maker: PreviewMaker) -> Iterator[None]:
    """While the block lasts, clips are looked at, edits are judged, and previews are made."""
    stopped = Event()

    def judge() -> None:
        while not stopped.is_set():
            session.judge()
            session.wait_until(lambda: session.is_due or stopped.is_set(), _PAUSE)

    def watched(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            session.broke(f"{type(error).__name__}: {error}")
            raise  # it is printed at the end

    with workers() as pool, ThreadPoolExecutor(2) as others:
        running = [pool.submit(watched, looker.run) for _ in range(thread_count())]
        running += [others.submit(watched, judge), others.submit(watched, maker.run)]
        try:
            yield
        finally:
            stopped.set()
            looker.stop()
            maker.stop()
        for each in running:
            each.result()
