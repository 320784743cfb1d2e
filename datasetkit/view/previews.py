"""Clips that browsers can't play, as small H.264: made when they are asked for, one after the other, and never kept."""

from __future__ import annotations

import io
from concurrent.futures import CancelledError
from pathlib import Path
from threading import Event

from datasetkit.errors import DatasetkitError
from datasetkit.media.moments import browser_copy
from datasetkit.media.outcome import Failed, Outcome
from datasetkit.view.folder import inside
from datasetkit.view.session import Session
from datasetkit.view.showing import Playback

_BUFFER = 1 << 20  # bytes
_FAILED, _MAKING, _READY, _WAITING = "failed", "making", "ready", "waiting"


class PreviewMaker:
    """Makes previews of a session's clips in ``scratch``, a folder that the caller removes."""

    def __init__(self, session: Session, scratch: Path) -> None:
        self._session, self._scratch, self._stopped = session, scratch, Event()
        self._wanted: list[str] = []  # keys, the one asked for last comes first

    def preview(self, key: str) -> Path | None:
        """The preview of a clip; asks for it where it isn't ready."""
        if self._session.playback(key).preview == _READY:
            return self._scratch / key
        if key not in self._wanted:
            self._wanted.append(key)
            self._session.wake()
        return None

    def run(self) -> None:
        """Make what is asked for until `stop` is called."""
        while not self._stopped.is_set():
            if self._wanted:
                self._make(self._wanted.pop())
            else:
                self._session.wait_until(lambda: bool(self._wanted) or self._stopped.is_set())

    def stop(self) -> None:
        """Give up the preview that is being made."""
        self._stopped.set()
        self._session.wake()

    def _make(self, key: str) -> None:
        if self._session.playback(key).preview != _WAITING:
            return
        self._session.plays(key, Playback("preview", _MAKING))
        try:
            outcome = self._copied(key)
        except CancelledError:
            return
        except DatasetkitError as error:  # the clip is gone, or the machine lets nothing be read or written
            outcome = Failed(str(error))
        except OSError as error:
            outcome = Failed(error.strerror or str(error))
        reason = outcome.reason if isinstance(outcome, Failed) else ""
        self._session.plays(key, Playback("preview", _FAILED if reason else _READY, reason))

    def _copied(self, key: str) -> Outcome:
        folder, clip = self._session.folder, self._session.clip(key)
        place = inside(folder, clip.path)
        if place is None:
            return Failed(f"{clip.path} isn't there any more")
        with place.open("rb") as file, io.BufferedReader(_StoppableFile(file, self._stopped), _BUFFER) as source:
            return browser_copy(source, self._scratch / key)


class _StoppableFile(io.RawIOBase):
    """A file that can't be read any more once ``stopped`` is set, which ends whatever reads it."""

    def __init__(self, file: io.BufferedReader, stopped: Event) -> None:
        super().__init__()
        self._file, self._stopped = file, stopped

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the stubs say Buffer
        if self._stopped.is_set():
            raise CancelledError
        return self._file.readinto(buffer)
