"""Looking again and again, politely, until something is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.pace import duration

T = TypeVar("T")


def wait(client: Client, look: Callable[[], T], done: Callable[[T], bool], *, every: float, limit: float) -> T:
    """What ``look`` sees as soon as it is ``done``, with pauses of ``every`` seconds between looks.

    A look that fails for a while is noted, and the next one is tried. Raises DatasetkitError after ``limit`` seconds,
    ServiceError for a failure that would last.
    """
    end = client.pace.clock() + limit
    while True:
        client.start(client.pace.limit)
        try:
            if done(seen := look()):
                return seen
        except ServiceError as fault:
            if not fault.temporary:
                raise
            client.note(f"{fault}; looking again in {duration(every)}")
        if client.pace.clock() + every > end:
            raise DatasetkitError(
                f"it isn't done after {duration(limit)}", "Nothing is lost: run the same command again to go on."
            )
        client.pace.sleep(every)
