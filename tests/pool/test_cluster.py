"""A real Dask cluster: a scheduler and workers, each a process of its own on the loopback address."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import builders
import pytest

from datasetkit import spec
from datasetkit.cli import run
from datasetkit.errors import DatasetkitError
from datasetkit.pool.cluster import cluster
from datasetkit.pool.places import place_of
from datasetkit.pool.records import ClipRecord
from datasetkit.pool.scanning import scan_pool

pytest.importorskip("distributed", reason="the extra datasetkit[cluster] isn't installed")
pytestmark = pytest.mark.xdist_group("pool processes")

CLIPS = 90


@contextmanager
def dask(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process of Dask's, killed at the end."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{arguments[0]}", *arguments[1:], "--no-dashboard"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def new_scheduler() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with dask("scheduler", "--host", "127.0.0.1", "--port", str(port)):
        yield f"tcp://127.0.0.1:{port}"


@contextmanager
def worker(scheduler: str, *options: str) -> Iterator[int]:
    """A worker that the scheduler knows; its process's number."""
    options = ("--host", "127.0.0.1", "--no-nanny", "--nthreads", "1", *options)
    with dask("worker", scheduler, *options) as process:
        assert process.stderr
        assert any("Registered to" in line for line in process.stderr)
        yield process.pid


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler that has a worker."""
    with new_scheduler() as address, worker(address):
        yield address


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pool")
    for number in range(CLIPS):
        first = folder / f"{number % 8:03}.mp4"
        if number < 8:
            builders.clip(first, frames=4, seed=number)
        else:
            (folder / f"{number:03}.mp4").hardlink_to(first)
    (folder / "050.mp4").unlink()
    (folder / "050.mp4").write_bytes(b"no clip")
    return folder


@pytest.fixture(scope="module")
def expected(pool: Path, tmp_path_factory: pytest.TempPathFactory) -> list[ClipRecord]:
    """What this process finds without a cluster."""
    return list(scan_pool(str(pool), facts=tmp_path_factory.mktemp("facts")))


def scan(scheduler: str, pool: Path, facts: Path) -> Iterator[ClipRecord]:
    return scan_pool(str(pool), facts=facts, hire=partial(cluster, scheduler))


def keys(facts: Path) -> list[list[bytes]]:
    """The keys of the clips in each shard, by age."""
    return [[line[:40] for line in shard.read_bytes().splitlines()] for shard in sorted(facts.iterdir())]


def test_a_cluster_finds_the_same(scheduler: str, pool: Path, expected: list[ClipRecord], tmp_path: Path) -> None:
    with worker(scheduler):
        assert list(scan(scheduler, pool, tmp_path)) == expected
    assert len(set(keys(tmp_path)[0])) == CLIPS


def test_a_killed_worker_costs_its_chunks_only(
    scheduler: str, pool: Path, expected: list[ClipRecord], tmp_path: Path
) -> None:
    with worker(scheduler) as victim:
        records = scan(scheduler, pool, tmp_path)
        first = next(records)
        os.kill(victim, 9)
        assert [first, *records] == expected
    (shard,) = keys(tmp_path)
    assert len(shard) == len(set(shard)) == CLIPS


def test_select_makes_the_same_choice_on_a_cluster(scheduler: str, tmp_path: Path) -> None:
    for number in range(6):
        builders.clip(tmp_path / "pool" / f"{number}.mp4", frames=40, seed=number)
    picks = []
    for name, options in (("here", []), ("there", ["--scheduler", scheduler])):
        command = ["select", str(tmp_path / "pool"), "-n", "3", "-o", str(tmp_path / name)]
        assert run([*command, "--facts", str(tmp_path / f"facts {name}"), *options]) == 0
        picks.append((tmp_path / name / "picks.csv").read_bytes())
    assert picks[0] == picks[1]
    assert [len(set(keys(tmp_path / f"facts {name}")[0])) for name in ("here", "there")] == [6, 6]


PROGRAM = """
import sys
from functools import partial
from pathlib import Path
from datasetkit.pool.cluster import cluster
from datasetkit.pool.scanning import scan_pool
scheduler, pool, facts = sys.argv[1:]
for record in scan_pool(pool, facts=Path(facts), hire=partial(cluster, scheduler)):
    print(record.path, flush=True)
"""


def test_a_killed_client_goes_on_where_it_stopped(
    scheduler: str, pool: Path, expected: list[ClipRecord], tmp_path: Path
) -> None:
    facts = tmp_path / "facts"
    command = [sys.executable, "-c", PROGRAM, scheduler, str(pool), str(facts)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout
        assert client.stdout.readline() == "000.mp4\n"
        client.kill()
    (before,) = keys(facts)
    assert 0 < len(before) < CLIPS
    assert list(scan(scheduler, pool, facts)) == expected
    first, second = keys(facts)
    assert first == before
    assert len({*first, *second}) == len(first) + len(second) == CLIPS


@pytest.mark.parametrize(
    ("preloaded", "message"),
    [
        ("import sys; sys.modules['datasetkit'] = None", "can't read clips"),
        ("import datasetkit.media.versions as v; v._READER = 0", "with other versions"),
    ],
)
def test_a_worker_that_would_find_something_else_ends_the_run(
    scheduler: str, pool: Path, tmp_path: Path, preloaded: str, message: str
) -> None:
    (tmp_path / "preloaded.py").write_text(preloaded)
    with worker(scheduler, "--preload", str(tmp_path / "preloaded.py")):
        with pytest.raises(DatasetkitError, match=message) as raised:
            next(scan(scheduler, pool, tmp_path))
        assert "on every worker" in raised.value.next_step


def test_workers_that_do_not_see_the_clips_end_the_run(scheduler: str, tmp_path: Path) -> None:
    place = place_of(str(tmp_path))
    clip = builders.clip(tmp_path / "a.mp4")
    clips = place.clips()
    clip.unlink()
    with (
        pytest.raises(DatasetkitError, match=r"the worker at tcp://.* doesn't see a\.mp4 in"),
        cluster(scheduler, place, clips),
    ):
        pass


def test_a_cluster_without_workers_ends_the_run(pool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dict_of("cluster"), "workers_seconds", 0.1)
    with (
        new_scheduler() as empty,
        pytest.raises(DatasetkitError, match="has no workers"),
    ):
        next(scan(empty, pool, tmp_path))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "127.0.0.1:no", "http://127.0.0.1:1", ""])
def test_a_scheduler_that_does_not_answer_ends_the_run(
    pool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setitem(dict_of("cluster"), "connect_seconds", 0.2)
    with pytest.raises(DatasetkitError, match="no Dask scheduler answers") as raised:
        next(scan(address, pool, tmp_path))
    assert "tcp://HOST:8786" in raised.value.next_step


def test_without_the_extra_its_name_is_given(pool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(DatasetkitError) as raised:
        next(scan("tcp://127.0.0.1:1", pool, tmp_path))
    assert raised.value.next_step == "Install it: pip install 'datasetkit[cluster]'"


def dict_of(name: str) -> dict[str, float]:
    values = spec.thresholds(name)
    assert isinstance(values, dict)
    return values
