"""Requests for videos, their tasks, and downloads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from platform_examples import FIRST_FRAME_DEPLOYMENT, FIRST_FRAME_JOB, example
from studio import Studio
from studio_clock import Clock
from studio_state import Misdeed

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.deployments import create_deployment, deployment_request
from datasetkit.modelstudio.download import download
from datasetkit.modelstudio.jobs import create_job
from datasetkit.modelstudio.videos import VideoRequest, list_tasks, show_task, submit

FIRST, LAST = "data:image/jpeg;base64,Zmlyc3Q=", "https://example.invalid/last.png"


def request(base: str = "wan2.6-i2v", model: str = "", **changes: Any) -> VideoRequest:
    values: dict[str, Any] = {"first_frame": FIRST, "last_frame": None, "resolution": "720P", "seconds": 5}
    return VideoRequest(model=model or base, base=base, **values | changes)


@pytest.fixture
def model(studio: Studio, client: Client) -> str:
    """A deployed model."""
    studio.runs.job_states, studio.runs.deploy_states = ("SUCCEEDED",), ("RUNNING",)
    job = create_job(client, example(FIRST_FRAME_JOB), [])
    assert job.made_model is not None
    config = example(FIRST_FRAME_DEPLOYMENT)["aigc_config"]
    return create_deployment(client, deployment_request(job.made_model, config), []).id


@pytest.mark.parametrize(
    ("base", "last", "path", "images"),
    [
        ("wan2.7-i2v", None, "image2video", {"media": [{"type": "first_frame", "url": FIRST}]}),
        (
            "wan2.7-i2v",
            LAST,
            "image2video",
            {"media": [{"type": "first_frame", "url": FIRST}, {"type": "last_frame", "url": LAST}]},
        ),
        ("wan2.6-i2v", None, "video-generation", {"img_url": FIRST}),
        ("wan2.5-i2v-preview", None, "video-generation", {"img_url": FIRST}),
        ("wan2.2-i2v-flash", None, "video-generation", {"img_url": FIRST}),
        ("wan2.2-kf2v-flash", None, "image2video", {"first_frame_url": FIRST}),
        ("wan2.2-kf2v-flash", LAST, "image2video", {"first_frame_url": FIRST, "last_frame_url": LAST}),
    ],
)
def test_each_model_has_its_path_and_its_input(base: str, last: str | None, path: str, images: Any) -> None:
    made = request(base, last_frame=last)
    assert made.path == f"services/aigc/{path}/video-synthesis"
    assert made.body == {
        "model": base,
        "input": images,
        "parameters": {"resolution": "720P", "duration": 5, "prompt_extend": False},
    }


def test_what_is_not_given_is_not_sent() -> None:
    made = request(seed=7, prompt="A cat.", seconds=10).body
    assert made["input"] == {"prompt": "A cat.", "img_url": FIRST}
    assert made["parameters"] == {"resolution": "720P", "duration": 10, "prompt_extend": False, "seed": 7}


def test_a_last_frame_for_a_model_without() -> None:
    with pytest.raises(DatasetkitError, match="from a first frame alone"):
        _ = request(last_frame=LAST).body


def test_a_video_is_made(model: str, studio: Studio, client: Client) -> None:
    task = submit(client, request(model=model), [task.id for task in list_tasks(client, model)])
    [seen] = studio.seen("task-submit")
    assert dict(seen.headers)["X-DashScope-Async"] == "enable"
    assert json.loads(seen.head)["model"] == model
    assert [show_task(client, task.id).status for _ in range(2)] == ["PENDING", "RUNNING"]
    done = show_task(client, task.id)
    assert (done.status, done.finished) == ("SUCCEEDED", True)
    assert done.video_url is not None
    assert "5ecret" not in repr(done)


def test_a_task_that_failed_or_is_forgotten(model: str, studio: Studio, client: Client) -> None:
    studio.runs.task_states = ("FAILED",)
    assert show_task(
        client, submit(client, request(model=model), [task.id for task in list_tasks(client, model)]).id
    ).failure == ("InvalidParameter: The size is not match xxxxxx")
    assert show_task(client, "a-b-c").status == "UNKNOWN"


def test_a_lost_answer_makes_no_second_video(model: str, studio: Studio, client: Client) -> None:
    for _ in range(11):
        submit(client, request(model=model), [task.id for task in list_tasks(client, model)])
    studio.misbehave("task-submit", Misdeed("reset", store=True))
    task = submit(client, request(model=model), [task.id for task in list_tasks(client, model)])
    assert list(studio.runs.tasks)[-1] == task.id
    assert len(studio.runs.tasks) == 12
    assert len(list(list_tasks(client, model))) == 12


def test_several_new_tasks_are_listed_and_none_is_made(
    model: str, studio: Studio, client: Client, clock: Clock
) -> None:
    body, headers = request(model=model).body, {"X-DashScope-Async": "enable"}

    def another() -> None:
        studio.runs.answer("task-submit", ("video-generation",), {}, body, headers)

    clock.then[1] = another
    studio.misbehave("task-submit", Misdeed("reset", store=True))
    with pytest.raises(DatasetkitError, match="several new tasks fit") as caught:
        submit(client, request(model=model), [task.id for task in list_tasks(client, model)])
    assert all(task_id in str(caught.value) for task_id in studio.runs.tasks)
    assert studio.calls().count("task-submit") == 1


def fetch(client: Client, url: str, target: Path) -> None:
    download(url, target, client, verify=lambda part: part.read_bytes()[:3] == b"mp4")


def test_a_download_carries_no_key(studio: Studio, client: Client, tmp_path: Path) -> None:
    studio.runs.video = b"mp4" * 100_000
    fetch(client, studio.runs.link(), tmp_path / "out.mp4")
    assert (tmp_path / "out.mp4").read_bytes() == studio.runs.video
    [seen] = studio.seen("download")
    assert "Authorization" not in dict(seen.headers)


@pytest.mark.parametrize(
    "misdeed",
    [Misdeed("answer", status=503), Misdeed("reset"), Misdeed("truncate")],
    ids=["busy", "reset", "truncated"],
)
def test_a_broken_download_is_made_again(misdeed: Misdeed, studio: Studio, client: Client, tmp_path: Path) -> None:
    studio.runs.video = b"mp4 and more"
    studio.misbehave("download", misdeed)
    fetch(client, studio.runs.link(), tmp_path / "out.mp4")
    assert (tmp_path / "out.mp4").read_bytes() == studio.runs.video


def test_an_expired_link(studio: Studio, client: Client, tmp_path: Path) -> None:
    studio.runs.link_uses = 0
    with pytest.raises(ServiceError, match="403") as caught:
        fetch(client, studio.runs.link(), tmp_path / "out.mp4")
    assert caught.value.status == 403
    assert "Signature" not in str(caught.value)
    assert list(tmp_path.glob("out*")) == []


def test_a_redirect_is_not_followed(studio: Studio, client: Client, tmp_path: Path) -> None:
    studio.misbehave("download", Misdeed("answer", status=302, headers={"Location": studio.runs.link()}))
    with pytest.raises(ServiceError, match="302"):
        fetch(client, studio.runs.link(), tmp_path / "out.mp4")
    assert len(studio.seen("download")) == 1


def test_a_download_that_is_too_long_is_not_kept(
    studio: Studio, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(spec.document("regions.json")["requests"]["download_bytes"], "value", 1000)
    studio.runs.video = bytes(1001)
    with pytest.raises(DatasetkitError, match="longer than"):
        fetch(client, studio.runs.link(), tmp_path / "out.mp4")
    assert list(tmp_path.glob("*.mp4")) == []


def test_what_cannot_be_verified_is_not_kept(studio: Studio, client: Client, tmp_path: Path) -> None:
    def refuse(_part: Path) -> None:
        raise DatasetkitError("no video")

    with pytest.raises(DatasetkitError, match="no video"):
        download(studio.runs.link(), tmp_path / "out.mp4", client, verify=refuse)
    assert list(tmp_path.glob("*.mp4")) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.invalid/a.mp4",
        "ftp://127.0.0.1/a.mp4",
        "file:///etc/passwd",
        "https://user:word@example.invalid/a.mp4",
        "https://",
        "http://[::1/a",
        "//127.0.0.1/a.mp4",
        "https://exa mple/a.mp4",
    ],
)
def test_an_unsafe_link_is_not_opened(url: str, client: Client, tmp_path: Path) -> None:
    with pytest.raises(DatasetkitError, match="link"):
        fetch(client, url, tmp_path / "out.mp4")
