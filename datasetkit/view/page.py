"""The page itself, and the fixed list of files that it loads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from jinja2 import ChoiceLoader, PackageLoader

from datasetkit.report.visual.templating import environment

_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_SHARED = "shared.css"  # the report's, which every page has


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A script or stylesheet, and its media type."""

    content: bytes
    type: str


def page(folder: str) -> str:
    """The HTML of the page for the folder of that name; everything else comes from the state."""
    templates = environment()
    templates.loader = ChoiceLoader([PackageLoader("datasetkit.view"), PackageLoader("datasetkit.report.visual")])
    return templates.get_template("page.html.jinja").render(folder=folder)


def static_files() -> Mapping[str, StaticFile]:
    """The files of the page by their names."""
    own = [*files("datasetkit.view").joinpath("static").iterdir()]
    shared = files("datasetkit.report.visual").joinpath("templates", _SHARED)
    found = {one.name: _static(one) for one in (*own, shared)}
    return {name: one for name, one in found.items() if one}


def _static(place: Traversable) -> StaticFile | None:
    kind = next((kind for ending, kind in _TYPES.items() if place.name.endswith(ending)), None)
    return StaticFile(place.read_bytes(), f"{kind}; charset=utf-8") if kind else None
