"""What a run of the whole way has done so far: frozen values, and how they change. The shape of the run file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class RunSubject:
    """What a run is about. Nothing of it may change while the run lasts.

    ``dataset`` and ``validation`` are SHA-256 digests in hex, ``request`` is the job's body without file ids and name.
    ``frames`` are the images of each video by name and digest, ``parameters`` how videos are made.
    """

    dataset: str
    validation: str | None
    request: Mapping[str, Any]
    frames: tuple[Mapping[str, Any], ...]
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A step that was begun: ``known`` are the ids that there were before, ``id`` is that of what was made.

    ``result`` is what the next step needs, such as a model's name; ``tokens`` are those that are billed. Times are UTC.
    """

    begun: str
    known: tuple[str, ...] = ()
    id: str | None = None
    ended: str | None = None
    result: str | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class FailedStep:
    """A step that ended badly, and is done again when the run goes on."""

    step: str
    id: str | None
    status: str
    ended: str
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run: where it is, what it is about, what was agreed to, and its steps by name.

    ``agreed`` are the steps that cost money and were confirmed. ``choice`` is the checkpoint, "last" for the last one.
    ``follows`` is the id of the run that this one is another attempt at.
    """

    run: str
    begun: str
    region: str | None
    base_url: str
    subject: RunSubject
    follows: str | None = None
    choice: str | None = None
    agreed: tuple[str, ...] = ()
    steps: Mapping[str, StepRecord] = field(default_factory=dict)
    failed: tuple[FailedStep, ...] = ()

    def with_step(self, name: str, step: StepRecord) -> RunRecord:
        """The record in which a step is as given."""
        return replace(self, steps={**self.steps, name: step})

    def without_step(self, name: str, failure: FailedStep) -> RunRecord:
        """The record in which a step has failed: it must be agreed to again."""
        steps = {other: step for other, step in self.steps.items() if other != name}
        agreed = tuple(other for other in self.agreed if other != name)
        return replace(self, steps=steps, agreed=agreed, failed=(*self.failed, failure))

    def result(self, name: str) -> str | None:
        """What a step has led to; None if it isn't done."""
        step = self.steps.get(name)
        return step.result if step and step.ended else None

    @property
    def tokens(self) -> int:
        """The tokens that training has cost, of failed jobs too, as far as the service says."""
        ended: list[StepRecord | FailedStep] = [*self.steps.values(), *self.failed]
        return sum(step.tokens or 0 for step in ended)


def values(record: RunRecord) -> dict[str, Any]:
    """The record as JSON values."""
    return asdict(record)


def from_values(found: Mapping[str, Any]) -> RunRecord:
    """The record from JSON values that fit run.schema.json."""
    subject = RunSubject(**{**found["subject"], "frames": tuple(found["subject"]["frames"])})
    steps = {name: StepRecord(**{**step, "known": tuple(step["known"])}) for name, step in found["steps"].items()}
    failed = tuple(FailedStep(**each) for each in found["failed"])
    changed = {"subject": subject, "agreed": tuple(found["agreed"]), "steps": steps, "failed": failed}
    return RunRecord(**{**found, **changed})


def changes(old: RunSubject, new: RunSubject) -> Iterator[str]:
    """What is not the same in two subjects, in words. Where there are no new images, there is nothing to compare."""
    if old.dataset != new.dataset:
        yield "the dataset has changed"
    if old.validation != new.validation:
        yield "the validation set has changed"
    before, now = _settings(old), _settings(new)
    if new.frames:
        before, now = {**before, **old.parameters}, {**now, **new.parameters}
    for name in dict.fromkeys((*before, *now)):
        if before.get(name) != now.get(name):
            yield f"{name}: {_shown(before.get(name))} → {_shown(now.get(name))}"
    if new.frames not in ((), old.frames):
        yield f"images: {_images(old.frames)} → {_images(new.frames)}"


def _settings(subject: RunSubject) -> dict[str, Any]:
    request = {name: value for name, value in subject.request.items() if name != "hyper_parameters"}
    return {**request, **subject.request["hyper_parameters"]}


def _shown(value: Any) -> str:
    return "not set" if value is None else str(value)


def _images(frames: Sequence[Mapping[str, Any]]) -> str:
    names = (f"{each['name']} ({(each['sha256'] or 'a URL')[:8]})" for one in frames for each in one.values())
    return ", ".join(names) or "none"
