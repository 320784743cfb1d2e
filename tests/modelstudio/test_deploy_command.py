"""`datasetkit deploy` as people run it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from platform_examples import FIRST_FRAME_DEPLOYMENT, example
from studio import Studio
from studio_state import Misdeed

from datasetkit.modelstudio.zips import receipt_path

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def model(command: Run, studio: Studio) -> str:
    """A model that was trained on training.zip."""
    studio.runs.job_states = ("SUCCEEDED",)
    job_id = command("train", "start", "training.zip", "--yes")[1].strip()
    return command("train", "watch", job_id, "--every", "0")[1].strip()


def test_the_effect_of_the_trained_zip_is_deployed(model: str, studio: Studio, command: Run) -> None:
    code, out, err = command("deploy", "start", model, "--effect", "training.zip")
    assert (code, out) == (0, f"{model}\n")
    assert "not checked" not in err
    [one] = studio.runs.deployments.values()
    assert list(one["body"]) == list(example(FIRST_FRAME_DEPLOYMENT))
    config = one["body"]["aigc_config"]
    said = command("effect", "training.zip", "--deployment")[1]
    assert json.loads(said) == {"aigc_config": config}
    assert config["lora_prompt_default"] in config["prompt"]


def test_another_zip_is_refused(model: str, studio: Studio, command: Run, workplace: Path) -> None:
    source = str(ROOT / "sample_data" / "kf2v" / "training")
    assert command("build", source, "-o", "other.zip")[0] == 0
    assert command("upload", "other.zip")[0] == 0
    code, out, err = command("deploy", "start", model, "--effect", "other.zip")
    assert (code, out) == (2, "")
    assert "was trained on file-ft-" in err
    assert "--prompt FILE" in err
    assert studio.runs.deployments == {}


def test_a_zip_that_has_changed_is_refused(model: str, studio: Studio, command: Run, workplace: Path) -> None:
    receipt = receipt_path(workplace / "training.zip").read_bytes()
    source = str(ROOT / "sample_data" / "kf2v" / "training")
    assert command("build", source, "-o", "training.zip", "--force")[0] == 0
    receipt_path(workplace / "training.zip").write_bytes(receipt)
    code, _, err = command("deploy", "start", model, "--effect", "training.zip")
    assert code == 2
    assert "changed since it was uploaded" in err


@pytest.mark.parametrize("dataset", ["folder", "zip without receipt", "no job"])
def test_what_cannot_be_compared_is_said(
    dataset: str, model: str, studio: Studio, command: Run, workplace: Path
) -> None:
    name = "training.zip"
    if dataset == "folder":
        name = str(ROOT / "sample_data" / "i2v" / "training")
    elif dataset == "zip without receipt":
        receipt_path(workplace / name).unlink()
    else:
        studio.misbehave("job-list", Misdeed("answer", status=200, body=b'{"output": {"total": 0, "jobs": []}}'))
    code, out, err = command("deploy", "start", model, "--effect", name)
    assert (code, out) == (0, f"{model}\n")
    assert f"not checked whether {model} was trained on" in err


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_text_of_ones_own(wrapped: bool, model: str, studio: Studio, command: Run, workplace: Path) -> None:
    config = example(FIRST_FRAME_DEPLOYMENT)["aigc_config"]
    (workplace / "own.json").write_text(json.dumps({"aigc_config": config} if wrapped else config))
    assert command("deploy", "start", model, "--prompt", "own.json")[0] == 0
    assert studio.runs.deployments[model]["body"] == example(FIRST_FRAME_DEPLOYMENT) | {"model_name": model}


@pytest.mark.parametrize("text", ["{", "[]", '{"aigc_config": 1}', '{"prompt": "x"}', '{"aigc_config": {"prompt": 1}}'])
def test_a_file_without_a_config(text: str, command: Run, workplace: Path, studio: Studio) -> None:
    (workplace / "own.json").write_text(text)
    code, _, err = command("deploy", "start", "wan2.6-i2v-ft-1", "--prompt", "own.json")
    assert code == 2
    assert "own.json" in err
    assert studio.calls() == []


def test_one_of_both_says_what_the_effect_is(command: Run) -> None:
    assert command("deploy", "start", "m")[0] == 2
    assert command("deploy", "start", "m", "--effect", "a", "--prompt", "b")[0] == 2


def test_the_same_command_deploys_once(model: str, studio: Studio, command: Run) -> None:
    for _ in range(2):
        code, out, err = command("deploy", "start", model, "--effect", "training.zip")
        assert (code, out) == (0, f"{model}\n")
    assert "deployed already" in err
    assert studio.calls().count("deploy-create") == 1


def test_an_exported_checkpoint_is_compared_too(model: str, studio: Studio, command: Run) -> None:
    [job_id] = studio.runs.jobs
    exported = command("train", "export", job_id, "checkpoint-200", "--every", "0")[1].strip()
    code, out, err = command("deploy", "start", exported, "--effect", "training.zip")
    assert (code, out) == (0, f"{exported}\n")
    assert "not checked" not in err


def test_the_next_command_says_where_the_service_is(model: str, studio: Studio, command: Run) -> None:
    place = ("--base-url", studio.base_url)
    err = command("deploy", "start", model, "--effect", "training.zip", *place)[2]
    following = err.splitlines()[-1].removeprefix("next: datasetkit ")
    assert following.endswith(f"--base-url {studio.base_url}")
    assert command(*following.split(), "--every", "0")[:2] == (0, f"{model}\n")


def test_watch_until_it_runs(model: str, studio: Studio, command: Run) -> None:
    studio.runs.deploy_states = ("PENDING", "PENDING", "RUNNING")
    command("deploy", "start", model, "--effect", "training.zip")
    code, out, err = command("deploy", "watch", model, "--every", "0")
    assert (code, out) == (0, f"{model}\n")
    assert [line for line in err.splitlines() if line.startswith(model)] == [f"{model}: PENDING", f"{model}: RUNNING"]


def test_watch_a_deployment_that_fails(model: str, studio: Studio, command: Run) -> None:
    studio.runs.deploy_states = ("PENDING", "FAILED")
    command("deploy", "start", model, "--effect", "training.zip")
    code, out, err = command("deploy", "watch", model, "--every", "0")
    assert (code, out) == (1, "")
    assert "won't run" in err


def test_status_list_and_rm(model: str, studio: Studio, command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    command("deploy", "start", model, "--effect", "training.zip")
    assert "PENDING" in command("deploy", "status", model)[1]
    assert json.loads(command("deploy", "status", model, "--format", "json")[1])["id"] == model
    assert "1 deployment" in command("deploy", "ls")[1]
    assert [one["id"] for one in json.loads(command("deploy", "ls", "--format", "json")[1])["deployments"]] == [model]
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert command("deploy", "rm", model)[0] == 2
    assert list(studio.runs.deployments) == [model]
    assert command("deploy", "rm", model, "--yes")[:2] == (0, f"{model}\n")
    assert "the service has no deployment" in command("deploy", "rm", model, "--yes")[2]
    assert "the service has no deployment" in command("deploy", "status", model)[2]


def test_a_deployment_that_must_be_stopped_first(model: str, studio: Studio, command: Run) -> None:
    studio.runs.stop_before_delete = True
    command("deploy", "start", model, "--effect", "training.zip")
    assert "Stop it in the console" in command("deploy", "rm", model, "--yes")[2]
