from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from datasetkit.pool.chunks import ChunkLimits, ChunkRunner
from datasetkit.pool.executors import ProcessExecutor, WorkerDiedError, processes
from datasetkit.pool.places import place_of
from datasetkit.pool.records import Candidate

pytestmark = pytest.mark.xdist_group("pool processes")


@contextmanager
def started(count: int) -> Iterator[ProcessExecutor]:
    executor = ProcessExecutor(count)
    try:
        yield executor
    finally:
        executor.stop()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait_for(pipe: Path) -> int:
    """Write to one end of a named pipe, then wait until the other end is closed."""
    with pipe.open("w") as mine, suppress(BrokenPipeError):
        while True:
            mine.write("x" * 1000)
    return os.getpid()


def divide(number: int) -> float:
    return 1 / number


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_a_worker_that_dies_fails_its_own_work_only(pipe: Path) -> None:
    with started(2) as executor:
        other = executor.submit(wait_for, pipe)
        with pipe.open():
            with pytest.raises(WorkerDiedError):
                executor.submit(die).result()
            again = executor.submit(os.getpid).result()
            assert not other.done()
        assert len({other.result(), again, os.getpid()}) == 3


def test_errors_come_back_and_the_worker_goes_on() -> None:
    with started(1) as executor:
        first = executor.submit(os.getpid)
        with pytest.raises(ZeroDivisionError):
            executor.submit(divide, 0).result()
        assert executor.submit(os.getpid).result() == first.result()


def test_work_is_given_up_when_the_block_ends(pipe: Path) -> None:
    reading = os.open(pipe, os.O_RDWR)
    with started(1) as executor:
        busy, queued = executor.submit(wait_for, pipe), executor.submit(divide, 1)
        assert os.read(reading, 1) == b"x"
    os.close(reading)
    with pytest.raises(WorkerDiedError):
        busy.result()
    with pytest.raises(CancelledError):
        queued.result()


def test_no_process_starts_before_it_is_needed() -> None:
    before = _children()
    with started(2):
        assert _children() == before


def _children() -> set[str]:
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


@pytest.mark.parametrize(("clips", "processes_used"), [(0, 1), (16, 1), (17, 3)])
def test_a_few_clips_need_no_process(clips: int, processes_used: int) -> None:
    with processes(3, place_of("pool"), [Candidate("a.mp4", 1, "")] * clips) as workers:
        assert workers.count == processes_used
        assert isinstance(workers.executor, ProcessExecutor) is (processes_used > 1)


def halve(numbers: Sequence[int]) -> list[float]:
    if 5 in numbers:
        die()
    return [number / 2 for number in numbers]


def test_an_item_that_kills_its_worker_each_time_costs_nothing_but_itself() -> None:
    kept: list[float] = []
    with started(2) as executor:
        runner = ChunkRunner(
            executor,
            halve,
            ChunkLimits(items=3, chunks=4, tries=2, failures=20, seconds=60),
            known=lambda _: None,
            finished=kept.extend,
            failed=lambda number, error: f"{number}: {error}",
            check=bool,
        )
        results = list(runner.run(range(12)))
    assert results == ["5: a worker process died" if number == 5 else number / 2 for number in range(12)]
    assert sorted(kept) == [number / 2 for number in range(12) if number != 5]


PROGRAM = """
import os, sys
from datasetkit.pool.chunks import ChunkLimits, ChunkRunner
from datasetkit.pool.executors import ProcessExecutor
if __name__ == "__main__":
    executor = ProcessExecutor(1)
    print(executor.submit(os.getpid).result(), flush=True)
    sys.stdin.read()
"""


def test_workers_end_with_a_run_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, tmp_path / "program.py"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        worker = os.pidfd_open(int(process.stdout.readline()))
        process.kill()
    ended, _, _ = select.select([worker], [], [], 60)
    os.close(worker)
    assert ended
