"""`datasetkit train` as people run it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from studio import Studio
from studio_clock import Clock
from studio_state import Misdeed

from datasetkit.cli.watching import watch
from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import fact

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def train(command: Run) -> Run:
    """Runs a command of `train`: exit code, stdout, stderr."""
    return partial(command, "train")


@pytest.fixture
def job_id(train: Run) -> str:
    """A job that was started."""
    code, out, err = train("start", "training.zip", "--yes")
    assert code == 0, err
    return out.strip()


def answers(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_start_uploads_asks_and_prints_the_id_alone(
    studio: Studio, train: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, "y\n")
    code, out, err = train("start", "training.zip", "--validation", "validation.zip", "--epochs", "300")
    assert (code, out.split()) == (0, list(studio.runs.jobs))
    assert "about" in err
    assert "prices of 2026-" in err
    assert "Start the training?" in err
    assert f"next: datasetkit train watch {out.strip()}" in err
    [job] = studio.runs.jobs.values()
    first, second = studio.files
    assert job["body"] == {
        "model": "wan2.6-i2v",
        "training_file_ids": [first],
        "validation_file_ids": [second],
        "training_type": "efficient_sft",
        "hyper_parameters": {
            "n_epochs": 300,
            "batch_size": 2,
            "learning_rate": 2e-5,
            "eval_epochs": 38,
            "max_pixels": 36864,
        },
        "job_name": job["body"]["job_name"],
    }


@pytest.mark.parametrize("text", ["n\n", ""])
def test_without_a_yes_nothing_costs_anything(
    text: str, studio: Studio, train: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, text)
    code, out, err = train("start", "training.zip")
    assert (code, out) == (2, "")
    assert "no job was started" in err
    assert studio.runs.jobs == {}


def test_the_same_command_starts_one_job(job_id: str, studio: Studio, train: Run) -> None:
    code, out, err = train("start", "training.zip", "--yes")
    assert (code, out) == (2, "")
    assert f"started before: {job_id}" in err
    assert studio.calls().count("upload") == 1
    assert train("start", "training.zip", "--yes", "--name", "again")[0] == 0
    assert train("start", "training.zip", "--yes", "--epochs", "500")[0] == 0
    assert len(studio.runs.jobs) == 3


def test_a_job_that_failed_may_be_started_again(studio: Studio, train: Run) -> None:
    studio.runs.job_states = ("FAILED",)
    assert train("start", "training.zip", "--yes")[0] == 0
    assert train("start", "training.zip", "--yes")[0] == 0


def test_a_lost_answer_starts_one_job(studio: Studio, train: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fact("pace"), "first", 0.0)
    studio.misbehave("job-create", Misdeed("reset", store=True))
    code, out, _ = train("start", "training.zip", "--yes")
    assert (code, out.split()) == (0, list(studio.runs.jobs))


def test_as_many_jobs_as_there_may_be(job_id: str, studio: Studio, train: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from datasetkit import spec

    monkeypatch.setitem(spec.document("regions.json")["requests"]["jobs_high"], "value", 1)
    code, _, err = train("start", "training.zip", "--yes", "--name", "second")
    assert code == 2
    assert "as many as the platform allows" in err
    assert "train rm" in err
    assert len(studio.runs.jobs) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["training.zip", "--lora-rank", "24"], 1, "lora_rank is 24"),
        (["training.zip", "--model", "qwen3-14b"], 2, "text or vision model"),
        (["missing.zip"], 2, "there is no zip called"),
        ([str(ROOT / "sample_data" / "i2v" / "training")], 2, "datasetkit build"),
        (["validation.zip"], 1, "nothing was sent"),
    ],
)
def test_what_would_fail_is_not_started(arguments: list[str], code: int, says: str, studio: Studio, train: Run) -> None:
    found = train("start", *arguments, "--yes")
    assert found[0] == code
    assert says in found[2]
    assert studio.calls() == []


def test_watch_follows_to_the_end_and_prints_the_model(job_id: str, studio: Studio, train: Run) -> None:
    code, out, err = train("watch", job_id, "--every", "0")
    assert (code, out) == (0, f"wan2.6-i2v-{job_id}\n")
    states = [line.split(": ")[1].split(",")[0] for line in err.splitlines() if line.startswith(job_id)]
    assert states == ["PENDING", "QUEUING", "RUNNING", "SUCCEEDED"]
    assert "runs one at a time" in err
    assert err.count("'loss'") == 80, "each line of the log once"
    assert err.splitlines()[-1].endswith("##FT_COMPLETE##")


def test_watch_again_after_the_end(job_id: str, train: Run) -> None:
    first = train("watch", job_id, "--every", "0")
    assert train("watch", job_id, "--every", "0")[:2] == first[:2]


@pytest.mark.parametrize(
    ("states", "says"), [(("RUNNING", "FAILED"), "the platform says: "), (("CANCELED",), "CANCELED")]
)
def test_watch_exits_by_outcome(states: tuple[str, ...], says: str, studio: Studio, train: Run) -> None:
    studio.runs.job_states = states
    job_id = train("start", "training.zip", "--yes")[1].strip()
    code, out, err = train("watch", job_id, "--every", "0")
    assert (code, out) == (1, "")
    assert says in err


def test_watch_outlives_a_network_that_is_down_for_minutes(
    job_id: str, studio: Studio, client: Client, clock: Clock, notes: list[str]
) -> None:
    studio.misbehave("job-show", *[Misdeed("reset")] * 12)
    job = watch(client, job_id, every=30, limit=3600, progress=lambda *_: None)
    assert job.status == "SUCCEEDED"
    assert clock.seconds > 60
    assert sum("looking again in 30 s" in note for note in notes) == 2


def test_watch_ends_after_its_time(job_id: str, studio: Studio, client: Client, clock: Clock) -> None:
    studio.runs.jobs[job_id]["states"] = ("RUNNING",)
    with pytest.raises(DatasetkitError, match="isn't done after 10 min"):
        watch(client, job_id, every=30, limit=600, progress=lambda *_: None)
    assert clock.pauses == [30] * 20


def test_a_failure_that_lasts_ends_watching(job_id: str, studio: Studio, train: Run) -> None:
    studio.misbehave("job-show", Misdeed("answer", status=403))
    code, _, err = train("watch", job_id, "--every", "0")
    assert code == 2
    assert "403" in err


def test_progress_is_the_epoch_that_the_log_names(job_id: str, client: Client) -> None:
    seen: list[tuple[str, int, int]] = []
    watch(client, job_id, every=30, limit=600, progress=lambda *step: seen.append(step))
    assert seen[0] == ("training", 0, 400)
    assert seen[-1] == ("training", 79, 400)


def test_others_are_not_asked_too_often(train: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = train("watch", "ft-1", "--every", "1", "--base-url", "https://example.invalid/compatible-mode/v1")
    assert code == 2
    assert "At least 5 seconds" in err


def test_status_and_list(job_id: str, train: Run) -> None:
    assert "PENDING, it waits to start" in train("status", job_id)[1]
    found = json.loads(train("status", job_id, "--format", "json")[1])
    assert (found["id"], found["status"]) == (job_id, "QUEUING")
    out = train("ls")[1]
    assert job_id in out
    assert "1 of 20" in out
    assert [one["id"] for one in json.loads(train("ls", "--format", "json")[1])["jobs"]] == [job_id]
    assert "the service has no job ft-9" in train("status", "ft-9")[2]


def test_logs_are_the_result(job_id: str, train: Run) -> None:
    train("watch", job_id, "--every", "0")
    code, out, err = train("logs", job_id)
    assert code == 0
    assert len(out.splitlines()) == 82
    assert err == ""


@pytest.mark.parametrize("verb", ["stop", "rm"])
def test_stop_and_rm_ask(verb: str, job_id: str, studio: Studio, train: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    if verb == "rm":
        train("watch", job_id, "--every", "0")
    answers(monkeypatch, "n\n")
    code, out, err = train(verb, job_id)
    assert (code, out) == (2, "")
    assert "nothing was" in err
    assert train(verb, job_id, "--yes")[:2] == (0, f"{job_id}\n")
    assert ("CANCELED" in str(studio.runs.jobs)) == (verb == "stop")
    assert (studio.runs.jobs == {}) == (verb == "rm")


def test_what_cannot_be_deleted_is_said_in_the_services_words(job_id: str, train: Run) -> None:
    assert "can not be deleted" in train("rm", job_id, "--yes")[2]
    assert "the service has no job" in train("rm", "ft-9", "--yes")[2]


def test_checkpoints_and_export(job_id: str, studio: Studio, train: Run) -> None:
    assert "no checkpoints yet" in train("checkpoints", job_id)[2]
    train("watch", job_id, "--every", "0")
    out = train("checkpoints", job_id)[1]
    assert out.count("not exported") == 8
    assert "2026-06-11" in out
    export: Any = ("export", job_id, "checkpoint-200", "--every", "0")
    assert train(*export)[:2] == (0, f"wan2.6-i2v-{job_id}-c200\n")
    assert train(*export)[:2] == (0, f"wan2.6-i2v-{job_id}-c200\n")
    assert studio.calls().count("export") == 1
    assert f"wan2.6-i2v-{job_id}-c200" in train("checkpoints", job_id)[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["checkpoint-9"], "checkpoint-400"), (["checkpoint-50", "--name", "money rain"], "letters, digits")],
)
def test_what_cannot_be_exported(arguments: list[str], says: str, job_id: str, studio: Studio, train: Run) -> None:
    train("watch", job_id, "--every", "0")
    code, _, err = train("export", job_id, *arguments, "--every", "0")
    assert code == 2
    assert says in err
    assert studio.calls().count("export") == 0


def test_where_checkpoints_have_no_api(job_id: str, studio: Studio, train: Run) -> None:
    studio.runs.checkpoint_api = False
    assert "use the console" in train("checkpoints", job_id)[2]


def test_foreign_text_cannot_steer_a_terminal(job_id: str, studio: Studio, train: Run) -> None:
    studio.misbehave("job-logs", Misdeed("edit", changes={"output": {"total": 1, "logs": ["\x1b[31m::error::x"]}}))
    out = train("logs", job_id)[1]
    assert all(line.isprintable() for line in out.splitlines())
    assert not out.startswith("::")
