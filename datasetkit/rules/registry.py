"""The decorator that makes a function a rule, and what a rule knows beside its subject."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from datasetkit.errors import DatasetkitError, nearest
from datasetkit.findings import Assumed, Basis, Problem, Severity
from datasetkit.footage import Depth
from datasetkit.model import Dataset, Where
from datasetkit.prompts.review import NOTHING, PromptReview
from datasetkit.spec import Limits, ModelSpec

S = TypeVar("S")
_LONGEST_PREFIX = 3  # characters; what a short text that no code starts with may mean is anyone's guess


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know beside its subject.

    ``models`` is the model that is set, alone (``named``), or every model that trains the kind; never empty.
    ``target_seconds`` is the length of the videos that the user wants, if set. ``review`` are the prompts and their
    effect, empty unless a rule needs "prompts". ``missing`` gives the places that name each missing file. ``to_build``:
    `build` will write a zip from this set, and will fix some problems.
    """

    dataset: Dataset
    assumed: Assumed
    models: tuple[ModelSpec, ...]
    named: bool
    limits: Limits
    target_seconds: float | None = None
    review: PromptReview = NOTHING
    missing: Mapping[str, Sequence[Where]] = field(default_factory=dict)
    to_build: bool = True


@dataclass(frozen=True, slots=True)
class DatasetPair:
    """A training and a validation set of the same kind, given to one run. Rules that compare the two take this.

    The context of its rules is the validation set's, which their findings are on.
    """

    training: Dataset
    validation: Dataset
    training_review: PromptReview
    validation_review: PromptReview


Check = Callable[[S, Context], Iterator[Problem]]
Needs = Literal["header", "frames", "full", "prompts"]
"""What a rule needs: clips read to some `Depth`, or the prompts' review."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with its identity. ``on`` is the type of its subjects."""

    code: str
    name: str
    on: type[Any]
    severity: Severity
    basis: Basis
    needs: Needs
    check: Check[Any]

    @property
    def depth(self) -> Depth:
        """How much of a clip must have been read."""
        return Depth.HEADER if self.needs == "prompts" else Depth[self.needs.upper()]

    @property
    def doc(self) -> str:
        """The rule's page: what, why, source and remedy."""
        return inspect.getdoc(self.check) or ""


REGISTRY: dict[str, Rule] = {}


def find_rule(name: str) -> Rule:
    """The rule of that code or name. Raises DatasetkitError if there is none."""
    for one in REGISTRY.values():
        if name.lower() in (one.code.lower(), one.name):
            return one
    raise _unknown(name, f"no rule is called {name}")


def check_codes(codes: Iterable[str], origin: str) -> None:
    """Raise DatasetkitError for a code or prefix that no rule has; ``origin`` says where it was written.

    What follows a colon is a path and isn't checked.
    """
    for code in (entry.partition(":")[0] for entry in codes):
        if not code or not any(known.startswith(code) for known in REGISTRY):
            raise _unknown(code, f"{origin}: no rule code starts with {code or repr(code)}")


def _unknown(code: str, message: str) -> DatasetkitError:
    names = {one.name: f"{one.name} ({one.code})" for one in REGISTRY.values()}
    if begun := [known for known in sorted(REGISTRY) if known.startswith(code.upper())] if code else []:
        hint = f"{code} is a prefix: `datasetkit rule` lists {begun[0]} to {begun[-1]}."
    elif near := nearest(code, [*REGISTRY, *names]) if len(code) > _LONGEST_PREFIX else None:
        hint = f"Did you mean {names.get(near, near)}?"
    else:
        hint = "`datasetkit rule` lists the codes."
    return DatasetkitError(message, hint)


def rule(
    code: str,
    name: str,
    *,
    on: type[S],
    severity: Severity,
    basis: Basis,
    needs: Needs = "header",
) -> Callable[[Check[S]], Check[S]]:
    """Register a check under ``code``. Its docstring is what `datasetkit rule CODE` and the docs print."""

    def register(check: Check[S]) -> Check[S]:
        if code in REGISTRY:
            raise ValueError(f"two rules are called {code}")
        REGISTRY[code] = Rule(code, name, on, severity, basis, needs, check)
        return check

    return register
