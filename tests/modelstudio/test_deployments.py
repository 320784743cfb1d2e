"""Deployments: the platform's own examples, lost answers, the two ways to delete."""

from __future__ import annotations

import json

import pytest
from platform_examples import (
    DEPLOYMENT_ANSWER,
    DEPLOYMENT_DONE,
    FIRST_AND_LAST_FRAME_DEPLOYMENT,
    FIRST_FRAME_DEPLOYMENT,
    FIRST_FRAME_JOB,
    example,
)
from studio import Studio
from studio_state import Misdeed

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.deployments import (
    Deployment,
    create_deployment,
    delete_deployment,
    deployment_request,
    list_deployments,
    show_deployment,
)
from datasetkit.modelstudio.jobs import create_job, show_job
from datasetkit.prompts.normalize import deployment, normalize
from datasetkit.prompts.template import Effect

CONFIG = example(FIRST_FRAME_DEPLOYMENT)["aigc_config"]


@pytest.fixture
def model(studio: Studio, client: Client) -> str:
    """The model that a finished job has made."""
    studio.runs.job_states = ("SUCCEEDED",)
    job = show_job(client, create_job(client, example(FIRST_FRAME_JOB), []).id)
    assert job is not None
    assert job.made_model is not None
    return job.made_model


@pytest.mark.parametrize("text", [FIRST_FRAME_DEPLOYMENT, FIRST_AND_LAST_FRAME_DEPLOYMENT])
def test_the_platforms_own_requests_come_from_the_effect_and_an_example(text: str) -> None:
    printed = example(text)
    config = printed["aigc_config"]
    effect = Effect("s86b5p", config["lora_prompt_default"])
    shown = config["prompt"].partition("Example:\n")[2]
    made = deployment_request(printed["model_name"], deployment(effect, [normalize(shown, effect)]))
    assert json.dumps(made) == json.dumps(printed)


@pytest.mark.parametrize(
    ("text", "status"), [(DEPLOYMENT_ANSWER, "PENDING"), (DEPLOYMENT_DONE, "RUNNING")], ids=["created", "done"]
)
def test_the_platforms_own_answers(text: str, status: str, studio: Studio, client: Client) -> None:
    studio.misbehave("deploy-show", Misdeed("answer", status=200, body=text.encode()))
    assert show_deployment(client, "x") == Deployment("xxxx-ft-202511111122-xxxx", status)


def test_from_deploying_to_deleting(model: str, studio: Studio, client: Client) -> None:
    body = deployment_request(model, CONFIG)
    made = create_deployment(client, body, [])
    assert json.loads(studio.seen("deploy-create")[0].head) == body
    assert (made.status, made.base_model, made.model) == ("PENDING", "wan2.6-i2v", model)
    states = [one.status for _ in range(2) if (one := show_deployment(client, made.id))]
    assert states == ["PENDING", "RUNNING"]
    assert [one.id for one in list_deployments(client)] == [made.id]
    assert delete_deployment(client, made.id)
    assert not delete_deployment(client, made.id)
    assert show_deployment(client, made.id) is None


def test_a_lost_answer_makes_no_second_deployment(model: str, studio: Studio, client: Client, notes: list[str]) -> None:
    studio.misbehave("deploy-create", Misdeed("reset", store=True))
    made = create_deployment(client, deployment_request(model, CONFIG), [])
    assert list(studio.runs.deployments) == [made.id]
    assert studio.calls().count("deploy-create") == 1
    assert "did it all the same" in notes[-1]


def test_a_model_that_is_deployed_already(model: str, client: Client) -> None:
    made = create_deployment(client, deployment_request(model, CONFIG), [])
    with pytest.raises(ServiceError, match="specify a suffix"):
        create_deployment(client, deployment_request(model, CONFIG), [made.id])
    with pytest.raises(ServiceError, match="not deployable"):
        create_deployment(client, deployment_request("wan2.6-i2v-ft-1", CONFIG), [made.id])


def test_a_deployment_that_must_be_stopped_first(model: str, studio: Studio, client: Client) -> None:
    studio.runs.stop_before_delete = True
    made = create_deployment(client, deployment_request(model, CONFIG), [])
    with pytest.raises(DatasetkitError, match="STOPPED or FAILED") as caught:
        delete_deployment(client, made.id)
    assert "Stop it in the console" in caught.value.next_step
    studio.runs.deployments[made.id]["states"] = ("FAILED",)
    assert delete_deployment(client, made.id)
