"""The page's own files: small scripts that parse, no markup made from text, nothing inline, nothing from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import datasetkit.view

FOLDER = Path(datasetkit.view.__file__).parent
SCRIPTS = sorted((FOLDER / "static").glob("*.js"))
MARKUP = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "setHTML")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_small_and_makes_no_markup_from_text(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 200
    assert text.startswith("/**")
    assert [word for word in MARKUP if word in text] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_parses(path: Path) -> None:
    node = shutil.which("node")
    if not node:
        pytest.skip("node is not installed")
    subprocess.run([node, "--check", path], check=True)


def test_the_page_has_nothing_inline_and_nothing_from_elsewhere() -> None:
    text = (FOLDER / "templates" / "page.html.jinja").read_text("utf-8")
    assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", text) == []
    addresses = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert [one for one in addresses if not one.startswith(("/static/", "#"))] == []


def test_every_element_that_a_script_looks_for_is_in_the_page() -> None:
    page = (FOLDER / "templates" / "page.html.jinja").read_text("utf-8")
    wanted = {name for path in SCRIPTS for name in re.findall(r'byId\("([\w-]+)"\)', path.read_text("utf-8"))}
    assert sorted(wanted - set(re.findall(r'id="([\w-]+)"', page))) == []
