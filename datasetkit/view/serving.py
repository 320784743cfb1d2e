"""The server on this machine's own address, from its start to Ctrl-C."""

from __future__ import annotations

import logging
import signal
import socket
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import uvicorn

from datasetkit.config import Options
from datasetkit.errors import DatasetkitError
from datasetkit.verdict import media_facts, read_settings
from datasetkit.view.access import Gate
from datasetkit.view.app import ViewServer
from datasetkit.view.folder import read_folder, read_pool
from datasetkit.view.judging import NextCommands
from datasetkit.view.previews import PreviewMaker
from datasetkit.view.session import Session
from datasetkit.view.work import ClipLooker, background

_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class OpenedView:
    """A folder that is ready to be served: its session, the gate before its answers, and the socket to listen on."""

    session: Session
    gate: Gate
    listener: socket.socket


def serve(
    place: str,
    options: Options,
    commands: NextCommands,
    port: int,
    started: Callable[[str], object],
    picks: Path | None = None,
    exchanged: Callable[[str], object] = lambda _address: None,
) -> list[str]:
    """Serve the page of a folder, or of the ``picks`` of a pool, until Ctrl-C; returns the files with unsaved edits.

    ``started`` gets the page's address once it can be opened, ``exchanged`` a new one when it was. Raises as `opened`.
    """
    with opened(place, options, commands, port, picks, exchanged) as view:
        server = server_of(view)
        with _interruptible(), _hung_up(server):
            started(view.gate.address)
            server.run([view.listener])
        return [*view.session.unsaved]


@contextmanager
def opened(
    place: str,
    options: Options,
    commands: NextCommands,
    port: int = 0,
    picks: Path | None = None,
    exchanged: Callable[[str], object] = lambda _address: None,
) -> Iterator[OpenedView]:
    """While the block lasts, the clips of a folder, or the ``picks`` of a pool, are looked at; requests are answered.

    It listens on this machine alone, at any free port where ``port`` is 0. Raises DatasetkitError for a folder that
    can't be shown, and a port that is taken.
    """
    settings = read_settings(options)
    with ExitStack() as stack:
        listener = stack.enter_context(_listening(port))
        store = stack.enter_context(media_facts(options))
        read = partial(read_pool, place, picks) if picks else partial(read_folder, place)
        session = Session(partial(read, settings, store), commands)
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="datasetkit-view-")))
        looker, maker = ClipLooker(session, store), PreviewMaker(session, scratch)
        stack.enter_context(background(session, looker, maker))
        gate = Gate(ViewServer(session, looker, maker).app(), listener.getsockname()[1], exchanged)
        yield OpenedView(session, gate, listener)


def server_of(view: OpenedView) -> uvicorn.Server:
    """The HTTP server of a view. What goes wrong inside it is printed, and nothing else."""
    logging.getLogger("uvicorn.error").addFilter(_is_failure)
    settings = uvicorn.Config(
        view.gate,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        http="h11",
        ws="none",
        timeout_graceful_shutdown=0,
    )
    return uvicorn.Server(settings)


def _is_failure(record: logging.LogRecord) -> bool:
    """Whether something went wrong; answers that are given up at the end didn't."""
    kind = record.exc_info[0] if record.exc_info else None
    return kind is not None and not issubclass(kind, CancelledError)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C and a kind kill end the block. The server raises the signal again when it has stopped, which is caught."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _hung_up(server: uvicorn.Server) -> Iterator[None]:
    """The end of the terminal or of its connection ends the server too, unless `nohup` says otherwise."""
    number = getattr(signal, "SIGHUP", None)  # Windows has none
    if number is None or signal.getsignal(number) is signal.SIG_IGN:
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    before = signal.signal(number, end)
    try:
        yield
    finally:
        signal.signal(number, before)


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    try:
        listener = socket.create_server((_HOST, port))
    except OSError as error:
        message = f"can't listen on {_HOST}:{port}: {error.strerror}"
        raise DatasetkitError(message, "Choose another --port, or leave --port out.") from error
    with listener:
        yield listener
