"""The commands. Each turns its options into one call, prints the result and returns an exit code.

A command's module is loaded when it is called. Only this package prints, draws progress bars or knows exit codes.
"""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from datasetkit import __version__
from datasetkit.cli.terminal import colours, echo, fail, note
from datasetkit.errors import DatasetkitError, did_you_mean
from datasetkit.printable import Printable, lines

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# name → its line in `datasetkit --help`, which therefore imports none of the commands
_COMMANDS = {
    "select": "Choose the best clips of a pool of thousands.",
    "cut": "Propose which seconds of each raw clip to keep.",
    "init": "Make a dataset folder from a folder of raw clips.",
    "lint": "Check dataset folders and zips; change nothing.",
    "report": "Write a page with pictures of every sample and what was found.",
    "view": "Open a page to cut, compare and caption clips.",
    "fix": "Fix a dataset's problems; change media only in a new copy.",
    "caption": "Describe clips with a vision-language model.",
    "prompts": "Export the prompts to a table, and import them again.",
    "normalize": "Give every prompt the same effect text.",
    "effect": "Find, show and export the effect text and its trigger.",
    "build": "Write an upload-ready zip from a dataset.",
    "plan": "Work out steps, checkpoints and costs of a training run.",
    "upload": "Upload zips and print the file ids that a training job needs.",
    "train": "Start, watch and stop training jobs; choose a checkpoint.",
    "deploy": "Deploy fine-tuned models; list and delete deployments.",
    "generate": "Make a video from an image with a deployed model.",
    "run": "Go the whole way, from a dataset to videos; resumable.",
    "files": "List, show and delete the files on the service.",
    "rule": "Explain a rule, or list them all.",
    "config": "Show the settings used, and where each comes from.",
    "cache": "Show or clear the cache of facts about clips and images.",
    "models": "List the models that can be fine-tuned, and their limits.",
}
_MODULES = {"run": "running"}  # commands whose modules have other names: `run` is a function here


class _Lazy(click.Group):
    """A group that imports a command's module when the command is called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The commands in the order in which a dataset goes through them."""
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module; None if there is no such command."""
        if cmd_name not in _COMMANDS:
            return None
        module = _MODULES.get(cmd_name, cmd_name)
        command: click.Command = importlib.import_module(f"datasetkit.cli.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments begin with. Raises click.UsageError, with a suggestion, for an unknown one."""
        if near := did_you_mean(args[0], _COMMANDS) if args[0] not in _COMMANDS else "":
            ctx.fail(f"No such command '{args[0]}'. {near}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises DatasetkitError if a package that it needs isn't installed."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            package = (error.name or "").partition(".")[0]
            if package == "datasetkit":
                raise
            message = f"the Python package {package} is missing"
            raise DatasetkitError(message, "Run `pip install .` in the clone again.") from error

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, without importing them, and the options."""
        from click.shell_completion import CompletionItem

        commands = [CompletionItem(name, help=text) for name, text in _COMMANDS.items() if name.startswith(incomplete)]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    import platform

    from datasetkit.media.versions import versions

    libraries = ", ".join(f"{name} {version}" for name, version in versions().items())
    python = f"Python {platform.python_version()}, {platform.platform()}"
    echo(lines(map(Printable, (f"datasetkit {__version__}", libraries, python))))
    context.exit()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the versions to quote in a bug report.",
)
def datasetkit() -> None:
    """Check and pack training sets for Alibaba's Wan image-to-video models.

    \b
    Example:
      datasetkit init raw -o money_rain
      datasetkit lint money_rain --model wan2.2-i2v-flash
      datasetkit build money_rain -o money_rain.zip

    Exit codes: 0 no errors, 1 errors found, 2 could not run, 130 interrupted.
    """


def command_line() -> int:
    """Run the process's own command line and return its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a letter may not exist in its encoding
    return run(sys.argv[1:])


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. Only a bug shows as a traceback."""
    gc.set_threshold(100_000, 50, 100)  # a command makes many small values, and hardly any cycles
    try:
        code = datasetkit.main(list(arguments), prog_name="datasetkit", standalone_mode=False, color=colours())
        if sys.stdout:  # None if the shell closed it
            sys.stdout.flush()
        return int(code or 0)
    except DatasetkitError as error:
        return fail(str(error), error.next_step)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        for line in shown.getvalue().splitlines():
            note(line)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        note("interrupted")
        return 130
    except OSError as error:
        return _unwritten(error)


def _unwritten(error: OSError) -> int:
    """Give Python a stdout that it can close quietly. A reader that left early (head, less) is no error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return 0
    return fail(f"{error.filename or 'stdout'}: {error.strerror or error}")
