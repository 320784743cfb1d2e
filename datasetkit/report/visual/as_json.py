"""The report to look at for programs, in the shape of schemas/visual-report.schema.json: all but its pictures."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from datasetkit.footage import Thumbnail
from datasetkit.printable import Printable, as_json
from datasetkit.report.visual.values import VisualReport


def render(report: VisualReport) -> Printable:
    """The report as one JSON object."""
    return as_json(_value(report))


def _value(value: Any) -> Any:
    match value:
        case Thumbnail():
            return {"width": value.width, "height": value.height}
        case tuple():
            return [_value(one) for one in value]
        case _ if is_dataclass(value):
            return {field.name: _value(getattr(value, field.name)) for field in fields(value)}
    return value
