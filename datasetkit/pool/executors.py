"""Workers of this machine: the calling thread itself, or processes."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from threading import Lock, local
from typing import Any, ParamSpec, TypeVar, cast

from datasetkit import spec
from datasetkit.pool.places import Place
from datasetkit.pool.records import Candidate

P = ParamSpec("P")
T = TypeVar("T")


class WorkerDiedError(Exception):
    """The process that did the work ended before it was done."""


class CallingThread(Executor):
    """Does the work at once, in the thread that hands it out."""

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """A future that is done."""
        future: Future[T] = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass(frozen=True, slots=True)
class Workers:
    """What reads clips: ``count`` workers behind an executor.

    ``check`` is called while none of them ends; it raises DatasetkitError if none ever will.
    """

    executor: Executor = field(default_factory=CallingThread)
    count: int = 1
    check: Callable[[], object] = bool


Hire = Callable[[Place, Sequence[Candidate]], AbstractContextManager[Workers]]
"""Gives the workers that are to read some clips of a place; they are let go when the block ends."""


def calling_thread(_place: Place, _clips: Sequence[Candidate]) -> AbstractContextManager[Workers]:
    """No workers: the thread that asks for the results reads."""
    return nullcontext(Workers())


@contextmanager
def processes(count: int, _place: Place, clips: Sequence[Candidate]) -> Iterator[Workers]:
    """That many processes; those that still work when the block ends are stopped. For a few clips none is started."""
    if len(clips) <= spec.thresholds("pool")["chunk_clips"]:
        yield Workers()
        return
    executor = ProcessExecutor(count)
    try:
        yield Workers(executor, count)
    finally:
        executor.stop()


class ProcessExecutor(ThreadPoolExecutor):
    """A thread for each process, which is started when it is first needed.

    A process that dies fails the work that it did and nothing else. Python's own pool would fail all that was handed
    out, and every process with it.
    """

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self._own = local()
        self._workers: list[_Worker] = []
        self._lock, self._stopping = Lock(), False

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand out work; the function and its arguments are pickled."""
        return super().submit(self._run, work, args, kwargs)

    def stop(self) -> None:
        """End all processes, whatever they do."""
        self.shutdown(wait=False, cancel_futures=True)
        with self._lock:  # none is just being started
            self._stopping = True
        for worker in self._workers:
            worker.end()
        self.shutdown()

    def _run(self, work: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
        worker: _Worker = getattr(self._own, "worker", None) or self._start()
        try:
            return cast(T, worker.run(work, args, kwargs))
        except WorkerDiedError:
            worker.end()
            self._own.worker = None
            raise

    def _start(self) -> _Worker:
        """A new process for this thread. Raises WorkerDiedError if all are being stopped."""
        with self._lock:
            if self._stopping:
                raise WorkerDiedError("the workers are being stopped")
            worker = self._own.worker = _Worker()
            self._workers.append(worker)
        return worker


class _Worker:
    """A process that does one piece of work after the other, as long as this end of its pipe is open."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy the locks of other threads
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def run(self, *work: object) -> object:
        """What the work gives. Raises what it raises, or WorkerDiedError."""
        try:
            self._ours.send(work)
            done, value = self._ours.recv()
        except (EOFError, OSError) as error:
            raise WorkerDiedError("a worker process died") from error
        if not done:
            raise value
        return value

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()


def _serve(theirs: Connection[Any, Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    try:
        while True:
            work, args, kwargs = theirs.recv()
            theirs.send(_attempt(work, args, kwargs))
    except (EOFError, OSError):  # the other end is closed
        return


def _attempt(work: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> tuple[bool, object]:
    try:
        return True, work(*args, **kwargs)
    except Exception as error:
        return False, error
