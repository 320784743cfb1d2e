"""What the commands share that talk to the service: a client, questions, and how often and how long to look."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.options import given
from datasetkit.cli.place import endpoint_of
from datasetkit.cli.terminal import note
from datasetkit.errors import DatasetkitError
from datasetkit.report.columns import quoted

if TYPE_CHECKING:
    from datasetkit.modelstudio.client import Client

form_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Table or JSON."
)
job_argument = click.argument("job_id", metavar="JOB")
yes_option = click.option("--yes", is_flag=True, help="Skip the question.")


def looking_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say how often and how long it looks at what it waits for."""
    command = click.option(
        "--timeout",
        type=click.IntRange(min=1),
        metavar="MIN",
        help="Stop looking after MIN minutes; run it again later.",
    )(command)
    return click.option("--every", type=click.FloatRange(min=0), metavar="SECONDS", help="Seconds between two looks.")(
        command
    )


def pace_of(what: str, options: dict[str, Any], client: Client) -> tuple[float, float]:
    """The seconds between two looks at ``what``, and those after which to stop: as the options say, else as usual.

    Raises DatasetkitError for looks that are too frequent for others' hosts.
    """
    from datasetkit.modelstudio.endpoint import fact

    every = fact("polling")[what] if options["every"] is None else options["every"]
    if every < fact("polling")["least"] and not client.endpoint.plain:
        raise DatasetkitError(
            f"--every {every:g} is too often", f"At least {fact('polling')['least']} seconds, please."
        )
    return every, options["timeout"] * 60 if options["timeout"] else fact("waiting")[what]


@contextmanager
def service(options: dict[str, Any], folder: Path = Path()) -> Iterator[Client]:
    """A client for the place that the options name, with the key from the environment."""
    from datasetkit.modelstudio.client import Client
    from datasetkit.modelstudio.endpoint import read_key

    with Client(endpoint_of(options, folder), read_key(os.environ), note=note) as client:
        yield client


def following(*words: str) -> str:
    """A command that can be pasted: ``words``, and the options of the running command that say where the service is."""
    return " ".join(map(quoted, ("datasetkit", *words, *given("region", "base_url", "workspace"))))


def confirm(question: str, otherwise: str) -> None:
    """Ask on stderr. Raises DatasetkitError that says ``otherwise`` unless the answer is yes."""
    try:
        sure = click.confirm(question, err=True)
    except click.Abort as stop:
        if isinstance(stop.__context__, KeyboardInterrupt):
            raise
        sure = False  # there is no one to answer
    if not sure:
        raise DatasetkitError(otherwise, "Answer yes, or add --yes.")
