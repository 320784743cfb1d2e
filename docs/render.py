"""Writes the generated pages and pictures, and replays the sessions of all other pages: `make docs`.

Tests compare the files with what this writes, so they can't drift.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import sessions

from datasetkit import spec
from datasetkit.cli import datasetkit
from datasetkit.rules import REGISTRY, Rule

HERE = Path(__file__).parent
FAMILIES = {
    "D": "Archive and layout",
    "L": "Lines of data.jsonl",
    "I": "Images: first and last frames",
    "V": "Clips",
    "K": "Frames and their clips",
    "P": "Prompts and the effect",
    "S": "The set as a whole",
}
SEVERITIES = (
    "An **error** would be refused or would fail. A **warning** means that training suffers, or that the service may\n"
    "refuse it. **Advice** is worth a look. In a folder, a problem that `build` fixes is shown as advice, whatever\n"
    "its severity here. [Limits](limits.md) explains the basis of each rule."
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
    depth = f", needs {rule.needs}" if rule.needs in ("frames", "full") else ""
    text = re.sub(r"^(Why|Source|Example|Remedy):", r"- **\1:**", rule.doc, flags=re.MULTILINE)
    text = re.sub(r"\n(?!- \*\*|\n)", "\n  ", text)
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
        help_option_names=["-h", "--help"],  # as the group has it; click remembers the first
    )
    return f"```text\n{click.unstyle(command.get_help(context))}\n```"


LIMITS = """\
Every number that datasetkit enforces lives in [schemas/models.json](../schemas/models.json), with its source and the
day it was checked. `datasetkit models --format json` prints the same file. What `datasetkit plan` computes with is in
[schemas/training.json](../schemas/training.json), what `datasetkit caption` goes by in
[schemas/captions.json](../schemas/captions.json).
Nothing has been tested on the live service.

| basis | meaning |
|---|---|
| documented | the platform's user guide or API reference says so |
| guidance | pages of the platform that are newer than the user guide recommend it; some contradict each other |
| client-observed | the platform's own command-line client does it |
| heuristic | our own judgement |
"""


def limits() -> str:
    """docs/limits.md: every fact of models.json, training.json and captions.json with its basis, source and date."""
    facts = spec.document("models.json")
    heading = "| what | value | basis | source | checked | note |\n|---|---|---|---|---|---|"
    parts = ["# Limits", MADE, LIMITS.rstrip()]
    tables = {model["id"]: model for model in facts["models"]}
    tables |= {
        "Every model": facts["limits"],
        "Our own thresholds": facts["heuristics"],
        "Checks over pixels": facts["checks"],
    }
    for title, table in tables.items():
        parts += [f"## {title}", "\n".join([heading, *_facts(table, facts["sources"])])]
    run = spec.document("training.json")
    tables = {"Hyper-parameters": run["hyper_parameters"], "Training runs": run["rules"], "Prices": run["prices"]}
    tables["Generated videos"] = run["generation"] | run["generation_rules"]
    for title, table in tables.items():
        parts += [f"## {title}", "\n".join([heading, *_facts(table, run["sources"])])]
    captions = spec.document("captions.json")
    for title, table in {
        "Captions": captions["request"] | captions["effect"],
        "Refused captions": captions["guards"],
    }.items():
        parts += [f"## {title}", "\n".join([heading, *_facts(table, captions["sources"])])]
    return "\n\n".join(parts) + "\n"


def _facts(table: Mapping[str, Any], sources: Mapping[str, Any]) -> Iterator[str]:
    for name, fact in table.items():
        if isinstance(fact, Mapping):
            value = f"`{json.dumps(fact['value'], ensure_ascii=False)}`".replace("|", r"\|")
            cells = (
                name,
                value,
                fact["basis"],
                sources[fact["source"]]["title"],
                fact["checked"],
                fact.get("note", ""),
            )
            yield f"| {' | '.join(cells)} |"


PAGES = {"rules.md": rules, "commands.md": commands, "limits.md": limits, "lint.svg": sessions.picture}


def written(path: Path) -> str:
    """What a file of the docs should hold: generated, or its own text with its sessions replayed."""
    return PAGES[path.name]() if path.name in PAGES else sessions.replay(path.read_text("utf-8"))


def files() -> list[Path]:
    """README and all files of the docs that this script keeps."""
    return [HERE.parent / "README.md", *sorted({*HERE.glob("*.md"), *(HERE / name for name in PAGES)})]


if __name__ == "__main__":
    for file in files():
        file.write_text(written(file), "utf-8", newline="\n")
        print(f"wrote {file.relative_to(HERE.parent)}")
