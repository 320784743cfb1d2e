"""Writes docs/rules.md from the rules and docs/commands.md from the commands' own help: `make docs`.

A test holds both files to what this writes, so they can't drift.
"""

from __future__ import annotations

import re
from pathlib import Path

import click

from datasetkit.cli import datasetkit
from datasetkit.model import Depth
from datasetkit.rules import REGISTRY, Rule

HERE = Path(__file__).parent
FAMILIES = {
    "D": "Archive and layout",
    "L": "Lines of data.jsonl",
    "I": "Images: first and last frames",
    "V": "Clips",
    "K": "Frames against their clip",
    "P": "Prompts and the effect",
    "S": "The set as a whole",
}
SEVERITIES = (
    "An **error** would be refused or fail; with a **warning** training suffers, or it may be refused; **advice** is\n"
    "worth a look. A rule may soften a finding, never the other way round. What the basis means is in the README."
)
MADE = "<!-- Written by docs/render.py; change the docstrings that it reads instead. -->"


def rules() -> str:
    """docs/rules.md: a table of all rules, then each rule's page."""
    ordered = sorted(REGISTRY.values(), key=lambda rule: (list(FAMILIES).index(rule.code[0]), rule.code))
    rows = [f"| [{r.code}](#{r.code.lower()}-{r.name}) | {r.name} | {r.severity} | {r.basis} |" for r in ordered]
    parts = [
        "# Rules",
        MADE,
        SEVERITIES,
        "\n".join(["| code | name | severity | basis |", "|---|---|---|---|", *rows]),
    ]
    for letter, family in FAMILIES.items():
        parts.append(f"## {letter} · {family}")
        parts += [page(rule) for rule in ordered if rule.code.startswith(letter)]
    return "\n\n".join(parts) + "\n"


def page(rule: Rule) -> str:
    """A rule's page; each of its labelled paragraphs (Why, Source, Example, Remedy) is a list item."""
    depth = "" if rule.needs is Depth.HEADER else f", needs {rule.needs.name.lower()}"
    text = re.sub(r"^(Why|Source|Example|Remedy):", r"- **\1:**", rule.doc, flags=re.MULTILINE)
    text = re.sub(r"\n(?!- \*\*|\n)", "\n  ", text.replace("\n\n- ", "\n\n- "))
    return f"### {rule.code} {rule.name}\n\n*{rule.severity}, {rule.basis}{depth}*\n\n{text}"


def commands() -> str:
    """docs/commands.md: what each command's --help prints."""
    parts = ["# Commands", MADE, block([], datasetkit)]
    context = click.Context(datasetkit, info_name="datasetkit")
    for name in datasetkit.list_commands(context):
        command = datasetkit.get_command(context, name)
        parts += [f"## {name}", block([name], command)]
        if isinstance(command, click.Group):
            parts += [block([name, sub], command.commands[sub]) for sub in command.commands]
    return "\n\n".join(parts) + "\n"


def block(path: list[str], command: click.Command | None) -> str:
    """One command's help as a code block of a fixed width."""
    assert command is not None
    context = click.Context(
        command,
        info_name=" ".join(["datasetkit", *path]),
        max_content_width=100,
        terminal_width=100,
        help_option_names=["-h", "--help"],  # as the group has it; click keeps the first it was asked for
    )
    return f"```text\n{click.unstyle(command.get_help(context))}\n```"


PAGES = {"rules.md": rules, "commands.md": commands}

if __name__ == "__main__":
    for name, written in PAGES.items():
        (HERE / name).write_text(written(), "utf-8", newline="\n")
        print(f"wrote docs/{name}")
