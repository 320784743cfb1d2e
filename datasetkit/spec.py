"""The facts: models, limits and record shapes, read from ``schemas/``. The only reader of that folder.

Every fact there names its source and the day it was checked; `datasetkit models` prints them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasetkit.errors import DatasetkitError, did_you_mean
from datasetkit.model import Expected, Kind, Role

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Sizes in bytes: advice above ``advise``, a warning above ``warn``, an error above ``high``."""

    high: int
    warn: int
    advise: int | None = None


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model that can be fine-tuned: its longest clip in seconds, and the pixels of a frame in training.

    ``max_pixels`` is what the platform recommends; ``pixels_low`` and ``pixels_high`` are the ends of the range.
    """

    id: str
    kinds: tuple[Kind, ...]
    batch_size: int
    max_pixels: int
    pixels_low: int
    pixels_high: int
    seconds: float
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of every model, and our own thresholds. Sizes are in bytes, sides in pixels, lengths in seconds.

    models.json explains each one under the same name.
    """

    annotations_name: str
    annotations_bytes: Thresholds
    archive_bytes: Thresholds
    image_formats: tuple[str, ...]
    video_containers: tuple[str, ...]
    image_side: int
    video_side: int
    image_bytes: int
    video_bytes: int
    video_seconds_low: float
    samples_low: int
    samples_recommended: int
    file_stem: re.Pattern[str]
    file_stem_length: int
    frame_tolerance: int
    common_codecs: tuple[str, ...]
    browser_codecs: tuple[str, ...]
    browser_pixels: tuple[str, ...]
    aspect_tolerance: float
    full_depth_clips: int
    jitter_seconds: Fraction
    rate_tolerance: float
    wasted_pixels: int
    shrink_factor: float
    balance_samples: int
    balance_share: float
    zip_entries: int
    zip_directory_bytes: int
    zip_unpacked_bytes: int
    zip_ratio: int
    zip_ratio_from_bytes: int
    annotations_read_bytes: int
    extensions: Mapping[str, Sequence[str]]
    packed_extensions: Mapping[str, Sequence[str]]
    media_extensions: tuple[str, ...]
    field_names: Mapping[str, Sequence[str]]
    silent_files: tuple[str, ...]
    image_modes: tuple[str, ...]
    cache_bytes: int
    cache_settled_seconds: int
    cache_busy_seconds: int
    cuts_bytes: int
    window_name: re.Pattern[str]
    window_name_bytes: int

    def complies(self, stem: str) -> bool:
        """Whether the platform's client accepts a file's name, given without its extension."""
        return len(stem) <= self.file_stem_length and self.file_stem.fullmatch(stem) is not None

    def suffixes(self, expected: Expected) -> frozenset[str]:
        """The file extensions of accepted images or clips, with the dot."""
        contents = self.image_formats if expected is Expected.IMAGE else self.video_containers
        return frozenset(ending for content in contents for ending in self.extensions[content])


# What JSON can't say: the types of some values of models.json.
_TYPES: Mapping[str, Callable[[Any], Any]] = {
    "annotations_bytes": lambda sizes: Thresholds(**sizes),
    "archive_bytes": lambda sizes: Thresholds(**sizes),
    "file_stem": re.compile,
    "window_name": re.compile,
    "jitter_seconds": lambda seconds: Fraction(str(seconds)),
}


def schemas() -> Path:
    """The folder of facts: inside an installed wheel, or beside the package in a checkout."""
    inside = Path(__file__).parent / "schemas"
    return inside if inside.is_dir() else Path(__file__).parents[1] / "schemas"


@cache
def document(name: str) -> Mapping[str, Any]:
    """One file of ``schemas/`` as parsed JSON."""
    loaded: Mapping[str, Any] = json.loads((schemas() / name).read_text("utf-8"))
    return loaded


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator for the schema ``name``; a ``$ref`` in it names another file of ``schemas/``."""
    from jsonschema import Draft202012Validator  # felt at start-up: most commands need no schema
    from referencing import Registry, Resource

    registry: Registry[Any] = Registry(retrieve=lambda uri: Resource.from_contents(document(uri)))  # type: ignore[call-arg]  # attrs
    return Draft202012Validator(document(name), registry=registry)


def misfit(name: str, value: object) -> str:
    """Why ``value`` doesn't match the schema ``name``; empty if it does."""
    fault = next(validator(name).iter_errors(value), None)
    return fault.message if fault else ""


def record_schema(kind: Kind, role: Role) -> Mapping[str, Any]:
    """The JSON Schema of a line of data.jsonl."""
    return document(f"{kind}-{role}.schema.json")


def fields(kind: Kind, role: Role) -> tuple[str, ...]:
    """The fields of a record, in the order they are written."""
    return tuple(record_schema(kind, role)["properties"])


@cache
def models() -> tuple[ModelSpec, ...]:
    """The models that can be fine-tuned, newest first."""
    return tuple(_model(entry) for entry in document("models.json")["models"])


def find_model(name: str) -> ModelSpec:
    """The model called ``name``; an earlier fine-tune (`MODEL-ft-…`) has its base model's limits.

    Raises DatasetkitError for an unknown name, with the names that are known, and for a model that clips can't train.
    """
    tuned = re.fullmatch(document("models.json")["fine_tuned"]["value"], name)
    base = tuned["base"] if tuned else name
    known = {model.id: model for model in models()}
    if base in known:
        return known[base]
    these = f"These can be fine-tuned: {', '.join(known)}."
    for pattern, reason in document("training.json")["other_models"]["value"]:
        if re.fullmatch(pattern, base, re.IGNORECASE):
            raise DatasetkitError(f"{name} {reason}", these)
    near = did_you_mean(base, [model for model in known if model.startswith(base)] or known)
    raise DatasetkitError(f"no model is called {name!r}", f"{near} {these}".lstrip())


def is_fine_tune(name: str) -> bool:
    """Whether ``name`` is that of an earlier fine-tune (`MODEL-ft-…`)."""
    return re.fullmatch(document("models.json")["fine_tuned"]["value"], name) is not None


@cache
def limits() -> Limits:
    """The limits that hold for every model."""
    facts = document("models.json")
    values = {name: fact["value"] for name, fact in (facts["limits"] | facts["heuristics"]).items()}
    return Limits(**{name: _TYPES.get(name, _frozen)(value) for name, value in values.items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@cache
def thresholds(check: str) -> Mapping[str, float]:
    """The thresholds of one pixel check."""
    value: Mapping[str, float] = document("models.json")["checks"][check]["value"]
    return value


def _model(entry: Mapping[str, Any]) -> ModelSpec:
    value = {name: fact["value"] for name, fact in entry.items() if name != "id"}
    return ModelSpec(
        id=entry["id"],
        kinds=tuple(map(Kind, value["kinds"])),
        batch_size=value["batch_size"],
        max_pixels=value["max_pixels"]["recommended"],
        pixels_low=value["max_pixels"]["low"],
        pixels_high=value["max_pixels"]["high"],
        seconds=value["seconds"],
        regions=tuple(value["regions"]),
    )
