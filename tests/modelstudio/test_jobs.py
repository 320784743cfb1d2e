"""Jobs: the platform's own examples, states, lost answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from platform_examples import FIRST_FRAME_JOB, JOB_ANSWER, JOB_DONE, NOT_FOUND, REFERENCE_JOB_ANSWER, example
from studio import Studio
from studio_clock import Clock
from studio_state import Misdeed

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import Endpoint, Key
from datasetkit.modelstudio.jobs import Job, cancel_job, create_job, delete_job, list_jobs, log_lines, show_job
from datasetkit.modelstudio.pace import Pace

BODY = example(FIRST_FRAME_JOB) | {"training_file_ids": ["file-ft-1"]}


def said(text: str, status: int = 200) -> Misdeed:
    return Misdeed("answer", status=status, body=text.encode())


def new_job(client: Client, **changes: Any) -> Job:
    return create_job(client, BODY | changes, [job.id for job in list_jobs(client)])


def test_the_request_is_sent_as_the_platform_prints_it(studio: Studio, client: Client) -> None:
    job = create_job(client, BODY, [])
    [seen] = studio.seen("job-create")
    assert json.loads(seen.head) == BODY
    assert dict(seen.headers)["Content-Type"] == "application/json"
    assert (job.status, job.model, job.files) == ("PENDING", "wan2.6-i2v", ("file-ft-1",))


@pytest.mark.parametrize(
    ("text", "job"),
    [
        (JOB_ANSWER, Job("ft-202511111122-xxxx", "PENDING", made_model="xxxx-ft-202511111122-xxxx")),
        (JOB_DONE, Job("ft-202511111122-xxxx", "SUCCEEDED", tokens=432_000)),
        (
            REFERENCE_JOB_ANSWER,
            Job(
                "ft-202511111122-xxxx",
                "PENDING",
                "ft-202511111122-xxxx",
                "wan2.5-i2v-preview",
                "wan2.5-i2v-preview-ft-202511111122-xxxx",
                ("xxxxxxxxxxxx",),
                example(REFERENCE_JOB_ANSWER)["output"]["hyper_parameters"],
                "2025-11-11 11:22:22",
            ),
        ),
    ],
    ids=["created", "done", "API reference"],
)
def test_the_platforms_own_answers(text: str, job: Job, studio: Studio, client: Client) -> None:
    studio.misbehave("job-show", said(text))
    assert show_job(client, "ft-202511111122-xxxx") == job


def test_a_job_that_there_is_not(studio: Studio, client: Client) -> None:
    studio.misbehave("job-show", said(NOT_FOUND, 404))
    assert show_job(client, "ft-1") is None
    assert delete_job(client, "ft-1") is False
    with pytest.raises(ServiceError, match="Not Found!"):
        cancel_job(client, "ft-1")


def test_states_advance_to_the_end(studio: Studio, client: Client) -> None:
    job_id = new_job(client).id
    jobs = [show_job(client, job_id) for _ in range(4)]
    assert [job and job.status for job in jobs] == ["PENDING", "QUEUING", "RUNNING", "SUCCEEDED"]
    assert [job and job.finished for job in jobs] == [False, False, False, True]
    last = jobs[-1]
    assert last is not None
    assert (last.tokens, last.ended) == (432_000, "2025-11-11 16:49:01")


def test_a_failure_has_the_services_reason(studio: Studio, client: Client) -> None:
    studio.runs.job_states = ("FAILED",)
    job = show_job(client, new_job(client).id)
    assert job is not None
    assert job.failure == "InternalError: validation samples must be more than batch_size"
    assert not job.counts


@pytest.mark.parametrize("lists_files", [False, True])
@pytest.mark.parametrize("keeps_name", [False, True])
@pytest.mark.parametrize("deed", ["reset", "truncate"])
def test_a_lost_answer_makes_no_second_job(
    deed: str, keeps_name: bool, lists_files: bool, studio: Studio, client: Client, notes: list[str]
) -> None:
    studio.runs.keeps_name, studio.runs.lists_files = keeps_name, lists_files
    earlier = new_job(client, job_name="rain")
    studio.misbehave("job-create", Misdeed(deed, store=True))
    job = new_job(client, job_name="snow")
    assert list(studio.runs.jobs) == [earlier.id, job.id]
    assert any("did it all the same" in note for note in notes)


def test_a_request_that_did_not_arrive_is_made_again(studio: Studio, client: Client) -> None:
    studio.misbehave("job-create", Misdeed("reset"), Misdeed("answer", status=503))
    job = new_job(client, job_name="snow")
    assert list(studio.runs.jobs) == [job.id]
    assert studio.calls().count("job-create") == 3


def test_when_asking_fails_too_nothing_is_made_again(studio: Studio, client: Client) -> None:
    studio.misbehave("job-create", Misdeed("reset", store=True))
    studio.misbehave("job-list", Misdeed("answer", status=403))
    with pytest.raises(DatasetkitError, match="may have done it all the same") as caught:
        create_job(client, BODY, [])
    assert "train ls" in caught.value.next_step
    assert studio.calls().count("job-create") == 1


def test_several_new_jobs_that_fit_are_listed(studio: Studio, client: Client) -> None:
    studio.runs.keeps_name = False
    other = new_job(client)
    studio.misbehave("job-create", Misdeed("reset", store=True))
    with pytest.raises(DatasetkitError, match="several new jobs fit") as caught:
        create_job(client, BODY, [])
    assert other.id in str(caught.value)
    assert len(studio.runs.jobs) == 2


def test_too_many_jobs_are_no_reason_to_wait(studio: Studio, client: Client, clock: Clock) -> None:
    studio.runs.jobs_high = 1
    new_job(client)
    with pytest.raises(ServiceError, match="allowed per user"):
        new_job(client, job_name="second")
    assert clock.pauses == []


def test_all_pages_are_read(studio: Studio, client: Client) -> None:
    studio.runs.jobs_high = 1000
    made = [create_job(client, BODY, []).id for _ in range(101)]
    assert [job.id for job in list_jobs(client)] == made[::-1]
    assert studio.calls().count("job-list") == 2


def test_cancel_and_delete(studio: Studio, client: Client) -> None:
    job_id = new_job(client).id
    with pytest.raises(ServiceError, match="can not be deleted"):
        delete_job(client, job_id)
    cancel_job(client, job_id)
    states = [job.status for _ in range(2) if (job := show_job(client, job_id))]
    assert states == ["CANCELING", "CANCELED"]
    assert delete_job(client, job_id)
    assert studio.runs.jobs == {}


def test_a_deletion_whose_answer_was_lost_is_done(studio: Studio, client: Client) -> None:
    studio.runs.job_states = ("FAILED",)
    job_id = new_job(client).id
    studio.misbehave("job-delete", Misdeed("reset", store=True))
    assert delete_job(client, job_id)


def test_the_log_is_read_on_from_where_it_was(studio: Studio, client: Client) -> None:
    job_id = new_job(client).id
    assert list(log_lines(client, job_id)) == []
    show_job(client, job_id)
    first = list(log_lines(client, job_id))
    show_job(client, job_id)
    assert len(list(log_lines(client, job_id, len(first)))) == 20
    assert "loss" in first[0]


def test_a_long_log_comes_in_pages(studio: Studio, client: Client) -> None:
    pages = [json.dumps({"output": {"total": 1500, "logs": ["line"] * count}}) for count in (1000, 500)]
    studio.misbehave("job-logs", *map(said, pages))
    assert len(list(log_lines(client, "ft-1"))) == 1500
    targets = [seen.target for seen in studio.seen("job-logs")]
    assert [target.partition("?")[2] for target in targets] == ["offset=0&line=1000", "offset=1000&line=1000"]


@pytest.mark.parametrize(
    "text",
    ['{"output": []}', '{"output": {}}', '{"output": {"job_id": "../files"}}', '{"output": {"job_id": 7}}', "{}"],
)
def test_an_answer_without_a_usable_id_is_none(text: str, studio: Studio, client: Client) -> None:
    studio.misbehave("job-show", said(text))
    with pytest.raises(ServiceError, match=r"without the output|no usable id"):
        show_job(client, "ft-1")


@pytest.mark.parametrize("job_id", ["", "../files", "ft-1/cancel", "ft 1", "-x", "ft-1?x", "{}", "ft-1\n"])
def test_what_is_no_id_stays_out_of_urls(job_id: str, studio: Studio, client: Client) -> None:
    with pytest.raises(DatasetkitError, match="is not an id"):
        show_job(client, job_id)
    assert studio.calls() == []


def test_a_base_url_without_a_native_api(studio: Studio, pace: Pace) -> None:
    with (
        Client(Endpoint(studio.origin + "/v1"), Key("k"), pace=pace) as client,
        pytest.raises(DatasetkitError, match="native API"),
    ):
        list(list_jobs(client))
