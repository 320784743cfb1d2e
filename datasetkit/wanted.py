"""What the user asked for, by options and by datasetkit.toml. Pure values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from datasetkit.model import Kind, Role
from datasetkit.prompts.effect import Effect


@dataclass(frozen=True, slots=True)
class Wanted:
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


ANYTHING = Wanted()
"""Nothing was asked for."""
