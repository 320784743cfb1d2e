"""What a dataset is checked by: options, then datasetkit.toml beside data.jsonl, then the environment."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypedDict

from datasetkit import spec
from datasetkit.errors import DatasetkitError, did_you_mean
from datasetkit.footage import Depth
from datasetkit.model import Kind, Role
from datasetkit.prompts.template import Effect, effect_from_table

NAME = "datasetkit.toml"
DEFAULT = "default"
KEYS = ("model", "kind", "role", "region", "target_seconds", "effect")
"""The settings that hold one value, in the order in which they are shown."""

_TYPES: Mapping[str, Callable[[Any], Any]] = {"kind": Kind, "role": Role, "effect": effect_from_table}
_TYPE_NAMES = {"string": "text", "number": "a number", "object": "a table", "array": "a list"}  # as TOML calls them
_EXAMPLE = 'It is written like this: model = "wan2.2-i2v-flash"'


class Options(TypedDict, total=False):
    """What a caller may ask for; None and empty leave it to datasetkit.toml and the dataset's lines.

    ``kind`` is "i2v" or "kf2v"; ``role`` is "training" or "validation". ``select`` and ``ignore`` hold rule codes or
    prefixes, also several in one string ("D,V407"); in ``ignore`` also "CODE:PATH", or a mapping from each to the
    reason. ``config`` names a file to read instead of the datasetkit.toml beside data.jsonl. ``depth`` is how much of
    the clips to decode: "header", "frames" or "full". ``cache`` is whether to take facts about media from the user's
    cache and keep them there.
    """

    model: str | None
    kind: str | None
    role: str | None
    target_seconds: float | None
    select: str | Iterable[str]
    ignore: str | Iterable[str] | Mapping[str, str]
    config: str | Path | None
    depth: str | None
    cache: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """What to check by; None and empty leave it to the dataset's lines.

    ``effect`` is the declared effect. ``select`` holds codes or prefixes. ``ignore`` gives each code, prefix or
    "CODE:PATH" its reason; PATH is a file's path below the dataset's root, or a shell pattern whose ``*`` matches
    slashes too. ``file`` is read instead of the datasetkit.toml beside data.jsonl. ``origin`` says where each key
    was set ("--kind", the file's name); ignored codes are the keys "ignore.CODE". ``depth`` None leaves it to the
    command and the size of the set.
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
    depth: Depth | None = None
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
    origin = {key: "--" + key.replace("_", "-") for key in single} | {f"ignore.{code}": "--ignore" for code in reasons}
    file = Path(named) if (named := options.get("config")) else None
    settings = _settings(single, "", origin) if single else Settings(origin=origin)
    depth = _depth(options.get("depth"))
    return replace(settings, select=_codes(options.get("select", ())), ignore=reasons, file=file, depth=depth)


def from_file(data: bytes, name: str) -> Settings:
    """Read the file called ``name``. Raises DatasetkitError that says what to write instead."""
    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DatasetkitError(f"{name} isn't valid TOML: {error}", _EXAMPLE) from error
    ignored = values.get("ignore", {})
    keys = [*values, *(f"ignore.{code}" for code in ignored)] if isinstance(ignored, dict) else []
    return _settings(values, f"{name}: ", dict.fromkeys(keys, name))


def from_environment(environment: Mapping[str, str]) -> Settings:
    """What the environment says: the region, in the variable that the platform's own tools read."""
    variable = spec.document("regions.json")["environment"]["value"]["region"]
    region = environment.get(variable) or None
    return Settings(region=region, origin={"region": variable} if region else {})


def merge(first: Settings, second: Settings) -> Settings:
    """``first``, completed from ``second``; the ignored codes of both."""
    silent = {key: getattr(second, key) for key in (*KEYS, "select", "file") if not getattr(first, key)}
    return replace(first, **silent, ignore={**second.ignore, **first.ignore}, origin={**second.origin, **first.origin})


def _depth(name: str | None) -> Depth | None:
    if name is None:
        return None
    names = [depth.name.lower() for depth in Depth]
    if name not in names:
        raise DatasetkitError(f"--depth: there is no depth called {name!r}", f"Choose {', '.join(names)}.")
    return Depth[name.upper()]


def _codes(values: str | Iterable[str]) -> tuple[str, ...]:
    """The codes and prefixes in values like ``D,V407``; a path after a colon stays as it is."""
    listed = [values] if isinstance(values, str) else values
    entries = (entry.strip().partition(":") for value in listed for entry in value.split(","))
    return tuple(code.upper() + colon + path for code, colon, path in entries if code)


def _settings(values: Mapping[str, Any], prefix: str, origin: Mapping[str, str]) -> Settings:
    """Values of the file's shape as settings; in messages ``prefix`` comes before a key."""
    _check(values, prefix)
    try:
        return Settings(**{key: _TYPES.get(key, lambda it: it)(value) for key, value in values.items()}, origin=origin)
    except DatasetkitError as error:
        raise DatasetkitError(f"{prefix}{error}", error.next_step) from None


def _check(values: Mapping[str, Any], prefix: str) -> None:
    errors: list[Any] = list(spec.validator("config.schema.json").iter_errors(values))
    # a misspelt key comes first: it explains the other errors
    for error in sorted(errors, key=lambda error: error.validator != "additionalProperties"):
        place = ".".join(map(str, error.absolute_path))
        if error.validator == "additionalProperties":
            raise _unknown_key(error.instance, list(error.schema["properties"]), place, prefix.removesuffix(": "))
        raise DatasetkitError(prefix + " ".join(_fault(error)), _remedy(error))
    if math.isnan(values.get("target_seconds", 0)):  # a number to TOML and click, and within every range
        raise DatasetkitError(f"{prefix}target_seconds must be a number, but is nan", "Write a number, such as 5.")


def _fault(error: Any) -> tuple[str, str]:
    """A value that doesn't match the schema, and what is wrong with it."""
    *tables, key = [name for name in error.absolute_path if isinstance(name, str)]
    shown, limit = json.dumps(error.instance, ensure_ascii=False, default=str), error.validator_value
    is_text = isinstance(error.instance, str)
    if error.validator == "required":
        return f"[{key}]", f"has no {_missing(error)}"
    name = f"[{'.'.join(tables)}] {json.dumps(key, ensure_ascii=False) if '.' in key else key}" if tables else key
    match error.validator:
        case "type":
            return name, f"must be {_TYPE_NAMES[limit]}, but is {'the text ' * is_text}{shown}"
        case "enum":
            return name, f"must be {' or '.join(map(json.dumps, limit))}, but is {shown}"
        case "exclusiveMinimum":
            return name, f"must be more than {limit}, but is {shown}"
        case _:  # a pattern, a least length, an item twice: what to write instead is the next step
            return name, f"can't be {shown}"


def _remedy(error: Any) -> str:
    """What to write instead, from the schema."""
    if error.validator == "required":
        return str(error.schema["properties"][_missing(error)]["description"])
    near = did_you_mean(str(error.instance), error.schema.get("enum", ()))
    return f"{near} {error.schema.get('description', '')}".strip()


def _missing(error: Any) -> str:
    return next(str(name) for name in error.schema["required"] if name not in error.instance)


def _unknown_key(table: Mapping[str, Any], known: Sequence[str], place: str, name: str) -> DatasetkitError:
    key = next(key for key in table if key not in known)
    where = f"{name}, [{place}]," if place else name
    hint = did_you_mean(key, known) or f"Known keys: {', '.join(known)}."
    return DatasetkitError(f"{where} has an unknown key, {key}", hint)
