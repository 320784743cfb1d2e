"""datasetkit.toml, beside data.jsonl: what a team has settled about a dataset, and what is in force with it."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.model import Kind, Role
from datasetkit.prompts.effect import Effect, effect_from_table

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

NAME = "datasetkit.toml"
DEFAULT = "default"

_SINGLE = ("model", "kind", "role", "region", "target_seconds")  # the keys that hold one value


@dataclass(frozen=True, slots=True)
class Config:
    """The file's values; None where it is silent. ``ignore`` gives each code, prefix or "CODE:PATH" its reason."""

    model: str | None = None
    kind: Kind | None = None
    role: Role | None = None
    region: str | None = None
    target_seconds: float | None = None
    ignore: Mapping[str, str] = field(default_factory=dict)
    effect: Effect | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A value in force, None where nothing was said, and its ``origin``: an option, a variable, a file, "default"."""

    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user asked for; None and empty leave it to the dataset's lines.

    ``effect`` is the effect that was declared. ``origin`` says where each was said ("--kind", "datasetkit.toml").
    ``select`` holds codes or prefixes. ``ignore`` holds them too, alone or as "CODE:PATH", each with its reason;
    PATH is a file's path below the dataset's root, or a shell pattern whose ``*`` stands for slashes too.
    """

    model: str | None = None
    kind: Kind | None = None
    role: Role | None = None
    target_seconds: float | None = None
    effect: Effect | None = None
    select: Sequence[str] = ()
    ignore: Mapping[str, str] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)


ANYTHING = Settings()
"""Nothing was asked for."""


def in_force(
    options: Mapping[str, Any], config: Config, name: str, environment: Mapping[str, str]
) -> dict[str, Setting]:
    """Every key with its value and origin; each ignored code is a key of its own, "ignore.CODE".

    An option rules over the file called ``name``, the file over the environment, whose region is that of the
    platform's own tools.
    """
    settings = {key: _single(key, options, config, name, environment) for key in _SINGLE}
    settings["effect"] = Setting(config.effect, name) if config.effect else Setting(None, DEFAULT)
    for code, reason in config.ignore.items():
        settings[f"ignore.{code}"] = Setting(reason, name)
    for code, reason in options.get("ignore", {}).items():
        settings[f"ignore.{code}"] = Setting(reason, "--ignore")
    return settings


def parse(data: bytes, name: str) -> Config:
    """Read the file called ``name``. Raises DatasetkitError that says what to write instead."""
    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DatasetkitError(f"{name} is not TOML: {error}", "See README, Configuration, for an example.") from error
    _check(values, "config.schema.json", name)
    return Config(
        model=values.get("model"),
        kind=Kind(values["kind"]) if "kind" in values else None,
        role=Role(values["role"]) if "role" in values else None,
        region=values.get("region"),
        target_seconds=values.get("target_seconds"),
        ignore=values.get("ignore", {}),
        effect=_effect(values["effect"], name) if "effect" in values else None,
    )


def _effect(table: Mapping[str, object], name: str) -> Effect:
    try:
        return effect_from_table(table)
    except DatasetkitError as error:
        raise DatasetkitError(f"{name}: {error}", error.next_step) from None


def _check(values: Mapping[str, Any], schema: str, name: str) -> None:
    """Raise DatasetkitError for what the schema called so holds against the values, with what to write instead."""
    errors = list(spec.validator(schema).iter_errors(values))
    # a misspelt key explains the others, and best of all
    for error in sorted(errors, key=lambda error: error.validator != "additionalProperties"):
        place = ".".join(str(part) for part in error.absolute_path)
        if error.validator == "additionalProperties":
            raise _unknown_key(error, place, name)
        part: Any = error.schema
        raise DatasetkitError(f"{name}: {place}: {error.message}", part.get("description", ""))


def _single(key: str, options: Mapping[str, Any], config: Config, name: str, environment: Mapping[str, str]) -> Setting:
    if options.get(key) is not None:
        return Setting(options[key], "--" + key.replace("_", "-"))
    if (value := getattr(config, key)) is not None:
        return Setting(value, name)
    variable = spec.document("regions.json")["environment"]["value"]["region"]
    if key == "region" and environment.get(variable):
        return Setting(environment[variable], variable)
    return Setting(None, DEFAULT)


def _unknown_key(error: ValidationError, place: str, name: str) -> DatasetkitError:
    schema: Any = error.schema  # an object, as it has "additionalProperties"
    instance: Any = error.instance
    known = list(schema["properties"])
    key = next(key for key in instance if key not in known)
    near = difflib.get_close_matches(key, known, 1)
    hint = f"Did you mean {near[0]}?" if near else f"It may hold: {', '.join(known)}."
    table = f"{name}, [{place}]," if place else name
    return DatasetkitError(f"{table} has an unknown key, {key}", hint)
