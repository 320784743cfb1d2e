"""Facts as JSON and back. What comes back may be anything, so each value is compared with its field's type.

It goes by the fields of the dataclasses, so a new fact needs nothing here. Fractions are written as "a/b", bytes in
Base64, and a dataclass says which one it is.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from itertools import repeat
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from datasetkit.model import Present

_CLASS = "class"  # Python's own word, so no field has that name


class _MisfitError(ValueError):
    """A value isn't of the type that its field has."""


def to_json(value: object) -> str:
    """A dataclass of facts as one line of ASCII."""
    return json.dumps(_plain(value), separators=(",", ":"))


def from_json(text: str) -> Present | None:
    """The facts of a medium that `to_json` wrote; None for any other text."""
    return cast(Present | None, value_from_json(text, Present))


def value_from_json(text: str | bytes, hint: Any) -> Any:
    """The value of type ``hint`` that `to_json` wrote; None for any other text."""
    try:
        return _typed(hint, json.loads(text))
    except (ValueError, RecursionError):
        return None


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        own = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {_CLASS: type(value).__name__, **own}
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, Enum):
        return value.value
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _typed(hint: Any, plain: Any) -> Any:
    """The value of a field of type ``hint``. Raises ValueError."""
    if get_origin(hint) in (Union, UnionType):
        return _one_of(get_args(hint), plain)
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint), plain)
    if is_dataclass(hint):
        return _dataclass(hint, plain)
    if hint is Fraction:
        return _fraction(plain)
    if hint is bytes:
        return _bytes(plain)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(plain)
    if type(plain) is not hint:
        raise _MisfitError
    return plain


def _one_of(hints: tuple[Any, ...], plain: Any) -> Any:
    if plain is None and NoneType in hints:
        return None
    for hint in hints:
        try:
            return _typed(hint, plain)
        except ValueError:
            continue
    raise _MisfitError


def _tuple(hints: tuple[Any, ...], plain: Any) -> tuple[Any, ...]:
    if not isinstance(plain, list):
        raise _MisfitError
    if hints[-1] is Ellipsis:
        return tuple(map(_typed, repeat(hints[0]), plain))
    return tuple(_typed(hint, each) for hint, each in zip(hints, plain, strict=True))


def _dataclass(hint: Any, plain: Any) -> Any:
    types = _types(hint)
    if not isinstance(plain, dict) or plain.get(_CLASS) != hint.__name__ or plain.keys() != {_CLASS, *types}:
        raise _MisfitError
    return hint(**{name: _typed(each, plain[name]) for name, each in types.items()})


@cache
def _types(hint: Any) -> Mapping[str, Any]:
    hints = get_type_hints(hint)
    return {field.name: hints[field.name] for field in fields(hint)}


def _fraction(plain: Any) -> Fraction:
    over, slash, under = plain.partition("/") if isinstance(plain, str) else ("", "", "")
    if not slash or int(under) == 0:
        raise _MisfitError
    return Fraction(int(over), int(under))


def _bytes(plain: Any) -> bytes:
    try:
        return b64decode(plain, validate=True)
    except (TypeError, binascii.Error) as error:
        raise _MisfitError from error
