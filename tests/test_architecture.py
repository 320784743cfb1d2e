"""The layers keep to themselves: who may import what, read off the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "datasetkit"

# From the ground up: a layer may import the layers of earlier rows, and earlier layers of its own row. Layers of the
# package's top level go by their module's name. `pack.building` is a floor above its folder: `fix` writes zips, and
# `build` shrinks media. So are the modules of `caption` that ask and write: `scan` reads the journal.
HOUSE = [
    ["errors", "printable", "footage", "leftout", "model"],
    ["spec"],
    ["edits", "windows", "findings"],
    ["files"],
    ["prompts"],
    ["caption"],
    ["config"],
    ["media"],
    ["scan"],
    ["rules"],
    ["verdict"],
    ["pack", "repair", "pack.building", "intake", "report"],
    ["modelstudio"],
    ["caption.keeping", "caption.captioning"],
    ["training", "pool"],
    ["view"],
    ["cli"],
    ["__init__", "__main__"],
]
FLOORS = {layer: (row, place) for row, layers in enumerate(HOUSE) for place, layer in enumerate(layers)}

# library → the layers that may import it
ONLY = {
    "PIL": {"media"},
    "av": {"media"},
    "ftfy": {"prompts"},
    "rapidfuzz": {"prompts"},
    "spellchecker": {"prompts"},
    "tomlkit": {"repair"},
    "click": {"cli", "report", "printable"},
    "numpy": {"media", "pool"},
    "httpx": {"modelstudio"},
    "jinja2": {"report", "view"},
    "markupsafe": {"report"},
    "starlette": {"view"},
    "uvicorn": {"view"},
    "jsonschema": {"rules", "spec"},
    "platformdirs": {"scan"},
    "sqlite3": {"scan"},
    "tomllib": {"config"},
    "tqdm": {"cli"},
    "wcwidth": {"report", "printable"},
    "zipfile": {"scan", "pack"},
}
# layer → what it may not import: the middle is pure
IMPURE = {"os", "io", "pathlib.Path", "shutil", "subprocess", "socket", "tempfile", "open"}
PURE = {
    "errors",
    "printable",
    "footage",
    "leftout",
    "model",
    "edits",
    "windows",
    "findings",
    "rules",
    "report",
    "prompts",
    "caption",
    "training",
}


def layer(path: Path) -> str:
    return layer_of(path.relative_to(PACKAGE).with_suffix("").parts)


def layer_of(names: Sequence[str]) -> str:
    """The layer of a module, or of a name in it: that of its folder, unless it has a layer of its own."""
    module = ".".join(names[:2])
    return module if module in FLOORS else names[0]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def uses_open(path: Path) -> bool:
    calls = (node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Name) and called.id == "open" for called in calls)


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_what_its_room_may(path: Path) -> None:
    here = layer(path)
    assert here in FLOORS, f"{here} is not in HOUSE"
    for name in imported(path):
        top, *rest = name.split(".")
        assert here in ONLY.get(top, {here}), f"{top} is not for {here}"
        there = layer_of(rest) if top == "datasetkit" else here
        if there not in (here, "__version__"):
            assert FLOORS[there] < FLOORS[here], f"{here} may not know {there}"
    if here in PURE:
        forbidden = [name for name in imported(path) for one in IMPURE if name == one or name.startswith(one + ".")]
        assert not forbidden
        assert not uses_open(path), f"{here} is pure"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_is_short_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(text))


def test_no_two_classes_have_one_name() -> None:
    nodes = (node for path in MODULES for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    names = Counter(node.name for node in nodes if isinstance(node, ast.ClassDef))
    assert [name for name, number in names.items() if number > 1] == []


@pytest.mark.parametrize(
    ("arguments", "unloaded"),
    [
        (["--help"], {"av", "PIL", "jsonschema", "httpx", "numpy", "tqdm", "sqlite3"}),
        (["models"], {"av", "PIL", "jsonschema", "httpx", "numpy", "tqdm", "sqlite3"}),
        (["rule"], {"av", "PIL", "jsonschema", "httpx", "numpy", "tqdm", "sqlite3"}),
        (["lint", "sample_data/broken/D104-unreferenced-file"], {"jsonschema", "httpx", "tqdm", "jinja2"}),
        (["lint", "--no-cache", "sample_data/broken/D104-unreferenced-file"], {"sqlite3", "platformdirs"}),
        (["cache", "--help"], {"sqlite3", "platformdirs"}),
        (["upload", "--help"], {"av", "PIL", "jsonschema", "httpx", "numpy", "tqdm", "sqlite3"}),
        (["files", "--help"], {"av", "PIL", "jsonschema", "httpx", "numpy", "tqdm", "sqlite3"}),
        (["report", "--help"], {"av", "PIL", "jsonschema", "httpx", "numpy", "tqdm", "sqlite3", "jinja2"}),
        (["plan", "--help"], {"av", "PIL", "jsonschema", "httpx", "numpy", "tqdm", "sqlite3"}),
        (["train", "--help"], {"av", "PIL", "jsonschema", "httpx", "numpy", "tqdm", "sqlite3"}),
        (["deploy", "--help"], {"av", "PIL", "jsonschema", "httpx", "numpy", "tqdm", "sqlite3"}),
        (["generate", "--help"], {"av", "PIL", "jsonschema", "httpx", "numpy", "tqdm", "sqlite3"}),
        (["caption", "--help"], {"av", "PIL", "jsonschema", "httpx", "numpy", "tqdm", "sqlite3"}),
        (["view", "--help"], {"av", "PIL", "httpx", "numpy", "tqdm", "sqlite3", "jinja2", "starlette", "uvicorn"}),
        (["run", "--help"], {"av", "PIL", "jsonschema", "httpx", "numpy", "tqdm", "sqlite3"}),
    ],
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], unloaded: set[str]) -> None:
    """Import cost is felt at every commit."""
    program = f"import sys; from datasetkit.cli import run; run({arguments!r}); print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=PACKAGE.parent, check=True
    )
    assert not unloaded & set(ran.stderr.split())
