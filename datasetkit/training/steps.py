"""The engine of a run: each step is looked up, noted, begun once, and waited for. It knows nothing of what steps do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from datasetkit.errors import DatasetkitError
from datasetkit.training.record import FailedStep, RunRecord, StepRecord

STAGES = ("upload", "train", "previews", "export", "deploy", "generate")
"""The stages of a run, in order."""


class Journal(Protocol):
    """Where a run's record is kept. Setting ``record`` returns when the disk has it."""

    @property
    def record(self) -> RunRecord: ...  # noqa: D102 - the class's docstring says it
    @record.setter
    def record(self, record: RunRecord) -> None: ...

    def now(self) -> str:
        """The time, UTC, as it is written."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a step has ended: what the next ones need, and the tokens billed; else the service's status and reason."""

    result: str | None = None
    tokens: int | None = None
    status: str = ""
    failure: str = ""


class StepFailedError(Exception):
    """A step has ended badly; str() says which, and what the service says."""


@dataclass(frozen=True, slots=True)
class RunStep:
    """Something that is made once and then waited for.

    ``known`` gives the ids of all such things that there are. ``find`` gets the note of a lost request, and looks for
    what it has made: its id, or None; it raises StepFailedError if that can't be known any more. ``create`` makes it,
    and gets the ids that were known before. ``wait`` says how it has ended.
    """

    name: str
    create: Callable[[Sequence[str]], str]
    wait: Callable[[str], Ended]
    known: Callable[[], Iterable[str]] = tuple
    find: Callable[[StepRecord], str | None] = lambda _note: None


def begin(step: RunStep, journal: Journal) -> None:
    """Make what the step makes, unless it was made before; then its id is in the record.

    The intent is on the disk before anything is asked for. If an earlier run was stopped in between, what it may have
    made is looked for first.
    """
    note = journal.record.steps.get(step.name)
    if note and note.id is not None:
        return
    found = _found(step, note, journal) if note else None
    if note is None:
        note = StepRecord(journal.now(), tuple(dict.fromkeys((*step.known(), *_same_kind(step, journal.record)))))
        journal.record = journal.record.with_step(step.name, note)
    made = found or step.create(note.known)
    journal.record = journal.record.with_step(step.name, replace(note, id=made))


def _found(step: RunStep, note: StepRecord, journal: Journal) -> str | None:
    try:
        return step.find(note)
    except StepFailedError:
        failure = FailedStep(step.name, None, "LOST", journal.now())
        journal.record = journal.record.without_step(step.name, failure)
        raise


def finish(step: RunStep, journal: Journal) -> str:
    """The result of a step that was begun, waited for unless it is in the record. Raises StepFailedError."""
    note = journal.record.steps[step.name]
    if note.ended and note.result is not None:
        return note.result
    ended = step.wait(note.id or "")
    if ended.result is None:
        failure = FailedStep(step.name, note.id, ended.status, journal.now(), ended.tokens)
        journal.record = journal.record.without_step(step.name, failure)
        says = f"; the platform says: {ended.failure}" if ended.failure else ""
        raise StepFailedError(f"{step.name}: {note.id} ended as {ended.status}{says}")
    done = replace(note, ended=journal.now(), result=ended.result, tokens=ended.tokens)
    journal.record = journal.record.with_step(step.name, done)
    return ended.result


def reopen(step: RunStep, journal: Journal) -> None:
    """Let a step be waited for again, as its result is gone."""
    note = journal.record.steps[step.name]
    journal.record = journal.record.with_step(step.name, replace(note, ended=None, result=None))


def do(step: RunStep, journal: Journal) -> str:
    """Begin and finish a step."""
    begin(step, journal)
    return finish(step, journal)


def to_pay(names: Iterable[str], record: RunRecord) -> list[str]:
    """Of the steps that cost money, those that were neither begun nor agreed to."""
    return [name for name in names if name not in record.agreed and name not in record.steps]


def choose(record: RunRecord, wanted: str | None) -> RunRecord:
    """The record with the ``wanted`` checkpoint chosen. Raises DatasetkitError if this run has taken another one."""
    taken, export = record.choice, record.steps.get("export")
    if taken not in (None, wanted) and ((export and export.id) or "deploy" in record.steps):
        raise DatasetkitError(
            f"this run has taken {'the last checkpoint' if taken == 'last' else taken} already",
            "Deploy another one with `datasetkit train export`, `deploy start` and `generate`.",
        )
    return replace(record, choice=wanted)


def _same_kind(step: RunStep, record: RunRecord) -> list[str]:
    """The ids of what other steps have made that do the same: the service's list may not show them yet."""
    kind = step.name.partition("-")[0]
    return [other.id for name, other in record.steps.items() if other.id and name.partition("-")[0] == kind]
