"""`datasetkit train previews` as people run it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from studio import Studio
from studio_state import KEY, Misdeed

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def job_id(command: Run, studio: Studio, media: Path) -> str:
    """A finished job with two checkpoints, each with three previews."""
    studio.runs.job_states = ("SUCCEEDED",)
    studio.runs.video, studio.runs.image = (media / "clip.mp4").read_bytes(), (media / "image.jpg").read_bytes()
    return command("train", "start", "training.zip", "--yes", "--epochs", "120", "--eval-epochs", "60")[1].strip()


def test_all_previews_are_there_and_on_a_page(job_id: str, studio: Studio, command: Run, workplace: Path) -> None:
    code, out, err = command("train", "previews", job_id, "-o", "seen")
    assert (code, out) == (0, "seen/index.html\n"), err
    files = {path.relative_to("seen").as_posix() for path in Path("seen").rglob("*") if path.is_file()}
    numbered = {f"checkpoint-{n}/{i}.{end}" for n in (60, 120) for i in range(3) for end in ("mp4", "jpeg")}
    assert files == numbered | {"index.html", "previews.json"}
    page = Path("seen/index.html").read_text("utf-8")
    assert page.index("checkpoint-60") < page.index("checkpoint-120"), "by number, not by letters"
    assert page.count("<video") == 6
    listed = json.loads(Path("seen/previews.json").read_text("utf-8"))
    assert listed["job"] == job_id
    assert listed["previews"][0]["measures"]["corrupt"] == 0
    assert [one["prompt"] for one in listed["previews"]] == ["prompt 0", "prompt 1", "prompt 2"] * 2


def test_no_link_and_no_key_is_kept(job_id: str, studio: Studio, command: Run, workplace: Path) -> None:
    outputs = command("train", "previews", job_id, "-o", "seen")
    for path in (path for path in Path("seen").rglob("*") if path.is_file()):
        assert b"5ecret" not in path.read_bytes()
        assert KEY.encode() not in path.read_bytes()
    assert "5ecret" not in str(outputs)
    assert all("Authorization" not in dict(seen.headers) for seen in studio.seen("download"))


def test_run_again_it_goes_on(job_id: str, studio: Studio, command: Run, workplace: Path) -> None:
    studio.misbehave("download", *[Misdeed("answer", status=403)] * 2)
    assert command("train", "previews", job_id, "-o", "seen")[0] == 2
    assert command("train", "previews", job_id, "-o", "seen")[0] == 0
    count = len(studio.seen("download"))
    assert count == 2 + 12
    assert command("train", "previews", job_id, "-o", "seen")[0] == 0
    assert len(studio.seen("download")) == count


def test_an_expired_link_is_asked_for_again(job_id: str, studio: Studio, command: Run, workplace: Path) -> None:
    studio.misbehave("download", Misdeed("answer", status=403))
    assert command("train", "previews", job_id, "-o", "seen")[0] == 0


def test_a_first_frame_that_is_missing_is_no_reason_to_stop(
    job_id: str, studio: Studio, command: Run, workplace: Path
) -> None:
    studio.runs.image = b"no image"
    code, _, err = command("train", "previews", job_id, "-o", "seen")
    assert code == 0
    assert "no first frame for checkpoint-60/0" in err
    assert "<img" not in Path("seen/index.html").read_text("utf-8")


def test_a_folder_with_other_things_is_left_alone(job_id: str, command: Run, workplace: Path) -> None:
    code, _, err = command("train", "previews", job_id, "-o", ".")
    assert code == 2
    assert "not empty" in err
    assert command("train", "previews", job_id, "-o", "no/folder")[0] == 2
    Path("other").mkdir()
    Path("other/previews.json").write_text('{"job": "ft-1"}')
    assert "another job" in command("train", "previews", job_id, "-o", "other")[2]
    Path("other/previews.json").write_text("[")
    assert command("train", "previews", job_id, "-o", "other")[0] == 2


def test_a_job_without_previews(job_id: str, studio: Studio, command: Run, workplace: Path) -> None:
    studio.runs.jobs[job_id]["states"] = ("RUNNING",)
    code, out, err = command("train", "previews", job_id, "-o", "seen")
    assert (code, out) == (1, "")
    assert "no previews yet" in err
    assert not Path("seen").exists()


def test_where_there_is_no_api_the_console_is_named(job_id: str, studio: Studio, command: Run, workplace: Path) -> None:
    studio.runs.checkpoint_api = False
    assert "use the console" in command("train", "previews", job_id, "-o", "seen")[2]
