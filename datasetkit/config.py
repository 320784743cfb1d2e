"""What a dataset is judged by: options, then datasetkit.toml beside data.jsonl, then the environment."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.model import Kind, Role
from datasetkit.prompts.effect import Effect, effect_from_table

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

NAME = "datasetkit.toml"
DEFAULT = "default"
KEYS = ("model", "kind", "role", "region", "target_seconds", "effect")
"""The settings that hold one value, in the order in which they are shown."""


class Options(TypedDict, total=False):
    """What a caller may ask for; None and empty leave it to datasetkit.toml and the dataset's lines.

    ``kind`` is "i2v" or "kf2v"; ``role`` is "training" or "validation". ``select`` and ``ignore`` hold rule codes or
    prefixes, also several in one string ("D,V407"); in ``ignore`` also "CODE:PATH", or a mapping from each to the
    reason. ``config`` names a file to read instead of the datasetkit.toml beside data.jsonl.
    """

    model: str | None
    kind: str | None
    role: str | None
    target_seconds: float | None
    select: str | Iterable[str]
    ignore: str | Iterable[str] | Mapping[str, str]
    config: str | Path | None


@dataclass(frozen=True, slots=True)
class Settings:
    """What to judge by; None and empty leave it to the dataset's lines.

    ``effect`` is the declared effect. ``select`` holds codes or prefixes. ``ignore`` gives each code, prefix or
    "CODE:PATH" its reason; PATH is a file's path below the dataset's root, or a shell pattern whose ``*`` matches
    slashes too. ``file`` is read instead of the datasetkit.toml beside data.jsonl. ``origin`` says where each key
    was set ("--kind", the file's name); ignored codes are the keys "ignore.CODE".
    """

    model: str | None = None
    kind: Kind | None = None
    role: Role | None = None
    region: str | None = None
    target_seconds: float | None = None
    effect: Effect | None = None
    select: Sequence[str] = ()
    ignore: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None
    origin: Mapping[str, str] = field(default_factory=dict)


UNSET = Settings()
"""Nothing is set."""


def from_options(options: Options) -> Settings:
    """The options as settings. Raises DatasetkitError for a value that can't be used, TypeError for an unknown name."""
    if unknown := options.keys() - Options.__annotations__.keys():
        raise TypeError(f"unknown option: {', '.join(sorted(unknown))}")
    single = {key: value for key in KEYS if (value := options.get(key)) is not None}
    ignore = options.get("ignore", ())
    reasons = ignore if isinstance(ignore, Mapping) else dict.fromkeys(_codes(ignore), "--ignore")
    file = options.get("config")
    origin = {key: "--" + key.replace("_", "-") for key in single} | {f"ignore.{code}": "--ignore" for code in reasons}
    settings = _settings(single, "--", origin) if single else UNSET
    return replace(
        settings,
        select=_codes(options.get("select", ())),
        ignore=reasons,
        file=Path(file) if file else None,
        origin=origin,
    )


def from_file(data: bytes, name: str) -> Settings:
    """Read the file called ``name``. Raises DatasetkitError that says what to write instead."""
    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DatasetkitError(
            f"{name} is not TOML: {error}", 'It is written like this: model = "wan2.2-i2v-flash"'
        ) from error
    ignored = values.get("ignore", {})
    keys = [*values, *(f"ignore.{code}" for code in ignored)] if isinstance(ignored, dict) else []
    return _settings(values, f"{name}: ", dict.fromkeys(keys, name))


def from_environment(environment: Mapping[str, str]) -> Settings:
    """What the environment says: the region, in the variable that the platform's own tools read."""
    variable = spec.document("regions.json")["environment"]["value"]["region"]
    region = environment.get(variable) or None
    return Settings(region=region, origin={"region": variable} if region else {})


def merge(first: Settings, second: Settings) -> Settings:
    """``first``, and where that is silent ``second``; the ignored codes of both."""
    silent = {key: getattr(second, key) for key in (*KEYS, "select", "file") if not getattr(first, key)}
    return replace(first, **silent, ignore={**second.ignore, **first.ignore}, origin={**second.origin, **first.origin})


def _codes(values: str | Iterable[str]) -> tuple[str, ...]:
    """The codes and prefixes in values like ``D,V407``; a path after a colon stays as it is."""
    listed = [values] if isinstance(values, str) else values
    entries = (entry.strip().partition(":") for value in listed for entry in value.split(","))
    return tuple(code.upper() + colon + path for code, colon, path in entries if code)


def _settings(values: Mapping[str, Any], prefix: str, origin: Mapping[str, str]) -> Settings:
    """Check values of the file's shape; ``prefix`` comes before a key in messages."""
    _check(values, prefix)
    return Settings(
        model=values.get("model"),
        kind=Kind(values["kind"]) if "kind" in values else None,
        role=Role(values["role"]) if "role" in values else None,
        region=values.get("region"),
        target_seconds=values.get("target_seconds"),
        ignore=values.get("ignore", {}),
        effect=_effect(values["effect"], prefix) if "effect" in values else None,
        origin=origin,
    )


def _effect(table: Mapping[str, object], prefix: str) -> Effect:
    try:
        return effect_from_table(table)
    except DatasetkitError as error:
        raise DatasetkitError(f"{prefix}{error}", error.next_step) from None


def _check(values: Mapping[str, Any], prefix: str) -> None:
    errors = list(spec.validator("config.schema.json").iter_errors(values))
    # report a misspelt key first: it explains the other errors
    for error in sorted(errors, key=lambda error: error.validator != "additionalProperties"):
        place = ".".join(str(part) for part in error.absolute_path)
        if error.validator == "additionalProperties":
            raise _unknown_key(error, place, prefix.removesuffix(": "))
        part: Any = error.schema
        raise DatasetkitError(f"{prefix}{place}: {error.message}", part.get("description", ""))
    if math.isnan(values.get("target_seconds", 0)):  # a number to TOML and click, and within every range
        raise DatasetkitError(f"{prefix}target_seconds: nan is no length", "Give a number, such as 5.")


def _unknown_key(error: ValidationError, place: str, name: str) -> DatasetkitError:
    schema: Any = error.schema  # an object, as it has "additionalProperties"
    instance: Any = error.instance
    known = list(schema["properties"])
    key = next(key for key in instance if key not in known)
    near = difflib.get_close_matches(key, known, 1)
    hint = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(known)}."
    table = f"{name}, [{place}]," if place else name
    return DatasetkitError(f"{table} has an unknown key, {key}", hint)
