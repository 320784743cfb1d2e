"""The decorator that makes a function a rule, and what a rule knows beside its subject."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from datasetkit.errors import DatasetkitError, nearest
from datasetkit.findings import Assumed, Basis, Problem, Severity
from datasetkit.model import Dataset, Depth, Where
from datasetkit.prompts.review import NOTHING, PromptReview
from datasetkit.spec import Limits, ModelSpec

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know beside its subject.

    ``models`` is the model that was named, alone, or every model that trains the kind; never empty.
    ``target_seconds`` is the length of video the user wants, where they said so.
    ``review`` are the prompts and their effect, empty where no rule asks.
    ``missing`` gives the places that name each path where no file is.
    ``mending`` says that `build` will write the zip, so that what it mends is still to come.
    """

    dataset: Dataset
    assumed: Assumed
    models: tuple[ModelSpec, ...]
    named: bool
    limits: Limits
    target_seconds: float | None = None
    review: PromptReview = NOTHING
    missing: Mapping[str, Sequence[Where]] = field(default_factory=dict)
    mending: bool = True


Check = Callable[[S, Context], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with its identity. ``on`` is its subjects' type; ``needs`` the depth of facts it asks for."""

    code: str
    name: str
    on: type[Any]
    severity: Severity
    basis: Basis
    needs: Depth
    check: Check[Any]

    @property
    def doc(self) -> str:
        """The rule's page: what, why, source and remedy."""
        return inspect.getdoc(self.check) or ""


REGISTRY: dict[str, Rule] = {}


def find_rule(name: str) -> Rule:
    """The rule of that code or name. Raises DatasetkitError where there is none."""
    for one in REGISTRY.values():
        if name.lower() in (one.code.lower(), one.name):
            return one
    raise _unknown(name)


def check_codes(codes: Iterable[str], origin: str) -> None:
    """Raise DatasetkitError for a code or prefix that no rule has; ``origin`` says where it was written.

    What follows a colon is a path and isn't checked.
    """
    for code in (entry.partition(":")[0] for entry in codes):
        if not code or not any(known.startswith(code) for known in REGISTRY):
            raise _unknown(code, f"{origin}: ")


def _unknown(code: str, prefix: str = "") -> DatasetkitError:
    names = {one.name: one.code for one in REGISTRY.values()}
    near = nearest(code, [*REGISTRY, *names])
    hint = f"Did you mean {names.get(near, near)}?" if near else "`datasetkit rule` lists them."
    return DatasetkitError(f"{prefix}there is no rule {code}", hint)


def rule(
    code: str,
    name: str,
    *,
    on: type[S],
    severity: Severity,
    basis: Basis,
    needs: Depth = Depth.HEADER,
) -> Callable[[Check[S]], Check[S]]:
    """Register a check under ``code``. Its docstring is what `datasetkit rule CODE` and the docs print."""

    def register(check: Check[S]) -> Check[S]:
        if code in REGISTRY:
            raise ValueError(f"two rules are called {code}")
        REGISTRY[code] = Rule(code, name, on, severity, basis, needs, check)
        return check

    return register
