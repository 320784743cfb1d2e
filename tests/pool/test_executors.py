from __future__ import annotations

import os
import signal
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path

import pytest

from datasetkit.pool.executors import WorkerDiedError, processes

pytestmark = pytest.mark.xdist_group("pool processes")


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
    with processes(2) as workers:
        other = workers.executor.submit(wait_for, pipe)
        with pipe.open():
            with pytest.raises(WorkerDiedError):
                workers.executor.submit(die).result()
            again = workers.executor.submit(os.getpid).result()
            assert not other.done()
        assert len({other.result(), again, os.getpid()}) == 3


def test_errors_come_back_and_the_worker_goes_on() -> None:
    with processes(1) as workers:
        first = workers.executor.submit(os.getpid)
        with pytest.raises(ZeroDivisionError):
            workers.executor.submit(divide, 0).result()
        assert workers.executor.submit(os.getpid).result() == first.result()


def test_work_is_given_up_when_the_block_ends(pipe: Path) -> None:
    reading = os.open(pipe, os.O_RDWR)
    with processes(1) as workers:
        busy, queued = workers.executor.submit(wait_for, pipe), workers.executor.submit(divide, 1)
        assert os.read(reading, 1) == b"x"
    os.close(reading)
    with pytest.raises(WorkerDiedError):
        busy.result()
    with pytest.raises(CancelledError):
        queued.result()


def test_no_process_starts_before_it_is_needed() -> None:
    before = _children()
    with processes(2):
        assert _children() == before


def _children() -> set[str]:
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())
