"""Runs work in chunks on any executor: few at a time, their results in order, each tried again where it fails.

A worker that dies fails the chunk that it worked on. A chunk that fails every time is run item by item, so that one bad
item costs nothing but itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from datasetkit.errors import DatasetkitError

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ChunkLimits:
    """How many ``items`` are in a chunk, how many chunks are under way at a time, and how often each is tried.

    When ``failures`` tries in a row have failed, on whatever chunks, it isn't the items that are at fault. ``seconds``
    is how long to wait for any chunk to end before asking whether there still are workers.
    """

    items: int
    chunks: int
    tries: int
    failures: int
    seconds: float


@dataclass(slots=True, eq=False)
class _Chunk(Generic[Item, Result]):
    """Items and their results, None where there is none yet."""

    items: Sequence[Item]
    results: list[Result | None]
    failures: int = 0

    def missing(self) -> list[Item]:
        return [item for item, result in zip(self.items, self.results, strict=True) if result is None]

    def fill(self, results: Iterable[Result]) -> None:
        each = iter(results)
        self.results = [next(each) if result is None else result for result in self.results]


class ChunkRunner(Generic[Item, Result]):
    """Runs ``work`` on chunks of items and gives a result for each item, in order.

    ``known`` gives results that are there already, else None. ``finished`` gets a chunk's results at once, in whatever
    order chunks end. ``failed`` makes the result of an item that failed every time. ``check`` is called while no chunk
    ends; it raises DatasetkitError where none ever will.
    """

    def __init__(
        self,
        executor: Executor,
        work: Callable[[Sequence[Item]], Sequence[Result]],
        limits: ChunkLimits,
        *,
        known: Callable[[Item], Result | None],
        finished: Callable[[Sequence[Result]], object],
        failed: Callable[[Item, Exception], Result],
        check: Callable[[], object],
    ) -> None:
        self._executor, self._work, self._limits = executor, work, limits
        self._known, self._finished, self._failed, self._check = known, finished, failed, check
        self._handed: dict[Future[Sequence[Result]], _Chunk[Item, Result]] = {}
        self._ended: SimpleQueue[Future[Sequence[Result]]] = SimpleQueue()
        self._waiting: list[_Chunk[Item, Result]] = []
        self._failures = 0

    def run(self, items: Sequence[Item]) -> Iterator[Result]:
        """The results of all items. Raises DatasetkitError if the executor keeps failing.

        What is under way when the iterator is closed is cancelled.
        """
        try:
            for start in range(0, len(items), self._limits.items):
                part = items[start : start + self._limits.items]
                self._begin(_Chunk(part, [self._known(item) for item in part]))
                while len(self._waiting) >= self._limits.chunks:
                    yield from self._next()
            while self._waiting:
                yield from self._next()
        finally:
            for future in self._handed:
                future.cancel()

    def _begin(self, chunk: _Chunk[Item, Result]) -> None:
        self._waiting.append(chunk)
        if chunk.missing():
            self._hand_out(chunk)

    def _next(self) -> Iterator[Result]:
        """The results of the chunk that is first in line."""
        while self._waiting[0].missing():
            try:
                future = self._ended.get(timeout=self._limits.seconds)
            except Empty:
                self._check()
            else:
                self._settle(future)
        return (result for result in self._waiting.pop(0).results if result is not None)

    def _hand_out(self, chunk: _Chunk[Item, Result]) -> None:
        future: Future[Sequence[Result]]
        try:
            future = self._executor.submit(self._work, chunk.missing())
        except RuntimeError as error:  # the executor is broken or shut down
            future = Future()
            future.set_exception(error)
        self._handed[future] = chunk
        future.add_done_callback(self._ended.put)

    def _settle(self, future: Future[Sequence[Result]]) -> None:
        chunk = self._handed.pop(future)
        try:
            results = future.result()
        except DatasetkitError:
            raise
        except Exception as error:  # whatever a worker, or the way to it, may fail with
            self._try_again(chunk, error)
        else:
            self._failures = 0
            self._finished(results)
            chunk.fill(results)

    def _try_again(self, chunk: _Chunk[Item, Result], error: Exception) -> None:
        chunk.failures += 1
        self._failures += 1
        if self._failures >= self._limits.failures:
            raise DatasetkitError(
                f"the workers failed {self._failures} times in a row; the last time: {error or type(error).__name__}",
                "Everything read so far is kept. Run this again when the workers are well, and it goes on from there.",
            ) from error
        if chunk.failures < self._limits.tries:
            self._hand_out(chunk)
        elif len(missing := chunk.missing()) == 1:
            chunk.fill([self._failed(missing[0], error)])
        else:
            self._split(chunk)

    def _split(self, chunk: _Chunk[Item, Result]) -> None:
        """Put a chunk for each item in the place of one that keeps failing."""
        place = self._waiting.index(chunk)
        parts = [_Chunk([item], [result]) for item, result in zip(chunk.items, chunk.results, strict=True)]
        self._waiting[place : place + 1] = parts
        for part in parts:
            if part.missing():
                self._hand_out(part)
