"""The docs can't drift: generated pages are as generated, and README knows every command and format."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from datasetkit.cli import _COMMANDS
from datasetkit.report.formats import FORMATS
from datasetkit.rules import REGISTRY

ROOT = Path(__file__).parents[1]


def render() -> ModuleType:
    found = importlib.util.spec_from_file_location("render", ROOT / "docs" / "render.py")
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_page_of_rules_is_as_generated() -> None:
    assert (ROOT / "docs" / "rules.md").read_text("utf-8") == render().rules(), "run make docs"


def test_the_page_of_commands_has_every_command_and_option() -> None:
    """Not to the letter: versions of click lay help out in other ways."""
    told = re.compile(r"^## \w+|^ +-[\w, -]+|^Usage: datasetkit \w+", re.MULTILINE)
    page, made = ((ROOT / "docs" / "commands.md").read_text("utf-8"), render().commands())
    assert [words.split("  ")[0] for words in told.findall(page)] == [w.split("  ")[0] for w in told.findall(made)]


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


def test_readme_names_every_command_and_format() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in _COMMANDS if f"datasetkit {name}" not in readme] == []
    assert [name for name in FORMATS if name not in readme] == []


def test_links_inside_the_repository_lead_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(((?!https?:|#)[^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
