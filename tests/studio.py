"""A stand-in for Model Studio: a real HTTP server on loopback that keeps files on disk and can misbehave.

It behaves as the platform's documents say (compatible and native file records, pages, rate limits, error bodies).
The official `openai` package is a second client of it, so that it isn't a mirror of ours. As a program
(`python tests/studio.py FOLDER`) it serves until its stdin ends.
"""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future
from http.server import ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Self

from studio_handler import Handler
from studio_runs import Runs
from studio_state import COMPATIBLE, CREATED, Misdeed, Seen, Stored


class Studio(ThreadingHTTPServer):
    """The server. Use as a context manager; ``folder`` takes the files. ``limited`` turns the rate limits on."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        limited: bool = False,
        clock: Callable[[], float] = time.monotonic,
        keep: bool = True,
        slow_window: bool = False,
    ) -> None:
        self.folder, self.tls, self.limited, self.clock, self.keep = folder, tls, limited, clock, keep
        self.slow_window = slow_window
        self.requests: list[Seen] = []
        self.runs = Runs()
        self.files: dict[str, Stored] = {}
        self.misdeeds: dict[str, deque[Misdeed]] = defaultdict(deque)
        self.always: dict[str, Misdeed] = {}
        self.errors: list[BaseException] = []
        self.stalled, self.released = threading.Event(), threading.Event()
        self.lock = threading.Lock()
        self.busy, self.idle = 0, threading.Condition()
        self.polls = 0
        self.md5_known = True
        self.names_decoded = True
        self.endless = False
        self.largest = 2**30
        self._ids, self._times = count(1), defaultdict[str, deque[float]](deque)
        super().__init__(("127.0.0.1", port), Handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.runs.origin = self.origin

    def server_bind(self) -> None:
        if self.slow_window:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        super().server_bind()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def origin(self) -> str:
        return f"{'https://localhost' if self.tls else 'http://127.0.0.1'}:{self.server_address[1]}"

    @property
    def base_url(self) -> str:
        return self.origin + COMPATIBLE

    def misbehave(self, call: str, *misdeeds: Misdeed) -> None:
        """The next requests of this ``call`` go wrong, one misdeed each.

        Calls are upload, list, show, native, delete, download, and those of studio_runs.ROUTES.
        """
        self.misdeeds[call].extend(misdeeds)

    def kill(self, call: str, *, stored: bool) -> Future[subprocess.Popen[bytes]]:
        """Kill a client at its next request of this ``call``: when it arrives, or once it was acted on (``stored``).

        The client's process is to be put into the future, once it was started.
        """
        victim = Future[subprocess.Popen[bytes]]()
        self.misbehave(call, Misdeed("kill", after=None if stored else 0, store=stored, victim=victim))
        return victim

    def calls(self) -> list[str]:
        """What was asked, in order."""
        return [seen.call for seen in self.requests]

    def seen(self, call: str) -> list[Seen]:
        return [seen for seen in self.requests if seen.call == call]

    def settle(self) -> None:
        """Wait until every request that was begun is done with: what was seen of it is then final."""
        with self.idle:
            assert self.idle.wait_for(lambda: self.busy == 0, timeout=30)

    def next_misdeed(self, call: str) -> Misdeed | None:
        with self.lock:
            queue = self.misdeeds[call]
            return queue.popleft() if queue else self.always.get(call)

    def over_limit(self, call: str) -> bool:
        """3 uploads a second, 10 other requests."""
        if not self.limited:
            return False
        kind, most = ("upload", 3) if call == "upload" else ("other", 10)
        with self.lock:
            times, now = self._times[kind], self.clock()
            while times and times[0] <= now - 1:
                times.popleft()
            if len(times) >= most:
                return True
            times.append(now)
            return False

    def new_path(self) -> Path:
        return self.folder / f"{next(self._ids):08d}" if self.keep else Path(os.devnull)

    def add(self, filename: str, size: int, purpose: str, path: Path, hidden: int = 0) -> Stored:
        with self.lock:
            number = next(self._ids)
            stored = Stored(
                f"file-ft-{number:016x}", filename, size, purpose, CREATED + number, path, hidden, self.polls
            )
            self.files[stored.id] = stored
            return stored

    def handle_error(self, request: object, client_address: object) -> None:
        error = sys.exception()
        if error is not None and not isinstance(error, (ConnectionError, ssl.SSLError, TimeoutError)):
            self.errors.append(error)


def main() -> None:
    """Serve from the folder that is named until stdin ends; with --discard the bytes are checked but not kept.

    A file named as well, such as video_01.mp4 with image_01.jpg beside it, is what every generated video is. Jobs then
    have short logs.
    """
    folder, *videos = [Path(argument) for argument in sys.argv[1:] if argument != "--discard"]
    with Studio(folder, keep="--discard" not in sys.argv) as studio:
        for video in videos:
            studio.runs.video, studio.runs.log_lines = video.read_bytes(), 1
            studio.runs.image = video.with_name(video.name.replace("video", "image")).with_suffix(".jpg").read_bytes()
        print(studio.base_url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
