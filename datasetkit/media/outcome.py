"""What became of one medium that was to be made."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Made:
    """The medium is there; ``notes`` say in plain words what could not be kept as it was.

    ``same`` says that nothing had to be done: its bytes are the source's.
    """

    notes: tuple[str, ...] = ()
    same: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """The medium could not be made, and nothing was left behind; ``reason`` is in plain words."""

    reason: str


Outcome = Made | Failed


class CannotMakeError(Exception):
    """Within this package: a medium's data don't allow what was asked. Callers outside get `Failed`."""
