"""The facts: models, limits and record shapes, read from ``schemas/``. The only reader of that folder.

Every fact there names its source and the day it was checked; `datasetkit models` prints them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasetkit.errors import DatasetkitError
from datasetkit.model import Expected, Kind, Role

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


@dataclass(frozen=True, slots=True)
class Range:
    """The values a fact allows, ends included; None is open."""

    low: float | None = None
    high: float | None = None

    def __contains__(self, value: float | Fraction) -> bool:
        return not self.below(value) and not self.above(value)

    def below(self, value: float | Fraction) -> bool:
        """Whether ``value`` is less than the range allows."""
        return self.low is not None and value < self.low

    def above(self, value: float | Fraction) -> bool:
        """Whether ``value`` is more than the range allows."""
        return self.high is not None and value > self.high


@dataclass(frozen=True, slots=True)
class Steps:
    """Thresholds of a size in bytes: advice above ``advise``, a warning above ``warn``, refused above ``high``."""

    high: int
    warn: int
    advise: int | None = None


@dataclass(frozen=True, slots=True)
class ZipCaps:
    """Where a zip is refused unread: entries, bytes of its directory, bytes and ratio unpacked.

    ``ratio`` is taken of at least ``ratio_from_bytes`` packed bytes.
    """

    entries: int
    directory_bytes: int
    unpacked_bytes: int
    ratio: int
    ratio_from_bytes: int


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What one model trains: its kinds, the seconds it takes, its default batch and the pixels it sees."""

    id: str
    kinds: tuple[Kind, ...]
    batch_size: int
    max_pixels: int
    max_pixels_range: Range
    seconds: float
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for every model, and datasetkit's own thresholds. Sizes in bytes, sides in pixels.

    ``extensions`` gives an image format's or a container's file extensions, the usual one first, and
    ``packed_extensions`` those that may stay in a zip;
    ``silent_files`` are shell patterns that a part of a path may match.
    """

    annotations_name: str
    annotations_bytes: Steps
    archive_bytes: Steps
    image_formats: tuple[str, ...]
    video_containers: tuple[str, ...]
    image_side: int
    video_side: int
    image_bytes: int
    video_bytes: int
    video_seconds: Range
    samples_low: int
    samples_recommended: int
    file_stem: re.Pattern[str]
    file_stem_length: int
    frame_tolerance: int
    common_codecs: tuple[str, ...]
    aspect_tolerance: float
    jitter_seconds: Fraction
    wasted_pixels: int
    shrink_factor: float
    balance_samples: int
    balance_share: float
    zip_caps: ZipCaps
    annotations_read_bytes: int
    extensions: Mapping[str, tuple[str, ...]]
    packed_extensions: Mapping[str, tuple[str, ...]]
    media_extensions: frozenset[str]
    silent_files: tuple[str, ...]
    image_modes: frozenset[str]

    def complies(self, stem: str) -> bool:
        """Whether the platform's client takes a file of this name without extension, as far as it alone can tell."""
        return len(stem) <= self.file_stem_length and self.file_stem.fullmatch(stem) is not None

    def suffixes(self, expected: Expected) -> frozenset[str]:
        """The file extensions, dot included, that an accepted image or clip goes by."""
        contents = self.image_formats if expected is Expected.IMAGE else self.video_containers
        return frozenset(ending for content in contents for ending in self.extensions[content])


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
    """What holds a value against the schema ``name``; a ``$ref`` in it names another file of ``schemas/``."""
    from jsonschema import Draft202012Validator  # felt at start-up: most commands need no schema
    from referencing import Registry, Resource

    registry: Registry[Any] = Registry(retrieve=lambda uri: Resource.from_contents(document(uri)))  # type: ignore[call-arg]  # attrs
    return Draft202012Validator(document(name), registry=registry)


def misfit(name: str, value: object) -> str:
    """Why ``value`` is not of the shape that the schema ``name`` describes; empty where it is."""
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

    Raises DatasetkitError for an unknown name, with the names that are known.
    """
    tuned = re.fullmatch(document("models.json")["fine_tuned"]["value"], name)
    base = tuned["base"] if tuned else name
    for model in models():
        if model.id == base:
            return model
    known = ", ".join(model.id for model in models())
    raise DatasetkitError(f"no model is called {name!r}", f"Known models: {known}. See `datasetkit models`.")


@cache
def limits() -> Limits:
    """The limits that hold for every model."""
    facts = document("models.json")
    value = {key: fact["value"] for key, fact in (facts["limits"] | facts["heuristics"]).items()}
    return Limits(
        annotations_name=value["annotations_name"],
        annotations_bytes=Steps(**value["annotations_bytes"]),
        archive_bytes=Steps(**value["archive_bytes"]),
        image_formats=tuple(value["image_formats"]),
        video_containers=tuple(value["video_containers"]),
        image_side=value["image_side"]["high"],
        video_side=value["video_side"]["high"],
        image_bytes=value["image_bytes"]["high"],
        video_bytes=value["video_bytes"]["high"],
        video_seconds=Range(**value["video_seconds"]),
        samples_low=value["samples"]["low"],
        samples_recommended=value["samples"]["recommended"],
        file_stem=re.compile(value["file_stem"]),
        file_stem_length=value["file_stem_length"]["high"],
        frame_tolerance=value["frame_tolerance"],
        common_codecs=tuple(value["common_codecs"]),
        aspect_tolerance=value["aspect_tolerance"],
        jitter_seconds=Fraction(str(value["jitter_seconds"])),
        wasted_pixels=value["wasted_pixels"],
        shrink_factor=value["shrink_factor"],
        balance_samples=value["balance_samples"],
        balance_share=value["balance_share"],
        zip_caps=ZipCaps(**value["zip_caps"]),
        annotations_read_bytes=value["annotations_read_bytes"],
        extensions={content: tuple(endings) for content, endings in value["extensions"].items()},
        packed_extensions={content: tuple(endings) for content, endings in value["packed_extensions"].items()},
        media_extensions=frozenset(value["media_extensions"]),
        silent_files=tuple(value["silent_files"]),
        image_modes=frozenset(value["image_modes"]),
    )


def _model(entry: Mapping[str, Any]) -> ModelSpec:
    pixels = entry["max_pixels"]["value"]
    return ModelSpec(
        id=entry["id"],
        kinds=tuple(Kind(kind) for kind in entry["kinds"]["value"]),
        batch_size=entry["batch_size"]["value"],
        max_pixels=pixels["recommended"],
        max_pixels_range=Range(pixels["low"], pixels["high"]),
        seconds=entry["seconds"]["value"]["high"],
        regions=tuple(entry["regions"]["value"]),
    )
