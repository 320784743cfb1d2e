"""datasetkit.toml, beside data.jsonl: what a team has settled about a dataset."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from datasetkit.errors import DatasetkitError
from datasetkit.model import Kind, Role
from datasetkit.spec import document

NAME = "datasetkit.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """The file's values; None where it is silent. ``ignore`` gives each code or prefix its reason."""

    model: str | None = None
    kind: Kind | None = None
    role: Role | None = None
    target_seconds: float | None = None
    ignore: Mapping[str, str] = field(default_factory=dict)


def parse(data: bytes, name: str) -> Config:
    """Read the file called ``name``. Raises DatasetkitError that says what to write instead."""
    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DatasetkitError(f"{name} is not TOML: {error}", "See README, Configuration, for an example.") from error
    _check(values, name)
    return Config(
        model=values.get("model"),
        kind=Kind(values["kind"]) if "kind" in values else None,
        role=Role(values["role"]) if "role" in values else None,
        target_seconds=values.get("target_seconds"),
        ignore=values.get("ignore", {}),
    )


def _check(values: Mapping[str, Any], name: str) -> None:
    from jsonschema import Draft202012Validator

    schema = document("config.schema.json")
    known = list(schema["properties"])
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"It may hold: {', '.join(known)}."
            raise DatasetkitError(f"{name} has an unknown key, {key}", hint)
    for error in Draft202012Validator(schema).iter_errors(values):
        place = ".".join(str(part) for part in error.absolute_path)
        raise DatasetkitError(f"{name}: {place}: {error.message}", str(error.schema.get("description", "")))
