"""The options that say where the service is, for every command that talks to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from datasetkit.modelstudio.endpoint import Endpoint


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say where the service is."""
    command = click.option("--workspace", metavar="ID", help="Use this workspace's own host.")(command)
    command = click.option("--base-url", metavar="URL", help="The API's base URL, up to but not including /files.")(
        command
    )
    return click.option("--region", metavar="NAME", help="Your key's region: singapore or beijing.")(command)


def endpoint_of(options: dict[str, Any], folder: Path) -> Endpoint:
    """The place that the options name, else datasetkit.toml in ``folder`` or here, else the environment."""
    from datasetkit.modelstudio.endpoint import resolve

    return resolve(folder, Path(), **{name: options[name] for name in ("region", "base_url", "workspace")})
