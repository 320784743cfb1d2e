"""`datasetkit generate` as people run it."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import builders
import pytest
from platform_examples import FIRST_FRAME_DEPLOYMENT, example
from studio import Studio
from studio_state import KEY, Misdeed

from datasetkit.modelstudio.endpoint import fact

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def deployed(studio: Studio, workplace: Path, media: Path) -> Callable[[str], str]:
    """Deploys a fine-tune of a base model, and lets its videos be small clips; there is a woman.png."""
    builders.png(workplace / "woman.png", (320, 256))
    studio.runs.video = (media / "clip.mp4").read_bytes()
    studio.runs.job_states, studio.runs.deploy_states = ("SUCCEEDED",), ("RUNNING",)

    def deploy(base: str = "wan2.6-i2v") -> str:
        hyper = {"n_epochs": 1, "batch_size": 1, "learning_rate": 1, "eval_epochs": 1, "max_pixels": 1}
        body: dict[str, Any] = {"model": base, "training_file_ids": ["f"], "training_type": "efficient_sft"}
        job = studio.runs.answer("job-create", (), {}, body | {"hyper_parameters": hyper}, {})
        model: str = job["output"]["finetuned_output"]
        studio.runs.answer("deploy-create", (), {}, example(FIRST_FRAME_DEPLOYMENT) | {"model_name": model}, {})
        return model

    return deploy


@pytest.fixture
def model(deployed: Callable[[str], str]) -> str:
    return deployed("wan2.6-i2v")


def generate(command: Run, model: str, *arguments: str, image: str = "woman.png") -> tuple[int, str, str]:
    return command("generate", model, "--image", image, "-o", "out.mp4", "--every", "0", "--yes", *arguments)


def test_a_video_and_what_made_it(model: str, studio: Studio, command: Run, workplace: Path) -> None:
    code, out, err = generate(command, model, "--seed", "7")
    assert (code, out) == (0, "out.mp4\n"), err
    assert (workplace / "out.mp4").read_bytes() == studio.runs.video
    [task] = studio.runs.tasks.values()
    encoded = base64.b64encode((workplace / "woman.png").read_bytes()).decode()
    assert task["body"] == {
        "model": model,
        "input": {"img_url": f"data:image/png;base64,{encoded}"},
        "parameters": {"resolution": "720P", "duration": 5, "prompt_extend": False, "seed": 7},
    }
    record = json.loads((workplace / "out.mp4.json").read_text("utf-8"))
    assert record["task"] in studio.runs.tasks
    assert record["first_frame"]["name"] == "woman.png"
    assert record["parameters"]["seed"] == 7
    assert encoded not in (workplace / "out.mp4.json").read_text("utf-8")


def test_the_price_is_shown_and_asked(
    model: str, studio: Studio, command: Run, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, out, err = command("generate", model, "--image", "woman.png", "-o", "out.mp4")
    assert (code, out) == (2, "")
    assert "5 s at 720P: about" in err
    assert "prices of 2026-" in err
    assert "no video was made" in err
    assert studio.runs.tasks == {}
    assert list(workplace.glob("out*")) == []


def test_the_key_goes_to_the_api_alone(model: str, studio: Studio, command: Run, workplace: Path) -> None:
    outputs = generate(command, model)
    for seen in studio.requests:
        assert ("Authorization" in dict(seen.headers)) is (seen.call != "download")
        assert KEY not in seen.target + seen.head.decode("latin-1")
    assert KEY not in str(outputs)
    assert all(KEY.encode() not in path.read_bytes() for path in workplace.iterdir() if path.is_file())
    assert "5ecret" not in str(outputs) + (workplace / "out.mp4.json").read_text("utf-8"), "no signed link is kept"


def test_first_and_last_frames(deployed: Callable[[str], str], studio: Studio, command: Run) -> None:
    url = "https://example.invalid/last.png?Signature=5ecret"
    assert generate(command, deployed("wan2.2-kf2v-flash"), "--last", url, "--resolution", "480P")[0] == 0
    [task] = studio.runs.tasks.values()
    assert set(task["body"]["input"]) == {"first_frame_url", "last_frame_url"}
    assert task["body"]["input"]["last_frame_url"] == url, "passed on as it is"
    assert task["body"]["parameters"]["resolution"] == "480P"
    assert "5ecret" not in Path("out.mp4.json").read_text("utf-8")
    assert "example.invalid/last.png" in Path("out.mp4.json").read_text("utf-8")


def test_what_is_not_documented_is_said(deployed: Callable[[str], str], command: Run) -> None:
    err = generate(command, deployed("wan2.7-i2v"), "--last", "woman.png")[2]
    assert "not documented: which path" in err
    assert "not documented: a last frame" in err
    assert "image2video/video-synthesis" in err, "the path that was used"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--resolution", "480P"], "wan2.6-i2v can make 720P, 1080P"),
        (["--duration", "16"], "wan2.6-i2v can make 2, 3"),
        (["--seed", str(2**31)], "2147483647"),
        (["--prompt", "x" * 1501], "1500 characters"),
        (["--last", "woman.png"], "first frame alone"),
        (["--image", "missing.png"], "missing.png"),
        (["--image", "ftp://example.invalid/a.png"], "http or https"),
        (["--task", "a-b"], "--image, or a task"),
    ],
)
def test_what_the_model_would_not_take(
    arguments: list[str], says: str, model: str, studio: Studio, command: Run
) -> None:
    code, out, err = generate(command, model, *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert studio.runs.tasks == {}


def test_a_deployment_that_does_not_run_yet(model: str, studio: Studio, command: Run) -> None:
    studio.runs.deployments[model]["states"] = ("PENDING",)
    assert "deploy watch" in generate(command, model)[2]
    assert "the service has no deployment" in generate(command, "wan2.6-i2v-ft-9")[2]


@pytest.mark.parametrize("name", ["out.mp4", "out.mp4.json"])
def test_a_file_that_is_there_is_kept(name: str, model: str, studio: Studio, command: Run, workplace: Path) -> None:
    (workplace / name).write_text("mine")
    code, _, err = generate(command, model)
    assert code == 2
    assert "already exists" in err
    assert (workplace / name).read_text() == "mine"
    assert studio.runs.tasks == {}


def test_a_task_that_fails(model: str, studio: Studio, command: Run, workplace: Path) -> None:
    studio.runs.task_states = ("RUNNING", "FAILED")
    code, out, err = generate(command, model)
    assert (code, out) == (1, "")
    assert "The size is not match" in err
    assert list(workplace.glob("out*")) == []


def test_a_task_of_before_is_downloaded(model: str, studio: Studio, command: Run, workplace: Path) -> None:
    studio.misbehave("task-show", Misdeed("answer", status=403))
    code, _, err = generate(command, model)
    assert code == 2
    task_id = next(iter(studio.runs.tasks))
    again = f"datasetkit generate {model} --task {task_id} -o out.mp4"
    assert again in err
    assert command(*again.split()[1:], "--every", "0")[:2] == (0, "out.mp4\n")
    assert len(studio.runs.tasks) == 1
    assert json.loads((workplace / "out.mp4.json").read_text("utf-8"))["task"] == task_id


def test_an_expired_link_is_asked_for_again(model: str, studio: Studio, command: Run) -> None:
    studio.misbehave("download", Misdeed("answer", status=403))
    assert generate(command, model)[:2] == (0, "out.mp4\n")
    assert studio.calls().count("task-submit") == 1
    assert len(studio.runs.links) == 2


@pytest.mark.parametrize("share", [0, 0.1, 0.5])
def test_half_a_video_is_not_kept(share: float, model: str, studio: Studio, command: Run, workplace: Path) -> None:
    studio.runs.video = studio.runs.video[: int(len(studio.runs.video) * share)]
    code, out, err = generate(command, model)
    assert (code, out) == (2, "")
    assert "not a whole video" in err
    assert list(workplace.glob("out*")) == []


def test_a_link_that_is_not_https(model: str, studio: Studio, command: Run) -> None:
    studio.runs.link_scheme = "http://example.invalid"
    assert "isn't HTTPS" in generate(command, model)[2]


def test_a_lost_answer_makes_one_video(
    model: str, studio: Studio, command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(fact("pace"), "first", 0.0)
    studio.misbehave("task-submit", Misdeed("reset", store=True))
    assert generate(command, model)[:2] == (0, "out.mp4\n")
    assert len(studio.runs.tasks) == 1
