from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import islice

import pytest

from datasetkit.errors import DatasetkitError
from datasetkit.pool.chunks import ChunkLimits, ChunkRunner
from datasetkit.pool.executors import CallingThread

LIMITS = ChunkLimits(items=4, chunks=3, tries=3, failures=20, seconds=60)


def refuse() -> None:
    raise DatasetkitError("no workers are left")


class Work:
    """Squares numbers. Those in ``poison`` fail each chunk that they are in; with a ``seed``, some others fail too."""

    def __init__(self, poison: Sequence[int] = (), seed: int | None = None) -> None:
        self.poison, self.random = poison, None if seed is None else random.Random(seed)
        self.done: Counter[int] = Counter()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        if set(numbers) & set(self.poison) or (self.random and self.random.random() < 0.1):
            raise ConnectionError("the worker is gone")
        self.done.update(numbers)
        return [number * number for number in numbers]


class Run:
    """A run over some work, with what it reports."""

    def __init__(self, work: Work, executor: Executor, known: Sequence[int] = (), limits: ChunkLimits = LIMITS) -> None:
        self.finished: list[int] = []
        self.runner: ChunkRunner[int, int] = ChunkRunner(
            executor,
            work,
            limits,
            known=lambda number: number * number if number in known else None,
            finished=self.finished.extend,
            failed=lambda number, _: -number,
            check=refuse,
        )

    def over(self, numbers: int) -> list[int]:
        return list(self.runner.run(range(numbers)))


@pytest.mark.parametrize("number", [0, 1, 4, 5, 12, 50])
def test_each_item_is_done_once_and_results_come_in_order(number: int) -> None:
    work = Work()
    with ThreadPoolExecutor(3) as executor:
        run = Run(work, executor)
        assert run.over(number) == [each * each for each in range(number)]
    assert work.done == Counter(range(number))
    assert sorted(run.finished) == [each * each for each in range(number)]


def test_what_is_known_is_not_done_again() -> None:
    work, known = Work(), [0, 1, 2, 3, 5, 10, 19]
    run = Run(work, CallingThread(), known)
    assert run.over(20) == [each * each for each in range(20)]
    assert set(work.done) == set(range(20)) - set(known)


def test_chunks_that_fail_now_and_then_are_tried_again() -> None:
    work = Work(seed=4)
    assert Run(work, CallingThread()).over(500) == [each * each for each in range(500)]
    assert work.done == Counter(range(500))


def test_one_bad_item_costs_nothing_but_itself() -> None:
    work = Work(poison=[6, 13])
    run = Run(work, CallingThread())
    assert run.over(20) == [-each if each in (6, 13) else each * each for each in range(20)]
    assert work.done == Counter(set(range(20)) - {6, 13})
    assert not {-6, -13} & set(run.finished)


def test_workers_that_always_fail_end_the_run() -> None:
    work = Work(poison=range(1000))
    with pytest.raises(DatasetkitError, match=r"failed 20 times in a row.*the worker is gone") as raised:
        Run(work, CallingThread()).over(1000)
    assert "run this again" in raised.value.next_step.lower()


def test_an_executor_that_is_shut_down_ends_the_run() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(DatasetkitError, match="in a row"):
        Run(Work(), executor).over(8)


class Counting(CallingThread):
    """Counts what it is handed, and ends nothing by itself where it is ``stuck``."""

    def __init__(self, *, stuck: bool = False) -> None:
        self.handed: list[Future[object]] = []
        self.stuck = stuck

    def submit(self, work, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        future = Future() if self.stuck else super().submit(work, *args, **kwargs)
        self.handed.append(future)
        return future


def test_no_more_is_handed_out_than_the_limit_allows() -> None:
    executor = Counting()
    results: Iterator[int] = Run(Work(), executor).runner.run(range(10**6))
    assert list(islice(results, 9)) == [each * each for each in range(9)]
    assert len(executor.handed) == 5


def test_closing_the_results_cancels_what_is_under_way() -> None:
    executor = Counting(stuck=True)
    limits = ChunkLimits(items=4, chunks=3, tries=3, failures=20, seconds=0.01)
    with pytest.raises(DatasetkitError, match="no workers are left"):
        Run(Work(), executor, limits=limits).over(100)
    assert [future.cancelled() for future in executor.handed] == [True] * 3


def test_errors_that_another_try_cannot_mend_end_the_run_at_once() -> None:
    def old(_: Sequence[int]) -> list[int]:
        raise DatasetkitError("another version")

    with pytest.raises(DatasetkitError, match="another version"):
        Run(old, CallingThread()).over(8)  # type: ignore[arg-type]
