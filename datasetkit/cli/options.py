"""The options that checking commands share. Imports nothing slow: a commit hook may have nothing to check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from datasetkit.cli.terminal import shown_log
from datasetkit.footage import Depth
from datasetkit.model import Kind, Role

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from datasetkit.config import Options


def _models(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    from datasetkit import spec

    return [model.id for model in spec.models() if model.id.startswith(incomplete)]


class Number(click.FloatRange):
    """A number, by the name that messages give it."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number. Fails for "nan", which no limit excludes, and infinity."""
        number: float = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"must be a number, but is {value}", param, ctx)
        return number


class WholeNumber(click.IntRange):
    """A whole number, by the name that messages give it."""

    name = "whole number"


_FILE = click.Path(path_type=Path)
_ROLE = click.option("--role", type=click.Choice([*map(str, Role)]), help="What the set is for.")
model_option = click.option(
    "--model", metavar="ID", shell_complete=_models, help="The model to train (see `datasetkit models`)."
)
_JUDGING = [
    model_option,
    click.option("--kind", type=click.Choice([*map(str, Kind)]), help="First frame, or first and last frames."),
    _ROLE,
    click.option(
        "--target-seconds",
        type=Number(min=0, min_open=True),
        metavar="S",
        help="The length of the videos you want to generate.",
    ),
    click.option(
        "--ignore",
        multiple=True,
        metavar="CODES",
        help="Ignore these rules (codes or prefixes); for some files only: V411:clips/*.mp4.",
    ),
    click.option(
        "--depth",
        type=click.Choice([depth.name.lower() for depth in Depth]),
        help="How much of each clip to decode: nothing, the first and last frames, or every frame.",
    ),
    click.option("--config", type=_FILE, metavar="FILE", help="Read this instead of datasetkit.toml."),
]


def judging_options(command: Callable[..., Any], *, role: bool = True) -> Callable[..., Any]:
    """Add the options that say how to check a dataset; without ``role``, the command itself knows the role."""
    for option in reversed(_JUDGING):
        command = option(command) if role or option is not _ROLE else command
    return command


def cache_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that reads media the options about the cache of their facts."""
    command = click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_log,
        help="Also report where the time goes, and a cache that can't be used.",
    )(command)
    return click.option(
        "--no-cache",
        "cache",
        is_flag=True,
        flag_value=False,
        default=True,
        help="Read every clip and image again; don't use the cache.",
    )(command)


def _log(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        context.with_resource(shown_log())


def judging(options: Mapping[str, Any]) -> Options:
    """From all of a command's options, those that say how to check a dataset."""
    from datasetkit.config import Options

    return cast("Options", {key: options[key] for key in Options.__annotations__ if key in options})


def given(*names: str) -> Iterator[str]:
    """Of the parameters ``names``, those the user gave, as typed on the command line."""
    context = click.get_current_context()
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "") if parameter.name in names else None
        for each in value if isinstance(value, tuple) else () if value is None else (value,):
            yield from (parameter.opts[0], str(each))


def staged_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that make it find its datasets through git, as a commit hook does."""
    command = click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="With --staged: skip matching folders (paths from the repository's root).",
    )(command)
    return click.option(
        "--staged",
        is_flag=True,
        help="Take the datasets with staged changes in this git repository, besides any PATHs.",
    )(command)


def files(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell complete the names of files and folders.

    click.Path would do so too, but it looks names up in the file system first, and its errors would come before ours.
    """
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]
