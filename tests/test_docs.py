"""The docs can't drift: generated pages are as generated, and README knows every command and format."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from datasetkit import spec
from datasetkit.cli import _COMMANDS
from datasetkit.report.formats import FORMATS
from datasetkit.rules import REGISTRY

ROOT = Path(__file__).parents[1]


sys.path.insert(0, str(ROOT / "docs"))
import render  # noqa: E402
import sessions  # noqa: E402

README, *PAGES = [path.relative_to(ROOT).as_posix() for path in render.files()]


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", [README, *(n for n in PAGES if n not in ("docs/commands.md", "docs/limits.md"))])
def test_a_page_is_as_generated_and_its_sessions_are_what_really_prints(name: str) -> None:
    assert sessions.steady(page(name)) == sessions.steady(render.written(ROOT / name)), "run make docs"


def test_the_page_of_limits_says_what_the_facts_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that has just been added may still be missing there."""
    shown = page("docs/limits.md")
    facts = json.loads((spec.schemas() / "models.json").read_text("utf-8"))
    facts["models"] = [model for model in facts["models"] if f"## {model['id']}\n" in shown]
    real = spec.document
    monkeypatch.setattr(spec, "document", lambda name: facts if name == "models.json" else real(name))
    assert shown == render.limits(), "run make docs"


def test_the_page_of_commands_has_every_command_and_option() -> None:
    """Not to the letter: versions of click lay help out in other ways."""
    pattern = re.compile(r"^## \w+|^ +-[\w, -]+|^Usage: datasetkit \w+", re.MULTILINE)
    kept, made = pattern.findall(page("docs/commands.md")), pattern.findall(render.commands())
    assert [words.split("  ")[0] for words in kept] == [words.split("  ")[0] for words in made]


def test_every_rule_has_its_page() -> None:
    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    assert re.findall(r"^### ([A-Z]\d{3}) ", text, re.MULTILINE) == sorted(
        REGISTRY, key=lambda code: ("DLIVKPS".index(code[0]), code)
    )


@pytest.mark.parametrize("rule", REGISTRY.values(), ids=REGISTRY)
def test_a_rules_page_says_what_why_source_example_and_remedy(rule: object) -> None:
    doc = rule.doc
    assert re.match(r"[A-Z].*[.)]$", doc.splitlines()[0])
    assert [word for word in ("Why:", "Source:", "Example:", "Remedy:") if word not in doc] == []


def test_every_key_of_the_configuration_is_described() -> None:
    keys = spec.document("config.schema.json")["properties"]
    assert re.findall(r"^\| `(\w+)` \|", page("docs/configuration.md"), re.MULTILINE) == list(keys)


def test_every_format_and_hook_is_described() -> None:
    assert re.findall(r"^\| `(\w+)` \|", page("docs/ci.md"), re.MULTILINE) == list(FORMATS)
    hooks = re.findall(r"^- id: (\S+)", page(".pre-commit-hooks.yaml"), re.MULTILINE)
    assert re.findall(r"^ +- id: (\S+)", page("docs/ci.md"), re.MULTILINE) == hooks


def test_the_commands_and_make_targets_are_there() -> None:
    for name in [README, "CONTRIBUTING.md", *PAGES]:
        for command in re.findall(r"(?:`|^ {4}|^\$ |^)datasetkit ([a-z]+)", page(name), re.MULTILINE):
            assert command in _COMMANDS, name
        for target in re.findall(r"^ {4}make (\w+)", page(name), re.MULTILINE):
            assert re.search(rf"^{target}:", page("Makefile"), re.MULTILINE), name


def test_links_inside_the_repository_lead_somewhere() -> None:
    for path in (*render.files(), ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(((?!https?:|#)[^)#]+)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
