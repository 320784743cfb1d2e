"""The engine of a run: whatever interrupts it, each thing is made once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.training.record import FailedStep, RunRecord, RunSubject, StepRecord, changes, from_values, values
from datasetkit.training.steps import Ended, RunStep, StepFailedError, begin, choose, do, finish, reopen, to_pay

NOW = "2026-01-02T03:04:05Z"
REQUEST = {"model": "wan2.6-i2v", "hyper_parameters": {"n_epochs": 400}}
SUBJECT = RunSubject("a" * 64, None, REQUEST, ({"first_frame": {"name": "a.png", "sha256": "b" * 64}},), {"seed": 7})
RECORD = RunRecord("0123abcd", NOW, "singapore", "https://example.invalid/v1", SUBJECT)


class KilledError(Exception):
    """The process ends here."""


@dataclass
class Memory:
    """A journal that is killed before its ``die``-th note, which counts from 1."""

    saved: RunRecord = RECORD
    die: int = 0

    @property
    def record(self) -> RunRecord:
        return self.saved

    @record.setter
    def record(self, record: RunRecord) -> None:
        self.die -= 1
        if self.die == 0:
            raise KilledError
        self.saved = record

    def now(self) -> str:
        return NOW


@dataclass
class Service:
    """Things with ids. ``die`` ends the process before or after the next is made."""

    ids: list[str] = field(default_factory=lambda: ["old"])
    die: str = ""
    ended: Ended = field(default_factory=lambda: Ended("model", 7))

    def find(self, note: StepRecord) -> str | None:
        return next((each for each in self.ids if each not in note.known), None)

    def create(self, known: Sequence[str]) -> str:
        assert "old" in known
        if self.die == "before":
            raise KilledError
        self.ids.append(f"new-{len(self.ids)}")
        if self.die == "after":
            raise KilledError
        return self.ids[-1]

    def step(self, name: str = "train") -> RunStep:
        return RunStep(name, self.create, lambda _id: self.ended, lambda: list(self.ids), self.find)


def test_a_step_is_noted_before_and_after() -> None:
    journal, service = Memory(), Service()
    assert do(service.step(), journal) == "model"
    assert journal.record.steps["train"] == StepRecord(NOW, ("old",), "new-1", NOW, "model", 7)
    assert do(service.step(), journal) == "model"
    assert service.ids == ["old", "new-1"]


@pytest.mark.parametrize("die", ["before", "after"])
def test_killed_while_it_is_made(die: str) -> None:
    journal, service = Memory(), Service(die=die)
    with pytest.raises(KilledError):
        begin(service.step(), journal)
    assert journal.record.steps["train"].id is None
    service.die = ""
    assert do(service.step(), journal) == "model"
    assert service.ids == ["old", "new-1"]


@pytest.mark.parametrize("note", [1, 2, 3])
def test_killed_at_a_note(note: int) -> None:
    journal, service = Memory(die=note), Service()
    with pytest.raises(KilledError):
        do(service.step(), journal)
    assert do(service.step(), journal) == "model"
    assert service.ids == ["old", "new-1"]


def test_what_a_list_shows_late_is_still_known_as_new() -> None:
    """Each search compares with what there was before the first request."""
    journal, service = Memory(), Service(die="after")
    with pytest.raises(KilledError):
        begin(service.step(), journal)
    blind = replace(service.step(), find=lambda _note: None, create=lambda _known: "second")
    begin(blind, journal)
    assert journal.record.steps["train"].known == ("old",)


def test_a_step_of_the_same_kind_is_known_although_no_list_shows_it() -> None:
    journal, service = Memory(), Service()
    begin(service.step("generate-1"), journal)
    service.ids.remove("new-1")
    begin(service.step("generate-2"), journal)
    assert journal.record.steps["generate-2"].known == ("old", "new-1")


def test_a_step_that_fails_must_be_agreed_to_again() -> None:
    journal = Memory(replace(RECORD, agreed=("train", "generate-1")))
    service = Service(ended=Ended(None, 5, "FAILED", "no memory"))
    with pytest.raises(StepFailedError, match="new-1 ended as FAILED; the platform says: no memory"):
        do(service.step(), journal)
    assert journal.record.failed == (FailedStep("train", "new-1", "FAILED", NOW, 5),)
    assert to_pay(["train", "generate-1"], journal.record) == ["train"]
    service.ended = Ended("model", 7)
    do(service.step(), journal)
    assert service.ids == ["old", "new-1", "new-2"]
    assert journal.record.tokens == 12


def test_what_can_not_be_known_any_more_has_failed() -> None:
    def find(_note: StepRecord) -> str | None:
        raise StepFailedError("too late")

    journal, service = Memory(), Service(die="before")
    with pytest.raises(KilledError):
        begin(service.step(), journal)
    with pytest.raises(StepFailedError, match="too late"):
        begin(replace(service.step(), find=find), journal)
    assert "train" not in journal.record.steps
    assert [each.status for each in journal.record.failed] == ["LOST"]


def test_a_step_whose_result_is_gone_is_waited_for_again() -> None:
    journal, service = Memory(), Service()
    do(service.step(), journal)
    service.ended = Ended("again")
    reopen(service.step(), journal)
    assert finish(service.step(), journal) == "again"
    assert service.ids == ["old", "new-1"]


def test_a_checkpoint_that_is_taken_stays() -> None:
    chosen = choose(RECORD, "checkpoint-20")
    assert choose(chosen, "last").choice == "last"
    exported = chosen.with_step("export", StepRecord(NOW, (), "checkpoint-20"))
    assert choose(exported, "checkpoint-20") == exported
    with pytest.raises(DatasetkitError, match="checkpoint-20"):
        choose(exported, "last")


def test_a_record_survives_the_disk() -> None:
    record = RECORD.with_step("train", StepRecord(NOW, ("old",), "new-1", NOW, "model", 7))
    record = replace(record, agreed=("train",)).without_step("upload", FailedStep("upload", None, "LOST", NOW))
    on_disk = json.loads(json.dumps(values(record)))
    assert spec.misfit("run.schema.json", on_disk) == ""
    assert from_values(on_disk) == record


@pytest.mark.parametrize("secret", [{"key": "x"}, {"steps": {"train": {"video_url": "x"}}}, {"run": "../../x"}])
def test_a_secret_has_no_place_in_it(secret: dict[str, object]) -> None:
    assert spec.misfit("run.schema.json", json.loads(json.dumps(values(RECORD))) | secret)


def test_what_has_changed_is_said() -> None:
    other = RunSubject(
        "c" * 64,
        "d" * 64,
        {"model": "wan2.6-i2v", "hyper_parameters": {"n_epochs": 200}},
        ({"first_frame": {"name": "https://example.invalid/a.png", "sha256": None}},),
        {"seed": 8},
    )
    assert list(changes(SUBJECT, SUBJECT)) == []
    assert list(changes(SUBJECT, replace(SUBJECT, frames=(), parameters={}))) == [], "videos come later"
    assert list(changes(SUBJECT, other)) == [
        "the dataset has changed",
        "the validation set has changed",
        "n_epochs: 400 → 200",
        "seed: 7 → 8",
        "images: a.png (bbbbbbbb) → https://example.invalid/a.png (a URL)",
    ]
