"""Checkpoints, previews and exports."""

from __future__ import annotations

import json

import pytest
from platform_examples import FIRST_FRAME_JOB, example
from studio import Studio
from studio_state import Misdeed

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.checkpoints import export_checkpoint, list_checkpoints, list_previews, previewed
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.jobs import create_job

NAMES = [f"checkpoint-{epoch}" for epoch in range(50, 401, 50)]


@pytest.fixture
def job_id(studio: Studio, client: Client) -> str:
    """A finished job."""
    studio.runs.job_states = ("SUCCEEDED",)
    return create_job(client, example(FIRST_FRAME_JOB), []).id


def test_checkpoints_are_in_the_order_of_training(job_id: str, client: Client) -> None:
    found = list_checkpoints(client, job_id)
    assert [one.name for one in found] == NAMES
    assert {one.status for one in found} == {"PENDING"}
    assert found[0].expires == "2026-06-11T18:07:16"
    assert set(previewed(client, job_id)) == set(NAMES)


def test_an_export_is_done_when_its_row_says_so(job_id: str, studio: Studio, client: Client) -> None:
    export_checkpoint(client, job_id, "checkpoint-200", "rain")
    exported = [[one.model for one in list_checkpoints(client, job_id) if one.exported] for _ in range(3)]
    assert exported == [[], [], [f"wan2.6-i2v-{job_id}-c200"]]


def test_an_export_whose_answer_was_lost_is_not_asked_for_again(
    job_id: str, studio: Studio, client: Client, notes: list[str]
) -> None:
    studio.misbehave("export", Misdeed("reset", store=True))
    export_checkpoint(client, job_id, "checkpoint-200", "rain")
    assert studio.calls().count("export") == 1
    assert "will show whether" in notes[-1]


def test_an_export_that_is_refused(job_id: str, studio: Studio, client: Client) -> None:
    with pytest.raises(ServiceError, match="model_name"):
        export_checkpoint(client, job_id, "checkpoint-200", "money rain")
    studio.misbehave("export", Misdeed("edit", changes={"output": False}))
    with pytest.raises(ServiceError, match="didn't begin the export"):
        export_checkpoint(client, job_id, "checkpoint-200", "rain")


@pytest.mark.parametrize("last_frames", [False, True])
def test_previews(last_frames: bool, job_id: str, studio: Studio, client: Client) -> None:
    studio.runs.last_frames = last_frames
    found = list(list_previews(client, job_id, "checkpoint-50"))
    assert [one.prompt for one in found] == ["prompt 0", "prompt 1", "prompt 2"]
    assert all(one.first_frame_url for one in found)
    assert all(bool(one.last_frame_url) is last_frames for one in found)
    assert "5ecret" not in repr(found)


def test_a_row_without_a_video_is_skipped(studio: Studio, client: Client) -> None:
    page = {"output": {"total": 2, "list": [{"prompt": "x"}, {"video_path": "https://x/y.mp4", "prompt": None}]}}
    studio.misbehave("validation-details", Misdeed("answer", status=200, body=json.dumps(page).encode()))
    assert [one.prompt for one in list_previews(client, "ft-1", "checkpoint-50")] == [""]


def test_where_the_api_is_missing_the_console_is_named(job_id: str, studio: Studio, client: Client) -> None:
    studio.runs.checkpoint_api = False
    for ask in (list_checkpoints, previewed):
        with pytest.raises(DatasetkitError, match="Not Found!") as caught:
            ask(client, job_id)
        assert "console" in caught.value.next_step
