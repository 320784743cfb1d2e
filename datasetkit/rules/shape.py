"""The shape of a line of data.jsonl, checked with the JSON Schemas in ``schemas/``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from datasetkit.model import Kind, Role, Sample, Where
from datasetkit.spec import record_schema, validator

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


@dataclass(frozen=True, slots=True)
class ShapeFault:
    """A field of a record that breaks the schema, and the schema's keyword that it breaks."""

    where: Where
    keyword: str
    field: str
    record: Mapping[str, object]

    @property
    def value(self) -> object:
        """The field's value; None if the record lacks it."""
        return self.record.get(self.field)


def shape_faults(sample: Sample, kind: Kind, role: Role) -> Iterator[ShapeFault]:
    """The faults of a record by the schema of ``kind`` and ``role``, in the order of its fields."""
    schema = record_schema(kind, role)
    if _fits(sample.record, schema["required"], _patterns(kind, role)):
        return
    for error in validator(f"{kind}-{role}.schema.json").iter_errors(sample.record):
        for field in _fields(error, sample.record, schema):
            where = Where(sample.where.path, sample.where.line, field)
            yield ShapeFault(where, str(error.validator), field, sample.record)


def _fits(record: Mapping[str, object], required: Sequence[str], patterns: Mapping[str, re.Pattern[str]]) -> bool:
    """Whether a record obeys the schema, without the validator, which is slow.

    The schemas use only these keywords; tests/rules/test_shape.py compares both ways.
    """
    if not record.keys() <= patterns.keys() or not record.keys() >= set(required):
        return False
    return all(isinstance(value, str) and patterns[field].search(value) for field, value in record.items())


@cache
def _patterns(kind: Kind, role: Role) -> Mapping[str, re.Pattern[str]]:
    return {field: re.compile(of["pattern"]) for field, of in record_schema(kind, role)["properties"].items()}


def _fields(error: ValidationError, record: Mapping[str, object], schema: Mapping[str, Any]) -> list[str]:
    if error.validator == "additionalProperties":
        return [field for field in record if field not in schema["properties"]]
    if error.validator == "required":
        # jsonschema reports each missing field by itself, and names it only in the message
        return [field for field in schema["required"] if f"'{field}' is a required" in error.message]
    return [str(error.path[0])]
