"""The options that judging commands share. Imports nothing that costs time: a commit hook may have nothing to judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from datasetkit.model import Kind, Role

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from datasetkit.config import Options


def judging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say what to judge a dataset as."""
    for option in reversed(
        [
            click.option(
                "--model", metavar="ID", shell_complete=_models, help="The model to train (see `datasetkit models`)."
            ),
            click.option(
                "--kind",
                type=click.Choice([kind.value for kind in Kind]),
                help="First frame, or first and last frames.",
            ),
            click.option("--role", type=click.Choice([role.value for role in Role]), help="What the set is for."),
            click.option(
                "--target-seconds",
                type=click.FloatRange(min=0, min_open=True),
                metavar="S",
                help="The length of the videos you want.",
            ),
            click.option(
                "--ignore",
                multiple=True,
                metavar="CODES",
                help="Leave these codes or prefixes out, for some files alone as V411:clips/*.mp4.",
            ),
            click.option(
                "--config",
                type=click.Path(path_type=Path),
                metavar="FILE",
                help="Read this instead of the datasetkit.toml beside data.jsonl.",
            ),
        ]
    ):
        command = option(command)
    return command


def judging(options: Mapping[str, Any]) -> Options:
    """Of a command's options those that `judging_options` gave it."""
    from datasetkit.config import Options

    return cast("Options", {key: options[key] for key in Options.__annotations__ if key in options})


def staged_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that have it find its datasets through git, as a commit hook does."""
    command = click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="With --staged: not the folders that this matches, from the repository's root.",
    )(command)
    return click.option(
        "--staged",
        is_flag=True,
        help="The datasets of this git repository that the staged changes touch; PATH names further data.jsonl.",
    )(command)


def files(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Have the shell complete the names of files and folders.

    click.Path would do so too, but asks the file system about a name before we can answer for it.
    """
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def _models(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    from datasetkit import spec

    return [model.id for model in spec.models() if model.id.startswith(incomplete)]
