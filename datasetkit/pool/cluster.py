"""The workers of a Dask cluster that runs already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from datasetkit import __version__, spec
from datasetkit.errors import DatasetkitError
from datasetkit.media.versions import reader_version
from datasetkit.pool.executors import Workers
from datasetkit.pool.places import Place
from datasetkit.pool.reading import refuse_other_reader
from datasetkit.pool.records import Candidate

if TYPE_CHECKING:
    from distributed import Client


@contextmanager
def cluster(scheduler: str, place: Place, clips: Sequence[Candidate]) -> Iterator[Workers]:
    """The workers of the cluster whose scheduler has that address (`tcp://HOST:PORT`); each reads with all its threads.

    Raises DatasetkitError unless the scheduler answers, and every worker has the same versions as this machine and
    sees the first of the clips.
    """
    values = spec.thresholds("cluster")
    with _client(scheduler, values["connect_seconds"]) as client:
        wait = partial(_wait_for_workers, client, scheduler, values["workers_seconds"])
        wait()
        _check_workers(client, place, clips[:1])
        executor = client.get_executor(pure=False, retries=0)  # a chunk that fails is handed out again by us
        yield Workers(executor, sum(client.nthreads().values()), wait)


@contextmanager
def _client(scheduler: str, seconds: float) -> Iterator[Client]:
    try:
        from distributed import Client
    except ImportError as error:
        raise DatasetkitError(
            "--scheduler needs the package distributed", "Install it: pip install 'datasetkit[cluster]'"
        ) from error
    try:
        client = Client(scheduler, timeout=seconds, set_as_default=False)
    except (OSError, ValueError) as error:  # it can't be reached; it isn't an address
        raise DatasetkitError(
            f"no Dask scheduler answers at {scheduler} ({error})",
            "Give the address that `dask scheduler` prints, like tcp://HOST:8786.",
        ) from error
    with client:
        yield client


def _wait_for_workers(client: Client, scheduler: str, seconds: float) -> None:
    """Return once there is a worker. Raises DatasetkitError if none comes within ``seconds``."""
    try:
        client.wait_for_workers(1, timeout=seconds)
    except (OSError, RuntimeError) as error:  # time is up; the scheduler is gone
        raise DatasetkitError(
            f"the cluster at {scheduler} has no workers", "Start some with `dask worker`, then run this again."
        ) from error


def _check_workers(client: Client, place: Place, clips: Sequence[Candidate]) -> None:
    states: dict[str, tuple[str, bool] | Exception] = client.run(_state, place, clips, on_error="return")
    for worker, state in sorted(states.items()):
        if isinstance(state, Exception):
            raise DatasetkitError(
                f"the worker at {worker} can't read clips: {state}",
                f"Install the same datasetkit ({__version__}) and av on every worker.",
            )
        reader, visible = state
        refuse_other_reader(reader_version(), reader)
        if not visible:
            raise DatasetkitError(
                f"the worker at {worker} doesn't see {clips[0].path} in {place.name}",
                "Put the clips where all workers see them at the same path, or in object storage.",
            )


def _state(place: Place, clips: Sequence[Candidate]) -> tuple[str, bool]:
    """The version of what reads clips on a worker, and whether it sees the clips as this machine does."""
    try:
        return reader_version(), not any(map(place.changed, clips))
    except OSError:
        return reader_version(), False
