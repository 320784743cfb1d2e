"""The formats of a report: a module each, loaded when it is needed."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasetkit.printable import Printable
    from datasetkit.report.places import Placed

FORMATS = {
    "text": "datasetkit.report.text",
    "json": "datasetkit.report.as_json",
    "sarif": "datasetkit.report.sarif",
    "github": "datasetkit.report.github",
}


def load(name: str) -> Callable[[Sequence[Placed]], Printable]:
    """The function that writes verdicts in the format called ``name``, one of FORMATS."""
    report: Callable[[Sequence[Placed]], Printable] = importlib.import_module(FORMATS[name]).report
    return report
