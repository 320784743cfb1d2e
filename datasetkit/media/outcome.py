"""The result of making one image or clip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path

from datasetkit.files import unwritable
from datasetkit.media.damage import MediumError, plain_errors


@dataclass(frozen=True, slots=True)
class KeptPart:
    """The part of a clip that was kept, as it came out, and the length of the clip. All in seconds."""

    start: Fraction
    end: Fraction
    total: Fraction


@dataclass(frozen=True, slots=True)
class Made:
    """The medium is there; ``notes`` say in plain words what could not be kept as it was.

    ``same`` says that nothing had to be done: its bytes are the source's. ``kept`` is the part that was cut out.
    """

    notes: tuple[str, ...] = ()
    same: bool = field(default=False, compare=False)
    kept: KeptPart | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """The medium could not be made, and nothing was left behind; ``reason`` is in plain words."""

    reason: str


Outcome = Made | Failed


def attempt(target: Path, make: Callable[[], Made]) -> Outcome:
    """Make ``target``; it is gone where that fails. Raises DatasetkitError if the disk doesn't allow it."""
    try:
        with plain_errors(partial(unwritable, target)):
            return make()
    except MediumError as error:
        target.unlink(missing_ok=True)
        return Failed(str(error))
    except BaseException:
        target.unlink(missing_ok=True)
        raise
